"""A single read, a list, a search and the policy agree on every actor and every record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from repository.access.access_terms import PUBLIC, RESTRICTED
from repository.access.model import GrantRow
from repository.access.policy import Action, Grant, Permission, Resource, may
from repository.access.principals import GrantSubject, SubjectKind, owned_by, visible_to
from repository.core.actor import ANONYMOUS, SYSTEM, Actor, Role, TokenScope
from repository.core.database.bulk import insert_rows
from repository.core.database.id_list import in_list
from repository.core.errors import Forbidden, Gone
from repository.core.paging import Page
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import listed_drafts, readable_draft
from repository.engines.search.port import DocumentKind, Search, VisibilityFilter
from repository.engines.search.query_tree import Or, Term
from repository.engines.services import Services
from repository.files.uploads import new_set
from repository.people.accounts import register_person
from repository.records.cache_keys import cache_keys
from repository.records.model import Concept, Tombstone, Version
from repository.records.queries import READABLE, reader_values, record_view, versions_of
from repository.search.index import index_drafts, index_records

pytestmark = pytest.mark.slow

PEOPLE = 3
HOUR = timedelta(hours=1)
_IDS = count(10_000, 10)
_LISTED = select(Version.id).where(in_list(Version.id, "ids"), READABLE)


@dataclass(frozen=True)
class Held:
    """A grant of the test; person 1 is the first of the fixture's people, whatever its id."""

    kind: SubjectKind
    number: int
    permission: Permission
    expires: timedelta | None = None


@dataclass(frozen=True)
class Dataset:
    """What the test writes: one version, or one draft."""

    held: tuple[Held, ...] = ()
    record: str = PUBLIC
    files: str = PUBLIC
    withdrawn: bool = False
    draft: bool = False


def held_by(permissions: Sequence[Permission]) -> st.SearchStrategy[Held]:
    return st.builds(
        lambda kind, number, permission, expires: Held(
            kind, 0 if kind is SubjectKind.SIGNED_IN else number, permission, expires
        ),
        st.sampled_from(SubjectKind),
        st.integers(1, PEOPLE),
        st.sampled_from(permissions),
        st.sampled_from([None, None, HOUR, -HOUR]),
    )


datasets = st.builds(
    Dataset,
    held=st.lists(held_by(list(Permission)), max_size=4, unique_by=lambda held: (held.kind, held.number)).map(tuple),
    record=st.sampled_from([PUBLIC, RESTRICTED, RESTRICTED]),
    files=st.sampled_from([PUBLIC, RESTRICTED]),
    withdrawn=st.sampled_from([False, False, True]),
    draft=st.booleans(),
)
subsets = st.frozensets(st.integers(1, PEOPLE), max_size=2)
people = st.builds(
    Actor,
    person_id=st.integers(1, PEOPLE),
    role=st.sampled_from(Role),
    scopes=st.sampled_from([frozenset(TokenScope), frozenset(TokenScope) - {TokenScope.READ}]),
    teams=subsets,
    institutions=subsets,
    links=subsets,
)
actors = st.one_of(st.just(ANONYMOUS), st.just(SYSTEM), people, people)


@pytest.fixture
def person_ids(services: Services) -> list[int]:
    with services.database.transaction(SYSTEM) as unit:
        return [register_person(unit, f"person{number}@example.org").id for number in range(PEOPLE)]


def write(services: Services, person_ids: Sequence[int], dataset: Dataset) -> int:
    """Write the dataset into database and index; return the id of its version or draft."""
    concept_id = next(_IDS)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.add(Concept(id=concept_id, owner_id=person_ids[0], versions=1, created=unit.now))
        unit.session.flush()
        insert_rows(unit.session, [row(unit, concept_id, person_ids, held) for held in dataset.held])
        unit.session.add(draft_of(unit, concept_id) if dataset.draft else version_of(unit, concept_id, dataset))
        unit.session.flush()
        if dataset.withdrawn and not dataset.draft:
            unit.session.add(tombstone_of(unit, concept_id + 1))
    (index_drafts if dataset.draft else index_records)(services, [concept_id + 1])
    return concept_id + 1


def row(unit: UnitOfWork, concept_id: int, person_ids: Sequence[int], held: Held) -> GrantRow:
    subject = subject_of(held, person_ids)
    return GrantRow(
        concept_id=concept_id,
        subject_kind=subject.kind.value,
        subject_id=subject.id,
        permission=held.permission.value,
        created=unit.now,
        expires=None if held.expires is None else unit.now + held.expires,
    )


def subject_of(held: Held, person_ids: Sequence[int]) -> GrantSubject:
    return GrantSubject(held.kind, person_ids[held.number - 1] if held.kind is SubjectKind.PERSON else held.number)


def described(record: str, files: str) -> dict[str, object]:
    return {
        "description": {"title": "Bears"},
        "custom_fields": {},
        "record_access": record,
        "files_access": files,
        "files_enabled": True,
    }


def version_of(unit: UnitOfWork, concept_id: int, dataset: Dataset) -> Version:
    return Version(
        id=concept_id + 1,
        concept_id=concept_id,
        index=1,
        revision=1,
        cache_version=1,
        file_set_id=new_set(unit).id,
        created=unit.now,
        updated=unit.now,
        withdrawn_at=unit.now if dataset.withdrawn else None,
        **described(dataset.record, dataset.files),
    )


def tombstone_of(unit: UnitOfWork, version_id: int) -> Tombstone:
    return Tombstone(version_id=version_id, reason="spam", note="", citation="", visible=True, at=unit.now)


def draft_of(unit: UnitOfWork, concept_id: int) -> Draft:
    return Draft(
        id=concept_id + 1,
        concept_id=concept_id,
        kind=DraftKind.NEW.value,
        index=1,
        file_set_id=new_set(unit).id,
        errors=[],
        created=unit.now,
        updated=unit.now,
        **described(PUBLIC, PUBLIC),
    )


def expected_resource(dataset: Dataset, person_ids: Sequence[int]) -> Resource:
    """What the policy should know, said by the test and not by the database."""
    grants = frozenset(
        Grant(subject_of(held, person_ids), held.permission) for held in dataset.held if held.expires != -HOUR
    )
    if dataset.draft:
        return Resource(grants)
    return Resource(grants, dataset.record == PUBLIC, dataset.files == PUBLIC)


def reads_alone(services: Services, actor: Actor, dataset: Dataset, record_id: int) -> bool:
    with services.database.snapshot(actor) as snapshot:
        try:
            if dataset.draft:
                readable_draft(snapshot, record_id)
            else:
                record_view(snapshot, record_id)
        except (Forbidden, Gone):
            return False
    return True


def listed(services: Services, actor: Actor, dataset: Dataset, record_id: int) -> bool:
    with services.database.snapshot(actor) as snapshot:
        if dataset.draft:
            return any(may(actor, Action.READ_DRAFT, each.resource) for each in listed_drafts(snapshot, [record_id]))
        ids = snapshot.session.scalars(_LISTED, {"ids": [record_id], **reader_values(actor)}).all()
        views, total = versions_of(snapshot, record_id - 1, Page())
    with services.database.connection() as connection:
        keys = cache_keys(connection, actor, [record_id])
    assert [view.version.id for view in views] == list(ids) == [key.id for key in keys]
    assert total == len(ids)
    return list(ids) == [record_id]


def search(services: Services, ids: Sequence[int], scope: VisibilityFilter) -> set[int]:
    """The ids of the hits among `ids`."""
    these = Or(tuple(Term(str(record_id), "id") for record_id in ids))
    results = services.search.find(Search(these, scope, frozenset(DocumentKind), latest_only=False, size=100))
    assert results.total == len(results.hits)
    return {hit.id for hit in results.hits}


@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(shelf=st.lists(datasets, min_size=1, max_size=4), readers=st.lists(actors, min_size=1, max_size=4))
@example(
    shelf=[
        Dataset((Held(SubjectKind.TEAM, 2, permission, expires),), RESTRICTED, RESTRICTED, draft=draft)
        for permission in Permission
        for expires in (None, -HOUR)
        for draft in (False, True)
    ],
    readers=[ANONYMOUS, Actor(1, scopes=frozenset(TokenScope), teams=frozenset({2})), Actor(2, Role.CURATOR)],
)
def test_single_read_list_search_and_policy_agree(
    services: Services, person_ids: list[int], shelf: list[Dataset], readers: list[Actor]
) -> None:
    written = {write(services, person_ids, dataset): dataset for dataset in shelf}
    for reader in readers:
        number = reader.person_id
        actor = Actor(
            None if number is None else person_ids[number - 1],
            reader.role,
            reader.scopes,
            teams=reader.teams,
            institutions=reader.institutions,
            links=reader.links,
        )
        hits = search(services, list(written), visible_to(actor))
        for record_id, dataset in written.items():
            action = Action.READ_DRAFT if dataset.draft else Action.READ_RECORD
            resource = expected_resource(dataset, person_ids)
            allowed = may(actor, action, resource) and not (dataset.withdrawn and not dataset.draft)
            assert reads_alone(services, actor, dataset, record_id) == allowed
            assert listed(services, actor, dataset, record_id) == allowed
            assert (record_id in hits) == allowed
        own = search(services, list(written), owned_by(actor))
        assert own <= hits
