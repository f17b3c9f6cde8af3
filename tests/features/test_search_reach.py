"""How far a search reaches: pages and cursors, versions, drafts, and who sees what."""

from collections.abc import Callable

import pytest

from repository.engines.services import Services
from repository.faces.api.search import routes
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.steps import buckets, ids_of, search, statements

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


HIDDEN = {"access": {"record": "restricted", "files": "restricted"}}


def test_pages_follow_each_other_by_their_links(anyone: Caller, deposits: Deposits, settle: Settle) -> None:
    ids = [deposits.published()["id"] for _ in range(5)]
    settle()

    first = search(anyone, size=2, sort="oldest")
    assert first["page"] == 1
    assert "prev" not in first["links"]
    second = anyone.get(first["links"]["next"]).get_json()
    third = anyone.get(second["links"]["next"]).get_json()

    assert ids_of(first) + ids_of(second) + ids_of(third) == ids
    assert "next" not in third["links"]
    assert ids_of(anyone.get(third["links"]["prev"]).get_json()) == ids_of(second)
    assert all(link.startswith(f"{BASE_URL}/api/records?") for link in first["links"].values())


def test_links_never_repeat_a_token(author: Caller, deposits: Deposits, settle: Settle) -> None:
    for _ in range(3):
        deposits.published()
    settle()

    reply = Caller(author.http).get(f"/api/records?size=1&page=2&access_token={author.token}")

    assert reply.status_code == 200
    assert str(author.token) not in reply.text


@pytest.mark.parametrize("query", ["page=10001&size=1", "page=11&size=1000", "page=401&size=25"])
def test_pages_end_at_ten_thousand_hits(anyone: Caller, query: str) -> None:
    reply = anyone.get(f"/api/records?{query}")

    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == ["page"]


def test_the_last_page_within_ten_thousand_hits_is_allowed(anyone: Caller) -> None:
    assert anyone.get("/api/records?page=10&size=1000").status_code == 200


@pytest.mark.parametrize("sort", ["newest", "oldest", "updated-desc"])
def test_a_walk_past_the_window_visits_each_record_once(
    anyone: Caller, deposits: Deposits, settle: Settle, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    ids = {deposits.published()["id"] for _ in range(11)}
    settle()
    monkeypatch.setattr(routes, "WINDOW", 4)

    seen: list[str] = []
    link: str | None = f"/api/records?size=2&sort={sort}&q=penguins"
    links = []
    while link:
        links.append(link)
        body = anyone.get(link).get_json()
        assert body["hits"]["total"] == 11
        seen += ids_of(body)
        link = body["links"].get("next")

    assert len(seen) == 11
    assert set(seen) == ids
    assert sum("cursor=" in each for each in links) == 4
    assert anyone.get("/api/records?size=2&page=3").status_code == 400


@pytest.mark.parametrize("cursor", ["x", "AAAA", "数据", "eyJhIjoxfQ", "%00", "x" * 1999])
def test_a_cursor_that_is_none_of_ours_is_refused(anyone: Caller, shelf: dict[str, str], cursor: str) -> None:
    reply = anyone.get("/api/records", query_string={"cursor": cursor})

    assert reply.status_code == 400
    assert reply.get_json()["errors"]


def test_only_the_latest_version_is_found_unless_all_are_asked_for(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])
    settle()

    assert ids_of(search(anyone)) == [second["id"]]
    assert set(ids_of(search(anyone, allversions="true"))) == {first["id"], second["id"]}


def test_restricted_records_are_invisible_to_others(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle, register: Callable[..., Caller]
) -> None:
    hidden = deposits.published(a_dataset(title="Hidden penguins", subjects=[{"subject": "secret"}]) | HIDDEN)["id"]
    settle()

    for caller in (anyone, register("someone.else@example.org")):
        for q in ("", "penguins", f"id:{hidden}", "metadata.title:hidden"):
            body = search(caller, q, allversions="true")
            assert body["hits"]["total"] == 0
            assert body["hits"]["hits"] == []
            assert buckets(body, "subject") == {}
        assert caller.get(f"/api/records/{hidden}").status_code == 403
        assert caller.get(f"/api/records/{hidden}/versions").status_code == 403
        assert caller.get(f"/api/records/{hidden}/versions/latest").status_code == 403
        assert caller.get(f"/api/records/{hidden}/files").status_code == 403
    assert ids_of(search(author, "hidden")) == [hidden]


def test_names_of_restricted_files_are_not_searched(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    body = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
    record = deposits.published(body, **{"patients_by_name.csv": b"x"})
    settle()

    assert ids_of(search(anyone, "patients_by_name")) == []
    found = search(anyone, "penguins")
    assert ids_of(found) == [record["id"]]
    assert buckets(found, "file_type") == {}
    assert found["hits"]["hits"][0]["files"] == {"enabled": True}


def test_a_record_that_was_hidden_by_an_edit_disappears_at_once_for_others(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    author.post(record["links"]["draft"])
    author.patch(record["links"]["draft"], json=HIDDEN)
    deposits.publish(record["id"])

    assert ids_of(search(anyone, "penguins")) == []
    settle()
    assert search(anyone, "penguins")["hits"]["total"] == 0


def test_ones_own_search_shows_drafts_and_records_and_nobody_elses(
    author: Caller, anyone: Caller, deposits: Deposits, settle: Settle, register: Callable[..., Caller]
) -> None:
    draft = deposits.open(a_dataset(title="A penguin draft"))["id"]
    published, hidden = deposits.published()["id"], deposits.published(a_dataset() | HIDDEN)["id"]
    other = register("someone.else@example.org")
    theirs = Deposits(other).published()["id"]
    settle()
    own = "/api/user/records"

    body = search(author, path=own)
    assert set(ids_of(body)) == {draft, published, hidden}
    assert body["sortBy"] == "updated-desc"
    assert buckets(body, "is_published") == {"true": 2, "false": 1}
    assert ids_of(search(author, path=own, is_published="false")) == [draft]
    assert ids_of(search(author, "draft", path=own)) == [draft]
    assert ids_of(search(other, path=own)) == [theirs]
    assert anyone.get(own).status_code == 403
    assert draft not in ids_of(search(author, "penguin"))
    (hit,) = search(author, path=own, is_published="false")["hits"]["hits"]
    assert hit["is_draft"] is True
    assert hit["links"]["publish"]


def test_ones_own_search_follows_a_draft_through_its_life(author: Caller, deposits: Deposits, settle: Settle) -> None:
    def states() -> list[tuple[str, bool]]:
        settle()
        return [(hit["id"], hit["is_draft"]) for hit in search(author, path="/api/user/records")["hits"]["hits"]]

    draft = deposits.open()
    assert states() == [(draft["id"], True)]
    deposits.upload(draft["id"])
    deposits.publish(draft["id"])
    assert states() == [(draft["id"], False)]
    author.post(f"/api/records/{draft['id']}/draft")
    assert states() == [(draft["id"], False)]
    thrown = deposits.open()
    author.delete(thrown["links"]["self"])
    assert states() == [(draft["id"], False)]


def test_a_draft_with_faults_is_found_all_the_same(author: Caller, deposits: Deposits, settle: Settle) -> None:
    draft = deposits.open(a_dataset(title="Faulty walrus", creators="nobody", subjects=[7], publication_date=["x"]))
    settle()

    assert ids_of(search(author, "walrus", path="/api/user/records")) == [draft["id"]]


def test_a_search_costs_the_same_statements_for_1_and_for_20_hits(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    for _ in range(20):
        deposits.published(None, **{"a.txt": b"a", "b.txt": b"b"})
        deposits.open()
    settle()

    for caller, path in ((anyone, "/api/records"), (author, "/api/user/records")):
        seen = {}
        for size in (2, 40):
            with statements(services) as seen[size]:
                hits = search(caller, path=path, size=size)["hits"]["hits"]
            assert len(hits) == min(size, 20 if path == "/api/records" else 40)
        assert len(seen[40]) <= len(seen[2]) + 2
