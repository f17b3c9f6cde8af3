"""One engine away at a time: what needs it is refused for now and changes nothing, and works again at once after."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from config import search as index_parts
from config.settings import Settings, read_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.database import postgresql
from repository.core.errors import Unavailable
from repository.engines.search.elasticsearch import ElasticsearchSearch, elasticsearch_address
from repository.engines.services import Services
from repository.engines.store import s3_clients
from repository.feature import Queue
from repository.operation.open_jobs import backlog
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.engines import SERVERS
from tests.faults.proxy import CUT, HALF_OPEN, LOST_ANSWER, RESET, RESET_AFTER_SOME, Fault, Kind, Proxy, before_url
from tests.features.provoked import ready
from workers import rq_queue
from workers.dispatch import dispatch_jobs
from workers.relay import relay
from workers.rq_queue import RqQueue
from workers.runner import run_next
from workers.sweeps.schedule import run_due

DATABASE, STORE, SEARCH = "database", "store", "search"
IMPATIENCE = 2.0
"""Seconds that an engine's client waits here for an answer that does not come; longer in earnest."""
LOST_COMMIT = Fault(Kind.LOST_ANSWER, asked=b"COMMIT\0")
LOST_PUT = Fault(Kind.LOST_ANSWER, asked=b"PUT /")
AWAY = [pytest.param(fault, id=str(fault)) for fault in (CUT, RESET, HALF_OPEN, LOST_ANSWER)]
KEY, CONTENT, OTHER = "data.csv", b"a,b\n1,2\n", b"other bytes, and more of them\n"

on_servers = pytest.mark.parametrize("installation", [SERVERS], indirect=True)
Settle = Callable[[], None]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for."""
    monkeypatch.setattr(postgresql.PatientConnection, "patience", IMPATIENCE)
    monkeypatch.setitem(postgresql.ARGUMENTS, "connect_timeout", 2)  # the least that it takes
    monkeypatch.setattr(s3_clients, "ANSWER_SECONDS", IMPATIENCE)
    monkeypatch.setattr(rq_queue, "ANSWER_SECONDS", IMPATIENCE)


@pytest.fixture
def between(
    impatient: None, database_url: str, store_url: str, search_url: str
) -> Iterator[dict[str, tuple[Proxy, str]]]:
    """A proxy before each engine, and the address that leads through it."""
    with ExitStack() as stack:
        urls = {DATABASE: database_url, STORE: store_url, SEARCH: search_url}
        yield {name: stack.enter_context(before_url(url)) for name, url in urls.items()}


@pytest.fixture
def proxies(between: dict[str, tuple[Proxy, str]]) -> dict[str, Proxy]:
    return {name: proxy for name, (proxy, _) in between.items()}


@pytest.fixture
def settings(between: dict[str, tuple[Proxy, str]]) -> Settings:
    """The application goes through the proxies."""
    urls = {f"{name}_url": url for name, (_, url) in between.items()}
    return read_settings(base_url=BASE_URL, downloads="stream", inspection="off", **urls)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Those of the settings, with an impatient search engine."""
    search = ElasticsearchSearch(elasticsearch_address(settings.search_url), index_parts.read(), longest=IMPATIENCE)
    opened = replace(open_services(settings), search=search)
    yield opened
    opened.close()


@pytest.fixture
def record(services: Services, deposits: Deposits, settle: Settle) -> dict[str, Any]:
    """A published record, indexed."""
    services.store.prepare()
    services.search.prepare()
    record = deposits.published(a_dataset(title="Penguins of Dream Island"))
    settle()
    return record


@pytest.fixture
def draft(record: dict[str, Any], deposits: Deposits, settle: Settle) -> dict[str, Any]:
    """A draft with one committed file."""
    draft = deposits.open()
    deposits.upload(draft["id"], KEY, CONTENT)
    settle()
    return draft


def expect_unavailable(reply: Any) -> None:
    assert reply.status_code == 503, reply.text
    assert int(reply.headers["Retry-After"]) > 0


@on_servers
@pytest.mark.parametrize("fault", AWAY)
def test_without_the_database_nothing_is_answered_and_nothing_changes(
    fault: Fault, proxies: dict[str, Proxy], author: Caller, record: dict[str, Any], draft: dict[str, Any]
) -> None:
    place = f"/api/records/{draft['id']}/draft"
    before = author.get(place).get_json()
    with proxies[DATABASE].failing(fault):
        for reply in (
            author.get("/api/records"),
            author.get(f"/api/records/{record['id']}"),
            author.get(f"/records/{record['id']}"),
            author.put(place, json=a_dataset(title="Another")),
            author.put(f"{place}/files/{KEY}/content", data=OTHER),
            author.post(f"{place}/actions/publish"),
        ):
            expect_unavailable(reply)
    assert author.get(place).get_json() == before
    assert author.get(f"{place}/files/{KEY}/content").data == CONTENT
    assert author.post(f"{place}/actions/publish").status_code == 202


@on_servers
def test_a_publication_whose_commit_was_not_answered_has_happened_once(
    proxies: dict[str, Proxy], author: Caller, draft: dict[str, Any], settle: Settle
) -> None:
    publish = f"/api/records/{draft['id']}/draft/actions/publish"
    with proxies[DATABASE].failing(LOST_COMMIT):
        expect_unavailable(author.post(publish))
    assert author.post(publish).status_code == 404
    settle()
    record = author.get(f"/api/records/{draft['id']}").get_json()
    assert (record["status"], record["versions"]["index"]) == ("published", 1)


@on_servers
@pytest.mark.parametrize("fault", AWAY)
def test_without_the_store_an_upload_is_refused_before_anything_changes(
    fault: Fault,
    proxies: dict[str, Proxy],
    author: Caller,
    record: dict[str, Any],
    draft: dict[str, Any],
    settle: Settle,
) -> None:
    place = f"/api/records/{draft['id']}/draft"
    before = [author.get(path).get_json() for path in (place, f"{place}/files")]
    with proxies[STORE].failing(fault):
        expect_unavailable(author.put(f"{place}/files/{KEY}/content", data=OTHER))
        expect_unavailable(author.get(f"{place}/files/{KEY}/content"))
        assert author.get(f"/api/records/{record['id']}").status_code == 200
        assert author.get("/api/records").status_code == 200
    assert [author.get(path).get_json() for path in (place, f"{place}/files")] == before
    assert author.get(f"{place}/files/{KEY}/content").data == CONTENT
    assert author.put(f"{place}/files/{KEY}/content", data=OTHER).status_code == 200
    assert author.post(f"{place}/files/{KEY}/commit").status_code == 200
    assert author.get(f"{place}/files/{KEY}/content").data == OTHER


@on_servers
@pytest.mark.parametrize("size", [100, 9_000_000], ids=["in one piece", "in parts"])
def test_a_write_that_the_store_did_not_answer_leaves_one_object_at_most(
    size: int, proxies: dict[str, Proxy], services: Services, author: Caller, draft: dict[str, Any], settle: Settle
) -> None:
    place = f"/api/records/{draft['id']}/draft/files/{KEY}"
    content = b"x" * size
    before = len(list(services.store.objects()))
    with proxies[STORE].failing(LOST_PUT):
        answered = author.put(f"{place}/content", data=content).status_code
    assert answered in (200, 503)
    assert len(list(services.store.objects())) <= before + 1
    assert author.put(f"{place}/content", data=content).status_code == 200
    assert author.post(f"{place}/commit").status_code == 200
    settle()
    assert author.get(f"{place}/content").data == content
    assert len(list(services.store.objects())) <= before + (answered == 503)


@on_servers
def test_a_download_that_breaks_is_no_whole_file(
    proxies: dict[str, Proxy], services: Services, author: Caller, draft: dict[str, Any]
) -> None:
    place = f"/api/records/{draft['id']}/draft/files/{KEY}"
    content = b"y" * 3_000_000
    assert author.put(f"{place}/content", data=content).status_code == 200
    (key,) = [each.key for each in services.store.objects() if each.size == len(content)]
    with proxies[STORE].failing(RESET_AFTER_SOME), pytest.raises(Unavailable):
        services.store.open(key).read()
    assert services.store.open(key).read() == content


@on_servers
@pytest.mark.parametrize("fault", AWAY)
def test_without_the_search_engine_everything_but_searching_goes_on(
    fault: Fault, proxies: dict[str, Proxy], author: Caller, deposits: Deposits, record: dict[str, Any], settle: Settle
) -> None:
    with proxies[SEARCH].failing(fault):
        expect_unavailable(author.get("/api/records?q=penguins"))
        expect_unavailable(author.get("/api/user/records"))
        assert author.get(f"/api/records/{record['id']}").status_code == 200
        assert author.get(f"/records/{record['id']}").status_code == 200
        late = deposits.published(a_dataset(title="Late penguins"))
    found = author.get("/api/records?q=penguins")
    assert found.status_code == 200, found.text
    settle()
    hits = author.get("/api/records?q=penguins").get_json()["hits"]["hits"]
    assert {hit["id"] for hit in hits} == {record["id"], late["id"]}


@on_servers
def test_a_job_that_met_an_outage_runs_again(
    proxies: dict[str, Proxy], services: Services, deposits: Deposits, record: dict[str, Any], settle: Settle
) -> None:
    with proxies[SEARCH].failing(CUT):
        late = deposits.published(a_dataset(title="Late penguins"))
        settle()
    with services.database.snapshot(SYSTEM) as unit:
        assert backlog(unit)["waiting"] > 0
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(text("UPDATE job SET run_after = created"))
    settle()
    with services.database.snapshot(SYSTEM) as unit:
        assert not any(backlog(unit).values())
    hits = deposits.caller.get("/api/records?q=late").get_json()["hits"]["hits"]
    assert [hit["id"] for hit in hits] == [late["id"]]


@on_servers
@pytest.mark.parametrize("engine", [DATABASE, STORE, SEARCH])
def test_a_slow_engine_is_no_broken_one(
    engine: str, proxies: dict[str, Proxy], deposits: Deposits, author: Caller, record: dict[str, Any], settle: Settle
) -> None:
    with proxies[engine].failing(Fault(Kind.SLOW, latency=0.01)):
        late = deposits.published(a_dataset(title="Late penguins"))
        settle()
        found = author.get("/api/records?q=late").get_json()["hits"]["hits"]
    assert [hit["id"] for hit in found] == [late["id"]]


@on_servers
@pytest.mark.parametrize("fault", AWAY)
def test_without_redis_facts_and_jobs_wait_in_the_database(
    fault: Fault, redis_url: str, services: Services, deposits: Deposits, record: dict[str, Any]
) -> None:
    with before_url(redis_url) as (proxy, url), closing(RqQueue(url)) as queue:
        assert dispatch_jobs(services.database, queue) == 0
        with proxy.failing(fault):
            deposits.published(a_dataset(title="Late penguins"))
            assert relay(services.database) > 0
            with pytest.raises(Unavailable):
                dispatch_jobs(services.database, queue)
        with services.database.snapshot(SYSTEM) as unit:
            counts = backlog(unit)
        assert counts["waiting"] > 0
        assert dispatch_jobs(services.database, queue) == counts["waiting"]
        assert queue.waiting(Queue.SOON) > 0
        assert run_next(services, Queue.SOON) == 0, "handed over, it is a worker's"


@on_servers
@pytest.mark.parametrize("fault", [CUT, HALF_OPEN], ids=str)
@pytest.mark.parametrize("engine", [DATABASE, STORE, SEARCH])
def test_health_names_the_engine_that_is_away_and_what_to_do(
    engine: str, fault: Fault, proxies: dict[str, Proxy], services: Services, record: dict[str, Any]
) -> None:
    run_due(services)
    with proxies[engine].failing(fault):
        status, body = ready(services)
    told = body["conditions"][engine]
    assert (status, body["status"]) == ((200, "degraded") if engine == SEARCH else (503, "not ready"))
    assert told["state"] == "failed"
    assert told["problem"]
    assert told["remedy"]
    assert not re.search(r"127\.0\.0\.1|://", str(body["conditions"])), "no address is told to everybody"
    status, body = ready(services)
    assert (status, body["status"]) == (200, "ready"), body
