"""Connections to a PostgreSQL server that no silence of the server can hold for ever.

Three bounds, each for what the one before cannot see: the server ends statements that take too long and transactions
that nobody goes on with (`OPTIONS`); the operating system ends connections to a host that is gone (`ARGUMENTS`); and
whoever waits for an answer gives up a little after the server should have (`PATIENCE_SECONDS`), which also ends
connections that are open but lead nowhere.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

RV = TypeVar("RV")

LOCK_SECONDS = 15
STATEMENT_SECONDS = 30
IDLE_IN_TRANSACTION_SECONDS = 120
PATIENCE_SECONDS = 35.0
"""longer than a statement may take, so that it is the server that ends what is merely slow"""
POOL_SECONDS = 10
RECYCLE_SECONDS = 1800
_USED = "used"
"""what the pool notes of a connection, and forgets with it"""

OPTIONS = {
    "timezone": "UTC",
    "lock_timeout": LOCK_SECONDS * 1000,
    "statement_timeout": STATEMENT_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
    # the server's side: without them it would keep the locks of a client that lost its power for two hours
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}
ARGUMENTS: dict[str, Any] = {
    "application_name": "repository",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": " ".join(f"-c {name}={value}" for name, value in OPTIONS.items()),
}


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than `patience` seconds, None for no bound."""

    patience: float | None = PATIENCE_SECONDS

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Raises `psycopg.OperationalError` when the time is over."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # the answer may still come, and would be taken for that of the next question
            raise

    def rollback(self) -> None:
        """End the transaction, and keep the statements that were prepared, unless it failed.

        Every reading ends like this.  psycopg would have all statements prepared anew, since what they speak of could
        have been made by the transaction; migrations are the only ones that make anything.
        """
        if self.pgconn.transaction_status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            self.wait(self._exec_command(b"ROLLBACK"))


def bound_waits(engine: Engine) -> None:
    """Make the engine's connections `PatientConnection`s, and have them looked at before each use."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> PatientConnection:
        return PatientConnection.connect(*arguments, **named)

    @event.listens_for(engine, "checkout")
    def look(connection: PatientConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Replace a connection that was ended while it was idle; for one that was just made there is no other.

        Its socket tells, without a question to the server; only where there is something to read, one is asked.
        """
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        if poll.poll(0):
            try:
                engine.dialect.do_ping(cast(DBAPIConnection, connection))
            except psycopg.Error as error:
                if _USED not in record.info:
                    raise
                raise InvalidatePoolError from error
        record.info[_USED] = True


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Let the statements of the current transaction take their time, as migrations of large tables must.

    The wait for another transaction's lock stays bounded: while it lasts, every later reader of the table waits too.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, PatientConnection)
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    before, driver.patience = driver.patience, None
    try:
        yield
    finally:
        driver.patience = before
