"""What is wrong with a part of the site and what to do, for administrators who read Chinese."""

from collections.abc import Mapping

CONDITION_REASONS: Mapping[str, str] = {
    # pages of administration
    "Choose at least one job.": "请至少选择一个任务。",
    "Choose a role.": "请选择角色。",
    # what asks the conditions
    "Look at the load of its server and its disk.": "请检查其服务器负载和磁盘。",
    "It cannot be told while the database cannot be read.": "数据库无法读取，暂时无法判断。",
    "Mend the database first.": "请先修复数据库。",
    "It cannot be told, by a fault of the program.": "因程序错误，暂时无法判断。",
    "Report the error in the log; nothing waits for it.": "请报告日志中的错误，其他工作不受影响。",
    "It cannot be told: {reason}": "暂时无法判断：{reason}",
    "Mend what is named failed first.": "请先修复标为故障的部分。",
    # work
    "See that `repository serve` or, with Redis, a relay and workers of each queue are running.": (
        "请确认 `repository serve` 正在运行；使用 Redis 时，请确认 relay 进程和各队列的 worker 进程正在运行。"
    ),
    "`repository index check --repair` names and mends them; `repository index rebuild --anew` makes the index anew.": (
        "运行 `repository index check --repair` 列出并修复，或运行 `repository index rebuild --anew` 重建索引。"
    ),
    "See that `repository serve` or, with Redis, `repository scheduler` is running.": (
        "请确认 `repository serve` 正在运行；使用 Redis 时，请确认 `repository scheduler` 正在运行。"
    ),
    "Facts have waited for {span} to be relayed.": "事件等待转为任务已有 {span}。",
    "Facts of an unknown kind wait for a newer release.": "有当前版本无法识别的事件，等待新版本处理。",
    "Go on with the upgrade: they follow when a process of the newer release starts.": (
        "请继续升级，新版本的进程启动后会处理。"
    ),
    "Due jobs have waited for {span}.": "到期任务已等待 {span}。",
    "{count} jobs failed too often and were given up.": "{count} 个任务多次失败，已被放弃。",
    "`repository jobs list --state failed` shows why; after mending, `repository jobs retry`.": (
        "运行 `repository jobs list --state failed` 查看原因，修复后运行 `repository jobs retry`。"
    ),
    "{count} jobs of an unknown kind wait for a newer release.": "{count} 个任务的类型无法识别，等待新版本处理。",
    "Go on with the upgrade: they run when a process of the newer release starts.": (
        "请继续升级，新版本的进程启动后会运行这些任务。"
    ),
    "No sweep was ever begun.": "从未执行过巡检。",
    "Sweeps are overdue: {sweeps}.": "以下巡检已逾期：{sweeps}。",
    "Sweeps failed when they ran last: {sweeps}.": "以下巡检上次执行失败：{sweeps}。",
    "`repository sweeps list` shows why; each is tried again within five minutes.": (
        "运行 `repository sweeps list` 查看原因；五分钟内会自动重试。"
    ),
    "The search index was lost and is being filled: searches answer 503 until it is whole.": (
        "检索索引曾丢失，正在重新填充；完成之前检索返回 503。"
    ),
    "A job fills it; `repository index rebuild` does it at once. Nothing else waits for it.": (
        "后台任务会填充索引，也可立即运行 `repository index rebuild`，其他功能不受影响。"
    ),
    "The index has not heard of narrowed access for {span}; searches leave it out.": (
        "收紧访问权限的变更未同步到索引已有 {span}，检索暂不显示相关数据集。"
    ),
    "{start} Then `repository index check --repair`.": "{start}然后运行 `repository index check --repair`。",
    "Index and database differed in {count} places that could not be repaired.": (
        "索引与数据库有 {count} 处差异未能修复。"
    ),
    "The index lacks {count} of the newest datasets.": "索引缺少最新数据集中的 {count} 个。",
    "Set the clock, and see that it is kept (NTP). If it is right, `repository clock confirm`: embargoes and"
    " removals wait until then, or for an hour.": (
        "请校正时钟并保持同步（NTP）。如果时钟无误，请运行 `repository clock confirm`；在此之前（最长一小时），"
        "禁发期解除和删除操作暂停。"
    ),
    "The newest fact was written with a clock that was ahead.": "最新事件写入时时钟偏快。",
    "Look whether every machine keeps its clock (NTP), and `repository embargoes lifted` for what it opened.": (
        "请检查每台机器的时钟同步（NTP），并运行 `repository embargoes lifted` 查看因此提前开放的内容。"
    ),
    # engines
    "A disk cannot be looked at: {cause}.": "无法检查磁盘：{cause}。",
    "See that every disk of the site is there and mounted.": "请确认本站的每块磁盘均已连接并挂载。",
    "Make room or enlarge the disk. Uploads are refused below REPOSITORY_RESERVE_BYTES; deleting, publishing and"
    " signing in go on.": (
        "请清理或扩充磁盘。可用空间低于 REPOSITORY_RESERVE_BYTES 时拒绝上传，删除、发布和登录不受影响。"
    ),
    "The disk of {disk} has {free} GiB free, and {reserve} GiB are kept in reserve.": (
        "磁盘（{disk}）可用 {free} GiB，预留空间为 {reserve} GiB。"
    ),
    "Make room on the disk of the database: nothing can be deposited until then.": (
        "请清理数据库所在磁盘，在此之前无法存缴数据。"
    ),
    "The database takes no changes: it is read-only, or another process holds it.": (
        "数据库无法写入：可能为只读状态，或被其他进程占用。"
    ),
    "Look whether its disk or its server is read-only, and end what holds it.": (
        "请检查其磁盘或服务器是否为只读，并结束占用数据库的进程。"
    ),
    "Run `repository migrate` of the newest release, then start its processes.": (
        "请运行最新版本的 `repository migrate`，然后启动各进程。"
    ),
    "Start the database's server, and look at REPOSITORY_DATABASE_URL, its connections and its disk.": (
        "请启动数据库服务器，并检查 REPOSITORY_DATABASE_URL、连接数和磁盘。"
    ),
    "Stop the servers, keep the file, and put the newest backup back: `repository restore SOURCE --replace`,"
    " then `repository restore --advance`.": (
        "请停止服务器，保留该文件，恢复最近的备份：`repository restore SOURCE --replace`，"
        "然后 `repository restore --advance`。"
    ),
    "Start the Redis that REPOSITORY_LIMITS_URL names; nothing else waits for it.": (
        "请启动 REPOSITORY_LIMITS_URL 指定的 Redis，其他功能不受影响。"
    ),
    "The store has no room left: uploads are refused, and all else goes on.": (
        "存储空间已满：暂不接受上传，其他功能正常。"
    ),
    "Make room on its disk, or give it more; what is there is not lost.": ("请清理或扩充其磁盘，已有数据不会丢失。"),
    "Mount or start the store, and look at REPOSITORY_STORE_URL, its keys and its disk; uploads wait.": (
        "请挂载或启动存储，并检查 REPOSITORY_STORE_URL、密钥和磁盘；在此之前无法上传。"
    ),
    "The store cannot be used: {cause}.": "存储无法使用：{cause}。",
    "The store gives back other bytes than it took.": "存储返回的数据与写入的不一致。",
    "Stop the servers, and check the store's disk and memory.": "请停止服务器，检查存储的磁盘和内存。",
    "If an older database was restored, run `repository restore --advance`; reading goes on meanwhile.": (
        "如果恢复了较旧的数据库，请运行 `repository restore --advance`；期间浏览不受影响。"
    ),
    "Start the search engine, or mend its disk. An index that is damaged or gone is made anew by"
    " `repository index rebuild --anew`.": (
        "请启动检索服务或修复其磁盘。索引损坏或丢失时，运行 `repository index rebuild --anew` 重建。"
    ),
    "Give the search engine's disk room; then look at its own log.": "请为检索服务的磁盘腾出空间，再查看其日志。",
    "The index was made by another release: searches find less.": "索引由其他版本建立，检索结果可能不全。",
    "Run `repository index rebuild`; searches go on meanwhile.": (
        "请运行 `repository index rebuild`，期间检索可照常使用。"
    ),
    # features
    "The audit trail does not fit: {fault}.": "审计记录不一致：{fault}。",
    "`repository audit verify` names all that does not fit. After a restore that was meant, `repository restore"
    " --advance`; else keep a copy of the database, and look who could write to it.": (
        "运行 `repository audit verify` 列出全部不一致之处。如果是有意恢复了备份，"
        "请运行 `repository restore --advance`；否则请另存一份数据库，并查明谁能写入数据库。"
    ),
    "Facts have waited for more than ten minutes to be sealed.": "事件等待封存已超过十分钟。",
    "See that `repository serve` or, with Redis, `repository relay` and `repository scheduler` are running.": (
        "请确认 `repository serve` 正在运行；使用 Redis 时，"
        "请确认 `repository relay` 和 `repository scheduler` 正在运行。"
    ),
    "The bytes of {count} stored files are damaged or missing.": "{count} 个已存储文件的数据损坏或缺失。",
    "`repository files faults` names them: bring their objects back from a backup at once, and look at the store's"
    " disk.": "运行 `repository files faults` 列出这些文件：请立即从备份恢复相应对象，并检查存储的磁盘。",
    "Some stored bytes were last read {days} days ago: checks of fixity do not keep up.": (
        "部分数据最近一次读取是在 {days} 天前：完整性校验进度落后。"
    ),
    "`repository sweeps list` shows whether the sweep `fixity` runs; REPOSITORY_FIXITY_BYTES_PER_SECOND may be too"
    " low.": (
        "运行 `repository sweeps list` 查看巡检 `fixity` 是否执行；REPOSITORY_FIXITY_BYTES_PER_SECOND 可能设得过低。"
    ),
    "Objects of the store that no file refers to are removed from {moment} on.": (
        "存储中没有文件引用的对象将从 {moment} 起删除。"
    ),
    "Look at `repository sweeps quarantine`. If an older database was restored, they may be somebody's data:"
    " `repository sweeps restore --all` keeps them.": (
        "请查看 `repository sweeps quarantine`。如果恢复了较旧的数据库，这些对象可能是用户数据："
        "运行 `repository sweeps restore --all` 可保留它们。"
    ),
    "{count} messages have not been mailed, the oldest for {minutes} minutes.": (
        "{count} 封邮件尚未发出，最早的已等待 {minutes} 分钟。"
    ),
    "`repository doctor` tries the mail server, and `repository jobs list` shows its answer; after mending,"
    " `repository jobs retry`.": (
        "运行 `repository doctor` 测试邮件服务器，运行 `repository jobs list` 查看其响应；"
        "修复后运行 `repository jobs retry`。"
    ),
    "A registrar knew {count} of our identifiers before we asked: a person must decide.": (
        "有 {count} 个标识符在我们注册之前已存在于注册机构，需人工判断。"
    ),
    "`repository identifiers list --state conflict` shows where they lead; `repository identifiers accept ID` takes"
    " one as ours.": (
        "运行 `repository identifiers list --state conflict` 查看其指向；运行 `repository identifiers accept ID` 认领。"
    ),
    "{count} identifiers of published datasets have not been registered for more than a day.": (
        "已发布数据集的 {count} 个标识符超过一天仍未注册。"
    ),
    "`repository identifiers list` shows what the registrar answers; after mending, `repository identifiers retry`.": (
        "运行 `repository identifiers list` 查看注册机构的响应；修复后运行 `repository identifiers retry`。"
    ),
    "Datasets have no owner: {datasets}.": "以下数据集没有所有者：{datasets}。",
    "An administrator offers them to somebody (POST /api/records/ID/access/owner); `repository datasets ownerless`"
    " lists them.": (
        "由管理员将其转交他人（POST /api/records/ID/access/owner）；运行 `repository datasets ownerless` 列出。"
    ),
    "Lines of the log were lost within the last hour.": "最近一小时内有日志行丢失。",
    "Make room on the log's disk, or start what reads the log; answers and jobs are not touched by it.": (
        "请清理日志所在磁盘，或启动读取日志的程序；服务和任务不受影响。"
    ),
}
