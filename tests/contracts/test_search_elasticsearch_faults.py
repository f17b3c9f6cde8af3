"""Elasticsearch: what a server that fails, and an address that is wrong, make of the keeper."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.settings import SettingsError, read_settings
from repository.bootstrap import open_services
from repository.core.errors import Unavailable
from repository.engines.search.elasticsearch import ElasticsearchSearch, elasticsearch_address
from repository.engines.search.port import DocumentKind
from repository.engines.search.query_tree import Term
from tests.contracts.elasticsearch_places import engine_at
from tests.contracts.search_corpus import ICE, found
from tests.contracts.search_files import files

pytestmark = pytest.mark.slow


def acts(engine: ElasticsearchSearch) -> list[Callable[[], object]]:
    return [
        engine.describe,
        engine.prepare,
        engine.begin_rebuild,
        lambda: engine.put([ICE]),
        lambda: engine.put_files(files(1, 1)),
        lambda: engine.drop(DocumentKind.RECORD, [1]),
        lambda: engine.drop_files(1),
        lambda: found(engine, Term("ice")),
        lambda: next(engine.entries()),
        lambda: next(engine.file_entries()),
    ]


def all_unavailable(engine: ElasticsearchSearch) -> bool:
    for act in acts(engine):
        with pytest.raises(Unavailable) as raised:
            act()
        assert "secret" not in f"{raised.value}{raised.value.__cause__}"
    return True


@contextmanager
def answering_only(status: int, content: bytes) -> Iterator[str]:
    """The address of a server that gives one answer to all."""

    class Always(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Always)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://person:secret@127.0.0.1:{server.server_port}/ours"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.mark.parametrize("status", [401, 403, 429, 502, 503, 504])
def test_a_server_that_is_busy_or_refuses_makes_search_unavailable(status: int) -> None:
    with answering_only(status, b'{"error": "no", "status": 1}') as url:
        engine = engine_at(url)
        assert all_unavailable(engine)
        engine.close()


def test_nobody_at_the_address_makes_search_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    engine = engine_at(f"http://person:secret@127.0.0.1:{port}/ours")
    assert all_unavailable(engine)
    engine.close()


def test_a_server_that_takes_requests_and_never_answers_makes_search_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = engine_at(f"http://person:secret@127.0.0.1:{silent.getsockname()[1]}/ours", longest=0.1)
        with pytest.raises(Unavailable):
            found(engine, Term("ice"))
        with pytest.raises(Unavailable):
            engine.put([ICE])
        engine.close()


# addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://person:secret@host",
        "http://person:secret@host/A b",
        "http://host/x?secret",
        "http:///secret",
        "ftp://h/x",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|path") as refused:
        elasticsearch_address(url)
    assert "secret" not in str(refused.value)


def test_a_wrong_address_stops_the_start_with_the_name_of_its_setting(tmp_path: Path) -> None:
    settings = read_settings(database_url=f"sqlite:///{tmp_path}/r.db", search_url="http://127.0.0.1:9200")
    with pytest.raises(SettingsError, match="REPOSITORY_SEARCH_URL"):
        open_services(settings)


def test_a_start_needs_no_server(tmp_path: Path) -> None:
    url = "https://person:p%40ss@127.0.0.1:1/ours"
    opened = open_services(read_settings(database_url=f"sqlite:///{tmp_path}/r.db", search_url=url))
    assert isinstance(opened.search, ElasticsearchSearch)
    assert elasticsearch_address(url).credentials == ("person", "p@ss")
    assert "p@ss" not in repr(elasticsearch_address(url))
    opened.close()
