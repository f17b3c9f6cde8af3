"""The registrars that are none: what they hold and miscarry can be ordered and read, by anybody who speaks HTTP."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.house import ROOT, modules
from tests.support.registrars import Account, Registrars, running
from tests.support.registrars.accounts import DEFAULT, read
from tests.support.web_server import HOST, free_port, until

DOI = "/datacite/dois"
HANDLE = "/handle/api/handles/21.T1/x"
ADMIN = {"handle": "0.NA/21.T1", "index": 300, "permissions": "011111110011"}
VALUES = [
    {"index": 1, "type": "URL", "data": {"format": "string", "value": "https://a.test/1"}},
    {"index": 100, "type": "HS_ADMIN", "data": {"format": "admin", "value": ADMIN}},
]
CSTR = {"clientId": DEFAULT["cstr"][0].user, "secret": DEFAULT["cstr"][0].secret}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


DATACITE = basic(DEFAULT["datacite"][0].user, DEFAULT["datacite"][0].secret)
ADMINISTRATOR = basic("300%3A0.NA/21.T1", DEFAULT["handle"][0].secret)


def ask(
    port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    sent = {"Content-Type": "application/json", **(headers or {})}
    with closing(HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content[:1] in (b"{", b"[") else content


def draft(doi: str, **attributes: Any) -> dict[str, Any]:
    return {"data": {"type": "dois", "attributes": {"doi": doi, **attributes}}}


@pytest.fixture(scope="module")
def server() -> Iterator[Registrars]:
    with running(free_port()) as registrars:
        yield registrars


@pytest.fixture
def port(server: Registrars) -> int:
    ask(server.port, "POST", "/control", {"do": "reset"})
    return server.port


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"face": "datacite", "do": "explode"}, "`do` is one of"),
        ({"face": "ark", "do": "fail"}, "`face` is one of"),
        ({"face": "cstr", "do": "fail", "tiems": 2}, "unknown: tiems"),
        ([], "object has no attribute"),
    ],
)
def test_what_is_no_order_is_refused_with_the_reason(port: int, order: Any, words: str) -> None:
    status, body = ask(port, "POST", "/control", order)
    assert status == 400
    assert words in body["message"] or isinstance(order, list)


def test_an_order_is_carried_out_as_often_as_it_says(port: int) -> None:
    ask(port, "POST", "/control", {"face": "datacite", "do": "fail", "times": 2, "status": 502, "match": "10.5072/A"})
    assert ask(port, "GET", f"{DOI}/10.5072/b")[0] == 404
    assert [ask(port, "GET", f"{DOI}/10.5072/a")[0] for _ in range(3)] == [502, 502, 404]
    assert ask(port, "GET", "/control/state")[1]["orders"] == []


def test_an_order_for_a_method_leaves_the_others_alone(port: int) -> None:
    ask(port, "POST", "/control", {"face": "handle", "do": "fail", "method": "PUT"})
    assert ask(port, "GET", HANDLE)[0] == 404
    assert ask(port, "PUT", HANDLE, {"values": VALUES}, ADMINISTRATOR)[0] == 503


def test_a_draft_may_lack_everything_and_is_hidden_from_strangers(port: int) -> None:
    status, body = ask(port, "POST", DOI, draft("10.5072/D1"), DATACITE)
    assert (status, body["data"]["id"], body["data"]["attributes"]["state"]) == (201, "10.5072/d1", "draft")
    assert ask(port, "GET", f"{DOI}/10.5072/d1")[0] == 404
    assert ask(port, "GET", f"{DOI}/10.5072/d1", headers=DATACITE)[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (draft("10.5072/x"), basic("TEST.REPO", "wrong"), 401),
        (draft("10.5072/x"), {}, 403),
        (draft("10.83144/x"), DATACITE, 403),
        (draft("10.5072/a b"), DATACITE, 422),
        (draft("10.5072/x", event="publish"), DATACITE, 422),
        ({"doi": "10.5072/x"}, DATACITE, 400),
        (draft("10.5072/x"), {**DATACITE, "Content-Type": "text/plain"}, 415),
    ],
)
def test_datacite_refuses_what_the_service_refuses(port: int, body: Any, headers: Any, status: int) -> None:
    assert ask(port, "POST", DOI, body, headers)[0] == status
    assert ask(port, "GET", "/control/state")[1]["mints"]["datacite"] == {}


def test_datacite_lets_dois_lead_to_the_domains_of_the_account_only() -> None:
    account = Account("TEST.REPO", "secret", ("10.5072",), ("repository.test",))
    with running(free_port(), accounts={"datacite": [account]}) as registrars:
        wanted = draft("10.5072/x", event="register", url="https://elsewhere.test/1")
        status, body = ask(registrars.port, "POST", DOI, wanted, basic("TEST.REPO", "secret"))
    assert status == 422
    assert body["errors"][0]["title"] == "URL is not allowed by repository domain settings."


@pytest.mark.parametrize(
    ("query", "body", "headers", "status"),
    [
        ("res_name=v3_scientific_data", {"prefix": "99999", "metadatas": [{}] * 101}, CSTR, 400),
        ("res_name=v3_scientific_data", {"prefix": "99999", "metadatas": []}, CSTR, 400),
        ("res_name=v3_scientific_data", {"prefix": "31253", "metadatas": [{}]}, CSTR, 403),
        ("res_name=v9", {"prefix": "99999", "metadatas": [{}]}, CSTR, 400),
        ("res_name=v3_scientific_data", {"prefix": "99999", "metadatas": [{}]}, {**CSTR, "secret": "x"}, 401),
        ("res_name=v3_scientific_data", [], CSTR, 400),
    ],
)
def test_cstr_refuses_a_batch_that_is_none(port: int, query: str, body: Any, headers: Any, status: int) -> None:
    answered, told = ask(port, "POST", f"/cstr/openapi/v3/api/register?{query}", body, headers)
    assert (answered, told["code"]) == (status, status)


def test_a_task_of_another_client_is_not_told_of(port: int) -> None:
    batch = {"prefix": "99999", "metadatas": [{}]}
    _, told = ask(port, "POST", "/cstr/openapi/v3/api/register?res_name=v3_scientific_data", batch, CSTR)
    path = f"/cstr/openapi/v3/md/task/detail?task_id={told['data']['task_id']}"
    assert ask(port, "GET", path, headers=CSTR)[1]["data"]["details"][0]["message"] == "identifier is required"
    other = DEFAULT["cstr"][1]
    assert ask(port, "GET", path, headers={"clientId": other.user, "secret": other.secret})[0] == 404


@pytest.mark.parametrize(
    ("values", "headers", "code"),
    [
        (VALUES, basic("300%3A0.NA/21.T1", "wrong"), 403),
        (VALUES, {}, 402),
        (VALUES[:1], ADMINISTRATOR, 202),
        ([], ADMINISTRATOR, 202),
        ([{"index": 1, "type": "URL", "data": {"format": "string", "value": "nowhere"}}], ADMINISTRATOR, 202),
    ],
)
def test_the_handle_server_refuses_what_it_would_regret(port: int, values: Any, headers: Any, code: int) -> None:
    assert ask(port, "PUT", HANDLE, {"values": values}, headers)[1]["responseCode"] == code


def test_a_handle_is_not_written_over_unless_it_is_wished(port: int) -> None:
    written = [
        ask(port, "PUT", f"{HANDLE}?overwrite={wish}", {"values": VALUES}, ADMINISTRATOR)[0]
        for wish in ("false", "false", "true")
    ]
    assert written == [201, 409, 200]
    state = ask(port, "GET", "/control/state")[1]["handle"]
    assert (state["mints"], state["requests"], state["updates"]) == ({"21.t1/x": 1}, {"21.t1/x": 2}, {"21.t1/x": 1})


@contextmanager
def command(port: int, *options: str) -> Iterator[None]:
    """``python -m tests.support.registrars`` until the end of the block."""
    line = [sys.executable, "-m", "tests.support.registrars", "--port", str(port), *options]
    process = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port), 20, "the registrars answer")
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError):
        return ask(port, "GET", "/datacite/heartbeat") == (200, b"OK")
    return False


@pytest.mark.process
def test_the_command_keeps_what_was_registered_in_a_file(tmp_path: Path) -> None:
    port, kept = free_port(), ("--file", str(tmp_path / "state.json"))
    with command(port, *kept):
        assert ask(port, "POST", DOI, draft("10.5072/kept"), DATACITE)[0] == 201
    with command(port, *kept):
        assert ask(port, "POST", DOI, draft("10.5072/KEPT"), DATACITE)[0] == 422
        assert ask(port, "GET", "/control/state")[1]["mints"]["datacite"] == {"10.5072/kept": 1}


def test_accounts_may_be_given_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text('{"datacite": [{"user": "A.B", "secret": "s", "prefixes": ["10.1234"]}]}')
    assert read(file)["datacite"] == [Account("A.B", "s", ["10.1234"])]
    for wrong in ("[]", '{"datacite": [{"name": "A.B"}]}', "{"):
        file.write_text(wrong)
        with pytest.raises(ValueError, match=r"accounts\.json"):
            read(file)


def test_they_need_nothing_but_python() -> None:
    ours = [each for each in modules("tests") if each.path.startswith("tests/support/registrars/")]
    outside = {
        each.name.split(".")[0]
        for module in ours
        for each in module.imports
        if each.name.split(".")[0] not in sys.stdlib_module_names | {"tests"}
    }
    assert ours
    assert outside == set()
