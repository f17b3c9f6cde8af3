"""Logs as JSON lines on stderr, each with the values of `structlog.contextvars`: request id, user, record, job.

Our own code logs through structlog.  The lines that libraries log through `logging` (gunicorn, elasticsearch, boto3,
rq, SQLAlchemy, Alembic), Python's warnings and uncaught errors take the same form.  Libraries are heard from WARNING
up, whatever the level: at DEBUG some of them write signed requests and statements with their values.
"""

import json
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

from config.log_outlet import OUTLET, LogOutlet
from config.redaction import redact


def _add_release(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if _release:
        event["release"] = _release
    return event


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


def _as_line(logger: Any, method: str, event: structlog.typing.EventDict) -> str:
    """Return the whole line; one that a processor cannot make is lost, and nothing of it is shown unredacted."""
    try:
        made: Any = event
        for processor in (*_COMPLETE, *_WRITE):
            made = processor(logger, method, made)
        return str(made)
    except structlog.DropEvent:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of the log changes no answer
        OUTLET.lose()
        return json.dumps(
            {"event": "a line of the log could not be made", "level": method, "cause": type(error).__name__}
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
        processors=[_as_line],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(OUTLET),  # type: ignore[arg-type]
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


class JsonLines(logging.StreamHandler[LogOutlet]):
    """A handler of `logging` that writes JSON lines to stderr."""

    def __init__(self) -> None:
        super().__init__(OUTLET)
        self.setFormatter(formatter())

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the library's name
        """Count a record that cannot be made a line; the library would write to the same broken stream."""
        OUTLET.lose()


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
