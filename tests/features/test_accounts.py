"""People and tokens: issued once, kept as hashes, limited by scopes, refused when they no longer hold."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from repository.core.actor import GRANTABLE, SYSTEM, TokenScope
from repository.core.errors import Conflict, Invalid
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import password_is_right, register_person
from repository.people.model import AccessToken, Person
from repository.people.queries import person_by_email
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Json = dict[str, Any]
EMAIL, PASSWORD = "owner@example.org", "correct horse battery"
TOKENS = "/api/user/tokens"


@pytest.fixture
def owner(services: Services) -> Person:
    """Somebody with a password."""
    with services.database.transaction(SYSTEM) as unit:
        return register_person(unit, EMAIL, password=PASSWORD)


def signed(email: str = EMAIL, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{email}:{password}".encode()).decode()}


def issue(anyone: Caller, **wanted: Any) -> Json:
    reply = anyone.post(TOKENS, json=wanted, headers=signed())
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def token_for(services: Services, person: Person, valid_for: timedelta) -> str:
    with services.database.transaction(SYSTEM) as unit:
        return issue_token(unit, person, valid_for=valid_for)[1]


def test_a_token_is_issued_to_name_and_password_and_opens_the_api(app: Flask, anyone: Caller, owner: Person) -> None:
    token = issue(anyone, name="laptop")

    assert token["name"] == "laptop"
    assert set(token["scopes"]) == {scope.value for scope in GRANTABLE}
    assert token["expires"] is None
    assert Caller(app.test_client(), token["token"]).post("/api/records").status_code == 201


def test_an_address_is_the_same_in_any_case(anyone: Caller, owner: Person) -> None:
    assert anyone.get(TOKENS, headers=signed(EMAIL.upper())).status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong password"), (EMAIL, ""), ("nobody@example.org", PASSWORD), ("no address", PASSWORD), ("", "")],
)
def test_a_wrong_name_or_password_is_refused_alike(anyone: Caller, owner: Person, email: str, password: str) -> None:
    refused = anyone.post(TOKENS, json={}, headers=signed(email, password))

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"]
    assert refused.get_json()["message"] == "The presented credential is invalid, expired or revoked."


def test_somebody_without_a_password_cannot_sign_in_with_one(anyone: Caller, author: Caller) -> None:
    assert anyone.get(TOKENS, headers=signed("author@example.org", "")).status_code == 401


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic " + b64encode(b"nocolon").decode(), "Basic 4oCc"])
def test_a_malformed_basic_header_is_refused(anyone: Caller, owner: Person, header: str) -> None:
    assert anyone.get(TOKENS, headers={"Authorization": header}).status_code == 401


def test_a_secret_is_shown_once_and_kept_only_as_a_hash(anyone: Caller, owner: Person, services: Services) -> None:
    secret = issue(anyone)["token"]

    listed = anyone.get(TOKENS, headers=signed()).get_json()
    assert listed["hits"]["total"] == 1
    assert "token" not in listed["hits"]["hits"][0]
    with services.database.snapshot(SYSTEM) as unit:
        everything = [
            unit.session.execute(table.select()).all()
            for table in (AccessToken.__table__, *AccessToken.metadata.tables.values())
        ]
    assert secret not in str(everything)
    assert PASSWORD not in str(everything)


def test_a_password_is_kept_as_argon2id(owner: Person, services: Services) -> None:
    with services.database.snapshot(SYSTEM) as unit:
        person = person_by_email(unit, EMAIL)

    assert person is not None
    assert str(person.password_hash).startswith("$argon2id$")
    assert password_is_right(person, PASSWORD)
    assert not password_is_right(person, PASSWORD + " ")


def test_a_revoked_token_opens_nothing_and_is_listed_no_more(app: Flask, anyone: Caller, owner: Person) -> None:
    kept, revoked = issue(anyone, name="kept"), issue(anyone, name="revoked")
    bearer = Caller(app.test_client(), revoked["token"])
    assert bearer.get("/api/user/records").status_code == 200

    assert anyone.delete(f"{TOKENS}/{revoked['id']}", headers=signed()).status_code == 204

    assert bearer.get("/api/user/records").status_code == 401
    assert bearer.get("/api/records").status_code == 401
    listed = anyone.get(TOKENS, headers=signed()).get_json()["hits"]["hits"]
    assert [token["id"] for token in listed] == [kept["id"]]
    assert Caller(app.test_client(), kept["token"]).get("/api/user/records").status_code == 200


def test_nobody_revokes_the_token_of_somebody_else(app: Flask, anyone: Caller, owner: Person, author: Caller) -> None:
    assert author.get("/api/user/records").status_code == 200

    for token_id in ("1", "2", "999", "x"):
        assert anyone.delete(f"{TOKENS}/{token_id}", headers=signed()).status_code == 404

    assert author.get("/api/user/records").status_code == 200


def test_a_token_expires(app: Flask, anyone: Caller, owner: Person, services: Services) -> None:
    past = Caller(app.test_client(), token_for(services, owner, timedelta(seconds=-1)))
    future = Caller(app.test_client(), token_for(services, owner, timedelta(days=1)))

    assert past.get("/api/records").status_code == 401
    assert past.post("/api/records").status_code == 401
    assert future.post("/api/records").status_code == 201
    assert issue(anyone, days=30)["expires"] is not None


def test_the_tokens_of_a_closed_account_open_nothing(app: Flask, owner: Person, services: Services) -> None:
    bearer = Caller(app.test_client(), token_for(services, owner, timedelta(days=1)))
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Person, owner.id).active = False

    assert bearer.get("/api/records").status_code == 401
    assert bearer.get(TOKENS, headers=signed()).status_code == 401


INVALID = ["sdr_unknown", "x" * 10_000, "'; DROP TABLE token; --", "数据", "\udcff".encode("utf-8", "replace").decode()]
PUBLIC = ["/api/records", "/api/vocabularies/", "/api/vocabularies/licenses"]


def test_what_only_a_newer_release_gives_opens_no_more_and_breaks_nothing(
    app: Flask, owner: Person, services: Services
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        token, secret = issue_token(unit, owner, GRANTABLE)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Person, owner.id).role = "conservator"
        unit.session.get_one(AccessToken, token.id).scopes = ["record:annotate", "user:read"]
    caller = Caller(app.test_client(), secret)
    assert caller.get("/api/user/records").status_code == 200
    assert caller.post("/api/records", json=a_dataset()).status_code == 403
    assert caller.get("/api/identifiers").status_code == 403
    assert caller.http.get(TOKENS, headers=signed()).status_code == 200


@pytest.mark.parametrize("secret", INVALID)
@pytest.mark.parametrize("path", [*PUBLIC, "/api/user/records"])
def test_an_invalid_token_is_refused_also_where_none_is_needed(anyone: Caller, path: str, secret: str) -> None:
    by_header = anyone.get(path, headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")})
    by_query = anyone.get(path, query_string={"access_token": secret})

    for reply in (by_header, by_query):
        assert reply.status_code == 401
        assert reply.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert reply.get_json()["status"] == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "", "Digest x", "sdr_x"])
def test_a_credential_of_another_kind_is_refused(anyone: Caller, header: str) -> None:
    assert anyone.get("/api/records", headers={"Authorization": header}).status_code == 401


def test_without_a_credential_the_public_is_let_in_and_the_private_is_forbidden(
    anyone: Caller, deposits: Deposits
) -> None:
    assert anyone.get("/api/vocabularies/").status_code == 200
    for method, path in (("GET", "/api/user/records"), ("POST", "/api/records"), ("GET", TOKENS), ("POST", TOKENS)):
        refused = anyone(method, path)
        assert refused.status_code == 403
        assert refused.get_json()["message"] == "Permission denied."


def test_a_token_may_stand_in_the_query(anyone: Caller, author: Caller) -> None:
    assert anyone.post(f"/api/records?access_token={author.token}").status_code == 201


def test_a_name_and_password_open_only_the_tokens(anyone: Caller, owner: Person) -> None:
    assert anyone.get("/api/user/records", headers=signed()).status_code == 401
    assert anyone.post("/api/records", headers=signed()).status_code == 401


def test_a_token_cannot_make_list_or_revoke_tokens(author: Caller) -> None:
    for method, path in (("POST", TOKENS), ("GET", TOKENS), ("DELETE", f"{TOKENS}/1")):
        assert author(method, path).status_code == 403
    assert author.get("/api/user/records").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"scopes": ["user:tokens"]}, "scopes.0"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "deposit:write"}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 10**9}, "days"),
        ({"name": "n" * 101}, "name"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wrong_wish_for_a_token_names_its_field(anyone: Caller, owner: Person, body: Json, field: str) -> None:
    refused = anyone.post(TOKENS, json=body, headers=signed())

    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("missing", "refused"),
    [
        (TokenScope.WRITE, {"open", "save", "upload", "discard"}),
        (TokenScope.ACTIONS, {"publish"}),
        (TokenScope.READ, {"read", "list"}),
    ],
)
def test_a_token_does_what_its_scopes_say_and_no_more(
    app: Flask,
    deposits: Deposits,
    services: Services,
    missing: TokenScope,
    refused: set[str],
) -> None:
    draft, other = deposits.open(), deposits.open()
    deposits.upload(draft["id"])
    with services.database.transaction(SYSTEM) as unit:
        person = unit.session.scalars(select(Person).where(Person.email == "author@example.org")).one()
        _, secret = issue_token(unit, person, [scope for scope in GRANTABLE if scope is not missing])
    limited = Caller(app.test_client(), secret)
    acts: dict[str, Callable[[], Any]] = {
        "open": lambda: limited.post("/api/records"),
        "read": lambda: limited.get(draft["links"]["self"]),
        "list": lambda: limited.get("/api/user/records"),
        "save": lambda: limited.put(draft["links"]["self"], json=a_dataset()),
        "upload": lambda: limited.post(f"/api/records/{other['id']}/draft/files", json=[{"key": "b.txt"}]),
        "publish": lambda: limited.post(draft["links"]["publish"]),
        "discard": lambda: limited.delete(other["links"]["self"]),
    }

    forbidden = {name for name, act in acts.items() if act().status_code == 403}

    assert forbidden == refused


def test_two_accounts_for_one_address_are_refused(owner: Person, services: Services) -> None:
    with pytest.raises(Conflict), services.database.transaction(SYSTEM) as unit:
        register_person(unit, f" {EMAIL.upper()} ")


@pytest.mark.parametrize("email", ["", "x", "a@", "@b", "a b@c", "a@b@c", "a\n@b.c", f"{'x' * 300}@example.org"])
def test_what_is_no_address_is_refused(services: Services, email: str) -> None:
    with pytest.raises(Invalid) as refused, services.database.transaction(SYSTEM) as unit:
        register_person(unit, email)

    assert [error.field for error in refused.value.errors] == ["email"]


def test_a_short_password_is_refused(services: Services) -> None:
    with pytest.raises(Invalid), services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password="short")
    with services.database.snapshot(SYSTEM) as unit:
        assert person_by_email(unit, EMAIL) is None
