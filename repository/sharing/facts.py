"""What happens to who may use a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class GrantsChanged(Fact):
    """The grants of a concept changed: its `versions` and `drafts` have other readers."""

    concept_id: int
    versions: Sequence[int] = ()
    drafts: Sequence[int] = ()

    words = FactPhrase("changed who may use the dataset", "更改数据集权限")


@dataclass(frozen=True, slots=True)
class DatasetHandedOver(Fact):
    """A dataset of a person who has left belongs to another one."""

    concept_id: int
    person_id: int | None = None
    receiver_id: int | None = None

    words = FactPhrase("handed the dataset over to person {receiver_id}", "将数据集移交给用户 {receiver_id}")


@dataclass(frozen=True, slots=True)
class GrantGiven(Fact):
    """A subject was given a permission, or another one; `notify` says that they are to be told.

    `until` is its end, None for never.  `before` and `until_before` are what the subject had; `before` is empty for
    nothing.
    """

    grant_id: int
    concept_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    permission: str = ""
    notify: bool = False
    until: str | None = None
    before: str = ""
    until_before: str | None = None

    words = FactPhrase("gave the permission “{permission}”", "授予“{permission}”权限")


@dataclass(frozen=True, slots=True)
class GrantEnded(Fact):
    """A permission was taken away; `before` and `until_before` are what it was."""

    grant_id: int
    concept_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    before: str = ""
    until_before: str | None = None

    words = FactPhrase("took a permission away", "收回权限")


@dataclass(frozen=True, slots=True)
class LinkMade(Fact):
    """A link to a dataset was made; a `blinded` one is for referees."""

    link_id: int
    concept_id: int | None = None
    permission: str = ""
    blinded: bool = False

    words = FactPhrase("made a link for “{permission}”", "创建“{permission}”链接")


@dataclass(frozen=True, slots=True)
class LinkChanged(Fact):
    """What is said of a link changed; `before` and `until_before` are what it was for, and until when."""

    link_id: int
    concept_id: int | None = None
    permission: str = ""
    until: str | None = None
    before: str = ""
    until_before: str | None = None

    words = FactPhrase("changed a link", "更改链接")


@dataclass(frozen=True, slots=True)
class LinkReleased(Fact):
    """A link for referees names the authors from now on."""

    link_id: int
    concept_id: int | None = None

    words = FactPhrase("let a link for referees name the authors", "允许评审链接显示作者")


@dataclass(frozen=True, slots=True)
class LinkRevoked(Fact):
    """A link was revoked."""

    link_id: int
    concept_id: int | None = None

    words = FactPhrase("revoked a link", "撤销链接")
