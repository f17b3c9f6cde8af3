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


@dataclass(frozen=True, slots=True)
class DraftDiscarded(Fact):
    """A draft was thrown away; `draft_id` is the id that it had."""

    draft_id: int

    words = FactPhrase("discarded the draft", "删除草稿")
