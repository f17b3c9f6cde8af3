"""Reasons that concern requests for access, embargoes and ownership, English to Chinese."""

from collections.abc import Mapping

ACCESS_REQUEST_REASONS: Mapping[str, str] = {
    # requests for access
    "The day must not be over.": "该日期不能已过。",
    "Access lasts until {latest} at most.": "访问权限最晚至 {latest}。",
    "The address of this request is not verified.": "此申请的邮箱地址尚未验证。",
    "This request is not decided yet.": "此申请尚未决定。",
    "This request was granted already.": "此申请已获同意。",
    "This request was declined already.": "此申请已被拒绝。",
    "This request was cancelled already.": "此申请已被撤回。",
    "This request has expired already.": "此申请已过期。",
    "The access that this request gave has ended already.": "此申请所得的访问权限已终止。",
    "There is nothing to ask for: the files are open to you, or there are none.": (
        "无需申请：文件已对您开放，或没有文件。"
    ),
    "Requests for access are not taken for this dataset.": "该数据集不接受访问申请。",
    "Only people who are signed in can ask for access to this dataset.": "只有已登录的用户才能申请访问该数据集。",
    "There is a request for this dataset already, with the id {request}.": "该数据集已有一份申请，编号为 {request}。",
    "At most {most} requests for access can wait for a decision at a time.": (
        "最多只能有 {most} 份访问申请同时等待决定。"
    ),
    "The conditions of the dataset must be accepted.": "须接受该数据集的使用条件。",
    "Nobody can decide without your name and address.": "没有您的姓名和邮箱地址，无人能作出决定。",
    "This link is not valid, or not any more.": "此链接无效，或已失效。",
    "There is no request with this id.": "没有该编号的申请。",
    # ownership
    "The dataset belongs to this subject already.": "该数据集已属于此对象。",
    "The dataset is offered already, with the id {offer}.": "该数据集已提议移交，编号为 {offer}。",
    "The dataset has another owner since it was offered.": "提议之后，该数据集的所有者已变更。",
    "This offer is not open any more.": "此提议已不再有效。",
    "There is no offer with this id.": "没有该编号的提议。",
    "Datasets are handed over to another person, whose account is in use.": ("数据集只能移交给另一位账号有效的用户。"),
    # embargoes
    "An embargo lasts {days} days at most: until {latest}.": "禁发期最长 {days} 天，即至 {latest}。",
    "The embargo of this version ended on {over} and cannot begin again.": (
        "此版本的禁发期已于 {over} 结束，不能重新开始。"
    ),
}
