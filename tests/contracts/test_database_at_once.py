"""What people do at the same time ends as if they had done it one after another, on every database."""

from functools import partial
from typing import Any

import pytest

from repository.core.errors import NotFound
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.identifiers.model import Identifier
from repository.publication.publish import publish
from repository.publication.revise import edit_version
from repository.records.model import Concept, Version
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import ADMINISTRATOR, all_of, at_once, behind, facts_of

pytestmark = pytest.mark.slow


def status(caller: Caller, method: str, path: str, **options: Any) -> int:
    return caller(method, path, **options).status_code


def a_draft(deposits: Deposits, **files: bytes) -> int:
    record_id = deposits.open()["id"]
    for key, content in (files or {"data.csv": b"a,b\n"}).items():
        deposits.upload(record_id, key, content)
    return int(record_id)


def test_a_draft_published_twice_at_once_becomes_one_version(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = a_draft(deposits)
    path = f"/api/records/{record_id}/draft/actions/publish"
    replies = at_once(*[lambda: author.post(path).status_code] * 4)
    assert sorted(replies) == [202, 404, 404, 404]
    assert [version.id for version in all_of(services, Version)] == [record_id]
    assert facts_of(services, "VersionPublished") == 1
    assert len(all_of(services, Identifier)) == 4


def test_who_publishes_behind_another_finds_no_draft(services: Services, deposits: Deposits) -> None:
    record_id = a_draft(deposits)

    def again() -> str:
        try:
            with services.database.transaction(ADMINISTRATOR) as unit:
                publish(unit, services.site, record_id)
        except NotFound as error:
            return error.reason
        return "published"

    assert behind(services, lambda unit: publish(unit, services.site, record_id), again) == "Not found."
    assert len(all_of(services, Version)) == 1


def test_new_versions_begun_at_once_are_one_draft(services: Services, deposits: Deposits, author: Caller) -> None:
    record_id = deposits.published()["id"]
    replies = at_once(*[lambda: author.post(f"/api/records/{record_id}/versions")] * 4)
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.get_json()["id"] for reply in replies}) == 1
    assert len(all_of(services, Draft)) == 1


def test_a_new_version_begun_behind_a_publication_follows_what_was_published(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    first = deposits.published()["id"]
    second = author.post(f"/api/records/{first}/versions").get_json()["id"]
    changed = a_dataset(title="What the second version says")
    assert author.put(f"/api/records/{second}/draft", json=changed).status_code == 200
    deposits.upload(second)
    reply = behind(
        services,
        lambda unit: publish(unit, services.site, int(second)),
        lambda: author.post(f"/api/records/{first}/versions"),
    )
    assert reply.status_code == 201, reply.text
    assert reply.get_json()["id"] not in (first, second)
    assert reply.get_json()["versions"]["index"] == 3
    assert reply.get_json()["metadata"]["title"] == "What the second version says"
    assert reply.get_json()["links"]["latest"].endswith(f"/{second}")


def test_edits_opened_at_once_are_one_draft(services: Services, deposits: Deposits, author: Caller) -> None:
    record_id = deposits.published()["id"]
    replies = at_once(*[lambda: author.post(f"/api/records/{record_id}/draft")] * 4)
    assert [reply.status_code for reply in replies] == [201] * 4
    assert {reply.get_json()["id"] for reply in replies} == {record_id}
    assert len(all_of(services, Draft)) == 1
    assert facts_of(services, "EditBegun") == 1


def test_an_edit_opened_behind_another_is_the_same_draft(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.published()["id"]
    reply = behind(
        services,
        lambda unit: edit_version(unit, services.site, int(record_id)),
        lambda: author.post(f"/api/records/{record_id}/draft"),
    )
    assert reply.status_code == 201, reply.text
    assert [draft.id for draft in all_of(services, Draft)] == [int(record_id)]


def test_an_edit_saved_behind_its_publication_finds_no_draft(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.published()["id"]
    author.post(f"/api/records/{record_id}/draft")
    author.put(f"/api/records/{record_id}/draft", json=a_dataset(title="Corrected"))
    reply = behind(
        services,
        lambda unit: publish(unit, services.site, int(record_id)),
        lambda: author.put(f"/api/records/{record_id}/draft", json=a_dataset(title="Too late")),
    )
    assert reply.status_code == 404, reply.text
    record = author.get(f"/api/records/{record_id}").get_json()
    assert record["metadata"]["title"] == "Corrected"
    assert all_of(services, Draft) == []


def test_an_edit_and_its_publication_at_once_leave_a_record_that_says_one_of_both(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    record_id = deposits.published()["id"]
    draft = f"/api/records/{record_id}/draft"
    for turn in range(4):
        assert author.post(draft).status_code == 201
        assert author.put(draft, json=a_dataset(title=f"Before {turn}")).status_code == 200
        saved, done = at_once(
            partial(status, author, "PUT", draft, json=a_dataset(title=f"After {turn}")),
            partial(status, author, "POST", f"{draft}/actions/publish"),
        )
        assert done == 202
        title = author.get(f"/api/records/{record_id}").get_json()["metadata"]["title"]
        assert (saved, title) in ((200, f"After {turn}"), (404, f"Before {turn}"))
        assert all_of(services, Draft) == []


def test_one_of_several_saves_of_one_revision_wins(services: Services, deposits: Deposits, author: Caller) -> None:
    draft = deposits.open()
    path, revision = f"/api/records/{draft['id']}/draft", str(draft["revision_id"])

    def save(title: str) -> tuple[int, str]:
        reply = author.put(path, json=a_dataset(title=title), headers={"If-Match": revision})
        return reply.status_code, title

    replies = at_once(*[partial(save, f"Title {n}") for n in range(4)])
    assert sorted(code for code, _ in replies) == [200, 412, 412, 412]
    winner = next(title for code, title in replies if code == 200)
    assert author.get(path).get_json()["metadata"]["title"] == winner


def test_a_draft_discarded_and_published_at_once_is_one_of_both(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    for _ in range(4):
        record_id = a_draft(deposits)
        path = f"/api/records/{record_id}/draft"
        gone, out = at_once(
            partial(status, author, "DELETE", path),
            partial(status, author, "POST", f"{path}/actions/publish"),
        )
        assert (gone, out) in ((204, 404), (404, 202))
        published = author.get(f"/api/records/{record_id}").status_code == 200
        assert published == (out == 202)
    assert all_of(services, Draft) == []
    assert len(all_of(services, Concept)) == len(all_of(services, Version))


def test_an_identifier_is_reserved_once(services: Services, deposits: Deposits, author: Caller) -> None:
    record_id = deposits.open()["id"]
    replies = at_once(*[lambda: author.post(f"/api/records/{record_id}/draft/pids/doi").status_code] * 4)
    assert sorted(replies) == [201, 400, 400, 400]
    assert [each.owner for each in all_of(services, Identifier)] == [int(record_id)]


def test_a_doi_from_elsewhere_belongs_to_one_draft(services: Services, deposits: Deposits, author: Caller) -> None:
    drafts = [deposits.open()["id"] for _ in range(4)]
    body = {**a_dataset(), "pids": {"doi": {"identifier": "10.1234/abc", "provider": "external"}}}

    def claim(record_id: str) -> int:
        reply = author.put(f"/api/records/{record_id}/draft", json=body)
        assert reply.status_code in (200, 409), reply.text
        return reply.status_code

    at_once(*[partial(claim, each) for each in drafts])
    owners = [each.owner for each in all_of(services, Identifier)]
    assert len(owners) == 1
    assert str(owners[0]) in drafts
