"""The words of the frame around every page, in English and Chinese."""

from repository.faces.pages.shell.languages import Wording

WORDING: Wording = {
    "language": ("en", "zh"),
    "other_language": ("zh", "en"),
    "other_language_name": ("中文", "English"),
    "skip": ("Skip to content", "跳到正文"),
    "feed": ("Feed of new datasets (Atom)", "最新数据集订阅（Atom）"),
    "error_400": ("This page cannot be shown with these parameters", "无法按要求显示"),
    "error_401": ("Sign-in is needed", "需要登录"),
    "error_403": ("You may not see this page", "您无权查看此页面"),
    "error_404": ("There is no such page", "页面不存在"),
    "error_405": ("This address does not take such requests", "该地址不接受此类请求"),
    "error_406": ("This page has no such form", "无法以所要求的形式提供"),
    "error_409": ("This is not possible now", "目前无法进行此操作"),
    "error_410": ("This record was withdrawn", "该记录已撤回"),
    "error_412": ("Somebody else has changed this", "内容已被他人修改"),
    "error_413": ("Too much was sent", "发送的内容过大"),
    "error_415": ("This was sent in a form that is not understood", "无法识别所发送内容的形式"),
    "error_416": ("The file has no such part", "文件没有所要求的部分"),
    "error_500": ("The server has a fault", "服务器出现故障"),
    "error_503": (
        "The service cannot answer at the moment; this page cannot be shown now",
        "服务暂时无法响应，无法显示此页面",
    ),
    "error_other": ("This page cannot be shown", "无法显示此页面"),
    "error_423": ("Somebody else is doing this right now", "他人正在进行此操作"),
    "error_429": ("Too many calls in a short time", "短时间内请求过多"),
    "error_507": ("There is no room left", "存储空间已满"),
    "request_id_before": ("For questions to the operators, the number of this request:", "如需咨询，请提供请求编号："),
    "error_request": ("number of the request", "请求编号"),
    "error_copy": ("Copy", "复制"),
    "error_copied": ("Copied", "已复制"),
    "error_search": ("Search for it", "检索相关内容"),
    "error_doi": ("Look it up at doi.org:", "在 doi.org 查询："),
    "error_again": ("Try again", "重试"),
    "error_wait": ("You can go on in {seconds} seconds.", "{seconds} 秒后可继续。"),
    "error_wait_minutes": ("You can go on in {minutes} minutes.", "{minutes} 分钟后可继续。"),
    "error_kept_heading": ("What is kept", "哪些内容已保留"),
    "error_next_heading": ("What to do", "接下来怎么做"),
    "error_kept": (
        "Nothing was changed. Whatever was saved before is as it was.",
        "没有任何改动，此前保存的内容保持原样。",
    ),
    "error_kept_413": (
        "Nothing of this was taken. Files that arrived before stay.",
        "本次发送的内容未被接收，此前已到达的文件仍在。",
    ),
    "error_kept_500": (
        "What was saved before is as it was. Of this request all was saved or nothing: look before you send it again.",
        "此前保存的内容保持原样。本次请求要么全部保存，要么完全没有保存；再次发送前请先查看。",
    ),
    "error_kept_503": (
        "What was saved before is safe. Of this request either all was saved or nothing.",
        "此前保存的内容安然无恙。本次请求要么全部保存，要么完全没有保存。",
    ),
    "error_kept_507": (
        "Datasets and drafts are safe, and files that arrived stay. This request was not carried out.",
        "数据集、草稿和已到达的文件都安然无恙，本次请求未被执行。",
    ),
    "error_kept_410": (
        "What the dataset was, when and why it was withdrawn stay on record; its identifiers lead here.",
        "数据集的基本信息、撤回时间和原因均予保留，其标识符指向此页。",
    ),
    "error_next_400": (
        "Compare the address with where you have it from, or go back: your browser still has what you typed.",
        "请核对网址，或在浏览器中返回上一页，已填写的内容仍在。",
    ),
    "error_next_401": (
        "Sign in; then you come back here. A program needs a token that is valid.",
        "请登录，随后会回到此处。程序需使用有效的令牌。",
    ),
    "error_next_403": (
        "If you have an account with the right to it, sign in with that one. Else ask the owner of the dataset, or us.",
        "如果您有具备权限的账户，请用该账户登录；否则请向数据集负责人或我们提出。",
    ),
    "error_next_404": (
        "Look for a mistyped character, or search. A dataset that was withdrawn has a page that says so. "
        "A draft is shown only to people who may see it, once they have signed in.",
        "请检查网址是否有误，或进行检索。已撤回的数据集有说明页面；草稿只在登录后对有权限的人显示。",
    ),
    "error_next_405": (
        "Go back and use the links and buttons of the page.",
        "请返回，使用页面上的链接和按钮。",
    ),
    "error_next_409": (
        "Go back and load the page anew, so that you see how things stand now, then decide again.",
        "请返回并刷新页面，查看当前状态后再决定。",
    ),
    "error_next_410": (
        "Search for a newer version, or ask us.",
        "请检索是否有更新的版本，或联系我们。",
    ),
    "error_next_412": (
        "Go back: your browser still has what you typed. Open the page in a second window, compare, and save again.",
        "请返回，已填写的内容仍在浏览器中。请在另一个窗口打开该页面，比较后再保存。",
    ),
    "error_next_413": (
        "Send large files in parts, as the upload page and the API do, or fewer at once.",
        "请像上传页面和接口那样分块发送大文件，或减少一次发送的数量。",
    ),
    "error_next_429": (
        "Wait as long as is said above, then try again. Programs find the time in the header Retry-After.",
        "请按上述时间等待后重试。程序可在 Retry-After 头部中读取该时间。",
    ),
    "error_next_500": (
        "Try again in a few minutes. If it goes on, write to us with the number of the request below.",
        "请几分钟后重试。如仍有问题，请附上下方的请求编号与我们联系。",
    ),
    "error_next_503": (
        "Try again in a moment. The status page says what works meanwhile.",
        "请稍后重试。运行状态页面会说明目前哪些功能可用。",
    ),
    "error_next_507": (
        "The operators have to make room; they are alerted. Reading and downloading go on.",
        "需由管理人员腾出空间，他们已收到提醒。浏览和下载不受影响。",
    ),
    "home": ("To the start page of {name}", "返回 {name} 首页"),
    "site_navigation": ("Site", "网站导航"),
    "search_site": ("Search datasets", "搜索数据集"),
    "search_hint": ("Words, DOI, CSTR or ORCID", "关键词、DOI、CSTR 或 ORCID"),
    "search_button": ("Search", "搜索"),
    "deposit": ("Deposit data", "提交数据"),
    "help": ("Help", "帮助"),
    "my_datasets": ("My datasets", "我的数据集"),
    "account": ("Account", "账户"),
    "sign_in": ("Sign in", "登录"),
    "sign_out": ("Sign out", "退出登录"),
    "about": ("About", "关于"),
    "policies": ("Policies", "政策"),
    "contact": ("Contact", "联系我们"),
    "status": ("Status", "运行状态"),
    "accessibility": ("Accessibility", "无障碍声明"),
    "api": ("API", "接口（API）"),
    "for_referees": ("Dataset under review", "评审中的数据集"),
    "machine": ("Export", "导出"),
}
