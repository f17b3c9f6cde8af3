"""Logs as JSON lines on stderr, each with the request id and actor that `structlog.contextvars` holds."""

import logging
import sys

import structlog


def configure_logging(level: str) -> None:
    """Set up structlog once for this process; `level` is a name such as ``INFO``."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
