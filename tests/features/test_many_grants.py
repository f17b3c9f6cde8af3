"""Ten thousand grants on one dataset, and on one person: a read takes what the reader holds and no more."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import insert

from repository.access.model import GrantRow
from repository.access.queries import grants_of, held_values
from repository.core.actor import SYSTEM, Actor, TokenScope
from repository.engines.services import Services
from repository.records.cache_keys import page_key
from repository.records.queries import record_views
from repository.search.index import differences, index_records
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search
from tests.features.test_grants_api import give, grant, person_id
from tests.support.query_plans import heard_statements

pytestmark = pytest.mark.slow

MANY = 10_000
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}
NOBODY = 1_000_000
"""from this number on there are no people"""


def concept_of(record: Json) -> int:
    return int(record["parent"]["id"])


def fill(services: Services, concepts: list[int], people: list[int]) -> None:
    """Let each of the people see each of the datasets."""
    with services.database.transaction(SYSTEM) as unit:
        row = {"subject_kind": "person", "permission": "view", "created": unit.now}
        rows = [row | {"concept_id": concept, "subject_id": person} for concept in concepts for person in people]
        unit.session.connection().execute(insert(GrantRow), rows)


def test_a_read_takes_the_reader_s_own_grants_alone(
    deposits: Deposits, register: Callable[..., Caller], services: Services
) -> None:
    record = deposits.published(HIDDEN)
    friend = register("friend@example.org")
    fill(services, [concept_of(record)], [NOBODY + number for number in range(MANY)])
    at = f"/api/records/{record['id']}"
    assert friend.get(at).status_code == 403
    give(deposits.caller, record, grant(person_id(friend)))
    with heard_statements() as heard:
        for path in (at, f"/records/{record['id']}", f"{at}/files", f"{at}/versions", f"{at}/access/users/1"):
            assert friend.get(path).status_code in (200, 403)
    assert heard
    actor = Actor(int(person_id(friend)), scopes=frozenset(TokenScope))
    with services.database.snapshot(actor) as snapshot:
        assert len(grants_of(snapshot, concept_of(record))) == 1
        [view] = record_views(snapshot, [int(record["id"])])
        assert len(view.grants) == 1
        own = page_key(snapshot.session.connection(), actor, int(record["id"]))
        other = page_key(snapshot.session.connection(), Actor(NOBODY, scopes=actor.scopes), int(record["id"]))
    assert own is not None
    assert own == other  # one text for all who may read it
    for caller in (friend, deposits.caller):
        assert caller.get(at).status_code == 200
    total = deposits.caller.get(f"{at}/access/grants?size=1000").get_json()["hits"]
    assert (total["total"], len(total["hits"])) == (MANY + 2, 1_000)


def test_the_grants_of_a_dataset_are_sought_by_dataset_and_subject(services: Services) -> None:
    if services.database.engine.dialect.name != "sqlite":
        return
    with services.database.snapshot(SYSTEM) as snapshot, heard_statements() as heard:
        grants_of(snapshot, 1)
    statement = next(statement for text, statement in heard.items() if "FROM access_grant" in text)
    with services.database.connection() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.values).all())
    assert {"concept_id=?", "subject_kind=?", "subject_id=?"} <= set(re.findall(r"\w+=\?", plan))
    assert held_values(Actor(7, teams=frozenset({3}))) == {"held_ids": [0, 3, 7]}


def test_a_dataset_with_ten_thousand_readers_is_found_by_each(
    deposits: Deposits, register: Callable[..., Caller], anyone: Caller, services: Services
) -> None:
    record = deposits.published(HIDDEN)
    friend = register("friend@example.org")
    fill(services, [concept_of(record)], [NOBODY + number for number in range(MANY)])
    give(deposits.caller, record, grant(person_id(friend)))
    index_records(services, [int(record["id"])])
    assert not [difference for difference in differences(services) if difference.id == int(record["id"])]
    assert ids_of(search(friend)) == [record["id"]]
    assert ids_of(search(anyone)) == []
