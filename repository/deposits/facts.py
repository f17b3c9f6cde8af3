"""What happens to drafts."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class DraftOpened(Fact):
    """A draft of a new dataset was opened."""

    draft_id: int

    words = FactPhrase("opened the draft", "新建草稿")


@dataclass(frozen=True, slots=True)
class DraftSaved(Fact):
    """A draft was changed; `revision` counts its changes."""

    draft_id: int
    revision: int | None = None

    words = FactPhrase("saved the draft", "保存草稿")
    forgettable = True


@dataclass(frozen=True, slots=True)
class FilesRenamed(Fact):
    """A file of a draft, or a folder, has another name; a folder's ends with a slash."""

    draft_id: int
    before: str | None = None
    after: str | None = None

    words = FactPhrase("renamed {before} to {after}", "将 {before} 改名为 {after}")


@dataclass(frozen=True, slots=True)
class FilesRemoved(Fact):
    """A selection of a draft's files, or a `folder`, was removed."""

    draft_id: int
    count: int | None = None
    folder: str | None = None

    words = FactPhrase("removed files of the draft", "移除草稿中的文件")


@dataclass(frozen=True, slots=True)
class FetchDue(Fact):
    """A file is to be fetched, or the rest of one."""

    fetch_id: int

    words = FactPhrase("asked to fetch a file from elsewhere", "请求从外部地址获取文件")


@dataclass(frozen=True, slots=True)
class RecordQuotaChanged(Fact):
    """An administrator gave a dataset limits of its own; None is that of the site."""

    concept_id: int
    most_bytes: int | None = None
    most_files: int | None = None
    most_file_bytes: int | None = None
    notes: str | None = None

    words = FactPhrase("changed the limits of the dataset", "更改了数据集的限额")


@dataclass(frozen=True, slots=True)
class DraftExpiring(Fact):
    """A draft that nobody changes is discarded in so many days."""

    draft_id: int
    concept_id: int | None = None
    days: int | None = None

    words = FactPhrase("warned that the draft expires in {days} days", "提醒：草稿将在 {days} 天后过期")


@dataclass(frozen=True, slots=True)
class DraftDiscarded(Fact):
    """A draft was thrown away; `draft_id` is the id that it had."""

    draft_id: int

    words = FactPhrase("discarded the draft", "删除草稿")
