"""Reasons that concern sign-in at providers, English to Chinese."""

from collections.abc import Mapping

IDENTITY_REASONS: Mapping[str, str] = {
    "Must be a path of this site, such as /records/1.": "必须是本站的路径，例如 /records/1。",
    "Must be there once, and not be too long.": "应恰好出现一次，且不宜过长。",
    "There is no such identity provider.": "没有这个身份提供方。",
    "This sign-in is over, or was begun in another browser. Please begin again.": (
        "此次登录已结束，或是在另一浏览器中开始的。请重新登录。"
    ),
    "{provider} does not answer at the moment. Other ways to sign in: {names}, e-mail and password.": (
        "{provider} 目前没有响应。其他登录方式：{names}、电子邮件和密码。"
    ),
    "{provider} does not answer at the moment. Sign in with e-mail and password, or try again later.": (
        "{provider} 目前没有响应。请用电子邮件和密码登录，或稍后再试。"
    ),
    "What {provider} says of itself is not to be believed.": "{provider} 的自述信息不可信。",
    "The answer of {provider} proves nothing, so nobody was signed in.": "{provider} 的应答未能证明身份，因此未登录。",
    "The sign-in was cancelled at {provider}.": "已在 {provider} 取消登录。",
    "{provider} could not sign you in.": "{provider} 未能完成登录。",
    "Sign in again, and link the identity then.": "请重新登录后再关联身份。",
    "This account is suspended.": "该账户已被停用。",
    "At most {most} identities can be linked to an account.": "一个账户最多可关联 {most} 个身份。",
    "This identity belongs to another account here.": "该身份属于本站的另一账户。",
    "This is the last way to sign in to the account. Set a password or link another identity first.": (
        "这是登录该账户的最后一种方式。请先设置密码或关联另一身份。"
    ),
    "No account here belongs to this identity at {provider}. Sign in to your account in another way, and link the"
    " identity there.": "本站没有属于此 {provider} 身份的账户。请以其他方式登录您的账户，再在其中关联该身份。",
    "There is already an account with the address that {provider} names. Sign in to it in another way, and link the"
    " identity there.": "{provider} 所给的地址已有账户。请以其他方式登录该账户，再在其中关联该身份。",
}
"""A reason in English -> in Chinese, with the same places."""
