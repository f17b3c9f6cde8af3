"""A secret that came with a request is in no header, body or line of the log, whatever the route and the outcome."""

from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from config.logging import configure_logging
from repository.core.errors import Unavailable
from repository.core.web import problems, request_log
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.walked_routes import FILE, Walk, acts_of, rules_of

pytestmark = pytest.mark.slow

WRONG = "canary-4f9d2c7a"
CLOSED = {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.CaptureFixture[str]]:
    """What a server would log."""
    configure_logging("DEBUG")
    for module in (request_log, problems):  # a logger keeps the level of its first use
        monkeypatch.setattr(module, "log", structlog.get_logger())
    yield capsys
    configure_logging("ERROR")


@pytest.fixture
def walks(deposits: Deposits) -> list[Walk]:
    """A public record with a second version, the same as a concept, a restricted record, and a draft."""
    public, closed = (deposits.published(a_dataset() | access, **{FILE: b"a,b"}) for access in ({}, CLOSED))
    draft = deposits.caller.post(public["links"]["versions"]).get_json()
    concept = {**public, "id": public["parent"]["id"]}
    return [Walk(record) for record in (public, concept, closed, draft)]


@pytest.mark.parametrize("right", [True, False])
def test_a_token_in_an_address_is_repeated_nowhere(
    app: Flask,
    anyone: Caller,
    author: Caller,
    walks: list[Walk],
    logged: pytest.CaptureFixture[str],
    right: bool,
) -> None:
    secret = str(author.token) if right else WRONG
    locations = 0
    for method, rule in [*(("GET", rule) for rule in rules_of(app, "GET")), *acts_of(app)]:
        for walk in walks:
            for more in ({}, {"size": "1", "page": "1", "q": "bill"}, {"format": "html", "lang": "zh"}):
                secrets = {"access_token": secret, "token": secret}
                reply = anyone(method, walk.path(rule), query_string={**secrets, **more}, data=b"{")
                where = f"{method} {walk.path(rule)} {more}"
                assert secret not in str(reply.headers), where
                assert secret.encode() not in reply.data, where
                locations += "Location" in reply.headers
    told = logged.readouterr()
    assert '"event": "request"' in told.err
    assert secret not in told.err + told.out
    assert bool(locations) == right


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "Token", ""])
def test_a_secret_in_a_header_is_repeated_nowhere(
    app: Flask, anyone: Caller, walks: list[Walk], logged: pytest.CaptureFixture[str], scheme: str
) -> None:
    for rule in rules_of(app, "GET"):
        reply = anyone.get(walks[0].path(rule), headers={"Authorization": f"{scheme} {WRONG}".strip()})
        assert reply.status_code in (401, 429)
        assert WRONG not in f"{reply.headers} {reply.text}"
    assert WRONG not in logged.readouterr().err


@pytest.mark.parametrize(
    "cause",
    [
        RuntimeError(f"GET http://store/b/k?X-Amz-Signature={WRONG} answered nothing"),
        OperationalError(
            "SELECT 1", {"secret": WRONG}, Exception(f"postgresql://u:{WRONG}@host"), hide_parameters=True
        ),
        ValueError(f"https://site/records/1?access_token={WRONG}&page=2"),
        Unavailable(f"redis://:{WRONG}@host:6379/0 does not answer"),
    ],
)
def test_a_failure_that_names_a_secret_does_not_tell_it_in_the_log(
    app: Flask, anyone: Caller, services: Services, logged: pytest.CaptureFixture[str], cause: Exception
) -> None:
    def fail() -> None:
        raise RuntimeError("it failed") from cause

    app.view_functions["openapi"] = fail
    assert anyone.get(f"/api/openapi.json?page={WRONG}").status_code == 500
    told = logged.readouterr().err
    assert '"event": "bug"' in told
    assert WRONG not in told
