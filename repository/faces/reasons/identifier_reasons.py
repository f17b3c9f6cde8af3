"""Reasons that concern identifiers, English to Chinese."""

from collections.abc import Mapping

IDENTIFIER_REASONS: Mapping[str, str] = {
    "Invalid {scheme} identifier. {reason}": "无效的 {scheme} 标识符。{reason}",
    "Invalid {scheme} identifier.": "无效的 {scheme} 标识符。",
    "Invalid DOI": "无效的 DOI。",
    "It should look like {example}.": "其形式应如 {example}。",
    "Its check digit should be {digit}.": "其校验位应为 {digit}。",
    "Its check digits should be {digit}.": "其校验位应为 {digit}。",
    "It looks like an identifier of scheme {scheme}. {reason}": "它看起来是 {scheme} 标识符。{reason}",
    "It looks like an identifier of scheme {scheme}.": "它看起来是 {scheme} 标识符。",
    "It looks like an e-mail address.": "它看起来是电子邮件地址。",
    "It should have 1 to {longest} characters.": "其长度应为 1 至 {longest} 个字符。",
    "It should have 16 characters, not {count}.": "其长度应为 16 个字符，而不是 {count} 个。",
    "It has characters that do not belong in one.": "其中含有不允许的字符。",
    "It has characters that look like others, or like nothing.": "其中含有与其他字符相似或不可见的字符。",
    "It must not have blanks.": "其中不得有空格。",
    "It is outside the range of numbers that belong to ORCID.": "它不在 ORCID 的号码范围内。",
    "It repeats the mark 'CSTR:'.": "标记“CSTR:”重复。",
    "Its prefix must be five letters or digits.": "其前缀应为五位字母或数字。",
    "Its resource type must be two digits.": "其资源类型应为两位数字。",
    "Its local part must not have blanks.": "其后缀不得有空格。",
    "Its local part is missing.": "缺少后缀。",
    "Its qualifier {name} is unknown to the scheme or has a wrong value.": "该类标识符没有限定符 {name}，或其值有误。",
    "It has a qualifier twice.": "其中有重复的限定符。",
    "It should begin with swh:1: and have an object type and a hash.": "应以 swh:1: 开头，并有对象类型和散列值。",
    "Its object type should be one of {names}.": "其对象类型应为其中之一：{names}。",
    "Its hash should have 40 hexadecimal digits.": "其散列值应为 40 位十六进制数字。",
    "It should be office, number and kind of document, as in CN102030405B.": (
        "应为专利局、编号和文献种类，如 CN102030405B。"
    ),
    "{office} is no patent office.": "{office} 不是专利局代码。",
    "Its digits begin with year and month, and there is no month {month}.": "其数字以年月开头，但没有 {month} 月。",
    # identifiers of this repository
    "A PID already exists for type {scheme}": "已有类型为 {scheme} 的标识符。",
    "No configuration defined for PID {scheme}": "没有配置标识符类型 {scheme}。",
    "doi:{value} already exists.": "doi:{value} 已存在。",
    "The prefix '{prefix}' is managed by {name}. Please supply an external DOI or select another option.": (
        "前缀“{prefix}”由 {name} 管理。请提供外部 DOI，或选择其他方式。"
    ),
    "Identifiers of this repository are reserved, not chosen.": "本仓储的标识符由系统预留，不能自选。",
    "The provider of this identifier is {name}.": "该标识符的提供者是 {name}。",
    "This repository chooses the client; it is not kept.": "client 由本仓储决定，不保存所发送的值。",
    "This repository gives it on publication: {value}.": "发布时由本仓储给出：{value}。",
    "A published identifier cannot be dropped.": "已发布的标识符不能放弃。",
    "A published identifier cannot be changed.": "已发布的标识符不能更改。",
    "It replaces {value} when the correction is published.": "更正发布后，它将取代 {value}。",
    "The draft has no reserved {scheme}.": "该草稿没有预留 {scheme}。",
    "There is no identifier {number}.": "没有编号为 {number} 的标识符。",
    "The identifier is {state}.": "该标识符的状态为 {state}。",
    "The registrar knew the identifier before: a person must accept it as ours first.": (
        "注册机构此前已有该标识符：须先由管理员确认它属于本仓储。"
    ),
    "The registrar did not know the identifier before: there is nothing to accept.": (
        "注册机构此前没有该标识符：无需确认。"
    ),
    "The registrar knows the identifier, and has not yet told where it leads.": (
        "注册机构已有该标识符，但尚未说明它指向何处。"
    ),
    "Another process is asking the registrar.": "另一进程正在询问注册机构。",
    "{name} is still at work.": "{name} 仍在处理。",
}
