"""After a fact: write a notice for each person who is to be told, once."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select

from repository.core.actor import SYSTEM
from repository.core.facts import EmittedFact
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.services import Services
from repository.feature import JobRun
from repository.notifications.facts import NoticeDue
from repository.notifications.model import GUEST, MailState, Notice
from repository.notifications.notice_kind import NoticeKind, Told
from repository.notifications.notice_kinds import occasions_of
from repository.notifications.preferences import MailWish, wishes_of
from repository.notifications.rules import DAY, MailPlan, mail_plan

_STATES: Mapping[MailPlan, MailState] = {
    MailPlan.NEVER: MailState.NONE,
    MailPlan.NOW: MailState.WAITING,
    MailPlan.LATER: MailState.DAILY,
}


def make_notices(services: Services, run: JobRun) -> None:
    """Write the notices of each fact of the run; those that are there already stay as they are.

    Most facts are told to nobody, since nobody is told of their own acts: for them no transaction takes the turn of one
    that writes.
    """
    with services.database.snapshot(SYSTEM) as snapshot:
        telling = [emitted for emitted in run.facts.values() if _is_news(snapshot, emitted)]
    for emitted in telling:
        with services.database.transaction(SYSTEM) as unit:
            _make(unit, emitted)


def _is_news(snapshot: Snapshot, emitted: EmittedFact) -> bool:
    return any(due for _, due in _due(snapshot, emitted))


def _make(unit: UnitOfWork, emitted: EmittedFact) -> None:
    made = _made_after(unit, emitted.id)
    for kind, due in _due(unit, emitted):
        new = [one for one in due if (kind.name, one.person_id, one.subject) not in made]
        _write(unit, kind, new, emitted)


def _due(snapshot: Snapshot, emitted: EmittedFact) -> Iterator[tuple[NoticeKind, Sequence[Told]]]:
    """Yield the kinds that a fact makes, and whom each is for."""
    if emitted.fact is None:
        return
    for kind, occasion in occasions_of(type(emitted.fact)):
        yield kind, [one for one in occasion.whom(snapshot, emitted.fact) if _is_told(snapshot, kind, one, emitted)]


def _is_told(snapshot: Snapshot, kind: NoticeKind, addressee: Told, emitted: EmittedFact) -> bool:
    if not kind.own_acts and emitted.actor == f"person:{addressee.person_id}":
        return False
    return kind.told_again is None or not _was_told(snapshot, kind, addressee)


_MADE = select(Notice.kind, Notice.person_id, Notice.subject).where(Notice.fact_id == bindparam("fact_id"))


def _made_after(snapshot: Snapshot, fact_id: int) -> frozenset[tuple[str, int, int]]:
    rows = snapshot.session.execute(_MADE, {"fact_id": fact_id})
    return frozenset((row.kind, row.person_id, row.subject) for row in rows)


_BEFORE = (
    select(Notice.id)
    .where(
        Notice.person_id == bindparam("person_id"),
        Notice.kind == bindparam("kind"),
        Notice.subject == bindparam("subject"),
        Notice.created > bindparam("since"),
    )
    .limit(1)
)


def _was_told(snapshot: Snapshot, kind: NoticeKind, addressee: Told) -> bool:
    since = snapshot.now - (kind.told_again or DAY)
    values = {"person_id": addressee.person_id, "kind": kind.name, "subject": addressee.subject, "since": since}
    return snapshot.session.scalar(_BEFORE, values) is not None


def _write(unit: UnitOfWork, kind: NoticeKind, due: Sequence[Told], emitted: EmittedFact) -> None:
    if not due:
        return
    wishes = wishes_of(unit, [one.person_id for one in due if one.person_id != GUEST])
    for one in due:
        wish = wishes.get(one.person_id, MailWish())
        is_daily = wish.daily or kind.name in wish.gathered
        state = _STATES[mail_plan(kind.may_be_muted, kind.name in wish.muted, is_daily)]
        notice = Notice(
            person_id=one.person_id,
            kind=kind.name,
            subject=one.subject,
            concept_id=one.concept_id,
            fact_id=emitted.id,
            details=dict(one.details),
            created=unit.now,
            state=state.value,
            mail_after=unit.now + DAY if state is MailState.DAILY else None,
        )
        unit.session.add(notice)
        unit.session.flush()
        if state is MailState.WAITING:
            unit.emit(NoticeDue(notice.id, one.person_id, kind.name))
