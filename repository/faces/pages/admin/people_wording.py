"""The words about people's accounts for administrators, in English and Chinese."""

from repository.faces.pages.shell.languages import Wording

PEOPLE_WORDING: Wording = {
    "done_suspend": (
        "The account is suspended: nobody is signed in with it any more.",
        "账户已停用，所有登录均已失效。",
    ),
    "done_activate": ("The account is active again.", "账户已恢复。"),
    "done_role": ("The role is changed.", "角色已更改。"),
    "done_quota": ("The limits are changed.", "限额已更改。"),
    "done_merge": ("The account is merged into the other one.", "账户已合并到另一账户。"),
    "users_find": ("Find people", "查找用户"),
    "users_text": ("Name, address, user name or ORCID iD", "姓名、邮箱、用户名或 ORCID 号"),
    "users_text_hint": ("All words but the last have to be whole.", "除最后一个词外，其余须完整。"),
    "user_role": ("Role", "角色"),
    "user_state": ("State", "状态"),
    "any": ("Any", "不限"),
    "role_depositor": ("depositor", "存缴人"),
    "role_curator": ("curator", "数据审编员"),
    "role_administrator": ("administrator", "管理员"),
    "user_active": ("active", "正常"),
    "user_suspended": ("suspended", "已停用"),
    "user_merged": ("merged into account {id}", "已合并到账户 {id}"),
    "users_total": ("{count} people", "{count} 位用户"),
    "users_total_one": ("1 person", "1 位用户"),
    "users_total_many": ("At least {count} people; add a word", "至少 {count} 位用户，请增加关键词"),
    "users_none": ("Nobody is found.", "没有找到用户。"),
    "user": ("Person", "用户"),
    "user_email": ("Address", "邮箱"),
    "user_id": ("Account", "账户编号"),
    "user_name": ("Name", "姓名"),
    "user_since": ("Since", "注册时间"),
    "user_drafts": ("Drafts", "草稿"),
    "user_bytes": ("Bytes in drafts", "草稿所占字节"),
    "of_limit": ("{count} of {limit}", "{count}，上限 {limit}"),
    "no_limit": ("any number", "不限"),
    "user_acts": ("What you can do", "可执行的操作"),
    "user_trail": ("What this person did", "该用户的操作记录"),
    "user_to_list": ("All people", "全部用户"),
    "user_no_name": ("without a name", "未填写姓名"),
    "act_suspend": ("Suspend", "停用账户"),
    "act_suspend_lead": (
        "All sign-ins and tokens of this person end at once. Datasets stay as they are; you can let the "
        "person in again.",
        "该用户的所有登录和令牌立即失效，数据集保持不变。之后可以恢复账户。",
    ),
    "act_activate": ("Let in again", "恢复账户"),
    "act_activate_lead": (
        "The person can sign in again, and the tokens of before work again.",
        "该用户可再次登录，原有令牌重新生效。",
    ),
    "act_role": ("Change the role", "更改角色"),
    "act_role_lead": (
        "The role counts at once, for tokens too. Curators read every draft; administrators may do "
        "everything on these pages.",
        "新角色立即生效，对令牌同样适用。数据审编员可查看所有草稿，管理员可执行这些页面上的全部操作。",
    ),
    "act_quota": ("Change the limits", "更改限额"),
    "act_quota_lead": (
        "Limits count for drafts only. An empty field is the limit of the site, 0 is no limit.",
        "限额只针对草稿。留空表示采用本站默认限额，0 表示不限。",
    ),
    "act_merge": ("Merge into another account", "合并到另一账户"),
    "act_merge_lead": (
        "This account is closed for ever. Its datasets, drafts and grants go to the other one, and its "
        "address leads there. "
        "This cannot be undone.",
        "此账户将永久关闭，其数据集、草稿和授权转到另一账户，其邮箱也归入该账户。此操作不可撤销。",
    ),
    "reason": ("Reason", "原因"),
    "reason_hint": ("The audit trail keeps it.", "将保存在审计记录中。"),
    "limit_drafts": ("Most drafts at a time", "草稿数上限"),
    "limit_bytes": ("Most bytes of files in drafts", "草稿文件字节数上限"),
    "into": ("Account that takes over", "接收账户"),
    "into_hint": ("Its address or its id.", "其邮箱或账户编号。"),
    "stay": ("Leave it as it is", "不做更改"),
}
