"""Reasons that concern files and their bytes, English to Chinese."""

from collections.abc import Mapping

FILE_REASONS: Mapping[str, str] = {
    "Record '{record}' has no file '{key}'.": "记录“{record}”没有文件“{key}”。",
    "File '{key}' of record '{record}' has no content yet.": "记录“{record}”的文件“{key}”尚无内容。",
    "File '{key}' has not completed its transfer.": "文件“{key}”尚未传输完成。",
    "File '{key}' is being verified.": "文件“{key}”正在核验。",
    "File '{key}' failed: {reason}": "文件“{key}”出错：{reason}",
    "its content could not be verified.": "其内容未能通过核验。",
    "The object is not in the store.": "存储中没有该对象。",
    "The object has {size} bytes instead of {expected}.": "该对象有 {size} 字节，而不是 {expected} 字节。",
    "The object has SHA-256 {digest}.": "该对象的 SHA-256 为 {digest}。",
    "The file's content cannot be read right now.": "暂时无法读取文件内容。",
    "The file's content ends too early.": "文件内容不完整。",
    "The content of '{key}' cannot be read right now.": "暂时无法读取“{key}”的内容。",
    "The file is not the one that If-Match names.": "该文件不是 If-Match 所指的文件。",
    # names
    "A file needs a name.": "文件应有名称。",
    "Longer than {most} bytes.": "长度超过 {most} 字节。",
    "A file name is a relative path with forward slashes.": "文件名应为使用正斜杠的相对路径。",
    "A file name has no control characters.": "文件名不得含控制字符。",
    "These files lie in too many folders: name fewer of them at once.": (
        "这些文件涉及的文件夹过多：请减少一次提交的文件数。"
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
    "Parts of this upload are missing: nothing can be appended.": "该上传缺少分段，不能追加内容。",
    "There is no upload of the object {key} under this id.": "没有以此编号上传对象 {key}。",
    "The upload has {size} bytes: nothing can be appended at {offset}.": (
        "该上传已有 {size} 字节，不能在 {offset} 处追加。"
    ),
    "There is already a stored object {key}.": "存储对象 {key} 已存在。",
    "There is no stored object {key}.": "没有存储对象 {key}。",
}
