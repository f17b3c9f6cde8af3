"""The policy table: who may do what, by relations; the grants that make relations; the filter that says the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from repository.access.policy import (
    POLICY,
    WITHIN_LIMIT,
    Action,
    Audience,
    Grant,
    Permission,
    Relation,
    Resource,
    audience_of,
    may,
    must,
    owners_of,
    readers_of,
    relations_of,
)
from repository.access.principals import (
    GrantSubject,
    SubjectKind,
    bearer_of,
    owned_by,
    principals_of,
    shared_with,
    visible_to,
)
from repository.access.queries import grants_on
from repository.core.actor import ANONYMOUS, SYSTEM, Actor, Role, TokenScope
from repository.core.errors import Forbidden
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.engines.search.port import DocumentKind, Search, Sort, VisibilityFilter
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.records.model import Version
from repository.records.queries import READABLE, reader_values, resource_of, versions_of
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

PEOPLE = (1, 2, 3)
ALL_SCOPES = frozenset(TokenScope)
subsets = st.frozensets(st.sampled_from(PEOPLE))
people = st.builds(
    Actor,
    person_id=st.sampled_from(PEOPLE),
    role=st.sampled_from(Role),
    scopes=st.frozensets(st.sampled_from(TokenScope)),
    teams=subsets,
    institutions=subsets,
    links=subsets,
)
actors = st.one_of(st.just(ANONYMOUS), st.just(SYSTEM), st.builds(Actor, links=subsets), people)
subjects = st.builds(
    lambda kind, id_: GrantSubject(kind, 0 if kind is SubjectKind.SIGNED_IN else id_),
    st.sampled_from(SubjectKind),
    st.sampled_from(PEOPLE),
)
grants = st.dictionaries(subjects, st.sampled_from(Permission), max_size=5).map(
    lambda held: frozenset(Grant(subject, permission) for subject, permission in held.items())
)
resources = st.builds(Resource, grants=grants, record_public=st.booleans(), files_public=st.booleans())


def person(number: int, **more: Any) -> Actor:
    return Actor(number, scopes=ALL_SCOPES, **more)


def granted(permission: Permission, kind: SubjectKind = SubjectKind.PERSON, number: int = 1, **more: Any) -> Resource:
    """A resource with one grant."""
    return Resource(frozenset({Grant(GrantSubject(kind, number), permission)}), **more)


def passes(scope: VisibilityFilter, resource: Resource, action: Action) -> bool:
    """Whether a search with `scope` returns the document of `resource`, as the search port defines it."""
    owned = scope.owners_any_of is None or bool(scope.owners_any_of & owners_of(resource))
    return owned and bool(scope.readers_any_of & readers_of(resource, action))


@given(actor=actors, resource=resources)
def test_a_list_returns_exactly_what_policy_lets_read(actor: Actor, resource: Resource) -> None:
    assert passes(visible_to(actor), resource, Action.READ_RECORD) == may(actor, Action.READ_RECORD, resource)


@given(actor=actors, grants_of_draft=grants)
def test_drafts_are_listed_for_those_who_may_read_them(actor: Actor, grants_of_draft: frozenset[Grant]) -> None:
    draft = Resource(grants_of_draft)
    listed = passes(visible_to(actor), draft, Action.READ_DRAFT)
    assert listed == may(actor, Action.READ_DRAFT, draft)


@given(actor=actors, resource=resources)
def test_ones_own_list_returns_only_what_one_owns(actor: Actor, resource: Resource) -> None:
    owned = TokenScope.READ in actor.scopes and Relation.OWNER in relations_of(actor, resource)
    assert passes(owned_by(actor), resource, Action.READ_RECORD) == owned


@given(actor=actors, resource=resources)
def test_who_may_have_the_files_may_read_the_record(actor: Actor, resource: Resource) -> None:
    if may(actor, Action.READ_FILES, resource):
        assert may(actor, Action.READ_RECORD, resource)


@given(actor=actors, resource=resources, action=st.sampled_from(Action))
def test_must_raises_where_may_says_no(actor: Actor, resource: Resource, action: Action) -> None:
    if may(actor, action, resource):
        must(actor, action, resource)
    else:
        with pytest.raises(Forbidden):
            must(actor, action, resource)


@given(resource=resources, action=st.sampled_from(Action))
def test_the_public_reads_what_is_public_and_does_nothing_else(resource: Resource, action: Action) -> None:
    allowed = {
        Action.READ_RECORD: resource.record_public,
        Action.READ_FILES: resource.record_public and resource.files_public,
    }

    assert may(ANONYMOUS, action, resource) == allowed.get(action, False)


@given(actor=people, resource=resources, action=st.sampled_from(Action))
def test_a_token_without_the_scope_of_an_action_may_what_the_public_may_or_the_bearer_of_its_links(
    actor: Actor, resource: Resource, action: Action
) -> None:
    if POLICY[action].scope not in actor.scopes:
        assert may(actor, action, resource) == may(bearer_of(actor), action, resource)


@given(actor=people, resource=resources, action=st.sampled_from(Action), concept=st.sampled_from([None, 3, 4]))
def test_a_token_for_one_dataset_is_nobody_elsewhere_and_no_more_than_its_person_there(
    actor: Actor, resource: Resource, action: Action, concept: int | None
) -> None:
    limited, there = replace(actor, limited_to=3), replace(resource, concept_id=concept)
    nobody = bearer_of(actor)
    if may(limited, action, there) and not may(nobody, action, there):
        assert concept == 3
        assert action in WITHIN_LIMIT
        assert may(actor, action, there)
    elif concept == 3 and action in WITHIN_LIMIT:
        assert not may(actor, action, there) or may(nobody, action, there)
    assert visible_to(limited) == visible_to(nobody)


@given(actor=actors, resource=resources, more=grants, action=st.sampled_from(Action))
def test_a_further_grant_never_takes_a_right_away(
    actor: Actor, resource: Resource, more: frozenset[Grant], action: Action
) -> None:
    if may(actor, action, resource):
        further = Resource(resource.grants | more, resource.record_public, resource.files_public)
        assert may(actor, action, further)


@given(role=st.sampled_from(Role), record=st.booleans(), files=st.booleans())
def test_owners_curators_and_administrators_may_what_they_always_could(role: Role, record: bool, files: bool) -> None:
    resource = Resource(granted(Permission.OWNER).grants, record, files)
    owner, stranger = person(1, role=role), person(2, role=role)
    for action in (Action.CHANGE_DRAFT, Action.DISCARD_DRAFT, Action.PUBLISH, Action.EDIT_RECORD, Action.NEW_VERSION):
        assert may(owner, action, resource)
        assert may(stranger, action, resource) == (role is Role.ADMINISTRATOR)
    for action in (Action.READ_DRAFT, Action.READ_HIDDEN_TOMBSTONE):
        assert may(owner, action, resource)
        assert may(stranger, action, resource) == (role is not Role.DEPOSITOR)
    for action in (Action.RESTORE, Action.ASSIGN_COMMUNITY):
        assert may(owner, action, resource) == (role is not Role.DEPOSITOR)


READING = {Action.READ_RECORD, Action.READ_FILES, Action.READ_MEMBERS}
READ_BY_REFEREES = {Action.READ_RECORD, Action.READ_FILES, Action.READ_DRAFT}
CHANGING = {*READING, Action.READ_DRAFT, Action.READ_HIDDEN_FILES, Action.CHANGE_DRAFT, Action.EDIT_RECORD}
SHARING = {Action.SHARE, Action.READ_SHARING, Action.READ_ACCESS_REQUESTS, Action.DECIDE_ACCESS_REQUEST}
OF_GROUPS = {Action.MANAGE_TEAM, Action.MANAGE_INSTITUTION}
MANAGING = {*CHANGING, *SHARING, *OF_GROUPS, Action.PUBLISH, Action.DISCARD_DRAFT, Action.NEW_VERSION}
ANY_PERSON = {
    Action.OPEN_DRAFT,
    Action.LIST_OWN,
    Action.MANAGE_TOKENS,
    Action.READ_ME,
    Action.CHANGE_ME,
    Action.ERASE_ME,
    Action.SEARCH_PEOPLE,
    Action.LIST_TEAMS,
    Action.OPEN_TEAM,
    Action.ANSWER_INVITATION,
    Action.REQUEST_ACCESS,
    Action.ANSWER_OFFER,
    Action.MANAGE_SIGN_IN,
    Action.READ_NOTICES,
    Action.MANAGE_NOTICES,
}


@pytest.mark.parametrize(
    ("permission", "actions"),
    [
        (Permission.VIEW, READING),
        (Permission.PREVIEW, {*READING, Action.READ_DRAFT}),
        (Permission.EDIT, CHANGING),
        (Permission.MANAGE, MANAGING),
        (Permission.OWNER, {*MANAGING, Action.READ_HIDDEN_TOMBSTONE, Action.OFFER_OWNERSHIP}),
    ],
)
@pytest.mark.parametrize("kind", [SubjectKind.PERSON, SubjectKind.TEAM, SubjectKind.INSTITUTION])
def test_a_grant_permits_its_own_line_of_the_table(
    permission: Permission, actions: set[Action], kind: SubjectKind
) -> None:
    resource = granted(permission, kind)
    member = person(1) if kind is SubjectKind.PERSON else person(9, teams=frozenset({1}), institutions=frozenset({1}))
    assert {action for action in Action if may(member, action, resource)} == actions | ANY_PERSON
    assert {action for action in Action if may(person(2), action, resource)} == ANY_PERSON


def test_a_grant_to_everybody_who_is_signed_in_is_not_one_to_the_public() -> None:
    resource = granted(Permission.PREVIEW, SubjectKind.SIGNED_IN, 0)
    assert may(person(5), Action.READ_DRAFT, resource)
    assert not may(ANONYMOUS, Action.READ_RECORD, resource)


def test_a_link_lets_read_its_bearer_whoever_it_is_and_change_only_a_person() -> None:
    resource = granted(Permission.EDIT, SubjectKind.LINK, 8)
    bearer = Actor(links=frozenset({8}), scopes=ALL_SCOPES)
    assert may(bearer, Action.READ_RECORD, resource)
    assert may(bearer, Action.READ_DRAFT, resource)
    assert not may(bearer, Action.CHANGE_DRAFT, resource)
    assert may(person(5, links=frozenset({8})), Action.CHANGE_DRAFT, resource)
    assert not may(person(5, links=frozenset({9})), Action.READ_RECORD, resource)


def test_a_link_for_referees_reads_under_nobody_s_name_and_is_in_no_list() -> None:
    resource = granted(Permission.EDIT, SubjectKind.LINK, 8)
    referee = Actor(links=frozenset({8}), blind=frozenset({8}))
    assert {action for action in Action if may(referee, action, resource)} == READ_BY_REFEREES
    assert relations_of(referee, resource) == {Relation.REFEREE}
    assert audience_of(referee, granted(Permission.EDIT, record_public=True, files_public=True)) is Audience.BLINDED
    assert visible_to(referee) == visible_to(ANONYMOUS)


@pytest.mark.parametrize("permission", Permission)
def test_no_link_lets_its_bearer_manage_or_own(permission: Permission) -> None:
    relations = relations_of(person(5, links=frozenset({8})), granted(permission, SubjectKind.LINK, 8))
    assert not relations & {Relation.MANAGER, Relation.OWNER, Relation.EDITOR}


@given(actor=actors)
def test_nobody_has_the_token_of_somebody_else(actor: Actor) -> None:
    tokens = principals_of(replace(actor, scopes=ALL_SCOPES))
    assert {token for token in tokens if token.startswith("person:")} == (
        {f"person:{actor.person_id}"} if actor.person_id is not None else set()
    )
    assert ("signed-in" in tokens) == (actor.person_id is not None)
    assert ("role:curator" in tokens) == (actor.role is not Role.DEPOSITOR)


@given(actor=people)
def test_without_the_scope_of_reading_an_actor_reads_as_everybody(actor: Actor) -> None:
    blind = replace(actor, scopes=ALL_SCOPES - {TokenScope.READ}, links=frozenset())
    assert visible_to(blind) == visible_to(ANONYMOUS)
    assert owned_by(blind).owners_any_of == frozenset()
    assert not shared_with(blind).readers_any_of


def test_every_action_has_one_line_in_the_table() -> None:
    assert set(POLICY) == set(Action)
    assert all(rule.any_of and all(rule.any_of) for rule in POLICY.values())


@pytest.fixture
def mixed(author: Caller, register: Callable[..., Caller], services: Services) -> list[int]:
    """Owners of public, half-open and hidden records; gives the people's ids."""
    other = register("other@example.org")
    ids = set()
    for caller in (author, other):
        for record, files in (("public", "public"), ("public", "restricted"), ("restricted", "restricted")):
            published = Deposits(caller).published(a_dataset() | {"access": {"record": record, "files": files}})
            ids.add(int(published["parent"]["access"]["owned_by"]["user"]))
    return sorted(ids)


def all_resources(snapshot: Snapshot) -> dict[int, Resource]:
    rows = snapshot.session.execute(select(Version, grants_on(Version.concept_id))).all()
    return {version.id: resource_of(version, grants_) for version, grants_ in rows}


def test_database_and_index_return_exactly_what_policy_lets_read(
    mixed: list[int], services: Services, settle: Callable[[], None]
) -> None:
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        everything = all_resources(snapshot)
    assert len(everything) == 6

    actors_ = [ANONYMOUS, SYSTEM, *(Actor(number, role, ALL_SCOPES) for number in (*mixed, 999) for role in Role)]
    for actor in actors_:
        allowed = {number for number, resource in everything.items() if may(actor, Action.READ_RECORD, resource)}
        with services.database.snapshot(actor) as snapshot:
            listed = set(snapshot.session.scalars(select(Version.id).where(READABLE), reader_values(actor)))
        results = services.search.find(
            Search(Everything(), visible_to(actor), frozenset({DocumentKind.RECORD}), sort=Sort.NEWEST, size=100)
        )
        assert listed == allowed
        assert {hit.id for hit in results.hits} == allowed
        assert results.total == len(allowed)


def test_a_list_of_versions_shows_and_counts_only_what_may_be_read(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    author.patch(draft["links"]["self"], json={"access": {"record": "restricted", "files": "restricted"}})
    deposits.upload(draft["id"])
    deposits.publish(draft["id"])

    with services.database.snapshot(ANONYMOUS) as snapshot:
        views, total = versions_of(snapshot, int(first["parent"]["id"]), Page())
    assert [view.version.id for view in views] == [int(first["id"])]
    assert total == 1
