"""The notices of a day in one mail: a sweep finds whose are due, a job sends them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select, update

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.site import Site
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.services import Services
from repository.notifications.delivery import BOUNCED_BEFORE, DueLetter, deliver, has_bounced
from repository.notifications.facts import DigestDue
from repository.notifications.model import IS_DAILY, MailState, Notice
from repository.notifications.readers import mail_recipient, reader_of
from repository.notifications.send_notices import letter_of
from repository.notifications.shown_notices import ShownNotice, shown_notices
from repository.notifications.unsubscribing import EVERYTHING, unsubscribe_address
from repository.notifications.wording import Pair
from repository.people.model import Person

PEOPLE = 200
MOST_OF_ONE = 100
"""notices in one mail; what is more comes in the next one"""
_SUBJECT = Pair("Your notices of the day", "您的每日通知汇总")
_GATHER = (
    update(Notice)
    .where(Notice.person_id == bindparam("whose"), Notice.state == MailState.DAILY.value)
    .values(state=MailState.GATHERED.value)
)


def gather_digests(database: Database) -> CheckReport:
    """Let the notices of everybody whose day is over go together."""
    gathered = 0
    while people := _people_due(database):
        for person_id in people:
            with database.transaction(SYSTEM) as unit:
                unit.session.connection().execute(_GATHER, {"whose": person_id})
                unit.emit(DigestDue(person_id))
        gathered += len(people)
    return CheckReport(gathered, gathered)


_DUE = (
    select(Notice.person_id)
    .where(IS_DAILY, Notice.mail_after <= bindparam("at"))
    .order_by(Notice.mail_after)
    .limit(PEOPLE)
)


def _people_due(database: Database) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        return list(dict.fromkeys(snapshot.session.scalars(_DUE, {"at": snapshot.now})))


def send_digests(services: Services, person_ids: Sequence[int]) -> None:
    """Mail what was gathered for each person; raise `Unavailable` at the first that must be tried again later."""
    for person_id in person_ids:
        while due := _due_digest(services, person_id):
            deliver(services, due)


def _due_digest(services: Services, person_id: int) -> DueLetter | None:
    with services.database.transaction(SYSTEM) as unit:
        return _digest(unit, services.site, person_id)


_GATHERED = (
    select(Notice)
    .where(Notice.person_id == bindparam("person_id"), Notice.state == MailState.GATHERED.value)
    .order_by(Notice.id)
    .limit(MOST_OF_ONE)
    .with_for_update()
)


def _digest(unit: UnitOfWork, site: Site, person_id: int) -> DueLetter | None:
    """Return the next letter of a person, or settle the notices if none may be sent."""
    notices = unit.session.scalars(_GATHERED, {"person_id": person_id}).all()
    person = unit.session.get(Person, person_id)
    if not notices or person is None or not person.active:
        _settle(notices, MailState.VOID)
        return None
    recipient = mail_recipient(unit, person)
    if has_bounced(unit, recipient.address):
        _settle(notices, MailState.BOUNCED, BOUNCED_BEFORE)
        return None
    shown = [
        one
        for one in shown_notices(unit, site, reader_of(unit, person), notices, recipient.languages)
        if not one.hidden
    ]
    kept = {one.notice.id for one in shown}
    _settle([notice for notice in notices if notice.id not in kept], MailState.VOID)
    if not shown:
        return None
    texts = [one.texts[language] for language in recipient.languages for one in shown]
    stop = unsubscribe_address(unit, site, person_id, EVERYTHING)
    letter = letter_of(unit, site, recipient, texts, _reference(shown), stop)
    subject = " / ".join(_SUBJECT.text(language) for language in recipient.languages)
    return DueLetter(replace(letter, subject=subject), [one.notice.id for one in shown])


def _reference(shown: Sequence[ShownNotice]) -> str:
    first, last = shown[0].notice, shown[-1].notice
    return f"digest-{first.id}-{last.id}.{first.created:%Y%m%d%H%M%S}"


def _settle(notices: Sequence[Notice], state: MailState, answer: str = "") -> None:
    for notice in notices:
        notice.state, notice.answer = state.value, answer
