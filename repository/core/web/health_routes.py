"""Health: whether the process lives, and whether what it needs works."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response

from repository.core.conditions import Condition
from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.web.responses import json_reply

PATIENCE_SECONDS = 2.5
FRESH_SECONDS = 1.0
_UNCACHED = {"Cache-Control": "no-store"}
Answers = Mapping[str, str | Unavailable]
Parts = Mapping[str, Condition]


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """What the engines of a process answer, and how the parts of the site are."""

    engines: HealthChecks[str]
    conditions: Callable[[], Parts]

    def told(self) -> tuple[Answers, Parts]:
        """Return both; takes no longer than the patience, whatever hangs."""
        self.engines.begin()  # both at once: whatever hangs is waited for once
        parts = self.conditions()
        return self.engines.answers(), parts


def mount_health(
    app: Flask,
    checks: Mapping[str, Callable[[], str]],
    required: Collection[str],
    release: str,
    conditions: Callable[[], Parts] = dict,
) -> SiteHealth:
    """Mount ``/health/live``, which asks nobody, and ``/health/ready``, which asks every engine and all `conditions`.

    * While a `required` engine is away, or a condition stops the site, ready answers 503.
    * While any other engine is away, or a condition is not well, ready answers 200 with the status ``degraded``.
    * Both name the `release`, so that an operator sees which one a process runs.

    Returns what ready asks, for a page that says the same to people.
    """
    health = SiteHealth(HealthChecks(checks, PATIENCE_SECONDS, FRESH_SECONDS), conditions)
    live = {"status": "live", "version": release}
    app.add_url_rule("/health/live", "live", lambda: json_reply(live, headers=_UNCACHED))

    def ready() -> Response:
        return _readiness(*health.told(), required, release)

    app.add_url_rule("/health/ready", "ready", ready)
    return health


def _readiness(answers: Answers, conditions: Parts, required: Collection[str], release: str) -> Response:
    away = {name: answer.reason for name, answer in answers.items() if isinstance(answer, Unavailable)}
    stopped = bool(away.keys() & set(required)) or any(condition.stops for condition in conditions.values())
    hindered = bool(away) or not all(condition.is_well for condition in conditions.values())
    status = "not ready" if stopped else "degraded" if hindered else "ready"
    # An engine's address and version are for `repository doctor`, not for everybody.
    states = {name: away.get(name, "ready") for name in answers}
    parts = {name: _as_json(condition) for name, condition in conditions.items()}
    body = {"status": status, "version": release, "engines": states, **({"conditions": parts} if parts else {})}
    return json_reply(body, 503 if stopped else 200, _UNCACHED)


def _as_json(condition: Condition) -> dict[str, Any]:
    words = {} if condition.is_well else {"problem": condition.problem, "remedy": condition.remedy}
    return {"state": condition.state.value, **words}
