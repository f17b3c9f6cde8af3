"""A dataset's page in a browser without scripts: folders, filters, previews, requests for access, the owner's bar."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from repository.engines.services import Services
from repository.faces.pages.landing.licence_words import licence_words
from repository.faces.pages.landing.places_map import places_map
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page
from tests.features.samples import publication
from tests.features.signing_in import OTHER, SigningIn, browsing, people, quick_passwords
from tests.features.steps import Json, statements

__all__ = ["browsing", "people", "quick_passwords"]

pytestmark = pytest.mark.slow
TREE = {"README.md": b"# Read", "raw/b.csv": b"1,2,3", "raw/a.csv": b"1", "raw/deep/c.nc": b"12", "z.txt": b"1234567"}


def at(caller: Caller, record: Json, query: str = "", status: int = 200) -> Page:
    reply = caller.get(f"{record['links']['self_html']}{query}")
    assert reply.status_code == status, reply.text
    return Page(reply.text)


def names_in(page: Page) -> list[str]:
    """What the list of files shows, in its order."""
    return [text for tag, text in page.texts if tag == "a" and text in ("raw/", "deep/", *map(last_part, TREE), *TREE)]


def last_part(key: str) -> str:
    return key.rpartition("/")[2]


def test_files_are_a_tree_with_folders_first(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **TREE)

    top, raw = at(anyone, record), at(anyone, record, "?path=raw/")

    assert names_in(top) == ["raw/", "README.md", "z.txt"]
    assert "3 files" in top.text
    assert "?path=raw%2F#files" in [a["href"] for a in top.each("a")]
    assert names_in(raw) == ["deep/", "a.csv", "b.csv"]
    assert "All files" in raw.text_in("a") + raw.text_in("bdi")
    assert names_in(at(anyone, record, "?path=raw/deep")) == ["c.nc"], "a folder is known without its last slash"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("size", ["raw/", "z.txt", "README.md"]),
        ("type", ["raw/", "README.md", "z.txt"]),
        ("x", ["raw/", "README.md", "z.txt"]),
    ],
)
def test_files_are_in_the_order_that_is_asked_for(
    anyone: Caller, deposits: Deposits, sort: str, order: list[str]
) -> None:
    assert names_in(at(anyone, deposits.published(None, **TREE), f"?sort={sort}")) == order


def test_a_file_is_found_by_a_part_of_its_name_in_any_folder(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **TREE)

    assert names_in(at(anyone, record, "?q=C.N")) == ["raw/deep/c.nc"]
    assert names_in(at(anyone, record, "?path=raw/&q=csv")) == ["raw/a.csv", "raw/b.csv"]
    assert "No file has all of these words in its name." in at(anyone, record, "?q=nothing").text


def test_an_unknown_folder_and_a_page_beyond_the_last_are_not_there(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **TREE)

    assert "The record has no such folder." in at(anyone, record, "?path=none/", 404).text
    assert "该数据集没有这个文件夹。" in at(anyone, record, "?path=none/&lang=zh", 404).text
    at(anyone, record, "?path=raw/&page=2", 404)


def test_each_list_is_kept_by_itself(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **TREE)
    queries = ("", "?path=raw/", "?q=csv", "?sort=size", "?path=raw/deep/")

    first = [anyone.get(record["links"]["self_html"] + query).data for query in queries]

    assert len(set(first)) == len(queries)
    assert [anyone.get(record["links"]["self_html"] + query).data for query in queries] == first


def test_a_page_of_many_folders_is_small_and_costs_what_few_cost(
    services: Services, anyone: Caller, deposits: Deposits
) -> None:
    few = deposits.published(None, **TREE)
    many = deposits.published(None, **{f"f{n // 2:03}/{n:04}.txt": b"x" for n in range(240)})
    counts = []
    for record in (few, many):
        with statements(services) as seen:
            at(anyone, record)
        counts.append(len(seen))

    page = anyone.get(many["links"]["self_html"])

    assert counts[1] <= counts[0] + 1
    assert len(gzip.compress(page.data)) <= 25_000
    assert len(Page(page.text).elements) <= 1_500
    numbered = [a["href"] for a in Page(page.text).each("a") if a["href"] == "?page=3#files"]
    assert numbered, "every page of folders is one click away"


def test_selected_files_and_folders_come_as_one_archive(anyone: Caller, deposits: Deposits) -> None:
    page = at(anyone, deposits.published(None, **TREE))

    [form] = [form for form in page.each("form") if str(form["action"]).endswith("/files-archive")]
    keys = [box["value"] for box in page.each("input") if box.get("name") == "key"]
    folders = [str(a["href"]) for a in page.each("a") if "files-archive?prefix=" in str(a["href"])]

    assert keys == ["README.md", "z.txt"]
    assert anyone.get(f"{form['action']}?key=README.md&key=z.txt").status_code == 200
    assert [anyone.get(folder).status_code for folder in folders] == [200]


@pytest.mark.parametrize("name", ["sha256sum", "aria2", "wget", "bagit-fetch", "bagit-sha256"])
def test_lists_for_download_programs_are_linked(anyone: Caller, deposits: Deposits, name: str) -> None:
    record = deposits.published(None, **TREE)
    [link] = [a["href"] for a in at(anyone, record).each("a") if str(a["href"]).endswith(f"manifest?format={name}")]
    assert "README.md" in anyone.get(link).text


def test_a_preview_has_a_page_of_its_own_that_says_why_there_is_none(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    body = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
    record, closed = deposits.published(None, **TREE), deposits.published(body, **TREE)

    reply = anyone.get(f"{record['links']['self_html']}/preview/raw/a.csv")

    assert reply.status_code == 200
    assert "Nobody has looked into this file yet" in reply.text
    assert reply.headers["Cache-Control"] == "private, no-store"
    for caller in (anyone, register("other@example.org")):
        assert caller.get(f"{closed['links']['self_html']}/preview/raw/a.csv").status_code == 403
    assert anyone.get(f"{record['links']['self_html']}/preview/none.csv").status_code == 404


def test_readers_and_programs_are_not_offered_to_change_a_record(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published()

    for caller in (anyone, author, register("other@example.org")):
        assert "Your dataset" not in caller.get(record["links"]["self_html"]).text
        assert f"/uploads/{record['id']}" not in caller.get(record["links"]["self_html"]).text


def restricted(author: Caller, deposits: Deposits, **settings: Any) -> Json:
    """A record whose files one may ask for."""
    record = deposits.published(a_dataset() | {"access": {"record": "public", "files": "restricted"}}, **TREE)
    assert author.put(f"/api/records/{record['id']}/access", json=settings).status_code == 200
    return record


def test_a_guest_asks_for_access_and_keeps_what_was_typed_wrong(
    anyone: Caller, author: Caller, deposits: Deposits
) -> None:
    record = restricted(author, deposits, allow_guest_requests=True, allow_user_requests=True)
    address = f"{record['links']['self_html']}/access-request"
    assert address in [a["href"] for a in at(anyone, record).each("a")]
    assert anyone.get(address).status_code == 200

    wrong = anyone.post(address, data={"message": "For <a map>", "email": "x"})
    right = anyone.post(
        address,
        data={
            "message": "For a map",
            "full_name": "A. Reader",
            "email": "reader@example.org",
            "consent_to_share_personal_data": "true",
        },
    )

    assert wrong.status_code == 400
    assert "There is a problem" in wrong.text
    assert "For &lt;a map&gt;" in wrong.text
    assert 'href="#full_name"' in wrong.text
    assert right.status_code == 200
    assert "we have sent you a link" in right.text


def test_a_person_asks_for_access_and_the_owner_hears_of_it(
    author: Caller, deposits: Deposits, browsing: Callable[[], SigningIn]
) -> None:
    record = restricted(author, deposits, allow_user_requests=True)
    address = f"/records/{record['id']}/access-request"
    other = browsing()
    other.sign_in(OTHER)
    form = {"message": "For a map", "csrf_token": other.token}

    assert other("POST", address, data=form).status_code == 200
    again = other("POST", address, data=form)

    hits = author.get(f"/api/records/{record['id']}/access/requests").get_json()["hits"]["hits"]
    assert [hit["payload"]["message"] for hit in hits] == ["For a map"]
    assert again.status_code == 409


def test_nothing_is_offered_where_no_requests_are_taken(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(a_dataset() | {"access": {"record": "public", "files": "restricted"}}, **TREE)
    assert "access-request" not in anyone.get(record["links"]["self_html"]).text


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("cc-by-4.0", "if they name the authors."),
        ("cc-by-nc-4.0", "not commercial"),
        ("cc0-1.0", "without asking"),
        ("x", ""),
    ],
)
def test_common_licences_are_told_in_words(licence: str, words: str) -> None:
    assert words in licence_words(licence, "en")
    assert bool(licence_words(licence, "zh")) == bool(words)


def test_a_place_across_the_antimeridian_is_drawn_in_two_parts() -> None:
    west = [[[170, -20], [180, -20], [180, -10], [170, -10], [170, -20]]]
    east = [[[-180, -20], [-170, -20], [-170, -10], [-180, -10], [-180, -20]]]
    features = [
        {"geometry": {"type": "MultiPolygon", "coordinates": [west, east]}},
        {"geometry": {"type": "Point", "coordinates": [102, 29.5]}},
        {"place": "Luding"},
    ]
    drawn = places_map(publication(locations={"features": features}).description.places)
    assert drawn is not None
    assert [(box.x, box.width) for box in drawn.boxes] == [("350", "10"), ("0", "10")]
    assert [(point.x, point.y) for point in drawn.points] == [("282", "60.5")]
