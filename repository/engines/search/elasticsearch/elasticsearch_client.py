"""One client of the server; every error of the server or of the network becomes one of ours."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    Elasticsearch,
    NotFoundError,
    OrjsonSerializer,
    TransportError,
    UnsupportedProductError,
)

from repository.core.errors import Invalid, Unavailable
from repository.engines.search.elasticsearch.elasticsearch_address import ElasticsearchAddress

_CONNECTIONS = 32
_BUSY = frozenset({408, 429, 502, 503, 504})
_TOO_MUCH = ("too_many_clauses", "too_many_nested_clauses", "too_complex_to_determinize", "nested depth")
NO_ANSWER = "The search engine does not answer."
_JSON = "application/vnd.elasticsearch+json"


class IndexAbsent(Exception):
    """The server does not have the index or alias that a request names."""


class RequestRefused(Exception):
    """The server rejects a request: a bug of ours, or an index made for another version of us."""


class ElasticsearchClient:
    """A client for each process, made at its first request."""

    def __init__(self, address: ElasticsearchAddress, seconds: float, seconds_to_write: float) -> None:
        self.seconds = seconds
        self._seconds_to_write = seconds_to_write
        self._address = address
        self._clients: tuple[Elasticsearch, Elasticsearch] | None = None
        self._process = 0
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Elasticsearch]:
        """Yield the client; raise its errors as `Unavailable`, `Invalid`, `IndexAbsent` or `RequestRefused`."""
        with answering():
            yield self._current()[0]

    @contextmanager
    def writing(self) -> Iterator[Elasticsearch]:
        """Yield the client with more patience, for requests that take the server longer."""
        with answering():
            yield self._current()[1]

    def close(self) -> None:
        self._closed = True
        if self._clients is not None and self._process == os.getpid():
            self._clients[0].close()  # both are one but for their patience

    def _current(self) -> tuple[Elasticsearch, Elasticsearch]:
        if self._closed:
            raise Unavailable("The search engine is closed.")
        if self._clients is None or self._process != os.getpid():
            # connections of the process that we were forked from are not ours to use or to close
            client = self._new()
            patient = client.options(request_timeout=self._seconds_to_write)
            self._clients, self._process = (client.options(request_timeout=self.seconds), patient), os.getpid()
        return self._clients

    def _new(self) -> Elasticsearch:
        return Elasticsearch(
            self._address.node,
            basic_auth=self._address.credentials,
            connections_per_node=_CONNECTIONS,
            max_retries=1,
            retry_on_timeout=False,
            retry_on_status=(),
            serializers={_JSON: OrjsonSerializer()},
        )


@contextmanager
def answering() -> Iterator[None]:
    """Turn every error of the client into one of ours, without addresses and credentials."""
    try:
        yield
    except TransportError as error:
        raise Unavailable(NO_ANSWER) from error
    except UnsupportedProductError as error:
        raise Unavailable("The search engine is not an Elasticsearch 8.") from error
    except (AuthenticationException, AuthorizationException) as error:
        raise Unavailable("The search engine refuses access.") from error
    except NotFoundError as error:
        raise IndexAbsent(_kind(error)) from error
    except ApiError as error:
        raise _in_our_words(error) from error


def refusal(status: int, error: Mapping[str, Any]) -> Exception:
    """Return the error of one item of a bulk request."""
    if status in _BUSY:
        return Unavailable(NO_ANSWER)
    if status == 404:
        return IndexAbsent(str(error.get("type", "")))
    cause = error.get("caused_by") or {}
    return RequestRefused(
        f"Elasticsearch: {error.get('type')}: {error.get('reason')} {cause.get('reason', '')}".strip()
    )


def _in_our_words(error: ApiError) -> Exception:
    body = str(error.body)
    if any(name in body for name in _TOO_MUCH):
        return Invalid.field("q", "The query is too complicated: use fewer words or wildcards.")
    if error.status_code == 503 and error.error == "search_phase_execution_exception":
        # so says a search under which its index was taken away; where it is nothing but down, a second try fails too
        return IndexAbsent(_kind(error))
    if error.status_code in _BUSY:
        return Unavailable(NO_ANSWER)
    return RequestRefused(f"Elasticsearch: {_kind(error)}")


def _kind(error: ApiError) -> str:
    """Return the server's name for the error, and its reason."""
    body = error.body if isinstance(error.body, dict) else {}
    error_body = body.get("error", {})
    if not isinstance(error_body, dict):
        return str(error_body)
    causes = [
        error_body,
        *error_body.get("root_cause", ()),
        *(f.get("reason", {}) for f in error_body.get("failed_shards", ())),
    ]
    return "; ".join(dict.fromkeys(f"{cause.get('type')}: {cause.get('reason')}" for cause in causes))
