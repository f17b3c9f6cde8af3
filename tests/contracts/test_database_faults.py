"""A database server that is silent, slow, full or gone: an answer in time, nothing half done, and well again after."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, exc, func, make_url, select, text

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.database import postgresql
from repository.core.database.engine import open_database
from repository.core.database.postgresql import PatientConnection, unhurried
from repository.core.errors import Conflict, Unavailable
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.files.queries import file_set, file_set_for_change
from repository.identifiers.model import Identifier
from repository.records.model import Version
from tests.conftest import Caller, Deposits
from tests.contracts.together import all_of, at_once
from tests.faults.proxy import CUT, HALF_OPEN, RESET, Fault, Kind, Proxy, before

pytestmark = pytest.mark.postgresql


class Trouble(Exception):
    """A bug in the block."""


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """Between the application and the server of the test's database."""
    with before(make_url(database_url).port or 5432) as made:
        yield made


@pytest.fixture
def proxied_url(database_url: str, proxy: Proxy) -> str:
    url = make_url(database_url).set(host="127.0.0.1", port=proxy.port)
    return url.render_as_string(hide_password=False)


@pytest.fixture
def proxied_database(proxied_url: str) -> Iterator[Database]:
    opened = Database(open_database(proxied_url))
    yield opened
    opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(PatientConnection, "patience", 1.0)
    monkeypatch.setitem(postgresql.ARGUMENTS, "connect_timeout", 2)


def count(proxied_database: Database) -> int:
    with proxied_database.snapshot(SYSTEM) as unit:
        return unit.session.scalar(select(func.count()).select_from(FileSet)) or 0


def add_set(proxied_database: Database) -> int:
    with proxied_database.transaction(SYSTEM) as unit:
        files = FileSet()
        unit.session.add(files)
        unit.session.flush()
        return files.id


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [HALF_OPEN, CUT, RESET], ids=str)
def test_a_connection_that_leads_nowhere_is_unavailable_in_time_and_replaced_afterwards(
    proxied_database: Database, proxy: Proxy, fault: Fault
) -> None:
    add_set(proxied_database)
    with proxy.failing(fault):
        for _ in range(2):  # on the connection that was open, and on a new one
            with pytest.raises(Unavailable):
                count(proxied_database)
    assert count(proxied_database) == 1
    add_set(proxied_database)
    assert count(proxied_database) == 2


@pytest.mark.usefixtures("impatient")
def test_a_server_that_falls_silent_in_the_middle_lets_the_block_end_with_its_own_error(
    proxied_database: Database, proxy: Proxy
) -> None:
    def fail(unit: UnitOfWork) -> None:
        unit.session.add(FileSet())
        unit.session.flush()
        proxy.turn(HALF_OPEN)
        raise Trouble

    with pytest.raises((Trouble, Unavailable)), proxied_database.transaction(SYSTEM) as unit:
        fail(unit)
    proxy.turn(Fault(Kind.PASS))
    assert count(proxied_database) == 0


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(proxied_database: Database) -> None:
    with pytest.raises(Unavailable), proxied_database.snapshot(SYSTEM) as unit:
        unit.session.execute(text("SELECT 'late', pg_sleep(2)"))
    with proxied_database.snapshot(SYSTEM) as unit:
        assert unit.session.scalar(text("SELECT 'next'")) == "next"


@pytest.fixture
def behind_proxy(settings: Settings, proxied_url: str) -> Iterator[Services]:
    opened = open_services(settings.model_copy(update={"database_url": proxied_url}))
    yield opened
    opened.close()


def test_a_publication_whose_answer_was_lost_is_done_once_and_its_repetition_finds_no_draft(
    deposits: Deposits, author: Caller, services: Services, behind_proxy: Services, proxy: Proxy
) -> None:
    record_id = deposits.open()["id"]
    deposits.upload(record_id)
    elsewhere = Caller(create_app(behind_proxy).test_client(), author.token)
    path = f"/api/records/{record_id}/draft/actions/publish"
    assert elsewhere.get(f"/api/records/{record_id}/draft").status_code == 200
    with proxy.failing(Fault(Kind.LOST_ANSWER, asked=b"COMMIT\0")):
        reply = elsewhere.post(path)
    assert (reply.status_code, "Retry-After" in reply.headers) == (503, True)
    assert elsewhere.post(path).status_code == 404
    assert elsewhere.get(f"/api/records/{record_id}").get_json()["status"] == "published"
    assert [version.id for version in all_of(services, Version)] == [int(record_id)]
    assert len(all_of(services, Identifier)) == 4
    assert all_of(services, Draft) == []


def test_when_all_connections_are_in_use_the_next_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "POOL_SECONDS", 0.1)
    proxied_database = Database(open_database(database_url, connections=4))
    with proxied_database.snapshot(SYSTEM) as one, proxied_database.snapshot(SYSTEM) as other:
        one.session.execute(text("SELECT 1"))
        other.session.execute(text("SELECT 1"))
        with pytest.raises(Unavailable):
            count(proxied_database)
    assert count(proxied_database) == 0
    proxied_database.close()


def test_of_two_that_wait_for_each_other_one_goes_on_and_the_other_meets_a_conflict(proxied_database: Database) -> None:
    ids = [add_set(proxied_database), add_set(proxied_database)]
    both_hold_one = threading.Barrier(2)

    def lock(order: list[int]) -> str:
        try:
            with proxied_database.transaction(SYSTEM) as unit:
                file_set_for_change(unit, order[0]).count += 1
                both_hold_one.wait(30)
                file_set_for_change(unit, order[1]).count += 1
        except Conflict:
            return "conflict"
        return "done"

    assert sorted(at_once(lambda: lock(ids), lambda: lock(ids[::-1]))) == ["conflict", "done"]
    with proxied_database.snapshot(SYSTEM) as unit:
        assert [file_set(unit, each).count for each in ids] == [1, 1]


def test_a_change_of_what_another_has_changed_since_it_was_read_is_a_conflict(proxied_database: Database) -> None:
    set_id = add_set(proxied_database)

    def change(unit: UnitOfWork) -> None:
        unit.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        seen = file_set(unit, set_id)
        with proxied_database.transaction(SYSTEM) as other:
            file_set_for_change(other, set_id).count = 7
        seen.count = 5
        unit.session.flush()

    with pytest.raises(Conflict), proxied_database.transaction(SYSTEM) as unit:
        change(unit)


def test_a_row_that_was_read_before_it_was_locked_shows_what_others_made_of_it(proxied_database: Database) -> None:
    set_id = add_set(proxied_database)
    with proxied_database.transaction(SYSTEM) as unit:
        seen = file_set(unit, set_id)
        with proxied_database.transaction(SYSTEM) as other:
            file_set_for_change(other, set_id).count = 7
        assert seen.count == 0
        assert file_set_for_change(unit, set_id).count == 7


@pytest.fixture
def engine(proxied_database: Database) -> Engine:
    return proxied_database.engine


@pytest.mark.usefixtures("impatient")
def test_a_migration_takes_the_time_it_needs_and_requests_do_not(engine: Engine) -> None:
    slowly = "SET LOCAL statement_timeout = 100; SELECT pg_sleep(0.5)"
    with pytest.raises(exc.OperationalError, match="statement timeout"), engine.begin() as connection:
        connection.exec_driver_sql(slowly)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 100")
        with unhurried(connection):
            assert connection.exec_driver_sql("SELECT 1 FROM pg_sleep(1.5)").scalar() == 1
    with pytest.raises(exc.OperationalError), engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(1.5)")


@pytest.mark.usefixtures("impatient")
def test_work_on_whole_databases_takes_the_time_it_needs_and_later_statements_do_not(engine: Engine) -> None:
    impatient = engine.execution_options(isolation_level="AUTOCOMMIT")
    with impatient.connect() as connection:
        with unhurried(connection):
            connection.exec_driver_sql("SELECT 1 FROM pg_sleep(1.5)")
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "30s"
        with pytest.raises(exc.OperationalError):
            connection.exec_driver_sql("SELECT pg_sleep(1.5)")


def test_the_server_knows_whose_connection_it_is_and_how_long_to_bear_it(engine: Engine) -> None:
    def said(name: str) -> Any:
        with engine.connect() as connection:
            return connection.exec_driver_sql(f"SHOW {name}").scalar()

    assert said("application_name") == "repository"
    bounds = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    assert [said(name) for name in bounds] == ["30s", "15s", "2min"]
    assert said("tcp_keepalives_idle") == "10"


def test_what_goes_wrong_in_the_database_tells_no_values(engine: Engine) -> None:
    with pytest.raises(exc.StatementError) as failure, engine.begin() as connection:
        connection.execute(text("SELECT 1 / :zero, :secret"), {"zero": 0, "secret": "the secret of somebody"})
    assert "the secret of somebody" not in str(failure.value)


def test_connections_that_end_as_soon_as_they_are_made_are_an_outage(
    proxied_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied_database.snapshot(SYSTEM) as unit:
        unit.session.execute(text("SELECT 1"))
    connect = PatientConnection.connect

    def ended_at_once(*arguments: Any, **named: Any) -> PatientConnection:
        made = connect(*arguments, **named)
        with connect(*arguments, **named) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [made.info.backend_pid])
        return made

    monkeypatch.setattr(PatientConnection, "connect", ended_at_once)
    proxied_database.close()
    for _ in range(2):
        with pytest.raises(Unavailable), proxied_database.snapshot(SYSTEM) as unit:
            unit.session.execute(text("SELECT 1"))
    monkeypatch.undo()
    with proxied_database.snapshot(SYSTEM) as unit:
        assert unit.session.scalar(text("SELECT 1")) == 1
