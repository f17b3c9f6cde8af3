"""The words around the texts of the site, and those of its state, in English and Chinese."""

from repository.faces.pages.shell.languages import Wording

WORDING: Wording = {
    "crumbs": ("You are here", "当前位置"),
    "start_page": ("Start page", "首页"),
    "section_about": ("About this repository", "关于本仓储"),
    "section_policies": ("Policies", "政策"),
    "section_help": ("Help", "帮助"),
    "on_this_page": ("On this page", "本页内容"),
    "text_version": ("Version {version} of {date}", "版本 {version}，{date}"),
    "write_to": ("Write to", "联系邮箱"),
    "postmaster_of": ("the postmaster of {host}", "{host} 的邮件管理员（postmaster）"),
    "shipped": ("Packages inside our pages", "页面中包含的第三方软件包"),
    "shipped_none": (
        "No package of others is part of the scripts and style sheets that your browser is sent.",
        "发送到您浏览器的脚本和样式表中不含任何第三方软件包。",
    ),
    "shipped_package": ("Package", "软件包"),
    "shipped_version": ("Version", "版本"),
    "shipped_licence": ("Licence", "许可协议"),
    "shipped_text": ("Text of the licence", "许可协议全文"),
    "status_title": ("Status of the service", "服务运行状态"),
    "status_all_0": ("Everything works.", "一切正常。"),
    "status_all_1": (
        "Some things are late or limited at the moment. Nothing that was saved is lost.",
        "部分功能目前较慢或受限，已保存的内容不会丢失。",
    ),
    "status_all_2": (
        "Some things do not work at the moment. Nothing that was saved is lost.",
        "部分功能目前无法使用，已保存的内容不会丢失。",
    ),
    "status_at": ("Looked at {time} (UTC).", "检查时间：{time}（UTC）。"),
    "status_again": ("Look again", "重新检查"),
    "status_what": ("What people do here", "功能"),
    "status_how": ("At the moment", "当前状态"),
    "status_0": ("works", "正常"),
    "status_1": ("late or limited", "较慢或受限"),
    "status_2": ("does not work", "无法使用"),
    "does_read": ("Read and cite datasets", "浏览和引用数据集"),
    "does_search": ("Search", "检索"),
    "does_download": ("Download files", "下载文件"),
    "does_deposit": ("Write drafts and send files", "编辑草稿、上传文件"),
    "does_publish": ("Publish a dataset", "发布数据集"),
    "does_register": ("Have identifiers (DOI, CSTR) registered", "注册标识符（DOI、CSTR）"),
    "does_mail": ("Get messages from us by mail", "接收本站邮件"),
    "status_help": (
        "If something else does not work for you, tell us:",
        "如果您遇到其他问题，请告诉我们：",
    ),
}
