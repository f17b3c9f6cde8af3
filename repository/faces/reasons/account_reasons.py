"""Reasons that concern accounts and signing in, English to Chinese."""

from collections.abc import Mapping

ACCOUNT_REASONS: Mapping[str, str] = {
    "This change does not come from a page of this site.": "此更改并非来自本站页面。",
    "A page of {origin} can send this, and no other.": "只有 {origin} 的页面可以发送此请求。",
    "The header X-CSRF-Token has to have the token of this session, which GET /api/session tells.": (
        "X-CSRF-Token 头字段须为本会话的令牌，可由 GET /api/session 获得。"
    ),
    "The session is over. Please sign in again.": "会话已结束，请重新登录。",
    "A code of the authenticator is needed as well.": "还需要身份验证器的验证码。",
    "This code is wrong, or was used already.": "验证码有误或已使用过。",
    "This is not the code of now.": "这不是当前的验证码。",
    "There is an authenticator already. Remove it first.": "已启用身份验证器，请先将其移除。",
    "There is no authenticator to confirm.": "没有待确认的身份验证器。",
    "There is no authenticator.": "没有启用身份验证器。",
    "This link is not valid, or not any more.": "该链接无效或已失效。",
    "Sign in to see this page.": "请登录后查看此页面。",
    "This sign-in took too long. Begin again.": "登录超时，请重新登录。",
    "This is no form that was kept.": "这不是已保留的表单。",
    "Choose what the program may do.": "请选择程序可以做什么。",
    "Choose when the token ends.": "请选择令牌的有效期。",
    "This is not the password.": "密码不正确。",
    "Only people who were invited can sign up.": "只有受邀者可以注册。",
    "Nobody can sign up here. The administrator makes accounts.": "此处不开放注册，账户由管理员创建。",
    "People with an address of this domain cannot sign up here.": "使用该域名地址的用户不能在此注册。",
    "The invitation is for another address.": "该邀请是发给另一个地址的。",
    "There is an administrator already.": "已有管理员。",
    "If the address can be used for this, a message to it says how to go on.": (
        "如果该地址可用于此操作，发往该地址的邮件会说明下一步。"
    ),
    "Must have at most {most} characters, all of them printable.": "最多 {most} 个字符，且均须为可见字符。",
    "Must have no control characters.": "不得含控制字符。",
}
"""A reason in English -> in Chinese, with the same places."""
