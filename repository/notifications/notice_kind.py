"""What a kind of notice is: after which facts, to whom, in which words, under which conditions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from repository.core.facts import Fact
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.notifications.model import GUEST, Notice
from repository.notifications.wording import NoticeWords

AnyFact = TypeVar("AnyFact", bound=Fact)


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told: `person_id` or a guest, what it is about, and values of the fact for the words."""

    person_id: int
    subject: int
    concept_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occasion(Generic[AnyFact]):
    """A fact after which people are told; `whom` reads the state anew, and may name nobody."""

    fact: type[AnyFact]
    whom: Callable[[Snapshot, AnyFact], Iterable[Told]]


@dataclass(frozen=True, slots=True)
class MailRecipient:
    """Where a notice goes as mail, and in which languages."""

    address: str
    name: str = ""
    languages: Sequence[str] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter that a kind writes itself: to whom, in which words, with which path in its link, "" for none."""

    recipient: MailRecipient
    words: NoticeWords
    path: str = field(default="", repr=False)


def _no_values(_snapshot: Snapshot, _notice: Notice) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One line of the table of kinds (`notice_kinds`).

    * `occasions`: the facts after which it is made, and whom it is for;
    * `may_be_muted`: what concerns an account's safety may not, and comes at once;
    * `own_acts`: whether the person who did it is told too;
    * `needs_sight`: it is told only while the person may read the dataset; else a dataset is told by its number;
    * `values`: more for its words, read when it is told;
    * `path`: where its link leads, "" for no link; a dataset's page if None;
    * `letter`: instead of all that, address, words and link as they are when the mail is made, None for no mail; a
      secret link is made there and kept nowhere, and a guest's address is found there;
    * `listed`: it is in the list of `GET /api/notifications` too;
    * `valid_for`: after which time it is of no use;
    * `told_again`: how long nobody is told of the same subject again, None if each fact is told.
    """

    name: str
    words: NoticeWords
    occasions: Sequence[Occasion[Any]] = ()
    may_be_muted: bool = True
    own_acts: bool = False
    needs_sight: bool = True
    values: Callable[[Snapshot, Notice], Mapping[str, Any]] = _no_values
    path: Callable[[Notice], str] | None = None
    letter: Callable[[UnitOfWork, Notice], OwnLetter | None] | None = None
    listed: bool = True
    valid_for: timedelta | None = None
    told_again: timedelta | None = None


def guest(subject: int, **details: Any) -> Told:
    """Return somebody without an account, whom the kind finds by the subject."""
    return Told(GUEST, subject, None, details)
