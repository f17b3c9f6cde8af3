"""What a worker believes of a call in Redis: that it names rows of the job table, and nothing else.

RQ would import whatever function a call names, run functions that it names for its success or failure, and send
requests where it says.  Whoever can write to Redis would run what they like in the worker.  So a worker reads of a call
only what the relay writes.  Anything else is logged and dropped: no job is lost, for its row is handed over again.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import rq
import structlog
from redis import Redis
from rq.exceptions import NoSuchJobError

from workers.rq_queue import CALL, LIMIT_SECONDS

READ = frozenset(
    {"data", "status", "origin", "description", "timeout", "result_ttl", "failure_ttl", "created_at", "enqueued_at"}
    | {"started_at", "ended_at", "last_heartbeat", "worker_name"}
)
"""The members of a call that are read.  Those by which RQ would call, send, repeat or wait are not among them."""
MOST_BYTES = 64 << 10
MOST_IDS = 1_000
MOST_KIND = 200
log = structlog.get_logger()


class RowsCall(rq.job.Job):
    """A call as RQ knows it, which can only hand its rows to `run`."""

    run: Callable[[str, list[int]], None]
    """set by the worker's own class"""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> "RowsCall":  # noqa: A002
        """Return the call with this id; raise `NoSuchJobError` if there is none, or none that could be one."""
        try:
            return super().fetch(id, connection=connection, serializer=serializer)  # type: ignore[return-value]
        except ValueError as error:
            raise NoSuchJobError(str(error)) from error

    def restore(self, raw_data: Mapping[Any, Any]) -> None:
        """Read a call; drop it and raise `NoSuchJobError` unless it is such as the relay writes."""
        written = {_name(key): value for key, value in raw_data.items()}
        try:
            self._rows = rows_named(written.get("data", b""))
            super().restore({name: written[name] for name in READ & written.keys()})
            _require_limit(self.timeout)
        except (ValueError, TypeError, OverflowError) as error:
            log.error("a call that is not ours was dropped", call=self.id, cause=str(error))
            self.connection.delete(self.key)
            raise NoSuchJobError("The call is not ours.") from error

    def _execute(self) -> None:
        type(self).run(*self._rows)


def rows_named(data: bytes) -> tuple[str, list[int]]:
    """Return kind and ids of the rows that a call names; raise `ValueError` for any other call."""
    call = orjson.loads(_inflated(data))
    match call:
        case [str(function), None, [str(kind), list(ids)], dict(named)] if function == CALL and not named:
            if len(kind) <= MOST_KIND and len(ids) <= MOST_IDS and all(map(_is_id, ids)):
                return kind, ids
    raise ValueError("it does not name rows of the job table")


def _inflated(data: bytes) -> bytes:
    """Return a text as RQ compresses it; raise `ValueError` for one that is too long."""
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, MOST_BYTES)
    except zlib.error:
        raise ValueError("it is not compressed") from None
    if inflater.unconsumed_tail:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    return text


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value < 1 << 63


def _require_limit(seconds: float | None) -> None:
    if seconds is None or not 0 < seconds <= max(LIMIT_SECONDS.values()):
        raise ValueError("its limit of time is not ours")


def _name(key: bytes | str) -> str:
    return key.decode(errors="replace") if isinstance(key, bytes) else key
