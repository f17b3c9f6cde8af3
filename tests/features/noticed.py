"""Datasets that a colleague manages too, and what people were told of them."""

import stat
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from sqlalchemy import select

from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.notifications.model import Notice
from repository.people.queries import person_by_email
from repository.sharing.share import share
from tests.conftest import Deposits, a_dataset

Settle = Callable[[], None]
TITLE = "Whereabouts of the last colony"
CLOSED = a_dataset(title=TITLE) | {"access": {"record": "restricted", "files": "restricted"}}
COLLEAGUE = "colleague@example.org"


def id_of(services: Services, email: str = COLLEAGUE) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
        assert person is not None
        return person.id


def subject(services: Services, email: str = COLLEAGUE) -> GrantSubject:
    return GrantSubject(SubjectKind.PERSON, id_of(services, email))


def managed(services: Services, deposits: Deposits, body: object = None) -> str:
    """A draft that the colleague manages too; its id."""
    draft = deposits.open(CLOSED if body is None else body)  # type: ignore[arg-type]
    deposits.upload(draft["id"])
    with services.database.transaction(SYSTEM) as unit:
        share(unit, int(draft["parent"]["id"]), subject(services), Permission.MANAGE)
    return str(draft["id"])


def published(services: Services, deposits: Deposits, body: object = None) -> str:
    draft_id = managed(services, deposits, body)
    return str(deposits.publish(draft_id)["id"])


def mails(services: Services, tmp_path: Path) -> list[EmailMessage]:
    """What the folder of mail has, oldest first."""
    files = sorted((tmp_path / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.SMTP)) for file in files]


def parts(message: EmailMessage) -> list[str]:
    return [cast(EmailMessage, part).get_content() for part in message.iter_parts()]


def notices(services: Services) -> Sequence[Notice]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(select(Notice).order_by(Notice.id)).all()
