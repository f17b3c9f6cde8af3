"""Notices by a real mail server: what it refuses, what is tried again, and what operators see of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.notifications.facts import AddressBounced
from repository.notifications.model import MailState, Notice
from repository.operation.model import Job, JobState
from repository.people.accounts import register_person
from repository.people.facts import PasswordChanged
from tests.features.test_cli import Run
from tests.support.commands import command_here
from tests.support.mail_server import MailServer, mail_server
from tests.support.settling import run_all
from tests.support.web_server import HOST, environment_of

pytestmark = pytest.mark.slow
EMAIL = "reader@example.org"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as played:
        yield played


@pytest.fixture
def mailing(services: Services, settings: Settings, server: MailServer) -> Iterator[Services]:
    """The site with a mail server."""
    assert services.database
    url, sender = f"smtp://{HOST}:{server.port}", "desk@repository.test.example"
    with closing(open_services(settings.model_copy(update={"mail_url": url, "mail_from": sender}))) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Run:
    """Runs a command on the engines of `services`."""
    names = ("DATABASE_URL", "STORE_URL", "SEARCH_URL", "MAIL_URL")
    environment = environment_of(tmp_path, **{name: str(getattr(settings, name.lower())) for name in names})
    return lambda *arguments, **options: command_here(environment, *arguments, **options)


def work(services: Services) -> None:
    run_all(services)


def tell(services: Services, times: int = 1) -> None:
    """Let something happen that a person is told by mail."""
    for _ in range(times):
        with services.database.transaction(SYSTEM) as unit:
            found = unit.session.scalar(select(Notice.person_id).limit(1))
            unit.emit(PasswordChanged(found or register_person(unit, EMAIL).id))
        work(services)


def told(services: Services) -> list[tuple[str, str]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(Notice).order_by(Notice.id))
        return [(row.state, row.answer) for row in rows]


def test_a_notice_leaves_by_the_server(mailing: Services, server: MailServer) -> None:
    tell(mailing)
    assert server.recipients == [EMAIL]
    assert told(mailing) == [(MailState.SENT, "250 OK")]


def test_an_address_that_takes_no_mail_gets_no_more_of_it(mailing: Services, server: MailServer, run: Run) -> None:
    server.answers[EMAIL] = f"550 5.1.1 {EMAIL} is unknown"
    tell(mailing)
    server.answers.clear()
    tell(mailing)
    assert server.arrived == []
    assert told(mailing) == [
        (MailState.BOUNCED, "550 5.1.1 *** is unknown"),
        (MailState.BOUNCED, "the address took no mail before"),
    ]
    with mailing.database.snapshot(SYSTEM) as snapshot:
        facts = snapshot.session.scalars(select(FactRow).where(FactRow.kind == AddressBounced.__name__)).all()
    assert len(facts) == 1
    assert EMAIL not in str(facts[0].details)

    listed = run("mail", "list", "--state", "bounced").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["2", "1"]
    assert all("(address closed)" in line for line in listed)
    assert run("mail", "resend", "2").returncode == 0
    work(mailing)
    assert len(server.arrived) == 1


def test_a_passing_refusal_is_tried_again_and_sent_once(mailing: Services, server: MailServer) -> None:
    server.answers[EMAIL] = "450 4.2.1 busy"
    tell(mailing)
    assert told(mailing) == [(MailState.WAITING, "")]
    with mailing.database.transaction(SYSTEM) as unit:
        [job] = unit.session.scalars(select(Job)).all()
        assert (job.name, job.state) == ("send_notices", JobState.WAITING)
        assert "450 4.2.1 busy" in job.cause
        assert EMAIL not in job.cause
        unit.session.execute(update(Job).values(run_after=unit.now - timedelta(seconds=1)))
    server.answers.clear()
    work(mailing)
    assert len(server.arrived) == 1
    assert told(mailing) == [(MailState.SENT, "250 OK")]


def test_an_operator_reads_a_message_and_tries_the_way_out(
    services: Services, run: Run, settle: Callable[[], None]
) -> None:
    tell(services)
    settle()
    [line] = run("mail", "list").stdout.splitlines()
    assert "password_changed" in line
    assert EMAIL not in line
    assert f"To: {EMAIL}" in run("mail", "show", "1").stdout
    assert run("mail", "show", "9").returncode == 1
    assert run("mail", "test", EMAIL).stdout.startswith("sent: written as ")
    assert run("mail", "test", "a@b\r\nBcc: c@example.org").returncode == 1
