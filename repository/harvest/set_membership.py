"""Put versions into the defined sets that find them, and take them out of sets that no longer do.

The search engine says which versions of a batch match the query of a set. The database keeps the result, so that a set
is harvested as exactly as everything else, also while the engine is down. A version that enters or leaves a harvestable
set gets a new datestamp. A version that the public can no longer read stays in its sets, because their harvesters must
learn that it is gone.

Every function may run again with the same arguments, and in parallel with itself: a result counts only if the version
has not changed since the query; otherwise the job that follows from the change asks again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import delete, insert, select

from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS, SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.engines.search.port import Search, Sort
from repository.engines.search.query_tree import And, Or, Term
from repository.engines.services import Services
from repository.harvest.model import DefinedSet, SetMember
from repository.records.change_tracking import touch_for_harvesters
from repository.records.model import Version
from repository.records.queries import IN_PUBLIC
from repository.search.query_syntax import parse
from repository.search.results import find

BATCH = 200
"""versions in one query of the engine"""

_READABLE = (Version.exposed, IN_PUBLIC)
_CHANGES = select(Version.id, Version.cache_version).where(*_READABLE)
_CHANGES_OF = _CHANGES.where(in_list(Version.id, "ids"))

Changes = Mapping[int, int]
"""Version -> its number of changes"""


Members = frozenset[tuple[int, int]]
"""Set and version"""


def file_in_sets(services: Services, version_ids: Sequence[int]) -> int:
    """File versions in their current form. Return how many entered or left a set."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = _queries_by_set(snapshot)
    if not sets:
        return 0
    batches = [version_ids[at : at + BATCH] for at in range(0, len(version_ids), BATCH)]
    return sum(_file_batch(services, sets, _changes(services.database, batch)) for batch in batches)


def fill_sets(services: Services, set_ids: Sequence[int]) -> int:
    """File every version in these sets and open them to harvesters. Return how many entered or left."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = {set_id: query for set_id, query in _queries_by_set(snapshot).items() if set_id in set_ids}
    moved = sum(_file_batch(services, sets, changes) for changes in _batches(services.database)) if sets else 0
    with services.database.transaction(SYSTEM) as unit:
        for row in unit.session.scalars(select(DefinedSet).where(DefinedSet.id.in_(sets)).with_for_update()):
            # If the query changed meanwhile, another job fills the rest of the set.
            if row.filled is None and row.query == sets[row.id]:
                row.filled = unit.now
    return moved


def file_everything(services: Services) -> int:
    """File every version in every set. Return how many were in a wrong place."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = _queries_by_set(snapshot)
    return fill_sets(services, list(sets))


def _queries_by_set(snapshot: Snapshot) -> dict[int, str]:
    """Return set -> its query."""
    return {row[0]: row[1] for row in snapshot.session.execute(select(DefinedSet.id, DefinedSet.query))}


def _changes(database: Database, ids: Sequence[int]) -> Changes:
    with database.snapshot(SYSTEM) as snapshot:
        return {row[0]: row[1] for row in snapshot.session.execute(_CHANGES_OF, {"ids": ids})}


def _batches(database: Database) -> Iterator[Changes]:
    after = 0
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            query = _CHANGES.where(Version.id > after).order_by(Version.id).limit(BATCH)
            changes = {row[0]: row[1] for row in snapshot.session.execute(query)}
        if not changes:
            return
        yield changes
        after = max(changes)


_LOCKED = select(Version).where(in_list(Version.id, "ids"), *_READABLE).order_by(Version.id).with_for_update()


def _file_batch(services: Services, sets: Mapping[int, str], changes: Changes) -> int:
    if not changes:
        return 0
    hits = {set_id: matches(services, query, list(changes)) for set_id, query in sets.items()}
    with services.database.transaction(SYSTEM) as unit:
        # A shared lock: other filing may go on, but no set opens to harvesters before the commit.
        rows = unit.session.scalars(select(DefinedSet).where(DefinedSet.id.in_(sets)).with_for_update(read=True)).all()
        unchanged = [row for row in rows if row.query == sets[row.id]]
        locked = unit.session.scalars(_LOCKED, {"ids": list(changes)})
        versions = {version.id: version for version in locked if version.cache_version == changes[version.id]}
        decided = frozenset((row.id, version_id) for row in unchanged for version_id in versions)
        members = frozenset((set_id, version_id) for set_id, version_id in decided if version_id in hits[set_id])
        moved = _move(unit, _members(unit, list(versions)) & decided, members)
        harvested = {row.id for row in unchanged if row.filled is not None}
        for version_id in sorted({version_id for set_id, version_id in moved if set_id in harvested}):
            touch_for_harvesters(unit, versions[version_id])
    return len({version_id for _, version_id in moved})


_MEMBERS = select(SetMember.set_id, SetMember.version_id).where(in_list(SetMember.version_id, "ids"))


def _members(snapshot: Snapshot, ids: Sequence[int]) -> Members:
    return frozenset((row[0], row[1]) for row in snapshot.session.execute(_MEMBERS, {"ids": ids}))


def _move(unit: UnitOfWork, before: Members, after: Members) -> Members:
    """Change the members from `before` to `after`. Return those that entered or left."""
    rows = [{"set_id": set_id, "version_id": version_id} for set_id, version_id in sorted(after - before)]
    if rows:
        unit.session.execute(insert(SetMember), rows)
    for left in {set_id for set_id, _ in before - after}:
        ids = [version_id for set_id, version_id in before - after if set_id == left]
        unit.session.execute(delete(SetMember).where(SetMember.set_id == left, SetMember.version_id.in_(ids)))
    return after ^ before


def matches(services: Services, query: str, ids: Sequence[int]) -> Collection[int]:
    """Return which public versions with `ids`, latest or not, match a query. Raise `Unavailable`."""
    these = Or(tuple(Term(str(number), "id") for number in ids))
    answer = find(
        services,
        Search(
            query=And((parse(query), these)),
            scope=visible_to(ANONYMOUS),
            latest_only=False,
            sort=Sort.OLDEST,
            size=len(ids),
        ),
    )
    return {hit.id for hit in answer.hits}
