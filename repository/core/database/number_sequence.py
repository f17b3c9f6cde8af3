"""The one sequence of concepts, drafts and versions: draw from it, move it forward, and see where it stands.

It never goes back: on SQLite by AUTOINCREMENT, on PostgreSQL because nothing but `nextval` moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, TextClause, text

STOPPED = "minting-stopped"
"""the name of the site's mark that forbids to mint, until a person has moved the sequence forward"""
ELSEWHERE = "minted-elsewhere"
"""the name of the site's mark with the last number that a lost copy of the database may have minted from"""

# Both differ after the table was made anew, as a restored dump does, and after the server began anew.
_PLACE = "pg_relation_filenode('number'::regclass)::text || ' ' || pg_postmaster_start_time()::text"
_LAST = {
    "sqlite": "(SELECT max(id) FROM number)",
    "postgresql": "pg_sequence_last_value(pg_get_serial_sequence('number', 'id')::regclass)",
}
_PLACES = {"sqlite": "''", "postgresql": _PLACE}
_DEFAULTS = {"sqlite": "(NULL)", "postgresql": "(DEFAULT)"}


@dataclass(frozen=True, slots=True)
class SequenceState:
    """The last number, the newest fact, where the table is, and the site's marks about minting."""

    last: int
    newest_fact: int
    place: str
    stopped: bool
    elsewhere: int


def sequence_state(connection: Connection) -> SequenceState:
    """Return the present state, in one statement."""
    row = connection.execute(_state(connection.dialect.name), {"stopped": STOPPED, "elsewhere": ELSEWHERE}).one()
    last, newest, place, stopped, elsewhere = row
    return SequenceState(last or 0, newest or 0, place, stopped is not None, int(elsewhere or 0))


def draw_numbers(connection: Connection, count: int) -> tuple[Sequence[int], str]:
    """Return new numbers in ascending order, and the place of the table that they come from."""
    rows = connection.execute(_draw(connection.dialect.name, count)).all()
    return sorted(row[0] for row in rows), rows[0][1]


def move_forward(connection: Connection, to: int) -> None:
    """Let the next number be larger than `to`; nothing changes if it is."""
    if connection.dialect.name == "sqlite":
        connection.execute(_RESERVE, {"to": to})
    else:
        # Never by `setval`, which could take back what others draw at the same time.
        connection.execute(_SKIP, {"to": to})


_RESERVE = text("INSERT INTO number (id) SELECT :to WHERE :to > (SELECT coalesce(max(id), 0) FROM number)")
_SKIP = text(
    "SELECT max(nextval(pg_get_serial_sequence('number', 'id')))"
    f" FROM generate_series(coalesce({_LAST['postgresql']}, 0) + 1, :to)"
)


@cache
def _state(dialect: str) -> TextClause:
    return text(
        f"SELECT {_LAST[dialect]}, (SELECT max(id) FROM fact), {_PLACES[dialect]},"
        " (SELECT value FROM site_mark WHERE name = :stopped), (SELECT value FROM site_mark WHERE name = :elsewhere)"
    )


@cache
def _draw(dialect: str, count: int) -> TextClause:
    rows = ", ".join([_DEFAULTS[dialect]] * count)
    return text(f"INSERT INTO number (id) VALUES {rows} RETURNING id, {_PLACES[dialect]}")
