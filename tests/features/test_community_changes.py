"""What changes with communities and what does not: titles, defaults, rows, and how many statements run."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from repository.access.policy import Audience
from repository.communities.define_community import define_community, rename_community
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.errors import Conflict, Forbidden
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.faces.api.records.serializers import record_json
from repository.records.queries import record_view
from repository.search.index.comparison import differences
from tests.conftest import Caller, Deposits
from tests.features.communities import JOURNAL, REGION, join, named, path
from tests.features.steps import questions, statements

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("community_ids")]


def test_a_new_title_is_read_at_once_and_changes_no_version(
    curator: Caller, anyone: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    join(curator, record)
    settle()
    before = anyone.get(record["links"]["self"]).get_json()

    with services.database.transaction(SYSTEM) as unit:
        rename_community(unit, JOURNAL, {"en": "A renowned journal"})

    after = anyone.get(record["links"]["self"]).get_json()
    [hit] = anyone.get("/api/records").get_json()["hits"]["hits"]
    [entry] = after["parent"]["communities"]["entries"]
    assert entry["metadata"] == {
        "title": "A renowned journal",
        "titles": {"en": "A renowned journal", "zh": "期刊"},
    }
    assert hit["parent"] == after["parent"]
    assert {**after, "parent": None} == {**before, "parent": None}
    assert list(differences(services)) == []


def test_who_takes_part_is_in_the_audit_trail(curator: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    join(curator, record, REGION, JOURNAL)
    curator.delete(path(record), json=named(REGION))

    with services.database.snapshot(SYSTEM) as snapshot:
        details = snapshot.session.scalars(
            select(FactRow.details).where(FactRow.kind == "CommunityAssigned").order_by(FactRow.id)
        ).all()
    versions = [int(record["id"])]
    assert list(details) == [
        {"communities": [REGION, JOURNAL], "default": REGION, "versions": versions},
        {"communities": [JOURNAL], "default": JOURNAL, "versions": versions},
    ]


def test_a_draft_that_is_discarded_leaves_its_communities(
    author: Caller, curator: Caller, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    join(curator, draft)

    assert author.delete(draft["links"]["self"]).status_code == 204

    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(CommunityDataset)).all() == []


def test_a_dataset_with_two_defaults_is_refused_by_the_database(
    curator: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.published()
    join(curator, record, REGION, JOURNAL)

    with pytest.raises(Conflict), services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(CommunityDataset).values(is_default=True))


def test_only_an_administrator_defines_and_renames(services: Services) -> None:
    curator = Actor(1, role=Role.CURATOR, scopes=frozenset(TokenScope))
    for change in (
        lambda unit: define_community(unit, "birds", {"en": "Birds"}),
        lambda unit: rename_community(unit, JOURNAL, {"en": "Birds"}),
    ):
        with pytest.raises(Forbidden), services.database.transaction(curator) as unit:
            change(unit)


def test_a_dataset_in_no_community_costs_no_statement_more(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits, services: Services
) -> None:
    """Reading and publishing look for communities in the statements that they run anyway."""
    without, within = deposits.open(), deposits.open()
    join(curator, within, REGION, JOURNAL)
    seen: dict[str, list[int]] = {"publish": [], "read": [], "read again": []}
    for draft in (without, within):
        deposits.upload(draft["id"])
        with statements(services) as publishing:
            record = deposits.publish(draft["id"])
        with statements(services) as reading:
            anyone.get(record["links"]["self"])
        with statements(services) as again:
            anyone.get(record["links"]["self"])
        for name, run in (("publish", publishing), ("read", reading), ("read again", again)):
            seen[name].append(questions(run))
        assert any("community_dataset" in statement for statement in publishing)
    assert seen["read"][1] - seen["read"][0] == 1
    assert seen["publish"][1] - seen["publish"][0] == 1
    assert seen["read again"] == [1, 1]


def test_a_list_of_datasets_asks_for_all_their_communities_at_once(
    curator: Caller, anyone: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            join(curator, deposits.published(), REGION, JOURNAL)
        settle()
        with services.database.transaction(SYSTEM) as unit:
            rename_community(unit, JOURNAL, {"en": f"Title {len(counts)}"})
        with statements(services) as seen:
            hits = anyone.get("/api/records").get_json()["hits"]["hits"]
        counts.append(sum("FROM community_dataset JOIN community" in each and "titles" in each for each in seen))
    assert len(hits) == 6
    assert counts == [1, 1]


def test_a_community_cannot_go_while_datasets_are_in_it(
    curator: Caller, deposits: Deposits, services: Services
) -> None:
    join(curator, deposits.published())

    with pytest.raises(Conflict), services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(Community).where(Community.slug == JOURNAL))


def test_a_blinded_view_names_no_community(curator: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    join(curator, record)

    with services.database.snapshot(SYSTEM) as snapshot:
        view = record_view(snapshot, int(record["id"]))
    blinded = record_json(view, services.site, services.vocabularies, Audience.BLINDED)

    assert view.communities
    assert JOURNAL not in str(blinded)
