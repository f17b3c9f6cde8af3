"""An entity tag names bytes: it changes with them, and who has them already is told so (RFC 9110, section 8.8.3)."""

from collections.abc import Callable

import pytest

from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow
Settle = Callable[[], None]
PLACES = (
    "/api/records/{}",
    "/api/records/{}?prettyprint=1",
    "/api/records/{}?format=datacite-json",
    "/api/records/{}?format=bibliography",
    "/api/records/{}/versions",
    "/api/records?q=id:{}",
    "/records/{}",
    "/records/{}?format=bibtex",
    "/records/{}?format=bibliography&style=apa",
    "/feed.atom",
    "/sitemap.xml",
    "/api/vocabularies/resourcetypes?size=3",
    "/api/openapi.json",
)


@pytest.mark.parametrize("place", PLACES)
def test_who_has_the_bytes_is_told_that_they_are_the_same(anyone: Caller, deposits: Deposits, place: str) -> None:
    address = place.format(deposits.published()["id"])
    first = anyone.get(address)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")

    again = anyone.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert anyone("HEAD", address, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    assert anyone("HEAD", address).headers["ETag"] == tag
    other = anyone.get(address, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_the_tag_of_a_record_changes_with_its_bytes_under_one_revision(
    anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    address = deposits.published()["links"]["self"]
    before = anyone.get(address)
    settle()  # the registrars answer
    after = anyone.get(address)

    assert before.get_json()["revision_id"] == after.get_json()["revision_id"]
    assert before.data != after.data
    assert before.headers["ETag"] != after.headers["ETag"]


def test_a_list_that_is_streamed_has_no_tag_and_comes_whole(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    for address in (record["links"]["files"], f"/records/{record['id']}/linkset"):
        reply = anyone.get(address)
        assert reply.status_code == 200
        assert reply.data
        assert "ETag" not in reply.headers


def test_each_representation_and_each_audience_has_its_tag(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    forms = ("", "?prettyprint=1", "?format=bibtex", "?format=ris", "?format=bibliography")
    replies = [anyone.get(record["links"]["self"] + form) for form in forms]
    replies.append(author.get(record["links"]["self"]))

    by_tag = {reply.headers["ETag"]: reply.data for reply in replies}

    assert len(by_tag) == len({reply.data for reply in replies}) >= len(forms)
    assert all(by_tag[reply.headers["ETag"]] == reply.data for reply in replies)


def test_the_revision_and_the_tag_of_a_record_both_serve_for_a_change(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    body = {"metadata": draft["metadata"]}
    for form in ('"{}"', '"{}-0123abcd"', 'W/"{}"'):
        tag = form.format(draft["revision_id"])
        saved = author.put(draft["links"]["self"], json=body, headers={"If-Match": tag})
        assert saved.status_code == 200, tag
        draft = saved.get_json()
        body = {"metadata": {**draft["metadata"], "title": f"After {draft['revision_id']}"}}
    stale = author.put(draft["links"]["self"], json=body, headers={"If-Match": '"99-0123abcd"'})
    assert stale.status_code == 412


def test_a_draft_whose_files_change_under_one_revision_is_kept_by_no_cache(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    first = author.get(draft["links"]["self"])

    again = author.get(draft["links"]["self"], headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-store"
    assert again.status_code == 200
