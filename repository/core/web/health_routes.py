"""Health: whether the process lives, and whether the engines that it needs answer."""

from collections.abc import Callable, Collection, Mapping

from flask import Flask, Response

from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.web.responses import json_reply

PATIENCE_SECONDS = 2.5
FRESH_SECONDS = 1.0
_UNCACHED = {"Cache-Control": "no-store"}


def mount_health(app: Flask, checks: Mapping[str, Callable[[], str]], required: Collection[str], release: str) -> None:
    """Mount ``/health/live``, which asks nobody, and ``/health/ready``, which runs a check of every engine.

    * While a `required` engine is away, ready answers 503.
    * While any other engine is away, ready answers 200 with the status ``degraded``.
    * Both name the `release`, so that an operator sees which one a process runs.
    """
    engines = HealthChecks(checks, PATIENCE_SECONDS, FRESH_SECONDS)
    live = {"status": "live", "version": release}
    app.add_url_rule("/health/live", "live", lambda: json_reply(live, headers=_UNCACHED))
    app.add_url_rule("/health/ready", "ready", lambda: _readiness(engines.answers(), required, release))


def _readiness(answers: Mapping[str, str | Unavailable], required: Collection[str], release: str) -> Response:
    away = {name: answer.reason for name, answer in answers.items() if isinstance(answer, Unavailable)}
    lacking = away.keys() & set(required)
    status = "not ready" if lacking else "degraded" if away else "ready"
    # An engine's address and version are for `repository doctor`, not for everybody.
    states = {name: away.get(name, "ready") for name in answers}
    return json_reply({"status": status, "version": release, "engines": states}, 503 if lacking else 200, _UNCACHED)
