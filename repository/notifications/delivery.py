"""Send one letter and keep how that ended; what may succeed later is raised, for the job to try again."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.mail.letters import Letter, MailSender, prepare_letter
from repository.engines.mail.port import Delivery, DeliveryStage
from repository.engines.services import Services
from repository.notifications.facts import AddressBounced
from repository.notifications.model import BouncedAddress, MailState, Notice

_STATES = {
    DeliveryStage.SENT: MailState.SENT,
    DeliveryStage.BOUNCED: MailState.BOUNCED,
    DeliveryStage.REFUSED: MailState.REFUSED,
}
BOUNCED_BEFORE = "the address took no mail before"


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter with the notices that it tells."""

    letter: Letter
    notice_ids: Sequence[int]


def sender_of(site: Site) -> MailSender:
    """Return who writes for the site."""
    return MailSender(site.name, site.sender, site.mail_domain)


def deliver(services: Services, due: DueLetter) -> Delivery:
    """Send the letter and mark its notices; raise `Unavailable` for what may succeed later."""
    outcome = send_letter(services, due.letter)
    with services.database.transaction(SYSTEM) as unit:
        notices = unit.session.scalars(_LOCKED, {"ids": list(due.notice_ids)}).all()
        for notice in notices:
            notice.state, notice.answer = _STATES[outcome.stage].value, outcome.answer
            notice.mailed, notice.reference = unit.now, due.letter.reference
        if outcome.stage is DeliveryStage.BOUNCED:
            _note_bounce(unit, due.letter.recipient, outcome.answer, notices)
    return outcome


def send_letter(services: Services, letter: Letter) -> Delivery:
    """Send a letter, and count an address that no message can be sent to as one that takes no mail."""
    try:
        mail = prepare_letter(letter, sender_of(services.site))
    except ValueError as error:
        return Delivery(DeliveryStage.BOUNCED, str(error))
    return services.mail.send(mail)


_LOCKED = (select(Notice).where(in_list(Notice.id, "ids")).order_by(Notice.id).with_for_update()).execution_options(
    populate_existing=True
)


def has_bounced(snapshot: Snapshot, address: str) -> bool:
    """Return whether mail to this address came back."""
    return snapshot.session.get(BouncedAddress, digest_of(address)) is not None


def forget_bounce(unit: UnitOfWork, address: str) -> None:
    """Let mail go to an address again."""
    row = unit.session.get(BouncedAddress, digest_of(address))
    if row is not None:
        unit.session.delete(row)


def digest_of(address: str) -> str:
    """Return what stands for an address."""
    return sha256(address.strip().lower().encode("utf-8", "surrogateescape")).hexdigest()


def _note_bounce(unit: UnitOfWork, address: str, answer: str, notices: Sequence[Notice]) -> None:
    if not has_bounced(unit, address):
        unit.session.add(BouncedAddress(digest=digest_of(address), at=unit.now, answer=answer))
        for notice in notices[:1]:
            unit.emit(AddressBounced(notice.id, notice.person_id))
