"""Sharing a dataset: grants change what others may do, and what they find."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core import clock
from repository.core.actor import SYSTEM, Actor, TokenScope
from repository.core.clock_watch import confirm_clock
from repository.core.errors import Conflict, Forbidden, Invalid, NotFound
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.records.model import Version
from repository.search.index import differences
from repository.sharing.share import adopt_new_datasets, end_expired_grants, share
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search
from tests.support.unsharing import unshare
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}
HOUR = timedelta(hours=1)


@pytest.fixture
def friend(register: Callable[..., Caller]) -> Caller:
    return register("friend@example.org")


def person_of(services: Services, record: Json) -> int:
    return int(record["parent"]["access"]["owned_by"]["user"])


@pytest.fixture
def friend_subject(services: Services, friend: Caller) -> GrantSubject:
    """The friend as a subject, found by a draft of theirs."""
    draft = Deposits(friend).open()
    return GrantSubject(SubjectKind.PERSON, person_of(services, draft))


def owner(record: Json) -> Actor:
    return Actor(int(record["parent"]["access"]["owned_by"]["user"]), scopes=frozenset(TokenScope))


def concept_of(record: Json) -> int:
    return int(record["parent"]["id"])


def give(
    services: Services, record: Json, subject: GrantSubject, permission: Permission, hours: int | None = None
) -> None:
    with services.database.transaction(owner(record)) as unit:
        share(unit, concept_of(record), subject, permission, None if hours is None else unit.now + hours * HOUR)


def take(services: Services, record: Json, subject: GrantSubject) -> None:
    with services.database.transaction(owner(record)) as unit:
        unshare(unit, concept_of(record), subject)


def hits(caller: Caller) -> set[str]:
    return set(ids_of(search(caller)))


def test_a_shared_record_is_read_and_found_until_the_grant_is_taken_away(
    deposits: Deposits, friend: Caller, friend_subject: GrantSubject, services: Services, settle: Settle
) -> None:
    record = deposits.published(HIDDEN)
    settle()
    address = f"/api/records/{record['id']}"
    assert friend.get(address).status_code == 403
    assert record["id"] not in hits(friend)

    give(services, record, friend_subject, Permission.VIEW)
    settle()
    assert friend.get(address).status_code == 200
    assert friend.get(f"{address}/files/data.csv/content").status_code == 200
    assert record["id"] in hits(friend)
    assert record["id"] not in ids_of(search(friend, path="/api/user/records"))
    assert ids_of(search(friend, path="/api/user/records", shared_with_me="true")) == [record["id"]]
    assert ids_of(search(deposits.caller, path="/api/user/records", shared_with_me="true")) == []
    assert list(differences(services)) == []

    take(services, record, friend_subject)
    settle()
    assert friend.get(address).status_code == 403
    assert record["id"] not in hits(friend)


@pytest.mark.parametrize(
    ("permission", "read", "saved", "published"),
    [
        (Permission.VIEW, 403, 403, 403),
        (Permission.PREVIEW, 200, 403, 403),
        (Permission.EDIT, 200, 200, 403),
        (Permission.MANAGE, 200, 200, 202),
    ],
)
def test_a_grant_opens_a_draft_as_far_as_it_goes(
    deposits: Deposits,
    friend: Caller,
    friend_subject: GrantSubject,
    services: Services,
    permission: Permission,
    read: int,
    saved: int,
    published: int,
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    give(services, draft, friend_subject, permission)
    address = f"/api/records/{draft['id']}/draft"
    assert friend.get(address).status_code == read
    assert friend.put(address, json=a_dataset(title="Corrected")).status_code == saved
    assert friend.put(f"{address}/files/new.csv/content", data=b"x").status_code == (201 if saved == 200 else 403)
    assert friend.post(f"{address}/actions/publish").status_code == published


def test_a_new_grant_of_the_same_subject_takes_the_place_of_the_old_one(
    deposits: Deposits, friend_subject: GrantSubject, services: Services
) -> None:
    draft = deposits.open()
    for permission in (Permission.MANAGE, Permission.VIEW):
        give(services, draft, friend_subject, permission)
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.execute(
            select(GrantRow.subject_id, GrantRow.permission).where(GrantRow.concept_id == concept_of(draft))
        ).all()
    assert sorted(map(tuple, rows)) == sorted(
        [(owner(draft).person_id, Permission.OWNER), (friend_subject.id, Permission.VIEW)]
    )


def test_a_change_of_grants_moves_what_the_index_compares(
    author: Caller, deposits: Deposits, friend_subject: GrantSubject, services: Services, settle: Settle
) -> None:
    record = deposits.published(HIDDEN)
    successor = author.post(record["links"]["versions"]).get_json()
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        change = snapshot.session.get_one(Version, int(record["id"])).cache_version
        revision = snapshot.session.get_one(Draft, int(successor["id"])).revision
    give(services, record, friend_subject, Permission.PREVIEW)
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.get_one(Version, int(record["id"])).cache_version == change + 1
        assert snapshot.session.get_one(Draft, int(successor["id"])).revision == revision + 1
    settle()
    assert list(differences(services)) == []


def test_a_grant_that_has_expired_permits_nothing_and_its_sweep_tells_the_index(
    deposits: Deposits, friend: Caller, friend_subject: GrantSubject, services: Services, settle: Settle
) -> None:
    record = deposits.published(HIDDEN)
    give(services, record, friend_subject, Permission.VIEW, hours=1)
    settle()
    assert record["id"] in hits(friend)
    with time_machine.travel(clock.now() + 2 * HOUR):
        assert friend.get(f"/api/records/{record['id']}").status_code == 403
        assert search(friend)["hits"]["hits"] == []
        confirm_clock(services.database)  # an hour was enough for a doubt where the server's clock says otherwise
        run_now(services, "grants")
        settle()
        assert search(friend)["hits"]["total"] == 0
        assert end_expired_grants(services.database) == 0
    with services.database.snapshot(SYSTEM) as snapshot:
        left = snapshot.session.scalar(select(func.count(GrantRow.id)).where(GrantRow.concept_id == concept_of(record)))
    assert left == 1


def test_only_who_may_manage_shares_and_nobody_shares_ownership(
    deposits: Deposits, friend_subject: GrantSubject, services: Services
) -> None:
    draft = deposits.open()
    friend = Actor(friend_subject.id, scopes=frozenset(TokenScope))
    stranger = GrantSubject(SubjectKind.TEAM, 5)
    give(services, draft, friend_subject, Permission.EDIT)
    with pytest.raises(Forbidden), services.database.transaction(friend) as unit:
        share(unit, concept_of(draft), stranger, Permission.VIEW)
    give(services, draft, friend_subject, Permission.MANAGE)
    with services.database.transaction(friend) as unit:
        share(unit, concept_of(draft), stranger, Permission.VIEW)
    himself = GrantSubject(SubjectKind.PERSON, owner(draft).person_id or 0)
    with pytest.raises(Conflict), services.database.transaction(friend) as unit:
        unshare(unit, concept_of(draft), himself)
    with pytest.raises(Conflict), services.database.transaction(friend) as unit:
        share(unit, concept_of(draft), himself, Permission.VIEW)


def test_a_grant_that_no_subject_can_have_is_refused(
    deposits: Deposits, friend_subject: GrantSubject, services: Services
) -> None:
    draft = deposits.open()
    link = GrantSubject(SubjectKind.LINK, 3)
    for subject, permission, hours in (
        (friend_subject, Permission.OWNER, None),
        (link, Permission.MANAGE, None),
        (link, Permission.VIEW, -1),
    ):
        with pytest.raises(Invalid):
            give(services, draft, subject, permission, hours)
    with pytest.raises(NotFound):
        take(services, draft, link)
    with pytest.raises(NotFound), services.database.transaction(replace(owner(draft))) as unit:
        share(unit, 999_999, link, Permission.VIEW)


def test_a_discarded_dataset_leaves_no_grant(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    assert author.delete(f"/api/records/{draft['id']}/draft").status_code == 204
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalar(select(func.count(GrantRow.id))) == 0


def test_owner_ids_are_found_by_no_query(author: Caller, deposits: Deposits, settle: Settle) -> None:
    record = deposits.published()
    settle()
    number = record["parent"]["access"]["owned_by"]["user"]
    assert ids_of(search(author)) == [record["id"]]
    for query in (f"owners:{number}", f"parent.access.owned_by.user:{number}", "_exists_:owners", "owners:*"):
        reply = author.get("/api/records", query_string={"q": query})
        assert (reply.status_code, "cannot be searched" in reply.text) == (400, True)


def test_a_dataset_that_an_earlier_release_opened_gets_its_owner_from_the_sweep(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    address = f"/api/records/{draft['id']}/draft"
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(GrantRow))
    settle()
    assert author.get(address).status_code == 403
    run_now(services, "grants")
    settle()
    assert author.get(address).status_code == 200
    assert ids_of(search(author, path="/api/user/records")) == [draft["id"]]
    assert list(differences(services)) == []
    assert adopt_new_datasets(services.database) == 0
