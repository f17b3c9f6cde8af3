"""The policy table and the visibility filter say the same."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from repository.access.policy import POLICY, Action, Resource, may, must
from repository.access.visibility import owned_by, visible_to
from repository.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from repository.core.actor import TokenScope as TokenScope
from repository.core.errors import Forbidden
from repository.core.paging import Page
from repository.engines.search.port import DocumentKind, Search, Sort, VisibilityFilter
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.records.model import Concept, Version
from repository.records.queries import readable, resource_of, versions_of
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

OWNERS = (1, 2, 3)
people = st.builds(
    Actor,
    person_id=st.sampled_from(OWNERS),
    role=st.sampled_from(Role),
    scopes=st.frozensets(st.sampled_from(TokenScope)),
)
actors = st.one_of(st.just(ANONYMOUS), st.just(SYSTEM), people)
things = st.builds(Resource, owner_id=st.sampled_from(OWNERS), record_public=st.booleans(), files_public=st.booleans())


def returned(scope: VisibilityFilter, thing: Resource) -> bool:
    """Whether a list filtered by `scope` returns `thing`, as the search port defines it."""
    mine = scope.owner_id is not None and scope.owner_id == thing.owner_id
    return scope.everything or (scope.public and thing.record_public) or mine


@given(actor=actors, thing=things)
def test_a_list_returns_exactly_what_policy_lets_read(actor: Actor, thing: Resource) -> None:
    assert returned(visible_to(actor), thing) == may(actor, Action.READ_RECORD, thing)


@given(actor=people, thing=things)
def test_ones_own_list_returns_only_what_one_owns(actor: Actor, thing: Resource) -> None:
    assert returned(owned_by(actor), thing) == (actor.person_id == thing.owner_id)


@given(actor=actors, thing=things)
def test_who_may_have_the_files_may_read_the_record(actor: Actor, thing: Resource) -> None:
    if may(actor, Action.READ_FILES, thing):
        assert may(actor, Action.READ_RECORD, thing)


@given(actor=actors, thing=things, action=st.sampled_from(Action))
def test_must_raises_where_may_says_no(actor: Actor, thing: Resource, action: Action) -> None:
    if may(actor, action, thing):
        must(actor, action, thing)
    else:
        with pytest.raises(Forbidden):
            must(actor, action, thing)


@given(thing=things, action=st.sampled_from(Action))
def test_the_public_reads_what_is_public_and_does_nothing_else(thing: Resource, action: Action) -> None:
    allowed = {
        Action.READ_RECORD: thing.record_public,
        Action.READ_FILES: thing.record_public and thing.files_public,
    }

    assert may(ANONYMOUS, action, thing) == allowed.get(action, False)


@given(actor=people, thing=things, action=st.sampled_from(Action))
def test_a_token_without_the_scope_of_an_action_cannot_do_it(actor: Actor, thing: Resource, action: Action) -> None:
    scope = POLICY[action].scope

    if scope is not None and scope not in actor.scopes:
        assert not may(actor, action, thing)


def test_every_action_has_one_line_in_the_table() -> None:
    assert set(POLICY) == set(Action)
    assert all(rule.any_of for rule in POLICY.values())


@pytest.fixture
def mixed(author: Caller, register: Callable[..., Caller], services: Services) -> list[int]:
    """Owners of public, half-open and hidden records; gives the people's ids."""
    other = register("other@example.org")
    for caller in (author, other):
        for record, files in (("public", "public"), ("public", "restricted"), ("restricted", "restricted")):
            Deposits(caller).published(a_dataset() | {"access": {"record": record, "files": files}})
    with services.database.snapshot(SYSTEM) as unit:
        return list(unit.session.scalars(select(Concept.owner_id).distinct()))


def test_database_and_index_return_exactly_what_policy_lets_read(
    mixed: list[int], services: Services, settle: Callable[[], None]
) -> None:
    settle()
    with services.database.snapshot(SYSTEM) as unit:
        rows: Any = unit.session.execute(select(Version, Concept).join(Concept)).all()
        all_things = {version.id: resource_of(version, concept) for version, concept in rows}
    assert len(all_things) == 6

    actors = [ANONYMOUS, SYSTEM, *(Actor(person, role) for person in (*mixed, 999) for role in Role)]
    for actor in actors:
        allowed = {number for number, thing in all_things.items() if may(actor, Action.READ_RECORD, thing)}
        with services.database.snapshot(actor) as unit:
            listed = set(unit.session.scalars(select(Version.id).join(Concept).where(readable(actor))))
        found = services.search.find(
            Search(Everything(), visible_to(actor), frozenset({DocumentKind.RECORD}), sort=Sort.NEWEST, size=100)
        )
        assert listed == allowed
        assert {hit.id for hit in found.hits} == allowed
        assert found.total == len(allowed)


def test_a_list_of_versions_shows_and_counts_only_what_may_be_read(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    author.patch(draft["links"]["self"], json={"access": {"record": "restricted", "files": "restricted"}})
    deposits.upload(draft["id"])
    deposits.publish(draft["id"])

    with services.database.snapshot(ANONYMOUS) as unit:
        views, total = versions_of(unit, int(first["parent"]["id"]), Page())
    assert [view.version.id for view in views] == [int(first["id"])]
    assert total == 1
