"""A statement that the driver's cursor reads gives what SQLAlchemy gives: values, rows, errors, and to who listens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, create_engine, func, literal, select, text, union
from sqlalchemy.exc import DBAPIError, OperationalError

from repository.core.actor import SYSTEM
from repository.core.database.direct_reads import DirectRead
from repository.core.database.engine import UtcDateTime
from repository.core.database.id_list import in_list
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.model import AccessToken
from tests.conftest import Caller
from tests.engines.addresses import on_server
from tests.support.query_plans import heard_statements

BEFORE = {"before": datetime.now(UTC) + timedelta(days=1)}
_PEOPLES = select(AccessToken.id, AccessToken.scopes, AccessToken.expires).order_by(AccessToken.id)
_SMALL = select(FactRow.at, FactRow.details).where(FactRow.at < bindparam("before", type_=UtcDateTime()))
STATEMENTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "JSON, and moments that are missing": (_PEOPLES, {}),
    "a moment among the values": (_SMALL.order_by(FactRow.id), BEFORE),
    "a list of ids": (_PEOPLES.where(in_list(AccessToken.id, "ids")), {"ids": [1, 2, 3]}),
    "a value that is made at each execution": (
        select(FactRow.id).where(
            FactRow.at < bindparam("now", callable_=lambda: BEFORE["before"], type_=UtcDateTime())
        ),
        {},
    ),
    "two statements in one": (union(select(FactRow.id), select(literal(-1))).order_by("id"), {}),
    "no row": (select(FactRow.id).where(FactRow.id < 0), {}),
    "a sign of percent": (select(func.count(FactRow.id)).where(FactRow.kind.like("%e%")), {}),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_are_those_of_sqlalchemy(services: Services, author: Caller, name: str) -> None:
    assert author.get("/api/user/records").status_code == 200
    statement, values = STATEMENTS[name]
    read = DirectRead(statement)
    with services.database.connection() as connection:
        for _ in range(2):
            rows = [tuple(row) for row in read.rows(connection, values)]
            assert rows == [tuple(row) for row in connection.execute(statement, values)]
            assert bool(rows) == (name != "no row")


def test_who_listens_to_statements_hears_it(services: Services) -> None:
    with heard_statements() as heard, services.database.connection() as connection:
        DirectRead(_PEOPLES.where(in_list(AccessToken.id, "ids"))).rows(connection, {"ids": [7]})
    [statement] = heard.values()
    assert "token.scopes" in statement.text


@pytest.mark.postgresql
def test_who_makes_databases_meanwhile_is_not_heard(services: Services) -> None:
    with heard_statements() as heard:
        assert on_server("SELECT 7") == "7"
    assert not heard


def test_it_reads_in_the_transaction_of_its_connection(services: Services) -> None:
    read = DirectRead(select(func.count(FactRow.id)))
    with services.database.transaction(SYSTEM) as unit:
        connection = unit.session.connection()
        [before] = read.rows(connection, {})
        connection.execute(FactRow.__table__.delete())  # type: ignore[attr-defined]
        assert read.rows(connection, {})[0][0] == 0
        unit.session.rollback()
    with services.database.connection() as connection:
        assert read.rows(connection, {}) == [before]


def test_an_error_is_that_of_sqlalchemy_and_tells_no_values(services: Services) -> None:
    wrong = select(text("nothing_of_this_name")).where(bindparam("secret") == "x")
    with services.database.connection() as connection, pytest.raises(DBAPIError) as raised:
        DirectRead(wrong).rows(connection, {"secret": "hunter2"})
    assert type(raised.value) is not DBAPIError
    assert "hunter2" not in str(raised.value)
    with services.database.connection() as connection:
        assert DirectRead(select(literal(1))).rows(connection, {})


@pytest.mark.postgresql
def test_a_lost_connection_is_told_as_sqlalchemy_tells_it_and_replaced(database_url: str) -> None:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    read = DirectRead(select(func.pg_backend_pid()))
    with engine.connect() as connection, engine.connect() as other:
        [[pid]] = read.rows(connection, {})
        other.execute(select(func.pg_terminate_backend(pid, 5_000)))
        with pytest.raises(OperationalError) as raised:
            read.rows(connection, {})
        assert raised.value.connection_invalidated
    with engine.connect() as connection:
        assert read.rows(connection, {}) != [(pid,)]
    engine.dispose()
