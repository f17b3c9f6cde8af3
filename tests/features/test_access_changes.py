"""Every door of a dataset, before and after every change of access of one of its versions.

Three versions, of which the middle one is narrowed: no kept copy of its neighbours, of their concept or of a list may
name it afterwards, and all name it again when it is opened again.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import time_machine
from sqlalchemy import update

from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.clock import now
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from repository.identifiers.model import Identifier
from repository.people.queries import person_by_email
from repository.records.model import NarrowedAccess, Version
from repository.records.narrowed_access import IndexedPart, note_narrowed
from repository.search.index import repair_index
from repository.sharing.share import end_expired_grants, share
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json
from tests.support.unsharing import unshare

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
Change = Callable[[Caller, Caller, Json], None]
BOSS = Actor(1, Role.ADMINISTRATOR, frozenset(TokenScope))
LABEL = "v2-wandering-albatross"


def edited(author: Caller, record: Json, access: Json) -> None:
    """Publish an edit that changes nothing but the access."""
    draft = author.post(f"/api/records/{record['id']}/draft").get_json()
    body = {"metadata": draft["metadata"], "access": access, "files": {"enabled": True}}
    assert author.put(draft["links"]["self"], json=body).status_code == 200
    assert author.post(f"/api/records/{record['id']}/draft/actions/publish").status_code == 202


def restrict(author: Caller, _curator: Caller, record: Json) -> None:
    edited(author, record, {"record": "restricted", "files": "restricted"})


def unrestrict(author: Caller, _curator: Caller, record: Json) -> None:
    edited(author, record, {"record": "public", "files": "public"})


def withdraw(_author: Caller, curator: Caller, record: Json) -> None:
    reply = curator.delete(f"/api/records/{record['id']}/delete", json={"removal_reason": {"id": "retracted"}})
    assert reply.status_code == 204


def put_back(_author: Caller, curator: Caller, record: Json) -> None:
    assert curator.post(f"/api/records/{record['id']}/restore").status_code == 200


CHANGES: dict[str, tuple[Change, Change]] = {"restricted": (restrict, unrestrict), "withdrawn": (withdraw, put_back)}


@pytest.fixture
def versions(author: Caller, deposits: Deposits, settle: Settle) -> list[Json]:
    """Three public versions."""
    made = [deposits.published(a_dataset(version="v1-grey-heron"), **{"birds.csv": b"heron"})]
    for label in (LABEL, "v3-arctic-tern"):
        draft = author.post(f"/api/records/{made[-1]['id']}/versions").get_json()
        deposits.upload(draft["id"], "birds.csv", label.encode())
        assert author.put(draft["links"]["self"], json=a_dataset(version=label)).status_code == 200
        made.append(deposits.publish(draft["id"]))
    settle()
    return made


def doors(record: Json) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses and headers of all that tells of a record and its neighbours."""
    api, page = f"/api/records/{record['id']}", f"/records/{record['id']}"
    yield api, {}
    yield page, {}
    yield f"{page}?lang=zh", {}
    for each in FORMATS.values():
        yield page, {"Accept": each.media_type}
        yield f"{api}/export/{each.name}", {}
        yield "/api/records?allversions=true", {"Accept": each.media_type}
    for path in ("versions", "versions/latest"):
        yield f"{api}/{path}", {}
    for kind in ("application/linkset", "application/linkset+json"):
        yield page, {"Accept": kind}
    for path in ("/", "/feed.atom", "/sitemap-0.xml", "/api/records?allversions=true", "/api/records?q=albatross"):
        yield path, {}
    for prefix in ("oai_dc", "oai_datacite", "datacite", "dcat-ap", "dif", "marc21"):
        yield f"/oai2d?verb=ListRecords&metadataPrefix={prefix}", {}


def naming(caller: Caller, record: Json, secrets: list[str]) -> set[str]:
    """The doors of `record` that name one of `secrets`."""
    found = set()
    for path, headers in doors(record):
        reply = caller.get(path, headers=headers)
        assert reply.status_code < 500, path
        text = reply.text + str(reply.headers)
        if any(secret in text for secret in secrets):
            found.add(f"{path} {headers.get('Accept', '')}")
    return found


@pytest.mark.parametrize("kind", CHANGES)
def test_no_kept_copy_names_a_version_that_is_no_longer_open(
    kind: str, anyone: Caller, author: Caller, curator: Caller, versions: list[Json], settle: Settle
) -> None:
    close, reopen = CHANGES[kind]
    middle = versions[1]
    # a withdrawn version keeps its tombstone, to which its own address leads
    secrets = [LABEL, middle["pids"]["doi"]["identifier"], middle["pids"]["cstr"]["identifier"]]
    before = {neighbour["id"]: naming(anyone, neighbour, secrets) for neighbour in (versions[0], versions[2])}
    assert all(len(named) > 10 for named in before.values()), "its neighbours name it in many formats"
    close(author, curator, middle)
    for settled in (False, True):
        if settled:
            settle()
        for neighbour in (versions[0], versions[2]):
            named = {door for door in naming(anyone, neighbour, secrets) if "oai2d" not in door}
            assert named == set(), f"{kind}, settled: {settled}"
    reopen(author, curator, middle)
    settle()
    assert {neighbour["id"]: naming(anyone, neighbour, secrets) for neighbour in (versions[0], versions[2])} == before


def test_a_restricted_newer_version_shows_nowhere(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    first = deposits.published(a_dataset(), **{"a.csv": b"1"})
    settle()
    here, page, concept = f"/api/records/{first['id']}", f"/records/{first['id']}", first["parent"]["id"]
    lists = ("/", "/feed.atom", "/sitemap-0.xml")
    dates = {path: anyone.get(path).headers.get("Last-Modified") for path in (page, *lists)}
    whole = anyone.get(here).get_json()
    draft = author.post(f"{here}/versions").get_json()
    deposits.upload(draft["id"], "b.csv", b"2")
    body = a_dataset(version="2") | {"access": {"record": "restricted", "files": "restricted"}}
    assert author.put(draft["links"]["self"], json=body).status_code == 200
    second = deposits.publish(draft["id"])
    settle()
    assert anyone.get(here).get_json() == whole, "it is the latest for who cannot see the newer one"
    assert author.get(here).get_json()["versions"]["is_latest"] is False
    assert author.get(f"/api/records/{second['id']}").get_json()["versions"]["is_latest"] is True
    assert {path: anyone.get(path).headers.get("Last-Modified") for path in (page, *lists)} == dates
    for address in (f"/api/records/{concept}", f"{here}/versions/latest", f"{page}/latest", f"/records/{concept}"):
        reply = anyone.get(address)
        assert reply.status_code in (301, 302, 308), address
        assert reply.headers["Location"].rstrip("/").endswith(f"/{first['id']}"), address
    assert anyone.get(f"{here}/versions").get_json()["hits"]["total"] == 1
    assert anyone.get("/api/records?q=*").get_json()["hits"]["total"] == 1


def test_a_page_that_lost_a_neighbour_is_sent_again_to_who_asks_by_date(
    services: Services, anyone: Caller, author: Caller, curator: Caller, versions: list[Json], settle: Settle
) -> None:
    page = f"/records/{versions[0]['id']}"
    with services.database.transaction(SYSTEM) as unit:  # dates in HTTP have no fractions of seconds
        unit.session.execute(update(Version).values(updated=now() - timedelta(days=1)))
        unit.session.execute(update(Identifier).values(registered=now() - timedelta(days=1)))
    seen = anyone.get(page).headers["Last-Modified"]
    assert anyone.get(page, headers={"If-Modified-Since": seen}).status_code == 304
    restrict(author, curator, versions[1])
    settle()
    reply = anyone.get(page, headers={"If-Modified-Since": seen})
    assert reply.status_code == 200
    assert parsedate_to_datetime(reply.headers["Last-Modified"]) is not None
    assert LABEL not in reply.text


SECRET = "albatross"


def tells(caller: Caller) -> Json:
    """What a search for the secret tells: its total, facets and highlights."""
    answer: Json = caller.get(f"/api/records?q={SECRET}&allversions=true").get_json()
    buckets = [bucket for facet in answer["aggregations"].values() for bucket in facet["buckets"]]
    named = caller.get("/api/records?q=files.key:birds&allversions=true").get_json()["hits"]["total"]
    return {"total": answer["hits"]["total"], "hits": answer["hits"]["hits"], "buckets": buckets, "files": named}


NOTHING = {"total": 0, "hits": [], "buckets": [], "files": 0}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_search_tells_nothing_of_what_was_closed_while_the_index_lags(
    kind: str, anyone: Caller, author: Caller, curator: Caller, deposits: Deposits, settle: Settle
) -> None:
    close, reopen = CHANGES[kind]
    record = deposits.published(a_dataset(title=SECRET), **{"birds.csv": b"1"})
    settle()
    before = tells(anyone)
    assert (before["total"], before["files"]) == (1, 1)
    assert before["buckets"]
    close(author, curator, record)
    assert tells(anyone) == NOTHING, "no job has run yet"
    settle()
    assert tells(anyone) == NOTHING
    assert tells(author)["total"] == (kind == "restricted"), "its owner finds it as soon as the index has heard of it"
    reopen(author, curator, record)
    settle()
    assert tells(anyone)["total"] == 1


def test_names_of_files_that_were_closed_are_found_by_nobody_while_the_index_lags(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published(a_dataset(title=SECRET), **{"birds.csv": b"1"})
    settle()
    edited(author, record, {"record": "public", "files": "restricted"})
    assert tells(anyone)["files"] == 0
    settle()
    assert (tells(anyone)["total"], tells(anyone)["files"]) == (1, 0)


def test_who_lost_a_grant_learns_nothing_by_counting(
    services: Services, register: Callable[..., Caller], deposits: Deposits, settle: Settle
) -> None:
    body = a_dataset(title=SECRET) | {"access": {"record": "restricted", "files": "restricted"}}
    record = deposits.published(body, **{"birds.csv": b"1"})
    colleague = register("colleague@example.org")
    subject = GrantSubject(SubjectKind.PERSON, person_of(services, "colleague@example.org"))
    concept = int(record["parent"]["id"])
    for ended in (False, True):
        with services.database.transaction(BOSS) as unit:
            share(unit, concept, subject, Permission.VIEW, unit.now + timedelta(seconds=30) if ended else None)
        settle()
        assert tells(colleague)["total"] == 1
        if ended:
            with time_machine.travel(now() + timedelta(minutes=1)):
                assert tells(colleague)["total"] == 0, "no sweep has removed the grant yet"
                end_expired_grants(services.database)
                assert tells(colleague)["total"] == 0
        else:
            with services.database.transaction(BOSS) as unit:
                unshare(unit, concept, subject)
            assert tells(colleague)["total"] == 0
        settle()
        assert tells(colleague)["total"] == 0


def test_what_a_lost_job_left_is_told_by_the_comparison(
    services: Services, anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published(a_dataset(title=SECRET), **{"birds.csv": b"1"})
    settle()
    with services.database.transaction(SYSTEM) as unit:
        note_narrowed(unit, [int(record["id"])], IndexedPart.RECORD, IndexedPart.FILES, IndexedPart.DRAFT)
    assert tells(anyone) == NOTHING
    repair_index(services, look_again=0)
    assert tells(anyone) == NOTHING, "its job may still come"
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(NarrowedAccess).values(at=now() - timedelta(hours=1)))
    repair_index(services, look_again=0)
    assert tells(anyone)["total"] == 1
    assert tells(author)["total"] == 1


def person_of(services: Services, email: str) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
    assert person is not None
    return person.id
