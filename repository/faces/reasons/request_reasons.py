"""Reasons that concern a request, its query or its reader, English to Chinese."""

from collections.abc import Mapping

REQUEST_REASONS: Mapping[str, str] = {
    "This page is for people who signed in with a browser. Programs use the API.": (
        "此页面供通过浏览器登录的用户使用，程序请使用 API。"
    ),
    "Sign in to have files fetched by their addresses.": "请登录后再通过网址获取文件。",
    "Sign in to see this page.": "请登录后查看此页面。",
    "A form brings at most {n} files at a time.": "每次最多可上传 {n} 个文件。",
    "The request could not be carried out.": "无法完成该请求。",
    "A validation error occurred.": "请求有误。",
    "Not found.": "未找到所请求的内容。",
    # texts of the site
    "The text of {address} cannot be read on this server.": "本站无法读取 {address} 的文本。",
    "The file has to begin with its head, between two lines of three hyphens.": (
        "文件须以前后各有三个连字符的文件头开始。"
    ),
    "The head has to name version and date.": "文件头须写明 version 和 date。",
    "The text has to begin with its title, as a heading of the first level.": "文本须以标题（一级标题）开始。",
    # people
    "Must be one line of at most {most} characters.": "必须为单行，最多 {most} 个字符。",
    "Must have 2 to 40 of a-z, 0-9, _ and -, and begin with a letter.": (
        "必须为 2 至 40 个字符，只含 a-z、0-9、_ 和 -，并以字母开头。"
    ),
    "An affiliation needs a ROR id or a name.": "单位需要 ROR 标识符或名称。",
    "This is no identifier of this kind.": "这不是此类标识符。",
    "Must be a time zone of the IANA database, such as Asia/Shanghai.": (
        "必须为 IANA 数据库中的时区，例如 Asia/Shanghai。"
    ),
    "Must name at most {most} kinds of notices.": "最多可列出 {most} 类通知。",
    "There is no such draft.": "没有这份草稿。",
    "A token for one dataset can read and change it, and nothing else.": (
        "仅用于一个数据集的令牌只能读取和修改该数据集。"
    ),
    "This is the last administrator; make another one first.": "这是最后一位管理员，请先指定另一位管理员。",
    "There is no account with this id.": "没有此编号的账户。",
    "This account was merged or erased.": "该账户已被合并或注销。",
    "There is no curator and no administrator who could take the datasets.": "没有可以接管数据集的审核人员或管理员。",
    "You are the only one responsible. Name a receiver, or agree that drafts are discarded.": (
        "您是唯一的负责人。请指定接收人，或同意删除草稿。"
    ),
    "Nobody else is responsible for this draft.": "没有其他人负责这份草稿。",
    "Nobody else is responsible for this published dataset.": "没有其他人负责这个已发布的数据集。",
    "There is no export. Ask for one.": "没有导出文件，请先申请。",
    "This is not your password.": "密码不正确。",
    "Confirm with the address of your account.": "请填写您账户的邮箱地址以确认。",
    "Sign in to erase an account that has no password.": "该账户没有密码，请登录后再注销。",
    "Say why.": "请说明理由。",
    "Somebody else has this name.": "该名称已被他人使用。",
    "This address stops no mail: it is not complete, or not of this site.": (
        "此地址不完整或不属于本站，无法用来停止邮件。"
    ),
    "There is no such kind of fact.": "没有这种事件。",
    "There may be {number} webhooks at most.": "最多可以有 {number} 个 Webhook。",
    "Must be an http or https address of a host, without user, password and fragment.": (
        "须为主机的 http 或 https 地址，不含用户名、密码和片段。"
    ),
    "Must be an address outside the network of this site.": "须为本站网络之外的地址。",
    "There is no such kind of notice.": "没有这种通知。",
    "Notices of this kind cannot be muted.": "此类通知无法关闭。",
    "The message was not sent.": "邮件未能发送。",
    "Moved.": "该内容已移至别处。",
    "Permission denied.": "没有权限。",
    "The presented credential is invalid, expired or revoked.": "所提供的凭证无效、已过期或已被撤销。",
    "Too many failed tries. Please try again later.": "失败次数过多，请稍后再试。",
    "Many people search right now. Please try again in a moment.": "当前检索人数较多，请稍后再试。",
    "Too many calls of this kind. Please go on in {seconds} seconds.": "此类请求过于频繁，请在 {seconds} 秒后继续。",
    "Too many people sign in right now. Please try again.": "当前登录人数过多，请稍后再试。",
    "Record deleted": "该记录已删除。",
    "The state of the resource does not allow this.": "当前状态不允许此操作。",
    "The resource was changed by someone else.": "该资源已被他人修改。",
    "Another request changed the same thing at the same time.": "另一请求同时修改了同一内容。",
    "Revision id provided({expected}) doesn't match record's one({revision})": (
        "所给的修订号（{expected}）与记录的修订号（{revision}）不符。"
    ),
    "The persistent identifier does not exist.": "该标识符不存在。",
    "The persistent identifier is not registered.": "该标识符尚未注册。",
    "The identifier is reserved for something that is not published yet.": "该标识符已预留，对应内容尚未发布。",
    "There is no published record with this identifier.": "没有带有该标识符的已发布记录。",
    "This repository has no {scheme} {text}.": "本仓储没有 {scheme} {text}。",
    "The list of files has no page {page}.": "文件列表没有第 {page} 页。",
    "The record has no such folder.": "该数据集没有这个文件夹。",
    "The site map has no such part.": "站点地图没有这一部分。",
    "Drafts are shown to those who may edit them.": "草稿仅向有编辑权限的人显示。",
    # formats
    "There is no format {name}. There are: {names}.": "没有格式 {name}。可用格式：{names}。",
    "{name} is a format of single records.": "{name} 只适用于单条记录。",
    "Unknown citation style {style}. Available: {names}, and each style of {address} by its file name.": (
        "未知的引用样式 {style}。可用样式：{names}，以及 {address} 中的任一样式（用其文件名）。"
    ),
    "Unknown citation style {style}. {choice}.": "未知的引用样式 {style}。{choice}。",
    "Unknown citation style {style}.": "未知的引用样式 {style}。",
    "Citation style {style} has no form for an item of type {kind}.": "引用样式 {style} 没有适用于类型 {kind} 的形式。",
    "Unknown locale {locale}. Available: {names}.": "未知的语言区域 {locale}。可用：{names}。",
    "This resource comes as: {types}. {reason}": "该资源可提供的类型：{types}。{reason}",
    "This resource comes as: {types}.": "该资源可提供的类型：{types}。",
    "This record comes as: {types}.": "该记录可提供的格式：{types}。",
    # bodies and query strings
    "The body came too slowly; what was stored before is still there.": "请求体到达得太慢；先前保存的内容仍在。",
    "Invalid querystring parameters.": "查询参数无效。",
    "Unable to decode JSON data in request body.": "无法解析请求体中的 JSON。",
    "{words}: line {line} column {column} (char {place})": (
        "JSON 有误：第 {line} 行第 {column} 列（第 {place} 个字符处）。"
    ),
    "A JSON body may have at most {bytes} bytes.": "JSON 请求体最多 {bytes} 字节。",
    "Send the body as {types}.": "请以 {types} 发送请求体。",
    "Send the arguments as {types}.": "请以 {types} 发送参数。",
    "The body is not HTTP as the server reads it: a chunk is broken.": "请求体不符合 HTTP 分块格式：有一个分块已损坏。",
    "A draft may have at most {bytes} bytes.": "一份草稿最多 {bytes} 字节。",
    "{number} more faults are not listed.": "另有 {number} 处错误未列出。",
    "Nested too deeply.": "嵌套层次过深。",
    "Not a JSON value.": "不是 JSON 值。",
    "At most {most} files a request.": "每个请求最多 {most} 个文件。",
    "Must be the id of a person, system or anonymous.": "必须是用户编号、system 或 anonymous。",
    "Must be the name of a kind.": "必须是一种事件的名称。",
    "Must be a credential, such as token:12.": "必须是一个凭证，例如 token:12。",
    "Must be a time from 1970 to 9998.": "时间必须在 1970 年至 9998 年之间。",
    "Not a cursor of this list.": "不是此列表的游标。",
    "NUL cannot be kept.": "无法保存空字符（NUL）。",
    "Unsupported value: {value}": "不支持的值：{value}",
    "Invalid sort option '{value}'.": "无效的排序方式“{value}”。",
    "Not a cursor of this search.": "不是此次检索的游标。",
    "Not a cursor of a search with this sort.": "不是此排序方式的检索游标。",
    "Pages reach the first {window} hits; go on with the cursor in links.next.": (
        "分页只到前 {window} 条；请用 links.next 中的游标继续。"
    ),
    "Pages reach the first {window} hits.": "分页只到前 {window} 条。",
    "Write a date or a range such as 2020 or 2020-05..2022.": "请写日期或范围，例如 2020 或 2020-05..2022。",
    # the query language
    "The query is longer than {longest} characters.": "查询超过 {longest} 个字符。",
    "The query is too complicated: use fewer words or wildcards.": "查询过于复杂：请减少词或通配符。",
    "Syntax error at position {position}: {reason}.": "第 {position} 个字符处语法有误：{reason}。",
    'the quotation mark is never closed, another " was expected': '引号未闭合，应再有一个 "',
    "TO and the upper end of the range were expected, as in [a TO b]": "应有 TO 和范围的上限，如 [a TO b]",
    "] or } was expected to close the range": "应以 ] 或 }} 结束范围",
    "a value for the field {name} was expected": "应有字段 {name} 的值",
    "an end of the range was expected: a value or *": "应有范围的端点：一个值或 *",
    "the closing parenthesis has no opening one": "右括号没有对应的左括号",
    ") was expected, the parenthesis at position {position} is not closed": (
        "应有 )，第 {position} 个字符处的括号未闭合"
    ),
    "a word, a phrase, a field or a group in parentheses was expected": "应有词、短语、字段或括号中的一组",
    "a word, a phrase, or a word with * or ? was expected": "应有词、短语，或带 * 或 ? 的词",
    "the path {path} cannot be searched, the documentation of q names those that can": (
        "不能按路径 {path} 检索，可检索的路径见参数 q 的说明"
    ),
    "the path {path} cannot be searched: id, title, description, props, tags can": (
        "不能按路径 {path} 检索；可用 id、title、description、props、tags"
    ),
    "regular expressions are not supported, words may have * or ?": "不支持正则表达式，词中可用 * 或 ?",
    "no more than {most} parentheses may stand inside each other": "括号最多嵌套 {most} 层",
    "words that are only similar (~) are not supported": "不支持相似词检索（~）",
    "no more than {most} words may have * or ? in them": "带 * 或 ? 的词最多 {most} 个",
    "distances between the words of a phrase are not supported": "不支持短语中词与词之间的距离",
    "a range needs a single field before it, as in created:[2020 TO 2021]": (
        "范围之前应有一个字段，如 created:[2020 TO 2021]"
    ),
    "the path of a field was expected after _exists_:": "_exists_: 之后应有字段的路径",
    # people, communities, sets
    "Not a valid email address.": "不是有效的电子邮件地址。",
    "There is already an account for {email}.": "{email} 已有账户。",
    "Must have at most {longest} characters, and no NUL.": "最多 {longest} 个字符，且不得含空字符（NUL）。",
    "Must have {least} to {most} characters.": "应为 {least} 至 {most} 个字符。",
    "There is no such token.": "没有这个令牌。",
    "There is no account for {email}.": "{email} 没有账户。",
    "There is no such community.": "没有这个社区。",
    "A community with this identifier already exists.": "已有使用该标识的社区。",
    "The identifier should contain only lower-case letters, numbers, or dashes, and a letter or dash.": (
        "标识只能含小写字母、数字或连字符，且至少有一个字母或连字符。"
    ),
    "Titles are in {languages}.": "标题的语种只能是 {languages}。",
    "A title has printable characters only.": "标题只能含可见字符。",
    "A community has a title in one language at least.": "社区至少应有一种语种的标题。",
    "The record is not in this community.": "该记录不属于此社区。",
    "There is no such set.": "没有这个集合。",
    "The spec of a set cannot be changed.": "集合的 spec 不能更改。",
    "The spec must only consist of letters, numbers or -_.!~*'().": "spec 只能由字母、数字或 -_.!~*'() 组成。",
    "The spec must not start with '{beginning}'.": "spec 不得以“{beginning}”开头。",
    "There is a set with the spec '{spec}'.": "已有 spec 为“{spec}”的集合。",
    "Ownership cannot be shared.": "所有权不能共享。",
    "A link is for viewing, previewing or editing.": "链接只能用于查看、预览或编辑。",
    "The grant must end in the future.": "授权的结束时间应在将来。",
    "Could not find the specified subject.": "找不到指定的授权对象。",
    "The same subject is named twice.": "同一授权对象出现了两次。",
    "No secret link found with the given ID.": "没有此 ID 的链接。",
    "A link for referees is for previewing.": "评审链接只能用于预览。",
    "A link for referees does not lead here.": "评审链接不能通往此处。",
    "This link names the authors already.": "该链接已显示作者。",
    "A dataset has at most {most} links.": "一个数据集最多有 {most} 个链接。",
    "This may tell who the authors are: {name}.": "此处可能透露作者身份：{name}。",
    "No grant found with the given ID.": "没有此 ID 的授权。",
    "The owner of a dataset cannot be changed by sharing.": "不能通过共享更改数据集的所有者。",
}
"""A reason in English -> in Chinese, with the same places; `reason` is a reason itself.  The first that fits is taken.

A place has a name in braces; other braces of the Chinese text are doubled.
"""

LIBRARY_REASONS: Mapping[str, str] = {
    "The browser (or proxy) sent a request that this server could not understand.": (
        "服务器无法理解浏览器（或代理）发送的请求。"
    ),
    "The server could not verify that you are authorized to access the URL requested. {more}": (
        "无法确认您有权访问该地址。"
    ),
    "You don't have the permission to access the requested resource. {more}": "您没有访问该资源的权限。",
    "The requested URL was not found on the server. {more}": "服务器上没有该地址。",
    "The method is not allowed for the requested URL.": "该地址不支持此请求方法。",
    "The resource identified by the request is only capable of generating response entities {more}": (
        "该资源无法以所要求的形式提供。"
    ),
    "The server closed the network connection because the browser {more}": (
        "未在规定时间内收到完整请求，服务器已断开连接。"
    ),
    "A conflict happened while processing the request. {more}": "处理请求时发生冲突，该资源可能已被修改。",
    "The requested URL is no longer available on this server {more}": "该地址已失效，且没有新的地址。",
    "A request with this method requires a valid <code>Content-Length</code> header.": (
        "此请求方法需要有效的 Content-Length 头字段。"
    ),
    "The precondition on the request for the URL failed positive evaluation.": "请求的前提条件不成立。",
    "The data value transmitted exceeds the capacity limit.": "发送的数据超过允许的大小。",
    "The length of the requested URL exceeds the capacity limit {more}": "地址过长，无法处理请求。",
    "The server does not support the media type transmitted in the request.": "服务器不支持所发送的媒体类型。",
    "The requested range is not satisfiable.": "无法提供所请求的范围。",
    "The server cannot provide the requested range.": "无法提供所请求的范围。",
    "The server could not meet the requirements of the Expect header": "服务器无法满足 Expect 头字段的要求。",
    "This server is a teapot, not a coffee machine": "本服务器是茶壶，不是咖啡机。",
    "The server is not able to produce a response.": "服务器无法作出响应。",
    "The request was well-formed but was unable to be followed due to semantic errors.": (
        "请求格式正确，但因语义错误无法执行。"
    ),
    "The resource that is being accessed is locked.": "该资源已锁定。",
    "The method could not be performed on the resource because {more}": "所依赖的操作失败，因此无法执行此操作。",
    "This request is required to be conditional; {more}": (
        "该请求必须带有条件，请使用 If-Match 或 If-Unmodified-Since。"
    ),
    "This user has exceeded an allotted request count. Try again later.": "请求次数超过限额，请稍后再试。",
    "One or more header fields exceeds the maximum size.": "有头字段超过允许的大小。",
    "Unavailable for legal reasons.": "因法律原因无法提供。",
    "The server encountered an internal error and was unable to complete your request. {more}": (
        "服务器内部出错，未能完成请求。"
    ),
    "The server does not support the action requested by the browser.": "服务器不支持浏览器所要求的操作。",
    "The proxy server received an invalid response from an upstream server.": "代理服务器收到上游服务器的无效响应。",
    "The server is temporarily unable to service your request {more}": "服务器暂时无法处理请求，请稍后再试。",
    "The connection to an upstream server timed out.": "连接上游服务器超时。",
    "The server does not support the HTTP protocol version used in the request.": (
        "服务器不支持该请求所用的 HTTP 版本。"
    ),
}
"""The descriptions of werkzeug's errors, `more` being a rest that Chinese says with the beginning."""
