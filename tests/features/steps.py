"""What tests of the API do again and again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import event

from repository.engines.services import Services
from tests.conftest import Caller

Json = dict[str, Any]
EXTERNAL = "10.1594/PANGAEA.12345"


def faults(body: Json) -> dict[str, list[str]]:
    """Field -> messages, of a draft or of a refusal."""
    return {error["field"]: error["messages"] for error in body["errors"]}


def read_draft(caller: Caller, record_id: str) -> Json:
    """The draft as its reader gets it."""
    reply = caller.get(f"/api/records/{record_id}/draft")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def search(caller: Caller, q: str = "", path: str = "/api/records", **arguments: Any) -> Json:
    """The answer to a search."""
    query_string = {**({"q": q} if q else {}), **arguments}
    reply = caller.get(path, query_string=query_string)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def ids_of(body: Json) -> list[str]:
    """The ids of the hits, in their order."""
    return [hit["id"] for hit in body["hits"]["hits"]]


def buckets(body: Json, facet: str) -> dict[str, int]:
    """Key -> count, of one facet."""
    return {bucket["key"]: bucket["doc_count"] for bucket in body["aggregations"][facet]["buckets"]}


def base(draft: dict[str, Any]) -> str:
    return f"/api/records/{draft['id']}/draft/files"


def begin(caller: Caller, draft: dict[str, Any], *files: dict[str, Any]) -> Any:
    return caller.post(base(draft), json=list(files))


def send(caller: Caller, draft: dict[str, Any], key: str, content: bytes) -> Any:
    return caller.put(f"{base(draft)}/{quote(key)}/content", data=content)


def commit(caller: Caller, draft: dict[str, Any], key: str) -> Any:
    return caller.post(f"{base(draft)}/{quote(key)}/commit")


def objects(services: Services) -> int:
    return len(list(services.store.objects()))


@contextmanager
def statements(services: Services) -> Iterator[list[str]]:
    """The SQL that runs in the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    database = services.database
    # where looking has connections of its own, what runs on them is not heard on the others
    engines = [database.engine]
    if database._autocommit_engine.pool is not database.engine.pool:
        engines.append(database._autocommit_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def questions(told: Iterable[str]) -> int:
    """How many of the statements ask for rows, but for who is writing, which only some databases are asked."""
    return sum(each.startswith(("SELECT", "WITH")) and "pg_locks" not in each for each in told)


def external(doi: str = EXTERNAL) -> Json:
    """The part of a draft's body that brings a DOI from elsewhere."""
    return {"pids": {"doi": {"identifier": doi, "provider": "external"}}}


def read_self(caller: Caller, draft: Json) -> Json:
    return caller.get(draft["links"]["self"]).get_json()


def pids_url(draft: Json, scheme: str = "doi") -> str:
    return f"/api/records/{draft['id']}/draft/pids/{scheme}"


def doi_faults(body: Json) -> list[str]:
    return [text for error in body["errors"] if error["field"].startswith("pids.doi") for text in error["messages"]]
