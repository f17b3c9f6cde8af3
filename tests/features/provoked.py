"""How one part of the site is, asked alone or as health, metrics and the doctor tell it."""

from typing import Any

from repository.app import create_app
from repository.core.conditions import Condition, ConditionState
from repository.engines.services import Services
from tests.conftest import Caller
from workers.site_conditions import SiteConditions, checks

WELL, DEGRADED, FAILED = ConditionState


def condition_of(services: Services, name: str, **options: Any) -> Condition:
    """The condition, asked by itself; one that is not well says what is wrong and what to do."""
    (check,) = [check for check in checks(**options) if check.name == name]
    condition = check.ask(services)
    assert condition.is_well == (not condition.problem)
    assert condition.is_well == (not condition.remedy)
    return condition


def ready(services: Services) -> tuple[int, dict[str, Any]]:
    """What a server that starts now tells monitors."""
    conditions = SiteConditions(services, patience=20.0)
    reply = Caller(create_app(services, conditions=conditions.told).test_client()).get("/health/ready")
    return reply.status_code, reply.get_json()
