"""A fresh site's first administrator has a link that is good once, for a day, and while there is no other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from repository.engines.services import Services
from repository.people.first_administrator import first_administrator_secret
from tests.features.signing_in import PASSWORD, administrator, person, quick_passwords, travel
from tests.features.steps import Json

__all__ = ["quick_passwords", "travel"]
pytestmark = pytest.mark.slow

NEW = "new@example.org"
Travel = Callable[[timedelta], None]
Ask = Callable[..., TestResponse]


@pytest.fixture
def post(app: Flask) -> Ask:
    """Send JSON from a browser without a cookie."""

    def send(path: str, **body: Any) -> TestResponse:
        return app.test_client().post(f"/api/{path}", json=body)

    return send


def first_account(**more: Any) -> Json:
    return {"email": "root@example.org", "password": PASSWORD, **more}


def test_the_first_start_gives_a_link_that_makes_one_administrator(post: Ask, services: Services) -> None:
    secret = first_administrator_secret(services.database)
    assert secret is not None
    assert first_administrator_secret(services.database) is None
    assert post("first-administrator", **first_account(token="guessed")).status_code == 400
    assert post("first-administrator", **first_account(token=secret, role="curator")).status_code == 400
    assert post("first-administrator", **first_account(token=secret)).status_code == 204
    made = person(services, "root@example.org")
    assert made is not None
    assert made.role == "administrator"
    assert post("first-administrator", **first_account(token=secret, email=NEW)).status_code == 400
    assert first_administrator_secret(services.database) is None


def test_the_first_link_is_over_after_a_day_and_where_there_is_an_administrator(
    post: Ask, services: Services, travel: Travel
) -> None:
    late = first_administrator_secret(services.database)
    travel(timedelta(hours=24))
    assert post("first-administrator", **first_account(token=late)).status_code == 400
    secret = first_administrator_secret(services.database)
    administrator(services, "made@example.org")
    assert post("first-administrator", **first_account(token=secret)).status_code == 409
    assert person(services, "root@example.org") is None
