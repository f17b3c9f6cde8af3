"""What happens to versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repository.core.facts import Fact, FactPhrase


def shown_day(day: date | None) -> str | None:
    """Return a day as facts keep it."""
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class VersionChange(Fact):
    """A published version reads differently now.

    `others` are the versions of its concept that became one of the latest by it, or are none any more.
    """

    version_id: int
    concept_id: int | None = None
    others: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class VersionPublished(VersionChange):
    """A version was published: the one with this `index` of its concept, counted from 1."""

    index: int | None = None
    revision: int | None = None

    words = FactPhrase("published version {index}", "发布版本 {index}")


@dataclass(frozen=True, slots=True)
class VersionEdited(VersionChange):
    """The description or the access of a version has a new revision.

    `files_changed` says whether other people may have its files now; it may have been so where nothing was written.
    """

    revision: int | None = None
    files_changed: bool = True

    words = FactPhrase("published corrections", "发布更正")


@dataclass(frozen=True, slots=True)
class VersionWithdrawn(VersionChange):
    """A version got a tombstone: `reason` is a term of ``removalreasons``."""

    reason: str | None = None
    note: str | None = None

    words = FactPhrase("withdrew the version", "撤回版本")


@dataclass(frozen=True, slots=True)
class VersionRestored(VersionChange):
    """A version lost its tombstone."""

    words = FactPhrase("restored the version", "恢复版本")


@dataclass(frozen=True, slots=True)
class EmbargoLifted(VersionChange):
    """The files of a version opened; the embargo was `until` then."""

    until: str | None = None

    words = FactPhrase("lifted the embargo", "解除禁发期")


@dataclass(frozen=True, slots=True)
class EmbargoChanged(Fact):
    """The embargo of a published version lasts until another day, or ended early: `after` is None then."""

    version_id: int
    before: str | None = None
    after: str | None = None

    words = FactPhrase("changed the end of the embargo: {before} → {after}", "更改禁发期的结束日：{before} → {after}")


@dataclass(frozen=True, slots=True)
class EmbargoRestored(VersionChange):
    """The files of a version are closed again: its embargo had been lifted by mistake."""

    words = FactPhrase("restored the embargo", "恢复禁发期")


@dataclass(frozen=True, slots=True)
class EditBegun(Fact):
    """An edit of a version was opened."""

    version_id: int

    words = FactPhrase("began to edit the version", "开始编辑版本")


@dataclass(frozen=True, slots=True)
class NewVersionBegun(Fact):
    """A draft of the next version was opened."""

    draft_id: int

    words = FactPhrase("began a new version", "开始新版本")


@dataclass(frozen=True, slots=True)
class FilesJudged(Fact):
    """A file of a version was found damaged, or whole again."""

    version_id: int

    words = FactPhrase("learnt of damaged or mended files", "得知文件受损或已恢复")
