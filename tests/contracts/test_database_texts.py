"""Texts and numbers that some database cannot keep get a clear answer on every database, and never a 500."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from repository.core.actor import SYSTEM
from repository.core.errors import Invalid
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

NUL = "a\u0000b"
HUGE = "9" * 400
DEEP = 1_000
LONG = 20_000


def with_metadata(**changes: Any) -> dict[str, Any]:
    return a_dataset(**changes)


def with_access(**changes: Any) -> dict[str, Any]:
    return {**a_dataset(), "access": {"record": "public", "files": "restricted", **changes}}


def nested(levels: int) -> Any:
    value: Any = "the end"
    for _ in range(levels):
        value = {"in": value}
    return value


EMBARGO = {"active": True, "until": "2999-01-01"}
BODIES: dict[str, dict[str, Any]] = {
    "title": with_metadata(title=NUL),
    "description": with_metadata(description=f"<p>{NUL}</p>"),
    "creator": with_metadata(creators=[{"person_or_org": {"type": "personal", "family_name": NUL}}]),
    "wrong type": with_metadata(title={NUL: [NUL]}),
    "unknown metadata field": with_metadata(**{NUL: NUL}),
    "unknown field": {**a_dataset(), NUL: NUL},
    "resource type": with_metadata(resource_type={"id": NUL}),
    "version": with_metadata(version=NUL),
    "custom field": {**a_dataset(), "custom_fields": {NUL: {NUL: NUL}}},
    "unknown access field": with_access(**{NUL: NUL}),
    "access": with_access(record=NUL),
    "embargo reason": with_access(embargo={**EMBARGO, "reason": NUL}),
    "embargo until": with_access(embargo={**EMBARGO, "until": NUL}),
    "default preview": {**a_dataset(), "files": {"enabled": True, "default_preview": NUL}},
    "unknown files field": {**a_dataset(), "files": {"enabled": True, NUL: NUL}},
    "scheme": {**a_dataset(), "pids": {NUL: {"identifier": NUL}}},
    "doi": {**a_dataset(), "pids": {"doi": {"identifier": f"10.1234/{NUL}", "provider": "external"}}},
    "long doi": {**a_dataset(), "pids": {"doi": {"identifier": f"10.1234/{'x' * 200}", "provider": "external"}}},
    "doi with a long prefix": {
        **a_dataset(),
        "pids": {"doi": {"identifier": f"10.1234{'.1' * 300}/x", "provider": "external"}},
    },
    "doi that folds to more": {
        **a_dataset(),
        "pids": {"doi": {"identifier": "10.1234/" + "\u0390" * 200, "provider": "external"}},
    },
    "long embargo reason": with_access(embargo={**EMBARGO, "reason": "长" * 5_000}),
    "longer embargo reason": with_access(embargo={**EMBARGO, "reason": "长" * 5_001}),
    "long preview": {**a_dataset(), "files": {"enabled": True, "default_preview": "长" * 1_024}},
    "distant day": with_access(embargo={**EMBARGO, "until": "9999-12-31"}),
    "deep metadata": with_metadata(title=nested(DEEP // 5)),
    "deep custom field": {**a_dataset(), "custom_fields": nested(DEEP // 5)},
    "deeper custom field": {**a_dataset(), "custom_fields": nested(DEEP // 3)},
    "deeper access": with_access(embargo=nested(DEEP // 3)),
}
TEXTS: dict[str, str] = {
    "huge title": f'{{"metadata": {{"title": {HUGE}}}}}',
    "huge custom field": f'{{"custom_fields": {{"n": [{HUGE}, -{HUGE}, 18446744073709551615, 1e308]}}}}',
    "overflow": '{"custom_fields": {"n": 1e999}}',
    "huge embargo": f'{{"access": {{"record": "public", "files": "restricted", "embargo": {{"until": {HUGE}}}}}}}',
    "half a pair": '{"metadata": {"title": "\\ud800"}}',
    "too deep": '{"metadata":' * DEEP + "1" + "}" * DEEP,
}
ALL = {name: json.dumps(body) for name, body in BODIES.items()} | TEXTS


@pytest.mark.parametrize("name", ALL)
def test_a_body_with_odd_texts_or_numbers_is_kept_or_refused_and_can_be_read(
    author: Caller, deposits: Deposits, name: str
) -> None:
    body = {"data": ALL[name], "content_type": "application/json"}
    draft = f"/api/records/{deposits.open()['id']}/draft"
    for reply in (author.post("/api/records", **body), author.put(draft, **body), author.patch(draft, **body)):
        assert reply.status_code in (200, 201, 400), reply.text
        if reply.status_code == 400:
            assert reply.get_json()["errors"], reply.text
            continue
        again = author.get(f"/api/records/{reply.get_json()['id']}/draft")
        assert again.status_code == 200, again.text
        assert again.get_json()["errors"] == reply.get_json()["errors"]
    assert author.get(draft).status_code == 200


@pytest.mark.parametrize("name", ["title", "description", "unknown field", "embargo reason", "custom field"])
def test_a_draft_with_a_nul_can_be_sent_back_as_it_was_read(author: Caller, deposits: Deposits, name: str) -> None:
    path = f"/api/records/{deposits.open(BODIES[name])['id']}/draft"
    read = author.get(path).get_json()
    reply = author.put(path, json=read)
    assert reply.status_code == 200, reply.text
    assert reply.get_json()["metadata"] == read["metadata"]
    assert reply.get_json()["access"] == read["access"]


SUN = "%F0%9F%8C%9E"


@pytest.mark.parametrize("key", ["a%00b", "%00", "a%ff", "%ed%a0%80", "x" * 2_000, SUN, "..%2Fx"])
def test_a_file_that_cannot_be_is_not_found(author: Caller, anyone: Caller, deposits: Deposits, key: str) -> None:
    record_id, draft_id = deposits.published()["id"], deposits.open()["id"]
    files = f"/api/records/{draft_id}/draft/files/{key}"
    replies = [
        author.get(files),
        author.put(files, json={"metadata": {}}),
        author.delete(files),
        author.get(f"{files}/content"),
        author.post(f"{files}/commit"),
        anyone.get(f"/api/records/{record_id}/files/{key}"),
        anyone.get(f"/api/records/{record_id}/files/{key}/content"),
        anyone.get(f"/records/{record_id}/files/{key}"),
    ]
    assert [reply.status_code for reply in replies] == [404] * len(replies)
    sent = author.put(f"{files}/content", data=b"x")  # it would make the file
    assert sent.status_code == (201 if key == SUN else 400), sent.text


@pytest.mark.parametrize(
    "wanted",
    [
        {"key": NUL},
        {"key": "a.csv", "size": 2**63},
        {"key": "a.csv", "size": -1},
        {"key": "a.csv", "checksum": f"md5:{NUL}"},
        {"key": "长" * 342},
        {"key": "a.csv", "access": {"hidden": 2**70}},
        {"key": "a.csv", "transfer": {"type": NUL}},
    ],
    ids=["nul", "huge", "negative", "checksum", "long", "hidden", "transfer"],
)
def test_a_file_that_cannot_be_kept_is_refused_with_its_field(
    author: Caller, deposits: Deposits, wanted: dict[str, Any]
) -> None:
    path = f"/api/records/{deposits.open()['id']}/draft/files"
    reply = author.post(path, data=json.dumps([wanted]), content_type="application/json")
    assert reply.status_code == 400, reply.text
    assert reply.get_json()["errors"][0]["field"].startswith("0.")
    assert author.get(path).get_json()["entries"] == []


SAID: dict[str, dict[str, Any]] = {
    "nul": {NUL: NUL},
    "huge": {"n": 2**64 - 1},
    "deep": nested(333),
    "utf-8": {"数": "据"},
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_of_a_file_is_kept_or_refused(author: Caller, deposits: Deposits, name: str) -> None:
    path = f"/api/records/{deposits.open()['id']}/draft/files"
    body = json.dumps([{"key": "a.csv", "metadata": SAID[name]}])
    reply = author.post(path, data=body, content_type="application/json")
    assert reply.status_code in (201, 400), reply.text
    listed = author.get(path)
    assert listed.status_code == 200
    assert len(listed.get_json()["entries"]) == (reply.status_code == 201)


NUMBERS = ["9" * 18, "9" * 19, HUGE, "0", "-1", "1.0", "%00", "1%00", "\uff11"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_record_id_that_cannot_be_is_not_found(author: Caller, anyone: Caller, number: str) -> None:
    replies = [
        anyone.get(f"/api/records/{number}"),
        anyone.get(f"/api/records/{number}/versions"),
        anyone.get(f"/api/records/{number}/versions/latest"),
        anyone.get(f"/api/records/{number}/files"),
        anyone.get(f"/records/{number}"),
        author.get(f"/api/records/{number}/draft"),
        author.put(f"/api/records/{number}/draft", json={}),
        author.delete(f"/api/records/{number}/draft"),
        author.post(f"/api/records/{number}/draft"),
        author.post(f"/api/records/{number}/versions"),
        author.post(f"/api/records/{number}/draft/actions/publish"),
        author.post(f"/api/records/{number}/draft/pids/doi"),
    ]
    assert [reply.status_code for reply in replies] == [404] * len(replies)


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, HUGE, "-1", "%00"])
@pytest.mark.parametrize("path", ["versions", "files"])
def test_a_page_that_cannot_be_is_empty_or_refused(anyone: Caller, deposits: Deposits, path: str, number: str) -> None:
    record_id = deposits.published()["id"]
    for query in (f"page={number}", f"size={number}", f"page={number}&size={number}"):
        reply = anyone.get(f"/api/records/{record_id}/{path}?{query}")
        assert reply.status_code in (200, 400), reply.text


@pytest.mark.parametrize("revision", [NUL.replace("\u0000", "%00"), HUGE, "-1", '"1', "1.0", "\xff"])
def test_a_revision_that_cannot_be_is_not_the_current_one(author: Caller, deposits: Deposits, revision: str) -> None:
    draft = deposits.open()
    reply = author.put(f"/api/records/{draft['id']}/draft", json=a_dataset(), headers={"If-Match": f"{revision}9"})
    assert reply.status_code == 412, reply.text


@pytest.mark.parametrize("credential", ["Bearer \x00", "Bearer \xff\xfe", f"Bearer {HUGE}", "Bearer ", "Basic AAAA"])
def test_a_credential_that_cannot_be_is_refused(anyone: Caller, credential: str) -> None:
    assert anyone.get("/api/user/records", headers={"Authorization": credential}).status_code == 401


def test_a_token_that_cannot_be_in_the_query_is_refused(anyone: Caller) -> None:
    assert anyone.get("/api/user/records?access_token=%00").status_code == 401


@pytest.mark.parametrize("name", [NUL, "x" * 101, HUGE])
def test_a_name_of_a_token_that_cannot_be_kept_is_refused(anyone: Caller, services: Services, name: str) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, "a@example.org", password="long enough for anybody")
    signed_in = {"auth": ("a@example.org", "long enough for anybody")}
    reply = anyone.post("/api/user/tokens", json={"name": name}, **signed_in)
    assert reply.status_code == 400, reply.text
    assert reply.get_json()["errors"][0]["field"] == "name"
    assert anyone.post("/api/user/tokens", json={"name": "数据 🌞"}, **signed_in).status_code == 201


def with_long_texts(value: Any, so_far: str = "") -> Iterator[tuple[str, Any]]:
    """A copy of the JSON `value` for each of its texts, in which that text is very long, by its path."""
    if isinstance(value, str):
        yield so_far, "长" * LONG
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in list(items):
            for path, changed in with_long_texts(each, f"{so_far}.{key}".strip(".")):
                copy = value.copy()
                copy[key] = changed
                yield path, copy


FULL = {
    **a_dataset(
        version="1",
        languages=[{"id": "eng"}],
        subjects=[{"subject": "birds"}],
        rights=[{"id": "cc0-1.0"}, {"title": {"en": "Own"}, "link": "https://example.org"}],
        additional_titles=[{"title": "More", "type": {"id": "subtitle"}, "lang": {"id": "eng"}}],
        dates=[{"date": "2020", "type": {"id": "collected"}, "description": "x"}],
        identifiers=[{"identifier": "10.1234/x", "scheme": "doi"}],
        related_identifiers=[{"identifier": "10.1234/y", "scheme": "doi", "relation_type": {"id": "cites"}}],
        references=[{"reference": "Somebody, 2020"}],
        sizes=["1 MB"],
        formats=["text/csv"],
    ),
    "access": {"record": "public", "files": "restricted", "embargo": {**EMBARGO, "reason": "x"}},
    "files": {"enabled": True, "default_preview": "a.csv"},
    "pids": {"doi": {"identifier": "10.1234/abc", "provider": "external"}},
    "custom_fields": {"a": {"b": ["c"]}},
}
LONGER = dict(with_long_texts(FULL))


@pytest.mark.parametrize("path", LONGER)
def test_a_text_of_any_length_is_kept_or_refused_wherever_it_stands(author: Caller, path: str) -> None:
    reply = author.post("/api/records", json=LONGER[path])
    assert reply.status_code in (201, 400), reply.text
    if reply.status_code == 201:
        assert author.get(f"/api/records/{reply.get_json()['id']}/draft").status_code == 200


@pytest.mark.parametrize("member", ["key", "checksum", "size", "metadata"])
def test_a_long_text_about_a_file_is_kept_or_refused(author: Caller, deposits: Deposits, member: str) -> None:
    wanted = {"key": "a.csv", member: {"said": "长" * LONG} if member == "metadata" else "长" * LONG}
    reply = author.post(f"/api/records/{deposits.open()['id']}/draft/files", json=[wanted])
    assert reply.status_code == (201 if member == "metadata" else 400), reply.text


@pytest.mark.parametrize(("length", "kept"), [(200, True), (201, False)])
def test_a_name_of_a_person_is_kept_whole_or_refused(services: Services, length: int, kept: bool) -> None:
    with nullcontext() if kept else pytest.raises(Invalid), services.database.transaction(SYSTEM) as unit:
        assert register_person(unit, "a@example.org", "长" * length).name == "长" * length


@pytest.mark.parametrize(("length", "kept"), [(100, True), (101, False)])
def test_a_name_of_a_token_is_kept_whole_or_refused(services: Services, length: int, kept: bool) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, "a@example.org")
    with nullcontext() if kept else pytest.raises(Invalid), services.database.transaction(SYSTEM) as unit:
        assert issue_token(unit, person, name="长" * length)[0].name == "长" * length


def test_files_are_listed_in_the_order_of_their_bytes_whatever_the_language_of_the_database(
    author: Caller, deposits: Deposits
) -> None:
    names = [
        "a.csv",
        "B.csv",
        "a-b.csv",
        "a b.csv",
        "a_b.csv",
        "ab.csv",
        "Ä.csv",
        "ä.csv",
        "z.csv",
        "数.csv",
        "2",
        "10",
    ]
    record_id = deposits.open()["id"]
    reply = author.post(f"/api/records/{record_id}/draft/files", json=[{"key": name} for name in names])
    assert reply.status_code == 201, reply.text
    listed = author.get(f"/api/records/{record_id}/draft/files").get_json()["entries"]
    assert [each["key"] for each in listed] == sorted(names)


@pytest.mark.parametrize("address", ["a\x00b@example.org", "\u0130" * 64 + "@example.org", "a" * 300 + "@example.org"])
def test_an_address_that_cannot_be_signs_nobody_in(anyone: Caller, address: str) -> None:
    reply = anyone.get("/api/user/tokens", auth=(address, "long enough for anybody"))
    assert reply.status_code == 401, reply.text
