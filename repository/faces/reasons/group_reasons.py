"""Reasons that concern teams, institutions and organisations, English to Chinese."""

from collections.abc import Mapping

GROUP_REASONS: Mapping[str, str] = {
    "There is no such team.": "没有这个团队。",
    "There is no such institution.": "没有这个机构。",
    "Not a ROR id.": "不是 ROR 标识符。",
    "This organisation is an institution already.": "该机构已登记。",
    "No organisation with this id is known here. Give its name, or refresh the list.": (
        "本站不知道使用该标识符的机构，请提供名称或更新机构列表。"
    ),
    "This domain is another institution's.": "该域名属于另一机构。",
    "Not a domain with at least two parts.": "不是至少由两部分组成的域名。",
    "Must have 8 to 500 characters without blanks; only the last one may be a star.": (
        "必须有 8 至 500 个字符且不含空白；只有最后一个字符可以是星号。"
    ),
    "At most {most} are possible.": "最多可有 {most} 项。",
    "The file is damaged or not complete.": "文件已损坏或不完整。",
    "The file cannot be read: {words}.": "无法读取文件：{words}。",
    "The file is no list of organisations.": "该文件不是机构列表。",
    "The ZIP must have one file of ROR's schema, version 2.": "ZIP 中必须恰有一个符合 ROR 模式第 2 版的文件。",
    "The list may have at most {bytes} bytes.": "列表最多 {bytes} 字节。",
    "There is no such invitation.": "没有这份邀请。",
    "A person can be in at most {most} teams.": "一个人最多可加入 {most} 个团队。",
    "A team can have at most {most} members.": "一个团队最多可有 {most} 名成员。",
    "Somebody has too many invitations to be invited now.": "有人收到的邀请过多，目前不能再受邀。",
    "A team must have at least one manager.": "团队必须至少有一名管理员。",
    "Datasets are shared with this team or belong to it. Take it out of them first.": (
        "有数据集与该团队共享或归其所有，请先解除这些关系。"
    ),
    "A team with this identifier already exists.": "使用该标识的团队已存在。",
    "Could not find the specified subject.": "找不到指定的对象。",
    "At most {most} searches can be saved.": "最多可保存 {most} 项检索。",
    "Say that you know what a withdrawal does.": "请确认您了解撤回的后果。",
    "Only versions of the same dataset can be compared.": "只能比较同一数据集的不同版本。",
    "Choose a person or a team from the list.": "请从列表中选择用户或团队。",
    "Must have 1 to {most} characters, and no NUL.": "必须有 1 至 {most} 个字符，且不含空字符（NUL）。",
    "Must begin with a letter or digit, have letters (a-z), digits and dashes, and at least one letter.": (
        "必须以字母或数字开头，只含小写字母（a-z）、数字和连字符，且至少有一个字母。"
    ),
}
