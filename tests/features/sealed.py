"""Facts that are sealed, and what `repository audit verify` says of them."""

from sqlalchemy import text

from repository.audit.model import AuditSeal
from repository.audit.queries import Head
from repository.audit.sealing import seal_next
from repository.audit.verification import faults_of_trail
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.publication.facts import VersionWithdrawn


def tell(services: Services, *notes: str) -> list[int]:
    """Emit a fact for each note, each in a transaction of its own; their ids."""
    for note in notes:
        with services.database.transaction(SYSTEM) as unit:
            unit.emit(VersionWithdrawn(7, 5, [6], "spam", note))
    with services.database.snapshot(SYSTEM) as snapshot:
        newest = text("SELECT id FROM fact ORDER BY id DESC LIMIT :most")
        return sorted(snapshot.session.scalars(newest, {"most": len(notes)}))


def seal(services: Services) -> int:
    """Seal all that waits."""
    sealed = 0
    while count := seal_next(services.database, services.kinds):
        sealed += count
    return sealed


def faults(services: Services) -> list[str]:
    """What does not fit, in words."""
    return [fault.words for fault in faults_of_trail(services.database, services.store.marks)]


def tamper(services: Services, *statements: str, **values: object) -> None:
    """Change rows behind the program's back."""
    with services.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def head(services: Services, number: int) -> Head:
    """A seal of the chain."""
    with services.database.snapshot(SYSTEM) as snapshot:
        return Head(number, snapshot.session.get_one(AuditSeal, number).hash)
