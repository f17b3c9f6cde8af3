"""Whatever is sent: never a fault of the server, always an answer of the contract or the one shape of error."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

bounded = settings(max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["", "2020-01-01", "2020-13-45", "-0001", "dataset", "zzz", "public", "<b>x</b>", "\x00", "1e999"]),
)
WORDS = [
    "metadata",
    "access",
    "files",
    "custom_fields",
    "pids",
    "enabled",
    "record",
    "until",
    "embargo",
    "active",
    "title",
    "creators",
    "person_or_org",
    "type",
    "family_name",
    "identifiers",
    "scheme",
    "identifier",
    "affiliations",
    "id",
    "role",
    "resource_type",
    "publication_date",
    "description",
    "rights",
    "link",
    "subjects",
    "subject",
    "languages",
    "dates",
    "date",
    "related_identifiers",
    "relation_type",
    "references",
    "funding",
    "funder",
    "award",
    "locations",
    "features",
    "geometry",
    "coordinates",
    "place",
    "additional_titles",
    "additional_descriptions",
    "lang",
    "contributors",
    "publisher",
    "version",
    "sizes",
    "formats",
    "copyright",
    "doi",
    "cstr",
    "provider",
    "default_preview",
    "key",
    "size",
    "checksum",
    "transfer",
    "hidden",
]
names = st.one_of(st.sampled_from(WORDS), st.text(max_size=6))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
objects = st.dictionaries(names, anything, max_size=6)


def check_answer(reply: TestResponse) -> None:
    """No fault of the server, and every error in the one shape, or for a browser as a page."""
    assert reply.status_code < 500, reply.text
    if reply.status_code >= 400 and "text/html" in reply.request.headers.get("Accept", ""):
        assert reply.mimetype == "text/html"
        assert reply.request.method == "HEAD" or reply.headers["X-Request-ID"] in reply.text
    elif reply.status_code >= 400 and reply.request.method != "HEAD":
        body = reply.get_json()
        assert body["status"] == reply.status_code
        assert isinstance(body["message"], str)
        assert body["message"]
        assert body["request_id"] == reply.headers["X-Request-ID"] != ""
        assert body.keys() <= {"status", "message", "code", "request_id", "errors"}
        for error in body.get("errors", []):
            assert isinstance(error["field"], str)
            assert error["messages"]
            assert all(isinstance(message, str) for message in error["messages"])


def metadata_bodies() -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that are right but for some fields of the metadata."""
    changed = st.dictionaries(st.sampled_from(sorted(set(WORDS))), anything, min_size=1, max_size=3)
    return changed.map(lambda fields: {**a_dataset(), "metadata": {**a_dataset()["metadata"], **fields}})


@given(body=st.one_of(anything, objects, metadata_bodies()))
@bounded
def test_any_json_can_be_sent_as_a_new_draft(author: Caller, body: Any) -> None:
    reply = author.post("/api/records", json=body)
    check_answer(reply)
    if isinstance(body, dict):
        assert reply.status_code in (201, 400)
    if reply.status_code == 201:
        made = reply.get_json()
        shown = author.get(f"/api/records/{made['id']}/draft")
        assert shown.status_code == 200
        assert shown.get_json()["errors"] == made["errors"]
        check_answer(author.post(f"/api/records/{made['id']}/draft/actions/publish"))


@given(method=st.sampled_from(["PUT", "PATCH"]), body=st.one_of(anything, objects, metadata_bodies()))
@bounded
def test_any_json_can_be_sent_to_a_draft(author: Caller, deposits: Deposits, method: str, body: Any) -> None:
    draft = deposits.open()
    reply = author(method, f"/api/records/{draft['id']}/draft", json=body)
    check_answer(reply)
    shown = author.get(f"/api/records/{draft['id']}/draft")
    assert shown.status_code == 200
    if reply.status_code == 200:
        again = author.put(f"/api/records/{draft['id']}/draft", json=shown.get_json())
        assert again.status_code == 200, "a body read by GET is a valid body for PUT"


@given(
    method=st.sampled_from(["PUT", "PATCH"]),
    fields=st.dictionaries(st.sampled_from(WORDS), anything, min_size=1, max_size=3),
)
@bounded
def test_any_json_can_be_sent_as_a_correction(author: Caller, published: str, method: str, fields: Any) -> None:
    assert author.post(f"/api/records/{published}/draft").status_code == 201
    body = {**a_dataset(), **fields, "metadata": {**a_dataset()["metadata"], **fields}}
    check_answer(author(method, f"/api/records/{published}/draft", json=body))
    check_answer(author.post(f"/api/records/{published}/draft/actions/publish"))
    assert author.get(f"/api/records/{published}").status_code == 200


inits = st.fixed_dictionaries(
    {"key": st.one_of(st.text(max_size=20), st.sampled_from(["../x", "/x", "", "a/b c.txt", "数据.csv"]), anything)},
    optional={"size": anything, "checksum": anything, "transfer": anything, "access": anything, "metadata": anything},
)


@given(body=st.one_of(anything, st.lists(inits, max_size=3), st.lists(objects, max_size=2)))
@bounded
def test_any_json_can_be_sent_to_name_files(author: Caller, deposits: Deposits, body: Any) -> None:
    draft = deposits.open()
    reply = author.post(f"/api/records/{draft['id']}/draft/files", json=body)
    check_answer(reply)
    listed = author.get(f"/api/records/{draft['id']}/draft/files").get_json()["entries"]
    named = reply.get_json()["entries"] if reply.status_code == 201 else []
    assert {each["key"] for each in listed} == {each["key"] for each in named}
    for each in listed:
        assert author.get(each["links"]["self"]).status_code == 200
        assert author.put(each["links"]["content"], data=b"bytes").status_code == 200
        check_answer(author.post(each["links"]["commit"]))


@given(raw=st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@bounded
def test_any_bytes_can_be_sent_where_json_is_wanted(author: Caller, raw: bytes) -> None:
    reply = author.post("/api/records", data=raw, headers={"Content-Type": "application/json"})
    check_answer(reply)
    assert reply.status_code in (201, 400)


FIELDS = ["metadata.title", "title", "pids.doi.identifier", "parent.id", "access.status", "created", "_exists_", "x.y"]
SIGNS = list('"():*?~^[]{}<>/\\!&|+- ')
queries = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from([*FIELDS, *SIGNS, "AND", "OR", "NOT", "TO", ":", "penguins", "南极", "2020", "..", "1*"]),
        max_size=10,
    ).map("".join),
)


@given(
    where=st.sampled_from(["/api/records", "/api/user/records"]),
    q=queries,
    extra=st.dictionaries(
        st.sampled_from(
            [
                "page",
                "size",
                "sort",
                "cursor",
                "allversions",
                "resource_type",
                "access_status",
                "file_type",
                "year",
                "subject",
                "license",
                "licence",
                "language",
                "creator",
                "publication_date",
                "is_published",
                "prettyprint",
                "access_token",
                "other",
            ]
        ),
        st.one_of(
            st.text(max_size=10),
            st.integers(-5, 20_000).map(str),
            st.sampled_from(["newest", "bestmatch", "version", "2020..2022", "..", "true", "open"]),
        ),
        max_size=3,
    ),
)
@settings(bounded, max_examples=150)
def test_any_question_can_be_asked(author: Caller, published: str, where: str, q: str, extra: dict[str, str]) -> None:
    reply = author.get(f"{where}?{urlencode({'q': q, **extra})}")
    check_answer(reply)
    assert reply.status_code in (200, 400)
    if reply.status_code == 200:
        body = reply.get_json()
        assert len(body["hits"]["hits"]) <= body["hits"]["total"]


header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
header_values = {
    "Range": ["bytes=0-", "bytes=5-2", "bytes=-1", "bytes=0-0,2-3", "bytes=99999999999999999999-", "lines=1"],
    "If-Range": ['"x"', "Wed, 21 Oct 2015 07:28:00 GMT"],
    "If-Match": ["*", '"1"', 'W/"99"', "x"],
    "If-None-Match": ["*", '"md5:x"'],
    "If-Modified-Since": ["Wed, 21 Oct 2099 07:28:00 GMT", "yesterday"],
    "Accept": ["text/html", "application/ld+json", "*/*;q=0", "application/xml", ";", "text/x-bibliography"],
    "Authorization": ["Bearer", "Bearer x", "Basic x", "Basic Og==", "Digest a=b", "Bearer \xff"],
    "Content-Type": ["application/json", "text/plain", "application/octet-stream", "multipart/form-data", "x"],
    "X-Request-ID": ["abc", "a b", "<script>"],
    "Accept-Language": ["zh", "*"],
}
headers = st.fixed_dictionaries(
    {}, optional={name: st.one_of(st.sampled_from(values), header_text) for name, values in header_values.items()}
)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]


@given(
    method=st.sampled_from(METHODS),
    rest=st.sampled_from(["", "/draft", "/draft/files", "/files", "/files/data.csv/content", "/files-archive"]),
    sent=headers,
)
@settings(bounded, max_examples=150)
def test_any_headers_can_be_sent(author: Caller, published: str, method: str, rest: str, sent: dict[str, str]) -> None:
    sent = {name: value.strip() for name, value in sent.items()}
    check_answer(author(method, f"/api/records/{published}{rest}", headers=sent))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_download_under_a_condition_that_fails_is_an_error_and_no_file(
    author: Caller, published: str, method: str
) -> None:
    where = f"/api/records/{published}/files/data.csv/content"
    refused = author(method, where, headers={"If-Match": '"md5:another"'})
    check_answer(refused)
    assert refused.status_code == 412
    tag = author.get(where).headers["ETag"]
    assert author(method, where, headers={"If-Match": tag}).status_code == 200
    assert author(method, where, headers={"If-None-Match": tag}).status_code == 304


segments = st.one_of(
    st.sampled_from(
        [
            "api",
            "records",
            "draft",
            "files",
            "user",
            "vocabularies",
            "licenses",
            "content",
            "commit",
            "versions",
            "latest",
            "pids",
            "doi",
        ]
    ),
    st.sampled_from(["1", "0", "-1", "00", "1e3", "٣", "9" * 30, "..", ".", "%", "%2F", "a b", "数据", "\x00"]),
    st.text(max_size=8),
)


@given(method=st.sampled_from(METHODS), path=st.lists(segments, max_size=7), raw=st.booleans())
@settings(bounded, max_examples=200)
def test_any_path_can_be_asked(author: Caller, method: str, path: list[str], raw: bool) -> None:
    written = "/".join(quote(segment, safe="" if raw else "/.%", errors="replace") for segment in path)
    reply = author(method, f"/api/{re.sub(r'^/+', '', written)}")
    check_answer(reply)


def test_a_body_nested_beyond_reason_is_refused(author: Caller) -> None:
    deep = b'{"metadata":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    reply = author.post("/api/records", data=deep, headers={"Content-Type": "application/json"})
    check_answer(reply)
    assert reply.status_code == 400


@pytest.mark.parametrize("depth", [50, 200, 250])
def test_a_deeply_nested_value_is_kept_or_refused_and_never_a_fault(author: Caller, depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    for body in ({"metadata": {"title": value}}, {"custom_fields": value}, {"metadata": value}, {"pids": value}):
        reply = author.post("/api/records", json=body)
        check_answer(reply)
        if reply.status_code == 201:
            draft = f"/api/records/{reply.get_json()['id']}/draft"
            assert author.get(draft).status_code == 200
            check_answer(author.patch(draft, json={"metadata": value}))


@pytest.fixture
def published(deposits: Deposits) -> str:
    """The id of a public record with one file."""
    identifier: str = deposits.published()["id"]
    return identifier
