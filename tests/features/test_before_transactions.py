"""Nothing is read, checked or written out while a transaction keeps other writers waiting."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from uuid import uuid4

import pytest

from repository.core.actor import Actor, Role, TokenScope
from repository.core.errors import Stale
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits import drafts
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json

pytestmark = pytest.mark.slow

CHECKS = (
    "marshmallow",
    "repository.dataset.formats",
    "repository.dataset.schemes",
    "repository.dataset.edtf",
    "repository.deposits.metadata.contributors",
    "repository.deposits.metadata.fields",
    "repository.deposits.metadata.html",
    "repository.deposits.metadata.inline_text",
    "repository.files.name_clashes",
    "repository.search",
    "repository.core.web.request_parsing",
    "repository.core.web.responses",
    "repository.faces.reasons",
)
"""Modules that read what people sent, or write what they get."""
READERS = {"load_metadata", "read_draft_body", "read_body", "draft_json", "record_json", "file_json", "public_view"}


class UnderLock:
    """What was called while a transaction was open."""

    def __init__(self) -> None:
        self.calls: set[str] = set()
        self.transactions = 0

    def heard(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_call" and arg.__name__ == "normalize":
            self.calls.add("unicodedata.normalize")
        if event != "call":
            return
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module.startswith(CHECKS) or name in READERS or "serializers" in module:
            self.calls.add(f"{module}.{name}")


@pytest.fixture
def under_lock(monkeypatch: pytest.MonkeyPatch) -> UnderLock:
    heard, opened = UnderLock(), Database.transaction

    @contextmanager
    def transaction(self: Database, actor: Actor) -> Iterator[UnitOfWork]:
        with opened(self, actor) as unit:
            heard.transactions += 1
            sys.setprofile(heard.heard)
            try:
                yield unit
            finally:
                sys.setprofile(None)

    monkeypatch.setattr(Database, "transaction", transaction)
    return heard


def rich(**more: Any) -> Json:
    """A description with something for every reader, and faults of many kinds."""
    return a_dataset(
        description="<p>É <b>x</b> &amp; <script>no</script></p>",
        identifiers=[{"identifier": "10.5072/é", "scheme": "doi"}, {"identifier": "no", "scheme": "orcid"}],
        dates=[{"date": "2020/2021", "type": {"id": "collected"}}],
        subjects=[{"subject": "naïve"}],
        unknown="é",
        **more,
    )


def test_drafts_are_checked_and_answered_outside_of_transactions(author: Caller, under_lock: UnderLock) -> None:
    body = rich() | {
        "pids": {"doi": {"identifier": "é", "provider": "external"}, "odd": {"x": 1}},
        "custom_fields": {"é": 1},
    }
    draft = author.post("/api/records", json=body)
    assert draft.status_code == 201
    path = f"/api/records/{draft.get_json()['id']}/draft"
    assert author.put(path, json=body).status_code == 200
    assert author.patch(path, json={"metadata": {"title": "Été"}}).get_json()["metadata"]["title"] == "Été"
    assert author.post(f"{path}/pids/doi").status_code == 201
    assert author.delete(f"{path}/pids/doi").status_code == 200
    assert author.delete(path).status_code == 204
    assert under_lock.transactions == 6
    assert under_lock.calls == set()


def test_files_are_named_imported_and_listed_outside_of_transactions(
    author: Caller, deposits: Deposits, under_lock: UnderLock
) -> None:
    draft = deposits.open()
    files = f"/api/records/{draft['id']}/draft/files"
    for names in (["é/1.csv", "é/2.csv"], ["é/3.csv"]):
        assert author.post(files, json=[{"key": name} for name in names]).status_code == 201
    assert author.post(files, json=[{"key": "e\u0301/1.csv"}]).status_code == 400
    assert author.put(f"{files}/é/1.csv", json={"metadata": {"é": 1}, "access": {"hidden": True}}).status_code == 200
    assert author.delete(files).status_code == 204
    record = deposits.published(None, **{"a.csv": b"1"})
    version = author.post(f"/api/records/{record['id']}/versions").get_json()
    under_lock.calls.clear()
    imported = author.post(f"/api/records/{version['id']}/draft/actions/files-import")
    assert [entry["key"] for entry in imported.get_json()["entries"]] == ["a.csv"]
    assert under_lock.calls == set()


def test_publications_and_withdrawals_check_and_answer_outside_of_transactions(
    author: Caller, register: Callable[..., Caller], deposits: Deposits, under_lock: UnderLock
) -> None:
    record = deposits.published()
    path = f"/api/records/{record['id']}"
    assert author.post(f"{path}/draft").status_code == 201
    assert author.put(f"{path}/draft", json=a_dataset(title="Été")).status_code == 200
    assert author.post(f"{path}/draft/actions/publish").status_code == 202
    curator = register("curator@example.org", role=Role.CURATOR)
    body = {"removal_reason": {"id": "retracted"}, "note": "é", "is_visible": True}
    assert curator("DELETE", f"{path}/delete", json=body).status_code == 204
    assert "Été" in curator.get(path).get_json()["tombstone"]["citation_text"]
    assert curator.post(f"{path}/restore").status_code == 200
    assert under_lock.calls == set()


def test_sets_and_tokens_are_checked_outside_of_transactions(
    register: Callable[..., Caller], under_lock: UnderLock
) -> None:
    owner = register("owner@example.org", scopes=(TokenScope.TOKENS,))
    administrator = register("admin@example.org", role=Role.ADMINISTRATOR)
    body = {"spec": "ice", "name": "Ice", "search_pattern": "title:é* AND (a OR b)"}
    created = administrator.post("/api/oaipmh/sets", json=body)
    assert created.status_code == 201
    address = f"/api/oaipmh/sets/{created.get_json()['id']}"
    assert administrator.put(address, json=body | {"search_pattern": "title:ö"}).status_code == 200
    assert administrator.put(address, json=body | {"search_pattern": "("}).status_code == 400
    assert owner.post("/api/user/tokens", json={"name": "é"}).status_code == 201
    assert under_lock.transactions > 4
    assert under_lock.calls == set()


def test_the_spy_hears_what_is_checked_in_a_transaction(under_lock: UnderLock, services: Any) -> None:
    from repository.search.query_syntax import parse

    with services.database.transaction(Actor()):
        parse(f"an odd one é {uuid4().hex}")  # none that is remembered
    assert {"repository.search.query_syntax.parse", "unicodedata.normalize"} <= under_lock.calls


def test_a_patch_is_merged_into_what_another_request_has_written_meanwhile(
    author: Caller, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = deposits.open()
    path, read = f"/api/records/{draft['id']}/draft", drafts.patch_base
    overtaken: list[int] = []

    def overtaking(*arguments: Any) -> Any:
        base = read(*arguments)
        if not overtaken:
            overtaken.append(1)
            assert author.patch(path, json={"metadata": {"version": "2"}}).status_code == 200
        return base

    monkeypatch.setattr(drafts, "patch_base", overtaking)
    metadata = author.patch(path, json={"metadata": {"title": "Another"}}).get_json()["metadata"]
    assert (metadata["title"], metadata["version"]) == ("Another", "2")


def test_a_patch_of_a_revision_that_is_gone_is_refused(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    path = f"/api/records/{draft['id']}/draft"
    headers = {"If-Match": str(draft["revision_id"])}
    assert author.patch(path, json={"metadata": {"title": "First"}}, headers=headers).status_code == 200
    refused = author.patch(path, json={"metadata": {"title": "Second"}}, headers=headers)
    assert refused.status_code == 412
    assert refused.get_json()["message"] != Stale.default
