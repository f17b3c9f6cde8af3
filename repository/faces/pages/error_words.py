"""The reasons of errors in Chinese: written in English where they arise, their kinds are known here.

A page in Chinese shows a reason of an unknown kind as it was written, marked as English, below a Chinese heading.
"""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)\}")

_REASONS: Mapping[str, str] = {
    "A validation error occurred.": "请求有误。",
    "Not found.": "未找到所请求的内容。",
    "Permission denied.": "没有权限。",
    "The presented credential is invalid, expired or revoked.": "所提供的凭证无效、已过期或已被撤销。",
    "Record deleted": "该记录已删除。",
    "The state of the resource does not allow this.": "当前状态不允许此操作。",
    "The resource was changed by someone else.": "该资源已被他人修改。",
    "The content is larger than allowed.": "内容超过允许的大小。",
    "A part of the service is not available right now.": "部分服务暂时不可用。",
    "A part of the service cannot be used as it is set up.": "部分服务的配置使其无法使用。",
    "The server failed to carry out the request.": "服务器未能完成请求。",
    "The persistent identifier does not exist.": "该标识符不存在。",
    "The persistent identifier is not registered.": "该标识符尚未注册。",
    "The identifier is reserved for something that is not published yet.": "该标识符已预留，对应内容尚未发布。",
    "This repository has no {scheme} {text}.": "本仓储没有 {scheme} {text}。",
    "The list of files has no page {page}.": "文件列表没有第 {page} 页。",
    "The site map has no such part.": "站点地图没有这一部分。",
    "Record '{record}' has no file '{key}'.": "记录“{record}”没有文件“{key}”。",
    "File '{key}' of record '{record}' has no content yet.": "记录“{record}”的文件“{key}”尚无内容。",
    "The file's content cannot be read right now.": "暂时无法读取文件内容。",
    "The file is not the one that If-Match names.": "该文件不是 If-Match 所指的文件。",
    "The database is not available right now.": "数据库暂时不可用。",
    "The database cannot be read.": "无法读取数据库。",
    "There is no format {name}. There are: {names}.": "没有格式 {name}。可用格式：{names}。",
    "{name} is a format of single records.": "{name} 只适用于单条记录。",
    "Unknown citation style {style}. Available: {names}, and each style of {address} by its file name.": (
        "未知的引用样式 {style}。可用样式：{names}，以及 {address} 中的任一样式（用其文件名）。"
    ),
    "Unknown locale {locale}. Available: {names}.": "未知的语言区域 {locale}。可用：{names}。",
    "This resource comes as: {types}.": "该资源可提供的类型：{types}。",
    "This resource comes as: {types}. {reason}": "该资源可提供的类型：{types}。{reason}",
    "Invalid {scheme} identifier.": "无效的 {scheme} 标识符。",
    "Invalid {scheme} identifier. {reason}": "无效的 {scheme} 标识符。{reason}",
    "It should look like {example}.": "其形式应如 {example}。",
    "Its check digit should be {digit}.": "其校验位应为 {digit}。",
    "It looks like an identifier of scheme {scheme}.": "它看起来是 {scheme} 标识符。",
    "It should have 1 to {longest} characters.": "其长度应为 1 至 {longest} 个字符。",
    "It has characters that do not belong in one.": "其中含有不允许的字符。",
    "It must not have blanks.": "其中不得有空格。",
    "It repeats the mark 'CSTR:'.": "标记“CSTR:”重复。",
    "Its prefix must be five letters or digits.": "其前缀应为五位字母或数字。",
    "Its resource type must be two digits.": "其资源类型应为两位数字。",
    "Its local part must not have blanks.": "其后缀不得有空格。",
    "Its local part is missing.": "缺少后缀。",
    "The method is not allowed for the requested URL.": "该地址不支持此请求方法。",
    "The requested range is not satisfiable.": "无法提供所请求的范围。",
    "The data value transmitted exceeds the capacity limit.": "发送的数据超过允许的大小。",
    "Pages reach the first {window} hits; go on with the cursor in links.next.": (
        "分页只到前 {window} 条；请用 links.next 中的游标继续。"
    ),
    "Invalid querystring parameters.": "查询参数无效。",
    "The query is longer than {longest} characters.": "查询超过 {longest} 个字符。",
    "A JSON body may have at most {bytes} bytes.": "JSON 请求体最多 {bytes} 字节。",
    "Send the body itself: the encoding {encoding} is not undone.": "请直接发送内容：不支持编码 {encoding}。",
    "Send the body as {types}.": "请以 {types} 发送请求体。",
    "Drafts are shown to those who may edit them.": "草稿仅向有编辑权限的人显示。",
}
"""A reason in English -> in Chinese, with the same places; the first that fits is taken."""


def _pattern(reason: str) -> re.Pattern[str]:
    parts = _PLACE.split(reason)
    texts = (re.escape(part) if number % 2 == 0 else f"(?P<{part}>.+?)" for number, part in enumerate(parts))
    return re.compile("".join(texts), re.DOTALL)


_PATTERNS = [(_pattern(english), chinese) for english, chinese in _REASONS.items()]


def in_chinese(reason: str) -> str | None:
    """Return a reason in Chinese, None for a kind of reason that is not known."""
    for pattern, chinese in _PATTERNS:
        if match := pattern.fullmatch(reason):
            inner = {
                name: (in_chinese(text) or text) if name == "reason" else text
                for name, text in match.groupdict().items()
            }
            return chinese.format(**inner)
    return None
