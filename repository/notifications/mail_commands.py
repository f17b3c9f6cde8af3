"""``repository mail``: what was mailed, and how that ended."""

import sys
from datetime import UTC, datetime

import click

from repository.core.actor import SYSTEM
from repository.core.clock import iso, now
from repository.core.errors import Conflict, NotFound, Unavailable
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.mail.letters import Letter
from repository.engines.mail.port import DeliveryStage
from repository.engines.services import Services
from repository.feature import with_services
from repository.notifications.delivery import forget_bounce, has_bounced, send_letter
from repository.notifications.facts import NoticeSentAgain
from repository.notifications.model import MailState, Notice
from repository.notifications.notice_kinds import KINDS
from repository.notifications.queries import mailed_notices
from repository.people.model import Person

NOTICE_ID = click.IntRange(1, (1 << 63) - 1)


@click.group()
def mail() -> None:
    """What people were told by mail."""


@mail.command("list")
@click.option("--state", type=click.Choice([state.value for state in MailState]), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@with_services
def list_mail(services: Services, state: str | None, limit: int) -> None:
    """List notices, newest first: id, time, kind, person, state, and what the mail server said."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for notice in mailed_notices(snapshot, MailState(state) if state else None, limit):
            click.echo(_line(snapshot, notice))


def _line(snapshot: Snapshot, notice: Notice) -> str:
    person = snapshot.session.get(Person, notice.person_id) if notice.person_id else None
    whom = "guest" if person is None else f"person {notice.person_id}"
    closed = " (address closed)" if person is not None and has_bounced(snapshot, person.email) else ""
    return f"{notice.id}\t{iso(notice.created)}\t{notice.kind}\t{whom}{closed}\t{notice.state}\t{notice.answer}"


@mail.command("show")
@click.argument("notice_id", type=NOTICE_ID)
@with_services
def show_mail(services: Services, notice_id: int) -> None:
    """Print the message of a notice, as the folder of mail has it."""
    with services.database.snapshot(SYSTEM) as snapshot:
        notice = _notice(snapshot, notice_id)
        line = _line(snapshot, notice)
    click.echo(line, err=True)
    kept = services.mail.kept(notice.reference) if notice.reference else None
    if kept is None:
        raise NotFound(f"The message of notice {notice_id} is not kept here.")
    sys.stdout.buffer.write(kept)


@mail.command("resend")
@click.argument("notice_id", type=NOTICE_ID)
@with_services
def resend_mail(services: Services, notice_id: int) -> None:
    """Send a notice again, also to an address that took no mail before."""
    with services.database.transaction(SYSTEM) as unit:
        _send_again(unit, _notice(unit, notice_id))
    click.echo(f"Notice {notice_id} waits to be mailed.")


def _send_again(unit: UnitOfWork, notice: Notice) -> None:
    if notice.kind not in KINDS or notice.state in (MailState.WAITING, MailState.GATHERED):
        raise Conflict(f"Notice {notice.id} cannot be sent again: it waits, or is of another release.")
    person = unit.session.get(Person, notice.person_id)
    if person is not None:
        forget_bounce(unit, person.email)
    notice.state, notice.answer = MailState.WAITING.value, ""
    unit.emit(NoticeSentAgain(notice.id))


@mail.command("test")
@click.argument("address")
@with_services
def send_test_mail(services: Services, address: str) -> None:
    """Send a message to an address now, and tell what the mail server says."""
    name, moment = services.site.name, now()
    text = f"{name} can send mail to you. / {name}可以向您发送邮件。"
    letter = Letter(
        recipient=address,
        subject=f"A test message of {name}",
        plain=f"{text}\n",
        html=f"<p>{click.unstyle(text).replace('&', '&amp;').replace('<', '&lt;')}</p>",
        reference=f"test-{datetime.now(UTC):%Y%m%d%H%M%S%f}",
        date=moment,
    )
    outcome = send_letter(services, letter)
    click.echo(f"{outcome.stage}: {outcome.answer}")
    if outcome.stage is not DeliveryStage.SENT:
        raise Unavailable("The message was not sent.")


def _notice(snapshot: Snapshot, notice_id: int) -> Notice:
    notice = snapshot.session.get(Notice, notice_id)
    if notice is None:
        raise NotFound(f"There is no notice {notice_id}.")
    return notice
