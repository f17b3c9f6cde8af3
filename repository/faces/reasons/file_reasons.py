"""Reasons that concern files and their bytes, English to Chinese."""

from collections.abc import Mapping

FILE_REASONS: Mapping[str, str] = {
    "Record '{record}' has no file '{key}'.": "记录“{record}”没有文件“{key}”。",
    "File '{key}' of record '{record}' has no content yet.": "记录“{record}”的文件“{key}”尚无内容。",
    "File '{key}' has not completed its transfer.": "文件“{key}”尚未传输完成。",
    "File '{key}' is being verified.": "文件“{key}”正在核验。",
    "File '{key}' is damaged: its bytes are not those that were sent. Please send it again.": (
        "文件“{key}”已损坏：其字节与上传时不同。请重新上传。"
    ),
    "File '{key}' failed: {reason}": "文件“{key}”出错：{reason}",
    "its content could not be verified.": "其内容未能通过核验。",
    "The object is not in the store.": "存储中没有该对象。",
    "The object has {size} bytes instead of {expected}.": "该对象有 {size} 字节，而不是 {expected} 字节。",
    "The object has {name} {digest} instead of {expected}.": "该对象的 {name} 为 {digest}，而不是 {expected}。",
    "The object cannot be read: {cause}.": "无法读取该对象：{cause}。",
    "Took the MD5 and the SHA-256 of the stored bytes, and compared them with what was declared.": (
        "已计算存储字节的 MD5 和 SHA-256，并与声明的值比对。"
    ),
    "The content is damaged.": "内容已损坏。",
    "The file '{key}' is damaged: its bytes are not those that were deposited. The curators know it.": (
        "文件“{key}”已损坏：其字节与提交时不同。管理人员已知悉。"
    ),
    "The file's content is not what was deposited.": "文件内容与提交时不同。",
    "The file's content cannot be read right now.": "暂时无法读取文件内容。",
    "The file's content ends too early.": "文件内容不完整。",
    "The content of '{key}' cannot be read right now.": "暂时无法读取“{key}”的内容。",
    "The files have changed while they were sent.": "发送期间文件已被更改。",
    "Record '{record}' has no file whose name begins with '{prefix}'.": "记录“{record}”没有以“{prefix}”开头的文件。",
    "Choose files by 'prefix' or by 'key', not by both.": "请用 prefix 或 key 选择文件，不要同时使用两者。",
    "Choose at most {most} files.": "最多选择 {most} 个文件。",
    "Choose one of: {choices}.": "请选择其中之一：{choices}。",
    "The file is not the one that If-Match names.": "该文件不是 If-Match 所指的文件。",
    # names
    "A file needs a name.": "文件应有名称。",
    "Longer than {most} bytes.": "长度超过 {most} 字节。",
    "A file name is a relative path with forward slashes.": "文件名应为使用正斜杠的相对路径。",
    "A file name has no control characters.": "文件名不得含控制字符。",
    "These files lie in too many folders: name fewer of them at once.": (
        "这些文件涉及的文件夹过多：请减少一次提交的文件数。"
    ),
    "A file name has no U+FFFD, which stands for bytes that are no text.": (
        "文件名不得含 U+FFFD，该字符代表无法识别为文本的字节。"
    ),
    "A file name has no invisible characters.": "文件名不得含不可见字符。",
    "A file name has no empty, '.' or '..' part.": "文件名中不得有空的、“.”或“..”部分。",
    "A part of a file name has at most {most} bytes.": "文件名的每一部分最多 {most} 字节。",
    "File with key {key} already exists.": "名为 {key} 的文件已存在。",
    "'{taken}' is the same name, spelt with other Unicode characters (NFC, NFD): a disk holds only one.": (
        "“{taken}”是同一名称的另一种 Unicode 写法（NFC、NFD），磁盘上只能有一个。"
    ),
    "'{taken}' is in a folder of this name: a disk cannot hold a file of it too.": (
        "“{taken}”位于同名文件夹中，磁盘上不能再有同名文件。"
    ),
    "'{taken}' is a file: a disk cannot hold a folder of this name too.": "“{taken}”是文件，磁盘上不能再有同名文件夹。",
    "A folder cannot be moved into itself.": "文件夹不能移入其自身。",
    "There is a folder of this name already, with '{name}'.": "已有同名文件夹，其中有“{name}”。",
    "'{key}' would be longer than {most} bytes.": "“{key}”将超过 {most} 字节。",
    "Record '{record}' has no folder '{folder}'.": "记录“{record}”没有文件夹“{folder}”。",
    "Name a prefix or a folder, not both.": "请只给出 prefix 或 folder 之一。",
    "Name files, a prefix or a folder, not several of them.": "请只给出文件、prefix 或 folder 之一。",
    "End it with a slash: only whole folders are removed.": "请以斜杠结尾：只能移除整个文件夹。",
    "Name a folder: all files are removed without parameters.": "请给出文件夹：不带参数时将移除所有文件。",
    "Name files in the address: a body is not read.": "请在地址中指明文件：不读取请求正文。",
    "'{other}' differs in case only: some disks hold only one of them.": (
        "“{other}”仅大小写不同：有些磁盘只能保存其中一个。"
    ),
    "The store has other bytes than those that arrived: a part was cut off on its way. Please send it again.": (
        "存储中的内容与收到的不一致：有一个分块在传输中被截断。请重新发送。"
    ),
    # quotas
    "More than is allotted.": "超出限额。",
    "You have {used} drafts; the limit is {most}. Publish or delete some.": (
        "您有 {used} 份草稿，限额为 {most} 份。请发布或删除一些。"
    ),
    "Your drafts hold {used} bytes of files; the limit is {most}, and this does not fit. Publish or delete some.": (
        "您的草稿共有 {used} 字节的文件，限额为 {most} 字节，放不下这些内容。请发布或删除一些。"
    ),
    "The owner of this dataset has as many drafts as they may. Some must be published or deleted.": (
        "该数据集所有者的草稿数已达限额。须先发布或删除一些。"
    ),
    "The drafts of this dataset's owner hold all the bytes they may. Some must be published or deleted.": (
        "该数据集所有者的草稿字节数已达限额。须先发布或删除一些。"
    ),
    "The files of this dataset hold {used} bytes; its limit is {most}, and this does not fit.": (
        "该数据集的文件共有 {used} 字节，限额为 {most} 字节，放不下这些内容。"
    ),
    # uploads
    "The file {key} is hidden.": "文件 {key} 已隐藏。",
    "Files with these names cannot stand side by side: send them anew under others.": (
        "这些文件名不能并存：请以其他名称重新发送。"
    ),
    "The metadata of a file has at most {most} bytes.": "文件的元数据最多 {most} 字节。",
    "Send the body itself: the encoding {encoding} is not undone.": "请直接发送内容：不会还原编码 {encoding}。",
    "No files to upload.": "没有要上传的文件。",
    "Files are not enabled.": "未启用文件。",
    "Only a new version can import files, from the one before.": "只有新版本才能从前一版本导入文件。",
    "The files of a published version cannot be changed: make a new version.": (
        "已发布版本的文件不能更改，请创建新版本。"
    ),
    "A record holds at most {limit} files.": "每条记录最多 {limit} 个文件。",
    "No content was received for file '{key}'.": "没有收到文件“{key}”的内容。",
    "Send the bytes as {types}.": "请以 {types} 发送字节。",
    "Send the bytes themselves: they are kept as they come, and {encoding} is not undone.": (
        "请直接发送字节：收到的字节按原样保存，不会还原 {encoding}。"
    ),
    "Write it as RFC 9530 has it, such as sha-256=:…: with base64 in it.": (
        "请按 RFC 9530 书写，例如 sha-256=:…:，其中为 base64。"
    ),
    "None of its digests can be compared; these can: {names}.": "其中的摘要均无法比对；可比对的有：{names}。",
    "This is not the {name} of anything, in base64.": "它不是 base64 形式的 {name} 值。",
    "Announced {announced}, received {received}.": "预告的是 {announced}，收到的是 {received}。",
    "Write md5:… or sha256:… in hexadecimal.": "请写 md5:… 或 sha256:…，用十六进制。",
    "This is not the MD5 of anything, in base64 or hexadecimal digits.": "它不是 base64 或十六进制形式的 MD5 值。",
    "The received content is not what was declared.": "收到的内容与声明的不符。",
    "Announced md5:{announced}, received md5:{received}.": "预告的是 md5:{announced}，收到的是 md5:{received}。",
    "Declared {declared} bytes, received {received}.": "声明为 {declared} 字节，收到 {received} 字节。",
    "Declared {declared}, received {received}.": "声明为 {declared}，收到的是 {received}。",
    "{size} bytes were announced, more came.": "预告 {size} 字节，收到的更多。",
    "{size} bytes were announced, {received} came.": "预告 {size} 字节，收到 {received} 字节。",
    "The content is larger than the allowed {limit} bytes.": "内容超过允许的 {limit} 字节。",
    "The content is larger than allowed.": "内容超过允许的大小。",
    "Parts are numbered from 1 to {most}.": "分段的编号为 1 至 {most}。",
    "A part has 1 to {most} bytes.": "每个分段为 1 至 {most} 字节。",
    "An upload needs at least one part.": "上传至少需要一个分段。",
    "An upload has at most {most} parts.": "上传最多 {most} 个分段。",
    "Parts are listed once, in the order of their numbers.": "每个分段只列一次，按编号排列。",
    "Part {number} has not arrived.": "分段 {number} 尚未收到。",
    "Part {number} has other bytes than the listed ones.": "分段 {number} 的字节与所列的不同。",
    "Part {number} has {size} bytes; all but the last part have at least {least}.": (
        "分段 {number} 为 {size} 字节；除最后一个外，每个分段至少 {least} 字节。"
    ),
    "Part {number} has {size} bytes instead of {expected}.": "分段 {number} 为 {size} 字节，而不是 {expected} 字节。",
    "The parts are numbered from 1 to {count}.": "分段的编号为 1 至 {count}。",
    "The parts that have arrived are not the declared file.": "收到的分段与声明的文件不符。",
    "Multipart file transfer requires file size.": "分段上传须给出文件大小。",
    "A file that comes in parts has at least one byte.": "分段上传的文件至少有一个字节。",
    "Write md5:… in hexadecimal.": "请写 md5:…，用十六进制。",
    "There are {count} parts.": "共有 {count} 个分段。",
    "A part has at most {most} bytes.": "每个分段最多 {most} 字节。",
    "All but the last part have at least {least} bytes.": "除最后一个外，每个分段至少 {least} 字节。",
    "{size} bytes in parts of {part} bytes are {needed} parts, not {count}.": (
        "{size} 字节按每段 {part} 字节应为 {needed} 段，而不是 {count} 段。"
    ),
    "The files of one request have at most {most} parts together.": "一次请求的文件合计最多 {most} 个分段。",
    "A file has at most {most} bytes.": "每个文件最多 {most} 字节。",
    "File '{key}' does not come in parts (any more).": "文件“{key}”（已）不是分段上传。",
    "The store has neither the parts nor the file (yet). Please commit again in a moment; if that does not help,"
    " remove the file and name it again.": (
        "存储中（尚）没有这些分段，也没有该文件。请稍后再次提交；若仍无效，请删除该文件并重新登记。"
    ),
    "The store does not have this upload any more. Please remove the file and name it again.": (
        "存储中已没有该上传。请删除该文件并重新登记。"
    ),
    "Parts of this upload are missing: nothing can be appended.": "该上传缺少分段，不能追加内容。",
    "There is no upload of the object {key} under this id.": "没有以此编号上传对象 {key}。",
    "The upload has {size} bytes: nothing can be appended at {offset}.": (
        "该上传已有 {size} 字节，不能在 {offset} 处追加。"
    ),
    # the page of a draft's files
    "Select at least one file or folder.": "请至少选择一个文件或文件夹。",
    "This page has no such button.": "此页面没有该按钮。",
    "The draft has no such folder or page of files.": "草稿中没有该文件夹或该页文件。",
    "There is no such folder.": "没有该文件夹。",
    # bundles
    "This is no TAR that can be taken (byte {at}): {reason}": "这不是可以接收的 TAR（第 {at} 字节）：{reason}",
    "A header is not followed by its member.": "头部之后没有对应的成员。",
    "A member has bytes that is no file.": "不是文件的成员带有内容。",
    "A header of all members says what can be said of one only.": "全局头部含有只能用于单个成员的内容。",
    "A member has two extended headers.": "同一成员有两个扩展头部。",
    "A member has two names.": "同一成员有两个名称。",
    "A header has more than {most} bytes.": "头部超过 {most} 字节。",
    "An extended header cannot be read.": "扩展头部无法读取。",
    "An extended header is no UTF-8.": "扩展头部不是 UTF-8。",
    "An extended header says {word} twice.": "扩展头部中 {word} 出现两次。",
    "It is cut short.": "内容不完整，中途截断。",
    "One block of zeros is no end.": "结尾只有一个零块。",
    "Bytes follow its end.": "结尾之后还有内容。",
    "A header has a wrong checksum.": "头部校验和有误。",
    "A length cannot be read.": "长度无法读取。",
    "Links are not taken, only files.": "不接受链接，只接受文件。",
    "Devices and pipes are not taken, only files.": "不接受设备和管道，只接受文件。",
    "Sparse files are not taken: send all bytes.": "不接受稀疏文件，请发送全部字节。",
    "Members of this kind are not taken, only files.": "不接受这种成员，只接受文件。",
    "The file's name is no UTF-8.": "文件名不是 UTF-8。",
    "Write {keyword} in 64 hexadecimal digits.": "请以 64 位十六进制书写 {keyword}。",
    "A bundle has at most {most} files.": "一个文件包最多 {most} 个文件。",
    "The bundle has several files of this name: none is taken.": "文件包中有多个同名文件，均未接收。",
    "The draft has another file of this name: remove or rename it first.": (
        "草稿中已有同名的另一文件：请先删除或重命名。"
    ),
    "Another upload of this file is under way.": "该文件的另一上传正在进行。",
    "Send the files as {type}.": "请以 {type} 发送文件。",
    # links
    "There is no such file, or it is not yours to read.": "没有这一文件，或您无权读取。",
    "Files of at most {most} records can be linked at once.": "一次最多链接 {most} 条记录的文件。",
    "The id of the record is needed that has the file.": "须给出该文件所在记录的编号。",
    # resumable uploads
    "There is no such upload.": "没有这一上传。",
    "This upload is over. Please begin a new one.": "这一上传已结束，请重新开始。",
    "The file has {most} uploads under way. End one of them, or let it expire.": (
        "该文件已有 {most} 个上传正在进行。请结束其中一个，或等其过期。"
    ),
    "The body has more bytes than the upload lacks.": "发送的字节多于该上传所缺的。",
    "A body with Upload-Checksum has at most {most} bytes: send smaller chunks.": (
        "带 Upload-Checksum 的内容最多 {most} 字节：请分成较小的块发送。"
    ),
    "The received bytes do not have the announced checksum: none of them was kept.": (
        "收到的字节与预告的校验值不符，均未保留。"
    ),
    "Another request is doing this right now. Please try again in a moment.": "另一请求正在执行此操作，请稍后再试。",
    "Another request sends bytes of this upload right now. Please try again in a moment.": (
        "另一请求正在发送该上传的字节，请稍后再试。"
    ),
    "The upload could not be held any longer. Please ask for its offset, and go on there.": (
        "该上传已无法继续占用。请查询其进度，并从该处继续。"
    ),
    "Send the header Tus-Resumable: {version}. No other version is spoken here.": (
        "请发送请求头 Tus-Resumable: {version}。不支持其他版本。"
    ),
    "The length has to be told at the beginning, in Upload-Length.": "须在开始时以 Upload-Length 告知长度。",
    "Uploads are not put together from others. Send the file in one upload.": (
        "不支持由多个上传拼接。请在一个上传中发送文件。"
    ),
    "A whole number of bytes is needed.": "须为整数的字节数。",
    "These algorithms are known: {names}.": "支持的算法：{names}。",
    "After the algorithm, its digest is needed in base64.": "算法之后须为其 base64 形式的校验值。",
    "The id of the draft is needed.": "须给出草稿的编号。",
    "At most {most} characters.": "最多 {most} 个字符。",
    "Names are told once, each with its value in base64.": "每个名称只出现一次，其后为 base64 形式的值。",
    "A text in UTF-8 is needed.": "须为 UTF-8 文本。",
    "There is already a stored object {key}.": "存储对象 {key} 已存在。",
    "There is no stored object {key}.": "没有存储对象 {key}。",
    # files that are fetched
    "Domain not allowed": "本站不从该网站获取文件。",
    "This site fetches no files from elsewhere.": "本站不从外部地址获取文件。",
    "The address of the file is needed.": "须给出文件的网址。",
    "The server answers with status {status}.": "对方服务器返回状态码 {status}。",
    "The server sends the file compressed ({encoding}), though it was asked for its bytes.": (
        "对方服务器未按要求发送原始文件，而是发送了压缩内容（{encoding}）。"
    ),
    "The server sends another range than it was asked for.": "对方服务器返回的字节范围与请求不符。",
    "The server redirects too often.": "对方服务器重定向次数过多。",
    "The server sends too slowly.": "对方服务器发送过慢。",
    "The connection was cut before the end of the file.": "文件尚未传完，连接即已中断。",
    "The server does not tell how long the file is: declare its size or its checksum.": (
        "对方服务器未告知文件大小，请声明文件的大小或校验值。"
    ),
    "The server was asked a moment ago.": "刚刚已请求过对方服务器。",
    "Another job fetches this file right now.": "另一个任务正在获取此文件。",
    "Declared {size} bytes, the server has {found}.": "声明为 {size} 字节，对方服务器上的文件为 {found} 字节。",
    "The file has more than the allowed {most} bytes.": "文件超过允许的 {most} 字节。",
    "The file is empty.": "文件为空。",
    "There is no preview of files of this format.": "此格式的文件没有预览。",
    "This site lacks what reads files of this format.": "本站未安装读取此格式文件的组件。",
    "The file cannot be read as what it seems to be.": "文件无法按其看似的格式读取。",
    "Too much of the file would have to be read.": "需要读取的文件内容过多。",
    "Reading the file takes too long.": "读取文件耗时过长。",
    "Reading the file takes too much memory.": "读取文件占用内存过多。",
    "The table has too many columns.": "表格的列数过多。",
    "The file is small and unpacks to something huge.": "文件很小，解开后却极大。",
    "The archive would unpack files outside of its folder.": "该压缩包会把文件解到其文件夹之外。",
    "The file defines texts in terms of each other.": "文件中的文本互相嵌套定义。",
    "The file is encrypted.": "文件已加密。",
    "Reading the file failed.": "读取文件失败。",
    "This site does not look into files.": "本站不查看文件内容。",
    "There is no preview of this file.": "此文件没有预览。",
}
