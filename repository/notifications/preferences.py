"""What people want to be told by mail: kinds that are muted, and whether the rest comes once a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.notifications.facts import NoticesMuted
from repository.notifications.model import NoticePreference
from repository.notifications.rules import EVERY_KIND, NoticeMode
from repository.people.model import Profile


@dataclass(frozen=True, slots=True)
class MailWish:
    """The kinds that a person muted, those that are gathered for a day, and whether all others are `daily`, too."""

    muted: frozenset[str] = frozenset()
    daily: bool = False
    gathered: frozenset[str] = frozenset()

    def together(self, other: "MailWish") -> "MailWish":
        """Return what both want: what either does not want by mail is not mailed."""
        return MailWish(self.muted | other.muted, self.daily or other.daily, self.gathered | other.gathered)


_PROFILES = select(Profile.person_id, Profile.notifications).where(in_list(Profile.person_id, "people"))


def wishes_of(snapshot: Snapshot, people: Sequence[int]) -> Mapping[int, MailWish]:
    """Return the wishes of those people who have any, here or in their profile, in two statements."""
    wishes = dict(_own_wishes(snapshot, people))
    for person_id, modes in snapshot.session.execute(_PROFILES, {"people": people}):
        wishes[person_id] = wishes.get(person_id, MailWish()).together(_of_profile(modes or {}))
    return wishes


def _of_profile(modes: Mapping[str, str]) -> MailWish:
    muted = frozenset(kind for kind, mode in modes.items() if mode == "off")
    return MailWish(muted, gathered=frozenset(kind for kind, mode in modes.items() if mode == "digest"))


_OF_PEOPLE = select(NoticePreference).where(in_list(NoticePreference.person_id, "people"))


def _own_wishes(snapshot: Snapshot, people: Sequence[int]) -> Mapping[int, MailWish]:
    wishes: dict[int, MailWish] = {}
    for row in snapshot.session.scalars(_OF_PEOPLE, {"people": people}):
        before = wishes.get(row.person_id, MailWish())
        if row.kind == EVERY_KIND:
            wishes[row.person_id] = MailWish(before.muted, row.mode == NoticeMode.DAILY)
        elif row.mode == NoticeMode.MUTED:
            wishes[row.person_id] = MailWish(before.muted | {row.kind}, before.daily)
    return wishes


def wish_of(snapshot: Snapshot, person_id: int) -> MailWish:
    """Return what one person wants, here and in the profile."""
    return wishes_of(snapshot, [person_id]).get(person_id, MailWish())


def set_wish(unit: UnitOfWork, person_id: int, wish: MailWish, known: Iterable[str]) -> None:
    """Keep what a person wants; what they want of kinds that only a newer release knows stays."""
    kinds = [*known, EVERY_KIND]
    unit.session.execute(
        delete(NoticePreference).where(NoticePreference.person_id == person_id, NoticePreference.kind.in_(kinds))
    )
    modes = dict.fromkeys(sorted(wish.muted), NoticeMode.MUTED)
    if wish.daily:
        modes[EVERY_KIND] = NoticeMode.DAILY
    for kind, mode in modes.items():
        unit.session.add(NoticePreference(person_id=person_id, kind=kind, mode=mode.value))
    unit.session.flush()
    unit.emit(NoticesMuted(person_id))


def mute(unit: UnitOfWork, person_id: int, kinds: Iterable[str], known: Iterable[str]) -> None:
    """Let no more mail of these kinds go to a person; doing it twice changes nothing more."""
    wish = _own_wishes(unit, [person_id]).get(person_id, MailWish())
    if not set(kinds) <= wish.muted:
        set_wish(unit, person_id, MailWish(wish.muted | set(kinds), wish.daily), known)
