"""The words of a draft's files, in English and Chinese; those with `upload_` are for the script that sends."""

from repository.faces.pages.shell.languages import Translations, Wording

FILE_WORDING: Wording = {
    "folder_files": ("{count} files", "{count} 个文件"),
    "folder_files_one": ("{count} file", "{count} 个文件"),
    "draft_total": ("{count} files, {size}", "共 {count} 个文件，{size}"),
    "draft_total_one": ("{count} file, {size}", "共 {count} 个文件，{size}"),
    "limits_file": (
        "A file may have up to {file}, the dataset up to {count} files.",
        "单个文件不超过 {file}，每个数据集最多 {count} 个文件。",
    ),
    "limits_room": ("{room} of your space is left.", "您的剩余空间为 {room}。"),
    "unfinished": (
        "{count} files are not complete. Choose the same files or the same folder again: what is there already is not"
        " sent again.",
        "有 {count} 个文件尚未传完。请重新选择相同的文件或文件夹，已上传的部分不会重复上传。",
    ),
    "unfinished_one": (
        "{count} file is not complete. Choose it, or its folder, again: what is there already is not sent again.",
        "有 {count} 个文件尚未传完。请重新选择该文件或其文件夹，已上传的部分不会重复上传。",
    ),
    "remove_unfinished": ("Remove what is not complete", "移除未传完的文件"),
    "frozen_files": (
        "These are the files of a published version, which never change. Make a new version for other files.",
        "这些是已发布版本的文件，不能更改。如需更换文件，请创建新版本。",
    ),
    "find_files": ("Find files by part of their name", "按名称查找文件"),
    "find": ("Find", "查找"),
    "find_all": ("Show all again", "取消查找"),
    "nothing_fits": ("No file has all of these words in its name.", "没有名称包含上述全部词语的文件。"),
    "all_draft_files": ("All files", "全部文件"),
    "folder_path": ("Folder", "所在文件夹"),
    "list_pages": ("Pages of files", "文件列表分页"),
    "list_range": ("{first} to {last} of {count}", "第 {first} 至 {last} 项，共 {count} 项"),
    "list_some": ("{first} to {last}", "第 {first} 至 {last} 项"),
    "open_folder": ("Folder {name}", "文件夹 {name}"),
    "pick": ("Select {name}", "选择 {name}"),
    "acts_of": ("More: {name}", "更多：{name}"),
    "more_acts": ("More", "更多"),
    "remove_picked": ("Remove selected", "移除所选"),
    "rename": ("Rename or move", "重命名或移动"),
    "hide_file": ("Hide from readers", "对读者隐藏"),
    "show_file": ("Show to readers", "对读者显示"),
    "show_first": ("Show first on the page", "在页面上优先展示"),
    "not_first": ("Do not show first", "取消优先展示"),
    "is_hidden": ("Hidden", "已隐藏"),
    "is_first": ("Shown first", "优先展示"),
    "file_coming": ("Coming in parts", "分段上传中"),
    "file_read": ("Stored, being checked", "已存储，正在校验"),
    "rename_title": ("Rename or move", "重命名或移动"),
    "rename_label": ("New name, with its folders", "新名称（含文件夹路径）"),
    "rename_hint": (
        "Folders are separated by slashes, as in raw/2024/a.csv.",
        "文件夹以斜线分隔，例如 raw/2024/a.csv。",
    ),
    "rename_hint_folder": (
        "All files of the folder go with it. Folders are separated by slashes.",
        "文件夹中的所有文件将一并移动。文件夹以斜线分隔。",
    ),
    "rename_button": ("Rename", "重命名"),
    "leave_it": ("Leave it as it is", "保持不变"),
    "remove_title": ("Remove these files?", "确定移除这些文件？"),
    "remove_lead": (
        "They are taken out of the draft for good. Files of published versions stay where they are.",
        "这些文件将从草稿中永久移除，已发布版本中的文件不受影响。",
    ),
    "remove_unfinished_lead": (
        "What has arrived of {count} files is removed for good. Complete files stay.",
        "{count} 个未传完文件的已上传部分将被永久移除，完整的文件会保留。",
    ),
    "remove_folder": ("Folder {name} with {content}", "文件夹 {name}，含 {content}"),
    "remove_button": ("Remove for good", "永久移除"),
    "reload_list": ("Show the list with the new files", "显示包含新文件的列表"),
    "without_script": (
        "Without scripts a form sends up to {count} files at a time. For large or many files use the command below.",
        "未启用脚本时，每次最多上传 {count} 个文件。文件较大或较多时，请使用下面的命令。",
    ),
    "upload_heading": ("Sending", "上传"),
    "upload_drop_here": (
        "Drop files or folders anywhere on this page, or choose them. They are sent at once; you can go on later.",
        "可将文件或文件夹拖放到页面任意位置，或点击选择。选择后立即上传，中断后可继续。",
    ),
    "upload_choose_folder": ("Choose a folder", "选择文件夹"),
    "upload_go_on": ("Send what is missing of {name}", "继续上传 {name} 中尚缺的文件"),
    "upload_reading": ("Reading: {count} files found so far.", "正在读取：已找到 {count} 个文件。"),
    "upload_asking": (
        "Looking what is there already: {done} of {count} files.",
        "正在核对已上传的内容：{done} / {count} 个文件。",
    ),
    "upload_sending": (
        "{done} of {count} files stored, {size} of {total}.",
        "已存储 {done} / {count} 个文件，{size} / {total}。",
    ),
    "upload_sending_pace": (
        "{done} of {count} files stored, {size} of {total}, {pace} a second, about {time} left.",
        "已存储 {done} / {count} 个文件，{size} / {total}，每秒 {pace}，约剩 {time}。",
    ),
    "upload_comparing": (
        "Comparing {count} files with those that are there.",
        "正在与已有文件比对：{count} 个。",
    ),
    "upload_comparing_one": ("Comparing {count} file with the one that is there.", "正在与已有文件比对：{count} 个。"),
    "upload_checking": (
        "All bytes are sent. The server reads {count} files to check them.",
        "数据已全部发送，服务器正在校验 {count} 个文件。",
    ),
    "upload_checking_one": (
        "All bytes are sent. The server reads {count} file to check it.",
        "数据已全部发送，服务器正在校验 {count} 个文件。",
    ),
    "upload_done": (
        "All {count} files are stored and compared: {sent} sent, {same} were there already.",
        "全部 {count} 个文件均已存储并校验：上传 {sent} 个，已有 {same} 个。",
    ),
    "upload_done_one": ("The file is stored and compared.", "文件已存储并校验。"),
    "upload_done_but": (
        "{done} of {all} files are stored. {count} need your attention.",
        "已存储 {done} / {all} 个文件，还有 {count} 个需要您处理。",
    ),
    "upload_done_but_one": (
        "{done} of {all} files are stored. {count} needs your attention.",
        "已存储 {done} / {all} 个文件，还有 {count} 个需要您处理。",
    ),
    "upload_nothing": ("There is nothing to send.", "没有需要上传的文件。"),
    "upload_held": (
        "Nothing was sent: {count} files wait.",
        "尚未上传：{count} 个文件等待中。",
    ),
    "upload_held_one": ("Nothing was sent: {count} file waits.", "尚未上传：{count} 个文件等待中。"),
    "upload_paused": ("Paused: {count} of {all} files are left.", "已暂停：还剩 {count} / {all} 个文件。"),
    "upload_other_tab": (
        "Another tab or window sends files to this draft. These {count} follow when it is done.",
        "另一个标签页或窗口正在向此草稿上传文件。完成后将继续上传这 {count} 个文件。",
    ),
    "upload_pause": ("Pause", "暂停"),
    "upload_resume": ("Continue", "继续"),
    "upload_retry": ("Try again", "重试"),
    "upload_retry_file": ("Try again: {name}", "重试：{name}"),
    "upload_retry_all": ("Try all failed ones again", "重试全部失败项"),
    "upload_replace": ("Replace it", "替换"),
    "upload_replace_file": ("Replace it: {name}", "替换：{name}"),
    "upload_replace_all": ("Replace all of them", "全部替换"),
    "upload_keep": ("Keep the draft's", "保留已有文件"),
    "upload_keep_file": ("Keep the draft's: {name}", "保留已有文件：{name}"),
    "upload_keep_all": ("Keep all of the draft's", "全部保留已有文件"),
    "upload_drop": ("Cancel", "取消"),
    "upload_drop_file": ("Cancel: {name}", "取消：{name}"),
    "upload_drop_all": ("Leave out what is not sent", "放弃未上传的文件"),
    "upload_wake": ("Try now", "立即重试"),
    "upload_list_clash": (
        "The draft has other files of these names: {count}",
        "与草稿中已有文件同名但内容不同：{count} 个",
    ),
    "upload_list_failed": ("Not sent: {count}", "未上传：{count} 个"),
    "upload_list_moving": ("On the way: {count}", "处理中：{count} 个"),
    "upload_more": ("And {count} more.", "另有 {count} 个。"),
    "upload_state_sending": ("Sending", "正在发送"),
    "upload_state_comparing": ("Comparing", "正在比对"),
    "upload_state_checking": ("Sent, being checked", "已发送，正在校验"),
    "upload_clash": ("The draft has another file of this name.", "草稿中已有同名文件，内容不同。"),
    "upload_changed": (
        "The file was changed or moved on your computer after it was chosen. Choose it again.",
        "选择之后，该文件在您的电脑上已被更改或移动，请重新选择。",
    ),
    "upload_mismatch": (
        "The server has other bytes than your computer (SHA-256 here {here}, there {there}). Try again to replace"
        " them.",
        "服务器上的内容与本机不一致（本机 SHA-256：{here}，服务器：{there}）。请重试以替换。",
    ),
    "upload_broken": (
        "The connection breaks off each time. Try again, or use the command below.",
        "连接反复中断。请重试，或使用下面的命令。",
    ),
    "upload_left_out": (
        "{count} files that systems put beside yours are left out (.DS_Store and the like).",
        "已忽略 {count} 个系统文件（.DS_Store 等）。",
    ),
    "upload_left_out_one": (
        "{count} file that a system put beside yours is left out (.DS_Store and the like).",
        "已忽略 {count} 个系统文件（.DS_Store 等）。",
    ),
    "upload_empty_folders": (
        "{count} folders are empty. They are not kept, for a dataset has files only.",
        "有 {count} 个空文件夹。数据集只保存文件，空文件夹不会保留。",
    ),
    "upload_empty_folders_one": (
        "{count} folder is empty. It is not kept, for a dataset has files only.",
        "有 {count} 个空文件夹。数据集只保存文件，空文件夹不会保留。",
    ),
    "upload_unreadable": ("{name} cannot be read.", "无法读取 {name}。"),
    "upload_trouble_offline": (
        "There is no network. Sending goes on by itself when it is back.",
        "网络已断开，恢复后将自动继续上传。",
    ),
    "upload_trouble_silent": (
        "The server does not answer. Sending goes on by itself when it does.",
        "服务器没有响应，恢复后将自动继续上传。",
    ),
    "upload_trouble_busy": (
        "The server has much to do. Sending goes on by itself in a moment.",
        "服务器繁忙，稍后将自动继续上传。",
    ),
    "upload_trouble_away": (
        "The store of files does not answer right now. Sending goes on by itself when it does.",
        "文件存储服务暂时不可用，恢复后将自动继续上传。",
    ),
    "upload_trouble_full": (
        "The store of files is full. Whoever runs this site has to make room; sending goes on by itself then.",
        "文件存储空间已满，需由网站管理员扩容，之后将自动继续上传。",
    ),
    "upload_trouble_signed_out": (
        "You were signed out. Sign in again: sending goes on here by itself, and nothing is lost.",
        "您已退出登录。请重新登录，之后此处将自动继续上传，内容不会丢失。",
    ),
    "upload_again_in": ("Next try in {time}.", "{time}后重试。"),
    "upload_seconds": ("{count} seconds", "{count} 秒"),
    "upload_seconds_one": ("{count} second", "{count} 秒"),
    "upload_minutes": ("{count} minutes", "{count} 分钟"),
    "upload_hours": ("{count} hours", "{count} 小时"),
}
UPLOAD = "upload_"


def upload_words(words: Translations) -> Translations:
    """Return the words of the script, by their names there."""
    return {name.removeprefix(UPLOAD): text for name, text in words.items() if name.startswith(UPLOAD)}
