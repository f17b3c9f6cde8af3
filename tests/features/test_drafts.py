"""Drafts: accept anything, lose nothing, name every fault, and obey their owner only."""

from collections.abc import Callable

import pytest

from repository.core.actor import Role
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.steps import Json, faults, read_draft

SAID = ("metadata", "access", "files", "pids", "custom_fields")


EVERYTHING: Json = {
    "contributors": [
        {
            "person_or_org": {"type": "organizational", "name": "冷湖观测站"},
            "role": {"id": "datacollector"},
            "affiliations": [{"id": "https://ror.org/034t30j35", "name": "Chinese Academy of Sciences"}],
        }
    ],
    "version": "1.2.0",
    "additional_titles": [
        {"title": "企鹅喙的尺寸", "type": {"id": "translated-title"}, "lang": {"id": "zho"}},
    ],
    "additional_descriptions": [{"description": "<p>By <b>hand</b>.</p>", "type": {"id": "methods"}}],
    "subjects": [{"subject": "penguins"}, {"subject": "南极"}],
    "languages": [{"id": "eng"}, {"id": "zho"}],
    "dates": [{"date": "2007-11/2009-12", "type": {"id": "collected"}, "description": "field seasons"}],
    "rights": [{"id": "cc0-1.0"}, {"title": {"en": "House rules"}, "link": "https://example.org/rules"}],
    "sizes": ["344 rows"],
    "formats": ["text/csv"],
    "identifiers": [{"identifier": "2008.11234", "scheme": "arxiv"}],
    "related_identifiers": [
        {
            "identifier": "10.1371/journal.pone.0090081",
            "scheme": "doi",
            "relation_type": {"id": "issupplementto"},
            "resource_type": {"id": "publication-article"},
        }
    ],
    "references": [{"reference": "Gorman et al. 2014"}],
    "locations": {
        "features": [{"geometry": {"type": "Point", "coordinates": [-64.05, -64.77]}, "place": "Palmer Station"}]
    },
    "funding": [{"funder": {"name": "National Science Foundation"}, "award": {"title": {"en": "LTER"}, "number": "1"}}],
}


def test_a_draft_may_say_nothing_at_all(author: Caller) -> None:
    reply = author.post("/api/records")

    assert reply.status_code == 201
    body = reply.get_json()
    assert body["is_draft"] is True
    assert body["is_published"] is False
    assert body["status"] == "draft"
    assert body["versions"] == {"index": 1, "is_latest": False, "is_latest_draft": True}
    assert {"metadata.title", "metadata.creators", "metadata.resource_type", "metadata.publication_date"} <= set(
        faults(body)
    )


def test_record_ids_are_integers_written_as_strings(deposits: Deposits) -> None:
    first, second = deposits.open(), deposits.open()

    numbers = [first["id"], first["parent"]["id"], second["id"], second["parent"]["id"]]
    assert all(isinstance(number, str) and number.isdigit() for number in numbers)
    assert len(set(numbers)) == 4


def test_a_draft_is_read_as_it_was_opened(author: Caller, deposits: Deposits) -> None:
    opened = deposits.open(a_dataset(**EVERYTHING))

    assert opened["errors"] == []
    assert read_draft(author, opened["id"]) == opened


def test_the_entity_tag_is_the_revision(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    reply = author.get(f"/api/records/{draft['id']}/draft")

    assert reply.headers["ETag"] == f'"{draft["revision_id"]}"'


def test_head_answers_like_get_without_a_body(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    reply = author("HEAD", f"/api/records/{draft['id']}/draft")

    assert reply.status_code == 200
    assert reply.data == b""
    assert reply.headers["ETag"]


def test_every_link_of_a_draft_is_absolute(deposits: Deposits) -> None:
    links = deposits.open()["links"]

    assert {"self", "publish", "files", "reserve_doi", "record"} <= set(links)
    assert all(link.startswith(f"{BASE_URL}/") for link in links.values())


def test_a_draft_that_is_read_can_be_saved_as_it_is(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(**EVERYTHING))
    deposits.upload(draft["id"], "a folder/数据.csv")
    author.post(draft["links"]["reserve_doi"])
    before = read_draft(author, draft["id"])

    saved = author.put(draft["links"]["self"], json=before)

    assert saved.status_code == 200
    after = saved.get_json()
    assert after["errors"] == []
    assert {name: after[name] for name in SAID} == {name: before[name] for name in SAID}


def test_a_record_that_is_read_can_be_saved_as_its_correction(author: Caller, deposits: Deposits) -> None:
    published = deposits.published(a_dataset(**EVERYTHING))
    record = author.get(published["links"]["self"]).get_json()
    edit = author.post(published["links"]["draft"]).get_json()

    saved = author.put(edit["links"]["self"], json=record).get_json()

    assert saved["errors"] == []
    assert saved["metadata"] == record["metadata"]
    assert saved["access"] == record["access"]
    assert deposits.publish(record["id"])["metadata"] == record["metadata"]


def test_put_replaces_the_whole_metadata(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(version="1"))

    saved = author.put(draft["links"]["self"], json={"metadata": {"title": "Only a title"}}).get_json()

    assert saved["metadata"] == {"title": "Only a title"}
    assert saved["revision_id"] > draft["revision_id"]
    assert saved["updated"] >= draft["updated"]
    assert saved["created"] == draft["created"]


def test_put_without_access_opens_nothing(author: Caller, deposits: Deposits) -> None:
    restricted = {"record": "restricted", "files": "restricted"}
    draft = deposits.open(a_dataset() | {"access": restricted})

    saved = author.put(draft["links"]["self"], json={"metadata": a_dataset()["metadata"]}).get_json()

    assert saved["access"]["record"] == "restricted"
    assert saved["access"]["files"] == "restricted"


def test_a_hidden_record_cannot_have_open_files(deposits: Deposits) -> None:
    draft = deposits.open(a_dataset() | {"access": {"record": "restricted", "files": "public"}})

    assert draft["access"]["files"] == "restricted"


def test_patch_merges_what_it_says_and_leaves_the_rest(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(version="1", subjects=EVERYTHING["subjects"]))

    patch = {"metadata": {"title": "A better title", "version": None, "subjects": [{"subject": "birds"}]}}
    reply = author.patch(draft["links"]["self"], json=patch)

    assert reply.status_code == 200
    saved = reply.get_json()
    expected = dict(draft["metadata"]) | {"title": "A better title", "subjects": [{"subject": "birds"}]}
    del expected["version"]
    assert saved["metadata"] == expected
    assert saved["access"] == draft["access"]
    assert saved["errors"] == []


def test_patch_reaches_into_access(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    saved = author.patch(draft["links"]["self"], json={"access": {"files": "restricted"}}).get_json()

    assert (saved["access"]["record"], saved["access"]["files"]) == ("public", "restricted")
    assert saved["metadata"] == draft["metadata"]


def test_patch_takes_the_media_type_of_merge_patches(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    reply = author.patch(
        draft["links"]["self"], data=b'{"metadata": {"version": "2"}}', content_type="application/merge-patch+json"
    )

    assert reply.get_json()["metadata"]["version"] == "2"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_of_a_revision_that_is_gone_is_refused(author: Caller, deposits: Deposits, method: str) -> None:
    draft = deposits.open()

    reply = author(method, draft["links"]["self"], json=a_dataset(title="Too late"), headers={"If-Match": '"99"'})

    assert reply.status_code == 412
    expected = f"Revision id provided(99) doesn't match record's one({draft['revision_id']})"
    assert reply.get_json()["message"] == expected
    assert read_draft(author, draft["id"]) == draft


@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("PATCH", 200), ("DELETE", 204)])
@pytest.mark.parametrize("form", ['"{}"', "{}", 'W/"{}"'])
def test_a_change_of_the_current_revision_is_made(
    author: Caller, deposits: Deposits, method: str, status: int, form: str
) -> None:
    draft = deposits.open()
    headers = {"If-Match": form.format(draft["revision_id"])}

    assert author(method, draft["links"]["self"], json=a_dataset(), headers=headers).status_code == status


def test_of_two_authors_who_read_the_same_revision_the_second_is_told(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    seen = {"If-Match": author.get(draft["links"]["self"]).headers["ETag"]}

    first = author.put(draft["links"]["self"], json=a_dataset(title="The first"), headers=seen)
    second = author.put(draft["links"]["self"], json=a_dataset(title="The second"), headers=seen)

    assert (first.status_code, second.status_code) == (200, 412)
    assert read_draft(author, draft["id"])["metadata"]["title"] == "The first"


def test_a_discarded_draft_is_gone(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    assert author.delete(draft["links"]["self"]).status_code == 204

    for reply in (author.get(draft["links"]["self"]), author.delete(draft["links"]["self"])):
        assert reply.status_code == 404
        assert reply.get_json()["message"] == "The persistent identifier does not exist."
    assert int(deposits.open()["id"]) > int(draft["id"])


def test_a_draft_is_not_a_record(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    for caller in (author, anyone):
        reply = caller.get(draft["links"]["record"])
        assert reply.status_code == 404
        assert reply.get_json()["message"] == "The persistent identifier is not registered."


@pytest.mark.parametrize("record_id", ["999999999", "0", "-1", "01", "abcde-12345", "9" * 30, "１", "%00"])
def test_an_id_that_names_nothing_is_not_found(author: Caller, record_id: str) -> None:
    for path in (f"/api/records/{record_id}", f"/api/records/{record_id}/draft"):
        reply = author.get(path)
        assert reply.status_code == 404
        assert reply.get_json()["message"] == "The persistent identifier does not exist."


DRAFT_ROUTES = [
    ("GET", "/draft"),
    ("PUT", "/draft"),
    ("PATCH", "/draft"),
    ("DELETE", "/draft"),
    ("POST", "/draft/actions/publish"),
    ("POST", "/draft/pids/doi"),
    ("DELETE", "/draft/pids/doi"),
    ("GET", "/draft/files"),
    ("DELETE", "/draft/files"),
    ("GET", "/draft/files/data.csv"),
    ("DELETE", "/draft/files/data.csv"),
    ("GET", "/draft/files/data.csv/content"),
    ("PUT", "/draft/files/data.csv/content"),
    ("POST", "/draft/files/data.csv/commit"),
    ("GET", "/draft/files-archive"),
    ("POST", "/draft/actions/files-import"),
]


@pytest.mark.parametrize(("method", "path"), DRAFT_ROUTES)
def test_a_draft_is_closed_to_the_public_and_to_other_people(
    deposits: Deposits, author: Caller, anyone: Caller, register: Callable[..., Caller], method: str, path: str
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    before = read_draft(author, draft["id"])

    for caller in (anyone, register("someone.else@example.org")):
        reply = caller(method, f"/api/records/{draft['id']}{path}")
        assert reply.status_code == 403
        assert reply.get_json()["message"] == "Permission denied."
    assert read_draft(author, draft["id"]) == before


def test_the_public_cannot_open_a_draft(anyone: Caller) -> None:
    assert anyone.post("/api/records", json=a_dataset()).status_code == 403


def test_a_curator_reads_drafts_and_an_administrator_changes_them(
    deposits: Deposits, register: Callable[..., Caller]
) -> None:
    draft = deposits.open()
    curator, administrator = (register(f"{role}@example.org", role) for role in (Role.CURATOR, Role.ADMINISTRATOR))

    assert read_draft(curator, draft["id"]) == draft
    assert curator.put(draft["links"]["self"], json=a_dataset()).status_code == 403
    assert administrator.put(draft["links"]["self"], json=a_dataset()).status_code == 200
