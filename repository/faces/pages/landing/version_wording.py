"""The words of versions: compared, their history, and withdrawal, in English and Chinese."""

from repository.faces.pages.shell.languages import Wording

VERSION_WORDING: Wording = {
    "compare_title": ("What changed between versions {before} and {after}", "版本 {before} 与 {after} 的差异"),
    "compare_with": ("Compare with", "与其他版本比较"),
    "compare_button": ("Compare", "比较"),
    "changes_description": ("In the description", "描述信息的变化"),
    "changes_files": ("In the files", "文件的变化"),
    "same_description": ("The descriptions are the same.", "描述信息没有变化。"),
    "same_files": ("Both versions have the same files.", "两个版本的文件相同。"),
    "files_too_many": (
        "There are too many files to compare on a page. Both versions have a manifest with digests: compare those.",
        "文件过多，无法在页面上比较。请比较两个版本的校验清单。",
    ),
    "files_closed": (
        "The files of one of the versions are not open to you, so they are not compared.",
        "其中一个版本的文件未向您开放，因此不作比较。",
    ),
    "only_before": ("Only in version {index}", "仅见于版本 {index}"),
    "files_added": ("New files ({count})", "新增文件（{count}）"),
    "files_removed": ("Files that are gone ({count})", "移除的文件（{count}）"),
    "files_changed": ("Files with other content ({count})", "内容有变的文件（{count}）"),
    "and_more": ("and {count} more", "以及另外 {count} 个"),
    "titles": ("Titles", "标题"),
    "resource_kind": ("Type", "类型"),
    "other_texts": ("Other texts", "其他说明"),
    "history": ("History", "变更记录"),
    "history_title": ("History of version {index}", "版本 {index} 的变更记录"),
    "history_lead": (
        "What happened to this version since it was published. Its files never change; a correction changes what"
        " is said of them.",
        "此版本发布以来的变更。文件内容不会变化，更正仅涉及描述信息。",
    ),
    "event_VersionPublished": ("published", "发布"),
    "event_VersionEdited": ("the description or the access was corrected", "更正描述信息或访问设置"),
    "event_VersionWithdrawn": ("withdrawn", "撤回"),
    "event_VersionRestored": ("restored after a withdrawal", "撤回后恢复"),
    "event_EmbargoLifted": ("the embargo ended, the files opened", "保护期结束，文件开放"),
    "event_EmbargoRestored": ("the embargo was set again", "恢复保护期"),
    "withdraw_title": ("Withdraw the version", "撤回版本"),
    "withdraw_lead": (
        "The files and the description are closed at once. At this address a page stays that says that the version was"
        " withdrawn, when and why; DOI and CSTR lead there, and citations stay valid. Other versions stay as they are.",
        "文件和描述信息将立即关闭。原地址保留说明页面，注明撤回时间和原因；"
        "DOI 和 CSTR 仍指向该页面，已有引用不会失效。其他版本不受影响。",
    ),
    "withdraw_undo": (
        "Only those who look after the site can undo it.",
        "撤回后只有本站管理人员可以恢复。",
    ),
    "label_removal_reason": ("Reason", "撤回原因"),
    "label_note": ("In your own words", "说明"),
    "hint_note": (
        "Readers see this on the page that stays.",
        "读者会在保留的页面上看到此说明。",
    ),
    "label_is_visible": ("The public may read the reason and the words", "公开撤回原因和说明"),
    "label_agreed": ("I know that the version is closed to everybody at once", "我了解此版本将立即对所有人关闭"),
    "withdraw_button": ("Withdraw the version", "撤回版本"),
    "choose_reason": ("Choose a reason", "请选择原因"),
}
