"""Reasons that concern the server and its engines, English to Chinese."""

from collections.abc import Mapping

ENGINE_REASONS: Mapping[str, str] = {
    "The server failed to carry out the request.": "服务器未能完成请求。",
    "A part of the service is not available right now.": "部分服务暂时不可用。",
    "A part of the service cannot be used as it is set up.": "部分服务的配置使其无法使用。",
    "It does not answer in time.": "未能及时响应。",
    "The address does not answer in time.": "该地址未能及时响应。",
    "The address does not answer ({error}).": "该地址没有响应（{error}）。",
    "The certificate of the address is not trusted.": "该地址的证书不受信任。",
    "The name of the host is not known.": "无法解析该主机名。",
    "The address is inside a network that may not be called.": "该地址位于不允许访问的网络内。",
    "This is no address that can be called.": "这不是可以访问的地址。",
    "The database is not available right now.": "数据库暂时不可用。",
    "A disk of the server has no room left.": "服务器磁盘空间已满。",
    "The database has no room left.": "数据库空间已满。",
    "The database is damaged. The administrator has to restore it from a backup.": (
        "数据库已损坏。管理员须从备份恢复。"
    ),
    "The database file was removed or replaced while the server ran, so nothing is read or written. The administrator"
    " has to put the right file in its place and to start the server again.": (
        "数据库文件在服务器运行期间被删除或替换，因此不再读写。管理员须放回正确的文件并重新启动服务器。"
    ),
    "The schema does not serve this release: run `repository migrate` first, or a newer release.": (
        "数据库结构与此版本不符：请先运行 `repository migrate`，或使用更新的版本。"
    ),
    "The schema does not serve this release: run `repository migrate` first, or a newer release. ({faults})": (
        "数据库结构与此版本不符：请先运行 `repository migrate`，或使用更新的版本。（{faults}）"
    ),
    # clock, quarantine and embargoes
    "The clock says {now}, and that of the database server {server}.": (
        "时钟显示 {now}，而数据库服务器的时钟显示 {server}。"
    ),
    "The clock says {now}, and the newest moment that is known was {known}.": (
        "时钟显示 {now}，而已知的最近时刻为 {known}。"
    ),
    "There is no object {key} in quarantine.": "隔离区中没有对象 {key}。",
    "No embargo of version {version} was lifted.": "版本 {version} 没有被解除的禁发期。",
    "The embargo of version {version} is over since {day}.": "版本 {version} 的禁发期已于 {day} 结束。",
    "The access of version {version} was changed since its embargo was lifted.": (
        "版本 {version} 的访问设置在解除禁发期后已被更改。"
    ),
    "{fault} Set the clock, or say `repository clock confirm`.": (
        "{fault} 请校正时钟，或运行 `repository clock confirm`。"
    ),
    # jobs, sweeps and room
    "There is no job {job}, or it is done.": "没有任务 {job}，或该任务已完成。",
    "There is no such sweep.": "没有这项定期检查。",
    "A disk cannot be looked at: {cause}.": "无法查看磁盘：{cause}。",
    # search
    "The search engine does not answer.": "检索服务没有响应。",
    "The search engine is closed.": "检索服务已关闭。",
    "The search engine is not an Elasticsearch 8.": "检索服务不是 Elasticsearch 8。",
    "The search engine refuses access.": "检索服务拒绝访问。",
    "The search takes too long.": "检索用时过长。",
    "The search engine could not delete all that it was asked to.": "检索服务未能删除全部指定内容。",
    "The search engine still remembers what was deleted.": "检索服务仍保留着已删除的内容。",
    "The search index does not answer: {cause}.": "检索索引没有响应：{cause}。",
    "The search index cannot be opened: {cause}.": "无法打开检索索引：{cause}。",
    "The search index cannot be used: {cause}. Run `repository index rebuild --anew`.": (
        "检索索引无法使用：{cause}。请运行 `repository index rebuild --anew`。"
    ),
    "The search index is being filled. Please try again later.": "检索索引正在重新填充，请稍后再试。",
    "The search index is too far behind. Please try again later.": "检索索引更新滞后过多，请稍后再试。",
    "The search index is closed.": "检索索引已关闭。",
    "This rebuild of the search index is over, or another one took its place.": (
        "此次检索索引的重建已结束，或已被另一次取代。"
    ),
    "Others begin rebuilds of the search index at the same time.": "同时有其他进程开始重建检索索引。",
    # store
    "The store does not answer.": "存储没有响应。",
    "The store has no room left.": "存储空间已满。",
    "The store is read-only.": "存储为只读。",
    "The store refuses access: its clock and ours differ.": "存储拒绝访问：双方时钟不一致。",
    "The store refuses access: there are no credentials.": "存储拒绝访问：没有凭证。",
    "The store refuses access: {cause}.": "存储拒绝访问：{cause}。",
    "The store refuses access.": "存储拒绝访问。",
    "The store refuses the request: {cause}.": "存储拒绝该请求：{cause}。",
    "The store fails: {cause}.": "存储出错：{cause}。",
    "The store's file system cannot link files.": "存储的文件系统不能链接文件。",
    "The store's bucket does not exist. Was `repository prepare` run?": (
        "存储桶不存在。是否运行过 `repository prepare`？"
    ),
    "The store's bucket belongs to somebody else.": "存储桶属于他人。",
    "The store's bucket is in another region.": "存储桶位于另一区域。",
    "The store is busy with the same object.": "存储正在处理同一对象。",
    "The store takes at most {most} bytes.": "存储最多接受 {most} 字节。",
    "The store cannot be used: its server refuses {what}: {cause}.": "无法使用存储：其服务器拒绝 {what}：{cause}。",
    "The store does not take what is sent as it comes: {cause}.": "存储不接受按原样发送的内容：{cause}。",
    "The store did not remove everything: {codes}.": "存储未能移除全部内容：{codes}。",
    "The bytes were damaged on their way to the store.": "字节在传往存储的途中受损。",
    "The store lacks the mark of this site: it is not mounted, or another one."
    " Mount it, or correct REPOSITORY_STORE_URL.": (
        "存储缺少本站点的标记：未挂载，或是另一个存储。请挂载它，或更正 REPOSITORY_STORE_URL。"
    ),
    "The store carries the mark of another site: correct REPOSITORY_STORE_URL or REPOSITORY_DATABASE_URL.": (
        "存储带有另一站点的标记：请更正 REPOSITORY_STORE_URL 或 REPOSITORY_DATABASE_URL。"
    ),
    "The store has the mark of a site that this database does not know: if the database was restored and both belong"
    " together, run `repository restore --adopt`.": (
        "存储带有此数据库不认识的站点标记：若数据库是恢复的且二者属于同一站点，请运行 `repository restore --adopt`。"
    ),
    "The store carries no mark: there is nothing to adopt. Is it mounted?": "存储没有标记，无可接管。是否已挂载？",
    "There is already a mark {name}.": "标记 {name} 已存在。",
    "The database is older than the store: identifiers that were given out could be given out again, so none are given"
    " out until the administrator has run `repository restore --advance`.": (
        "数据库比存储旧：已发出的标识符可能被再次发出，"
        "因此在管理员运行 `repository restore --advance` 之前不再发出标识符。"
    ),
    "What the store answers is not S3.": "存储的响应不是 S3。",
}
