"""Optimistic locking: ``If-Match`` against a revision (RFC 9110, section 13.1.1)."""

from flask import request


def expected_revision() -> str | None:
    """The revision the client believes in, unquoted; None when it does not say or says ``*``."""
    value = request.headers.get("If-Match", "").strip()
    if value in ("", "*"):
        return None
    return value.removeprefix("W/").strip('"')
