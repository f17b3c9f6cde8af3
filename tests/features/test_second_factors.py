"""Authenticators: begun and confirmed by a code, asked for after the right password, each code good once."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import RepositoryError
from repository.engines.services import Services
from repository.people import guessing
from repository.people.model import RecoveryCode
from repository.people.second_factors import RECOVERY_CODES, require_code
from tests.conftest import Caller
from tests.contracts.together import at_once
from tests.features.signing_in import (
    EMAIL,
    PASSWORD,
    SigningIn,
    browser,
    browsing,
    kinds,
    people,
    quick_passwords,
    travel,
)
from tests.features.steps import Json

__all__ = ["browser", "browsing", "people", "quick_passwords", "travel"]
pytestmark = pytest.mark.slow

TOTP = "/api/me/totp"
STEP = timedelta(seconds=30)
Travel = Callable[[timedelta], None]
Opening = Callable[[], SigningIn]


class Authenticator:
    """The app that shows codes, and the recovery codes on paper."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self.recovery: list[str] = []

    @property
    def code(self) -> str:
        return self._totp.at(clock.now())


def enrol(browser: SigningIn) -> Authenticator:
    started = browser("POST", TOTP)
    assert started.status_code == 201
    assert started.get_json()["uri"].startswith("otpauth://totp/")
    return Authenticator(started.get_json()["secret"])


@pytest.fixture
def authenticator(browser: SigningIn, travel: Travel) -> Authenticator:
    """One that counts; its codes of before are over."""
    app = enrol(browser)
    confirmed = browser("POST", f"{TOTP}/confirm", json={"code": app.code})
    assert confirmed.status_code == 200, confirmed.text
    app.recovery = confirmed.get_json()["recovery_codes"]
    travel(STEP)
    return app


def refusal(reply: TestResponse) -> tuple[int, str]:
    return reply.status_code, reply.get_json().get("code", "")


def test_a_code_is_asked_for_only_after_the_right_password(browsing: Opening, authenticator: Authenticator) -> None:
    stranger = browsing()
    assert refusal(stranger.sign_in(password="wrong password")) == (401, "invalid_credential")
    assert refusal(stranger.sign_in(password="wrong password", code=authenticator.code)) == (401, "invalid_credential")
    assert refusal(stranger.sign_in()) == (401, "totp_required")
    assert refusal(stranger.sign_in(code="000000")) == (401, "totp_invalid")
    assert not stranger.cookie
    assert stranger.sign_in(code=authenticator.code).status_code == 201
    assert stranger("GET", "/api/session").get_json()["second_factor"] is True


def test_a_code_is_good_once_and_in_its_time(browsing: Opening, authenticator: Authenticator, travel: Travel) -> None:
    code = authenticator.code
    assert browsing().sign_in(code=code).status_code == 201
    assert refusal(browsing().sign_in(code=code)) == (401, "totp_invalid")
    travel(STEP)
    late = authenticator.code
    travel(STEP)
    assert browsing().sign_in(code=late).status_code == 201
    travel(STEP)
    old = authenticator.code
    travel(2 * STEP)
    assert refusal(browsing().sign_in(code=old)) == (401, "totp_invalid")


def test_of_two_that_use_a_code_at_once_one_is_refused(
    services: Services, people: Json, authenticator: Authenticator
) -> None:
    code = authenticator.code

    def use() -> bool:
        try:
            with services.database.transaction(SYSTEM) as unit:
                require_code(unit, people[EMAIL], code)
        except RepositoryError:
            return False
        return True

    assert sorted(at_once(*[use] * 4)) == [False, False, False, True]


def test_a_recovery_code_is_good_once_and_kept_as_a_digest(
    browsing: Opening, authenticator: Authenticator, services: Services
) -> None:
    assert len(set(authenticator.recovery)) == RECOVERY_CODES
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = str(snapshot.session.execute(select(RecoveryCode.__table__)).all())
    assert not [code for code in authenticator.recovery if code in rows]
    code = authenticator.recovery[0].upper()
    assert browsing().sign_in(code=code).status_code == 201
    assert refusal(browsing().sign_in(code=code)) == (401, "totp_invalid")
    assert "RecoveryCodeUsed" in kinds(services)


def test_nothing_is_asked_for_until_the_first_code_was_right(browser: SigningIn, browsing: Opening) -> None:
    app = enrol(browser)
    wrong = browser("POST", f"{TOTP}/confirm", json={"code": "000000"})
    assert [error["field"] for error in wrong.get_json()["errors"]] == ["code"]
    assert browsing().sign_in().status_code == 201
    assert browser("POST", f"{TOTP}/confirm", json={"code": app.code}).status_code == 200
    assert browser("POST", f"{TOTP}/confirm", json={"code": app.code}).status_code == 409
    assert browser("POST", TOTP).status_code == 409


def test_sessions_that_began_without_a_code_are_over(browser: SigningIn, browsing: Opening) -> None:
    other = browsing()
    other.sign_in()
    app = enrol(browser)
    assert browser("POST", f"{TOTP}/confirm", json={"code": app.code}).status_code == 200
    assert (browser.is_signed_in, other.is_signed_in) == (True, False)


def test_guesses_of_a_code_end_with_429_wherever_from(
    browsing: Opening, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch, travel: Travel
) -> None:
    monkeypatch.setattr(guessing, "MOST_CODES", 3)
    for number in range(3):
        guess = browsing().sign_in(code=f"wrong {number}", environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
        assert refusal(guess) == (401, "totp_invalid")
    refused = browsing().sign_in(code=authenticator.code)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]
    travel(guessing.WINDOW)
    assert browsing().sign_in(code=authenticator.code).status_code == 201


@pytest.mark.parametrize("means", ["password", "code", "recovery code"])
def test_it_is_removed_with_the_password_or_a_code(
    browser: SigningIn, browsing: Opening, authenticator: Authenticator, means: str
) -> None:
    for body in ({}, {"password": "wrong password"}, {"code": "000000"}):
        assert browser("DELETE", TOTP, json=body).status_code == 400, body
    right = {
        "password": {"password": PASSWORD},
        "code": {"code": authenticator.code},
        "recovery code": {"code": authenticator.recovery[-1]},
    }
    assert browser("DELETE", TOTP, json=right[means]).status_code == 204
    assert browser("DELETE", TOTP, json=right["password"]).status_code == 404
    assert browsing().sign_in().status_code == 201


def test_a_password_alone_makes_no_tokens_any_more(anyone: Caller, authenticator: Authenticator) -> None:
    signed = {"Authorization": "Basic " + b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()}
    assert refusal(anyone.post("/api/user/tokens", json={}, headers=signed)) == (401, "totp_required")
