"""The API's own description: valid, complete, and true of what the server does."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from repository import __version__
from repository.app import APIS
from repository.core.actor import SYSTEM
from repository.core.web.shared_schemas import ProblemShape
from repository.engines.services import Services
from repository.faces.api.openapi import document
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.signing_in import quick_passwords

__all__ = ["quick_passwords"]

EXAMPLES = 15
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KEY = "data.csv"
KEEPER, PASSWORD = "keeper@example.org", "a long enough password"

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias("application/x-tar", "application/octet-stream")
described: dict[str, Any] = document(APIS, ProblemShape, "Science Data Repository", BASE_URL, __version__)
schema = schemathesis.openapi.from_dict(described)
OPERATIONS = [found.ok() for found in schema.get_all_operations()]


def each_operation(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


@pytest.fixture
def spec(anyone: Caller) -> dict[str, Any]:
    reply = anyone.get("/api/openapi.json")
    assert reply.status_code == 200
    body: dict[str, Any] = reply.get_json()
    return body


def test_the_description_is_valid_openapi_3_1(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(spec).iter_errors()] == []


def test_every_route_is_described_and_every_description_is_a_route(app: Flask, spec: dict[str, Any]) -> None:
    mounted = {
        (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule.removeprefix("/api")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule not in ("/api/openapi.json", "/api/notifications/unsubscribe")
        for method in (rule.methods or set()) - ({"HEAD"} if "GET" in (rule.methods or ()) else set())
    }
    assert mounted == {(method, path) for method, path, _ in each_operation(spec)}


def test_every_operation_has_a_name_of_its_own_and_a_summary(spec: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in each_operation(spec)]
    assert len(names) == len(set(names)) > 30
    assert [op["operationId"] for _, _, op in each_operation(spec) if len(op.get("summary", "")) < 8] == []


def test_every_operation_is_described_in_more_than_its_summary(spec: dict[str, Any]) -> None:
    for _, _, operation in each_operation(spec):
        assert operation["description"].endswith((".", "`"))
        assert len(operation["description"]) > 20, operation["operationId"]
    assert spec["info"]["description"]


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each media type of a body or a reply, with its schema."""
    for message in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media_type, content in message.get("content", {}).items():
            yield media_type, content["schema"]


def test_bytes_are_described_as_binary_and_texts_as_strings(spec: dict[str, Any]) -> None:
    kinds = {}
    for _, _, operation in each_operation(spec):
        for media_type, described_schema in contents(operation):
            assert described_schema, (operation["operationId"], media_type)
            kinds[media_type] = described_schema
    for media_type, kind in (
        ("application/octet-stream",) * 2,
        ("application/zip",) * 2,
        ("*/*", "application/octet-stream"),
    ):
        assert kinds[media_type] == {"type": "string", "format": "binary", "contentMediaType": kind}
    assert kinds["application/marcxml+xml"]["type"] == "string"
    assert kinds["application/geo+json"]["type"] == ["object", "array"]


def test_every_path_parameter_is_described(spec: dict[str, Any]) -> None:
    for path, item in spec["paths"].items():
        wanted = set(re.findall(r"{(\w+)}", path))
        assert {each["name"] for each in item.get("parameters", []) if each["in"] == "path"} == wanted, path


def test_every_operation_describes_its_errors_in_the_one_shape(spec: dict[str, Any]) -> None:
    for method, path, operation in each_operation(spec):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "401", "503"} <= errors.keys(), f"{method} {path}"
        for answer in errors.values():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert answer["description"]


WITHOUT_BODY = {
    "accept_dataset",
    "accept_invitation",
    "ask_for_export",
    "begin_version",
    "cancel_access_request",
    "commit_file",
    "decline_dataset",
    "decline_invitation",
    "edit_record",
    "import_previous_files",
    "publish_draft",
    "read_all_notices",
    "read_notice",
    "release_referees",
    "reserve_pid",
    "restore_record",
    "retry_identifier",
    "start_authenticator",
    "withdraw_dataset",
}
"""Acts that their address says whole."""
DELETES_WITH_BODY = {
    "dismiss_from_institution",
    "erase_me",
    "remove_authenticator",
    "remove_from_community",
    "remove_from_team",
    "withdraw_record",
}


def test_every_operation_that_changes_something_describes_what_it_takes(spec: dict[str, Any]) -> None:
    operations = [(method, operation) for method, _, operation in each_operation(spec)]
    changing = {operation["operationId"] for method, operation in operations if method in ("POST", "PUT", "PATCH")}
    with_body = {operation["operationId"] for _, operation in operations if "requestBody" in operation}
    assert with_body == changing - WITHOUT_BODY | DELETES_WITH_BODY


def test_what_a_draft_shows_of_access_is_described_also_when_it_is_wrong(spec: dict[str, Any], author: Caller) -> None:
    sent = {"record": "public", "files": "public", "odd": [1]}
    shown = author.post("/api/records", json={"metadata": {}, "access": sent}).get_json()["access"]

    assert shown["odd"] == [1]
    assert spec["components"]["schemas"]["AccessShape"].get("additionalProperties") is not False


def test_the_server_s_address_is_the_configured_one(spec: dict[str, Any]) -> None:
    assert spec["servers"] == [{"url": f"{BASE_URL}/api"}]


@dataclass(frozen=True)
class World:
    """An application with something of everything in it; `records` are ids of versions and a concept."""

    app: Flask
    token: str
    drafts: list[str]
    records: list[str]

    def ids(self, path: str) -> list[str]:
        """Records under which `path` leads somewhere, and one under which none does."""
        return [*(self.drafts if "/draft" in path else self.records), "987654"]

    def credential(self, path: str) -> str:
        """Tokens are managed by password, everything else is done with a token."""
        if path.startswith("/user/tokens"):
            return "Basic " + b64encode(f"{KEEPER}:{PASSWORD}".encode()).decode()
        return f"Bearer {self.token}"


@pytest.fixture
def world(app: Flask, services: Services, author: Caller, deposits: Deposits) -> World:
    with services.database.transaction(SYSTEM) as unit:
        issue_token(unit, register_person(unit, KEEPER, password=PASSWORD))
    record = deposits.published()
    draft = deposits.open()
    deposits.upload(draft["id"], KEY)
    edited = deposits.published()
    assert author.post(f"/api/records/{edited['id']}/draft").status_code == 201
    successor = author.post(f"/api/records/{record['id']}/versions").get_json()
    hidden = deposits.published({**record, "pids": {}, "access": {"record": "restricted", "files": "restricted"}})
    assert author.token is not None
    drafts = [draft["id"], edited["id"], successor["id"]]
    return World(app, author.token, drafts, [record["id"], edited["id"], hidden["id"], record["parent"]["id"]])


def known_parameters(operation: Any, ids: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Values for the path's parameters under which something is to be found."""
    choices = {
        "record_id": st.sampled_from(ids),
        "key": st.just(KEY),
        "scheme": st.sampled_from(["doi", "cstr"]),
        "kind": st.sampled_from(["licenses", "languages", "resourcetypes"]),
        "name": st.sampled_from(["json", "datacite-xml", "bibliography", "linkset-json", "papyrus"]),
        "term_id": st.sampled_from(["cc-by-4.0", "eng", "dataset"]),
    }
    numbers = st.sampled_from(["1", "2", "99999"])
    names = re.findall(r"{(\w+)}", operation.path)
    return st.fixed_dictionaries({name: choices.get(name, numbers) for name in names})


def cases(operation: Any, ids: list[str]) -> st.SearchStrategy[Any]:
    """Requests that keep to the description and requests that do not, to what exists and to what does not."""
    modes = schemathesis.GenerationMode
    usual = [modes.POSITIVE, modes.NEGATIVE] if operation.body or operation.query else [modes.POSITIVE]
    existing = st.tuples(st.sampled_from(usual), known_parameters(operation, ids)).flatmap(
        lambda chosen: operation.as_strategy(chosen[0], path_parameters=chosen[1] or None)
    )
    arbitrary = st.sampled_from(usual).flatmap(operation.as_strategy)
    return st.integers(0, 4).flatmap(lambda number: existing if number else arbitrary)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.definition.raw["operationId"] for each in OPERATIONS])
def test_the_server_answers_as_it_is_described(operation: Any, world: World) -> None:
    expect_as_described(operation, world, {"Authorization": world.credential(operation.path)}, EXAMPLES)
    expect_as_described(operation, world, {}, EXAMPLES // 3)


def expect_as_described(operation: Any, world: World, headers: dict[str, str], examples: int) -> None:
    """Send so many requests; each reply keeps to the description."""

    @seed(1)
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, world.ids(operation.path)))
    def expect_described(case: Any) -> None:
        case.headers.pop("Authorization", None)
        reply = case.call(base_url=f"{BASE_URL}/api", headers=headers, app=world.app, buffered=True)
        case.validate_response(reply, checks=CHECKS)

    expect_described()
