"""What happens to tokens beside requests: their last use is written down, and their owners learn of their end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from sqlalchemy import Table, bindparam, or_, select, update

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.recent_uses import RecentUses
from repository.core.unit_of_work import Database
from repository.people.facts import TokenExpiresSoon
from repository.people.model import AccessToken, Person

TOLD_BEFORE = timedelta(days=7)
BATCH = 100
_TOKEN = cast(Table, AccessToken.__table__)
_USED = (
    update(_TOKEN)
    .where(_TOKEN.c.id == bindparam("token"), or_(_TOKEN.c.last_used.is_(None), _TOKEN.c.last_used < bindparam("at")))
    .values(last_used=bindparam("at"))
)


def write_token_uses(database: Database, uses: RecentUses) -> int:
    """Write down when tokens were last used; return how many were.  What fails is kept for the next time."""
    due = uses.take()
    if not due:
        return 0
    try:
        with database.transaction(SYSTEM) as unit:
            rows = [{"token": token_id, "at": moment} for token_id, (_, moment) in due.items()]
            unit.session.connection().execute(_USED, rows)
    except BaseException:
        uses.give_back(due)
        raise
    return len(due)


def tell_of_ends(database: Database) -> CheckReport:
    """Emit `TokenExpiresSoon` once for every valid token that ends within `TOLD_BEFORE`."""
    report = CheckReport()
    while tokens := _tell_some(database):
        for token_id in tokens:
            report.note(f"token {token_id} ends soon", repaired=True)
    return report


# the conditions and the order are those of the index over the tokens whose owners were not told
_ENDING = (
    select(AccessToken, Person.active)
    .join(Person, Person.id == AccessToken.person_id)
    .where(AccessToken.expires.is_not(None), AccessToken.revoked.is_(None), AccessToken.expiry_told.is_(None))
    .where(AccessToken.expires <= bindparam("until"))
    .order_by(AccessToken.expires)
    .limit(BATCH)
    .with_for_update(of=AccessToken, skip_locked=True)
)


def _tell_some(database: Database) -> Sequence[int]:
    with database.transaction(SYSTEM) as unit:
        rows = unit.session.execute(_ENDING, {"until": unit.now + TOLD_BEFORE}).all()
        for token, is_active in rows:
            token.expiry_told = unit.now
            is_valid = token.expires is not None and token.expires > unit.now
            if is_active and is_valid:
                unit.emit(TokenExpiresSoon(token.id, token.person_id))
        return [token.id for token, _ in rows]
