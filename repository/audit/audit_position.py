"""Where a page of the audit trail ends, as text for addresses."""

from datetime import UTC, datetime

from repository.audit.queries import Position
from repository.core.errors import Invalid
from repository.core.facts import FactRow

_LARGEST = (1 << 63) - 1


def position_text(row: FactRow) -> str:
    """Return the place of a fact."""
    return f"{row.at.replace(tzinfo=None).isoformat(timespec='microseconds')}_{row.id}"


def position_of(cursor: str) -> Position:
    """Return where the page before ended; raise `Invalid` for what is no cursor of ours."""
    moment, _, fact_id = cursor.partition("_")
    try:
        at, number = datetime.fromisoformat(moment).replace(tzinfo=UTC), int(fact_id)
    except ValueError:
        at, number = datetime.min.replace(tzinfo=UTC), -1
    if not (fact_id.isascii() and fact_id.isdecimal() and number <= _LARGEST):
        raise Invalid("Invalid querystring parameters.", Invalid.field("cursor", "Not a cursor of this list.").errors)
    return at, number
