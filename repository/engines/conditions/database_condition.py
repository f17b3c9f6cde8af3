"""Whether the database answers, serves this release and takes a small write."""

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.core.conditions import Condition, failed, well
from repository.core.database.database_errors import DAMAGED
from repository.core.database.site_marks import read_site_mark, set_site_mark
from repository.core.errors import Conflict, NoRoom, Unavailable
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database
from repository.engines.services import Services

TRIAL = "trial"
_NEWEST = select(FactRow.at).order_by(FactRow.id.desc()).limit(1)
"""A row of the file: a constant would be answered without a look at it."""
RESTORE = (
    "Stop the servers, keep the file, and put the newest backup back: `repository restore SOURCE --replace`,"
    " then `repository restore --advance`."
)


def database_answers(services: Services) -> Condition:
    """Read a little; a database that cannot be read stops the site."""
    try:
        services.database.require_schema()
        with services.database.connection() as connection:
            read_site_mark(connection, TRIAL)
            connection.execute(_NEWEST)
    except Unavailable as error:
        return _unreadable(error)
    return well()


def database_writes(services: Services) -> Condition:
    """Commit a small change; reading goes on without, so this does not stop the site."""
    try:
        _write(services.database)
    except Conflict:
        return well()  # another process tries the same, and one of both has written
    except NoRoom as error:
        return failed(error.reason, "Make room on the disk of the database: nothing can be deposited until then.")
    except Unavailable as error:
        if error.reason == DAMAGED:
            return failed(DAMAGED, RESTORE)
        return failed(
            "The database takes no changes: it is read-only, or another process holds it.",
            "Look whether its disk or its server is read-only, and end what holds it.",
        )
    return well()


def database_is_whole(services: Services) -> Condition:
    """Read the whole file of an SQLite database; too dear for anybody who asks often."""
    if services.database.engine.dialect.name != "sqlite":
        return well()
    try:
        with services.database.connection() as connection:
            faults = connection.exec_driver_sql("PRAGMA quick_check(1)").scalars().all()
    except Unavailable as error:
        return _unreadable(error)
    return well() if faults == ["ok"] else failed(DAMAGED, RESTORE, stops=True)


def _unreadable(error: Unavailable) -> Condition:
    if error.reason == DAMAGED:
        return failed(DAMAGED, RESTORE, stops=True)
    if "`repository migrate`" in error.reason:
        remedy = "Run `repository migrate` of the newest release, then start its processes."
    else:
        remedy = "Start the database's server, and look at REPOSITORY_DATABASE_URL, its connections and its disk."
    return failed(error.reason, remedy, stops=True)


def _write(database: Database) -> None:
    with database.transaction(SYSTEM) as unit:
        set_site_mark(unit.session.connection(), TRIAL, iso(unit.now))
