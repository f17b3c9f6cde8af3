"""Connections to a PostgreSQL server that a silent server cannot block for ever.

Three bounds; each covers what the one before cannot see:

- The server ends statements that take too long, and transactions that nobody continues (`OPTIONS`).
- The operating system ends connections to a host that is gone (`ARGUMENTS`).
- The client gives up a little after the server should have answered (`PATIENCE_SECONDS`).  This also ends connections
  that are open but lead nowhere.
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
"""longer than `STATEMENT_SECONDS`, so that the server ends a statement that is only slow"""
POOL_SECONDS = 10
RECYCLE_SECONDS = 1800
_USED = "used"
"""the key in the pool's record of a connection, which ends with the connection"""

OPTIONS = {
    "timezone": "UTC",
    "lock_timeout": LOCK_SECONDS * 1000,
    "statement_timeout": STATEMENT_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
    # for the server: without them it would keep the locks of a client that lost power for two hours
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
    """A connection that closes when an answer takes longer than `patience` seconds; None means no bound."""

    patience: float | None = PATIENCE_SECONDS

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; raise `psycopg.OperationalError` when the time is over."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # the answer may still come, and the next query would read it as its own
            raise

    def rollback(self) -> None:
        """End the transaction; keep the prepared statements, unless the transaction failed.

        Every read ends like this.  psycopg would prepare all statements again, because the transaction could have
        created tables that they name; only migrations create tables.
        """
        status = self.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            return  # a single statement in autocommit mode
        if status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            self.wait(self._exec_command(b"ROLLBACK"))


def bound_waits(engine: Engine) -> None:
    """Make the engine's connections `PatientConnection`s, and check one before every use."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> PatientConnection:
        return PatientConnection.connect(*arguments, **named)

    @event.listens_for(engine, "checkout")
    def check(connection: PatientConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Replace a connection that ended while it was idle; a new connection has no replacement.

        The socket shows it without a query: only if there is something to read, the server is pinged.
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

    Without a transaction, in autocommit mode, the statements of the session.  The wait for another transaction's lock
    stays bounded: while it lasts, every later reader of the table waits too.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, PatientConnection)
    connection.exec_driver_sql(f"SET {'SESSION' if driver.autocommit else 'LOCAL'} statement_timeout = 0")
    before, driver.patience = driver.patience, None
    try:
        yield
    finally:
        driver.patience = before
        if driver.autocommit and not driver.closed:
            connection.exec_driver_sql("RESET statement_timeout")
