"""Every refusal has one shape, an honest status and a request id; no mistake of a client is a failure of the server."""

import json
from typing import Any

import pytest
from flask import Flask

from repository.core.web.request_parsing import MAX_JSON_BYTES
from repository.faces.api.drafts.source_documents import SOURCE_TYPES
from tests.conftest import Caller, Deposits, a_dataset

Json = dict[str, Any]


def expect_problem(reply: Any, status: int) -> Json:
    """The body of a refusal, after its shape is checked."""
    assert reply.status_code == status, reply.text
    assert reply.mimetype == "application/json"
    body = reply.get_json()
    assert set(body) <= {"status", "message", "code", "request_id", "errors"}
    assert body["status"] == status
    assert isinstance(body["message"], str)
    assert body["message"]
    assert body["request_id"] == reply.headers["X-Request-ID"] != ""
    for error in body.get("errors", ()):
        assert set(error) == {"field", "messages", "code"} or len(error["codes"]) == len(error["messages"]) > 1
        assert error["messages"]
        assert all(isinstance(message, str) for message in error["messages"])
    return body


def test_every_kind_of_refusal_has_one_shape(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    own, publish = draft["links"]["self"], draft["links"]["publish"]

    expect_problem(author.post(publish), 400)
    expect_problem(anyone.get("/api/records", headers={"Authorization": "Bearer nonsense"}), 401)
    expect_problem(anyone.get(own), 403)
    expect_problem(anyone.get("/api/nothing"), 404)
    expect_problem(author.get("/api/records/999999"), 404)
    expect_problem(author.post("/api/vocabularies/"), 405)
    expect_problem(author.get(own, headers={"Accept": "image/png"}), 406)
    expect_problem(author.put(own, json={}, headers={"If-Match": '"99"'}), 412)
    expect_problem(author.put(own, data="x", content_type="text/plain"), 415)


def test_a_wrong_method_says_which_are_right(author: Caller) -> None:
    reply = author.put("/api/records")

    expect_problem(reply, 405)
    assert {"GET", "POST"} <= set(reply.headers["Allow"].split(", "))


@pytest.mark.parametrize("accept", ["audio/ogg", "image/png"])
def test_a_media_type_that_is_not_offered_is_refused_with_those_that_are(
    author: Caller, deposits: Deposits, accept: str
) -> None:
    record = deposits.published()

    body = expect_problem(author.get(record["links"]["self"], headers={"Accept": accept}), 406)

    assert "application/json" in body["message"]
    assert "application/ld+json" in body["message"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, */*;q=0.1", "application/*", ""])
def test_what_accepts_json_gets_it(author: Caller, deposits: Deposits, accept: str) -> None:
    reply = author.get(deposits.open()["links"]["self"], headers={"Accept": accept})

    assert reply.status_code == 200
    assert reply.mimetype == "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"metadata": NaN}',
        b'{"metadata": Infinity}',
        b"{'metadata': {}}",
        b'{"metadata": {},}',
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a": 1}}',
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_is_no_json_is_refused(author: Caller, deposits: Deposits, method: str, body: bytes) -> None:
    path = "/api/records" if method == "POST" else deposits.open()["links"]["self"]

    reply = author(method, path, data=body, content_type="application/json")

    assert expect_problem(reply, 400)["message"] == "Unable to decode JSON data in request body."


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "true", "[{}]"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_json_that_is_no_object_is_refused(author: Caller, deposits: Deposits, method: str, body: str) -> None:
    path = "/api/records" if method == "POST" else deposits.open()["links"]["self"]

    reply = author(method, path, data=body, content_type="application/json")

    assert expect_problem(reply, 400)["errors"] == [
        {"field": "_schema", "messages": ["Invalid input type."], "code": "invalid_input_type"}
    ]


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "application/xml", "multipart/form-data", "text/json", "application/ld+json", "x/y+json"),
        *('application/ld+json; profile="https://w3id.org/ro/crate"', "application/vnd.datacite.datacite+json"),
        "application/merge-patch+json",
    ],
)
def test_a_body_of_another_media_type_is_refused(author: Caller, deposits: Deposits, content_type: str) -> None:
    is_read = content_type.partition(";")[0] in SOURCE_TYPES  # only a new draft begins with a form of others
    expect_problem(author.post("/api/records", data="{}", content_type=content_type), 400 if is_read else 415)
    draft = deposits.open()["links"]["self"]
    expect_problem(author.put(draft, data="{}", content_type=content_type), 415)
    if "merge-patch" not in content_type:
        expect_problem(author.patch(draft, data="{}", content_type=content_type), 415)


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "application/json; charset=utf-8", "application/vnd.inveniordm.v1+json"],
)
def test_a_json_body_may_leave_its_type_unsaid(author: Caller, content_type: str | None) -> None:
    body = json.dumps(a_dataset()).encode()

    reply = author.post("/api/records", data=body, content_type=content_type)

    assert reply.get_json()["metadata"]["title"] == a_dataset()["metadata"]["title"]


def test_a_body_beyond_all_measure_is_refused(author: Caller) -> None:
    reply = author.post("/api/records", data=b" " * (MAX_JSON_BYTES + 1), content_type="application/json")

    expect_problem(reply, 413)


def test_a_number_no_database_holds_is_a_fault_not_a_failure(author: Caller) -> None:
    body = b'{"metadata": {"title": 123456789012345678901234567890, "version": 1e400, "x": "\\u0000"}}'

    reply = author.post("/api/records", data=body, content_type="application/json")

    assert reply.status_code in (201, 400)


def test_a_deeply_nested_body_is_a_fault_not_a_failure(author: Caller) -> None:
    nested: Any = 1
    for _ in range(200):
        nested = {"a": [nested]}

    reply = author.post("/api/records", json={"metadata": {"title": "Deep", "x": nested}})

    assert reply.status_code in (201, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api//records",
        "/api/records/1/2/3",
        "/api/record/1",
        "/api/records/1/draft/actions/dance",
        "/api/vocabularies/nothing",
        "/api/vocabularies/licenses/no-such-licence",
        "/nothing",
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(anyone: Caller, path: str) -> None:
    expect_problem(anyone.get(path), 404)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1e3", "page"),
        ("size=0", "size"),
        ("size=-1", "size"),
        ("size=1001", "size"),
        ("size=99999999999999999999", "size"),
    ],
)
@pytest.mark.parametrize("path", ["/api/records", "/api/user/records", "versions"])
def test_a_wrong_page_names_its_parameter(
    author: Caller, deposits: Deposits, path: str, query: str, field: str
) -> None:
    if path == "versions":
        path = deposits.published()["links"]["versions"]

    body = expect_problem(author.get(f"{path}?{query}"), 400)

    assert [error["field"] for error in body["errors"]] == [field]


def test_a_request_keeps_the_id_its_sender_gave(anyone: Caller) -> None:
    reply = anyone.get("/api/nothing", headers={"X-Request-ID": "from-the-proxy.1"})

    assert expect_problem(reply, 404)["request_id"] == "from-the-proxy.1"


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>", "a;b"])
def test_a_request_id_that_could_do_harm_is_replaced(anyone: Caller, given: str) -> None:
    reply = anyone.get("/api/nothing", headers={"X-Request-ID": given})

    assert expect_problem(reply, 404)["request_id"] != given


def test_every_reply_has_its_own_request_id(anyone: Caller) -> None:
    ids = {anyone.get("/api/vocabularies/").headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3


def test_a_bug_tells_nothing_but_the_request_id(app: Flask) -> None:
    def broken() -> None:
        raise RuntimeError("the password is 1234")

    app.add_url_rule("/api/broken", "broken", broken)

    reply = Caller(app.test_client()).get("/api/broken")

    assert "1234" not in expect_problem(reply, 500)["message"]
    assert "1234" not in reply.text


def test_head_of_what_is_not_there_has_no_body(anyone: Caller) -> None:
    reply = anyone("HEAD", "/api/records/999999")

    assert reply.status_code == 404
    assert reply.data == b""


def test_prettyprint_indents(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    plain, pretty = author.get(draft["links"]["self"]), author.get(f"{draft['links']['self']}?prettyprint=1")

    assert pretty.get_json() == plain.get_json()
    assert pretty.text.count("\n") > plain.text.count("\n")


def test_pages_of_other_sites_may_read_but_not_write(anyone: Caller, author: Caller) -> None:
    read = anyone.get("/api/records", headers={"Origin": "https://elsewhere.example"})
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in read.headers
    written = author.post("/api/records", json={}, headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in written.headers
    assert anyone("OPTIONS", "/api/records").status_code == 405
