"""Logs as JSON lines on stderr, each with the values of `structlog.contextvars`: request id, user, record, job.

Our own code logs through structlog.  The lines that libraries log through `logging` (gunicorn, elasticsearch, boto3,
rq, SQLAlchemy, Alembic), Python's warnings and uncaught errors take the same form.  Libraries are heard from WARNING
up, whatever the level: at DEBUG some of them write signed requests and statements with their values.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

from config.redaction import redact


class _CurrentStderr:
    """The stream that is `sys.stderr` at the time of each line; tests replace it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _add_release(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if _release:
        event["release"] = _release
    return event


_STDERR = _CurrentStderr()
_release = ""
_COMPLETE: tuple[structlog.typing.Processor, ...] = (
    _add_release,
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_WRITE: tuple[structlog.typing.Processor, ...] = (
    structlog.processors.format_exc_info,
    redact,
    structlog.processors.JSONRenderer(ensure_ascii=False),
)


def configure_logging(level: str, release: str = "") -> None:
    """Set up logging for this process.  May be called again.

    `level` is a name such as ``INFO``.  `release` stands in every line from now on; a later call without one keeps it,
    as gunicorn's, which knows nothing of the application.
    """
    global _release
    _release = release or _release
    threshold = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*_COMPLETE, *_WRITE],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(_STDERR),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    _take_over_libraries(max(threshold, logging.WARNING))
    # A test runner may have hooks of its own, which stay.
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _log_uncaught
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _log_uncaught_in_thread


def formatter() -> logging.Formatter:
    """Return the formatter that makes a record of `logging` a JSON line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_COMPLETE, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_WRITE],
    )


class JsonLines(logging.StreamHandler[_CurrentStderr]):
    """A handler of `logging` that writes JSON lines to stderr."""

    def __init__(self) -> None:
        super().__init__(_STDERR)
        self.setFormatter(formatter())


def _take_over_libraries(threshold: int) -> None:
    root = logging.getLogger()
    for old in [outlet for outlet in root.handlers if isinstance(outlet, JsonLines)]:
        root.removeHandler(old)
    outlet = JsonLines()
    outlet.setLevel(threshold)  # some libraries set the levels of their own loggers
    root.addHandler(outlet)
    root.setLevel(threshold)
    logging.captureWarnings(True)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        structlog.get_logger().critical("uncaught error", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        thread = failed.thread.name if failed.thread else ""
        structlog.get_logger().critical("uncaught error", thread=thread, exc_info=failed.exc_value)
