"""Health: whether the process lives, and whether what it needs answers."""

from collections.abc import Callable, Collection, Mapping

from flask import Flask, Response

from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.web.responses import json_reply

PATIENCE_SECONDS = 2.5
FRESH_SECONDS = 1.0
_UNCACHED = {"Cache-Control": "no-store"}


def mount_health(app: Flask, questions: Mapping[str, Callable[[], str]], required: Collection[str]) -> None:
    """``/health/live`` asks nobody; ``/health/ready`` asks every engine, and is 503 while a required one is away.

    An engine that is not `required` and does not answer leaves the status ``degraded``.
    """
    engines = HealthChecks(questions, PATIENCE_SECONDS, FRESH_SECONDS)
    app.add_url_rule("/health/live", "live", lambda: json_reply({"status": "live"}, headers=_UNCACHED))
    app.add_url_rule("/health/ready", "ready", lambda: _readiness(engines.answers(), required))


def _readiness(answers: Mapping[str, str | Unavailable], required: Collection[str]) -> Response:
    away = {name: answer.reason for name, answer in answers.items() if isinstance(answer, Unavailable)}
    lacking = away.keys() & set(required)
    status = "not ready" if lacking else "degraded" if away else "ready"
    # What an engine says of itself (its address, its version) is for `repository doctor`, not for everybody.
    states = {name: away.get(name, "ready") for name in answers}
    return json_reply({"status": status, "engines": states}, 503 if lacking else 200, _UNCACHED)
