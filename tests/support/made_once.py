"""Make once a run what is the same for every application: half of the time of a short test goes into it.

- Werkzeug reads each route and compiles two functions for it.  What it finds depends on the route and on the kinds of
  its parts alone, so that applications can share it.
- SQLAlchemy compiles each statement once for an engine.  The text depends on the dialect alone, and the dialects of
  two databases on one server are equal, so that their engines can share one with the statements it has compiled.
- Boto3 makes a client's class and its rules of addresses from Amazon's description, for four clients a store.  They
  know a server and keys, no bucket, so that all stores of a server of this run can share them, and its connections.
"""

import os
from collections.abc import Callable, Hashable
from typing import Any

import pytest
from sqlalchemy import URL, Engine
from werkzeug.routing import Rule

from repository.core.database import engine as database_engine
from repository.engines.archive import s3_archive
from repository.engines.store import s3_clients, s3_store
from repository.engines.store.s3_address import S3Address
from tests.engines.addresses import s3_options, s3_servers

READ = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
"""What a route has after it was read; the two functions belong to one rule and are bound to each again."""

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CONFIG_FILE")

_patch = pytest.MonkeyPatch()


class SharedClients(s3_clients.S3Clients):
    """Clients that other stores use too."""

    __slots__ = ()

    def close(self) -> None:
        """Keep the connections: the next store has the same."""


def pytest_configure() -> None:
    _patch.setattr(Rule, "compile", once_a_route(Rule.compile))
    for opener in ("_open_sqlite", "_open_postgresql"):
        _patch.setattr(database_engine, opener, with_shared_statements(getattr(database_engine, opener)))
    shared = once_a_server(s3_clients.s3_clients)
    for user in (s3_store, s3_archive):
        _patch.setattr(user, "s3_clients", shared)


def pytest_unconfigure() -> None:
    _patch.undo()


def once_a_route(read: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """`read`, done once for each route."""
    made: dict[Hashable, dict[str, Any]] = {}

    def read_once(rule: Rule) -> None:
        kinds = rule.map
        assert kinds is not None
        place = (rule.rule, rule.subdomain, rule.host, kinds.host_matching, rule.merge_slashes)
        key = (*place, tuple(sorted((rule.defaults or {}).items())), tuple(kinds.converters.items()))
        if key not in made:
            read(rule)
            made[key] = {name: getattr(rule, name) for name in READ}
            return
        for name, value in made[key].items():
            setattr(rule, name, value.__func__.__get__(rule) if name.startswith("_build") else value)

    return read_once


def with_shared_statements(opened: Callable[..., Engine]) -> Callable[..., Engine]:
    """`opened`, whose engines on one server share the dialect and the compiled statements of the first."""
    first: dict[Hashable, Engine] = {}

    def open_engine(url: URL, *arguments: Any, **options: Any) -> Engine:
        engine = opened(url, *arguments, **options)
        server = (url.host, url.port, url.username, tuple(sorted(options.items())))
        shared = first.setdefault(server, engine)
        if shared.dialect.server_version_info is not None:  # it has connected, and knows what it speaks to
            engine.dialect, engine._compiled_cache = shared.dialect, shared._compiled_cache
        return engine

    return open_engine


def once_a_server(opened: Callable[[S3Address], s3_clients.S3Clients]) -> Callable[[S3Address], s3_clients.S3Clients]:
    """`opened`, whose clients of a server of this run are shared by all who have the same keys and the same patience.

    Every other server is a test's own: one that stands in for a faulty one, or a way to one that is cut.
    """
    made: dict[Hashable, SharedClients] = {}

    def open_clients(address: S3Address) -> s3_clients.S3Clients:
        if address.public or address.endpoint not in {s3_options(server).get("endpoint") for server in s3_servers()}:
            return opened(address)
        patience = (s3_clients.CONNECT_SECONDS, s3_clients.ANSWER_SECONDS)
        keys = tuple(os.environ.get(name) for name in KEYS)
        key = (address.endpoint, address.region, address.style, patience, keys)
        if key not in made:
            own = opened(address)
            made[key] = SharedClients(own.patient, own.brief, own.steady, own.signer)
        return made[key]

    return open_clients
