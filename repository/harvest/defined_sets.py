"""Sets that administrators define by a search, as in InvenioRDM (contract, section 1.11).

A job fills a new set from all versions; then harvesters can list it. Later changes move versions in and out
(`set_membership`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from repository.access.policy import Action, Resource, must
from repository.core.errors import Invalid, NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.harvest.facts import SetChanged, SetDefined, SetRemoved
from repository.harvest.model import DefinedSet
from repository.harvest.setspecs import RESERVED, is_plain
from repository.search.query_syntax import parse

UNKNOWN = "There is no such set."


@dataclass(frozen=True, slots=True)
class Definition:
    """An administrator's definition of a set; `query` is in the language of the search (`require_sound`)."""

    spec: str
    name: str
    query: str
    description: str = ""


def define_set(unit: UnitOfWork, definition: Definition) -> DefinedSet:
    """Create a set. Raise `Forbidden`, or `Invalid` for a `spec` in use or malformed, or a wrong query."""
    must(unit.actor, Action.MANAGE_OAI_SETS, Resource())
    _require_free(unit, definition.spec)
    entry = DefinedSet(
        spec=definition.spec,
        name=definition.name,
        description=definition.description,
        query=definition.query,
        created=unit.now,
        updated=unit.now,
    )
    unit.session.add(entry)
    unit.session.flush()
    unit.emit(SetDefined(entry.id, entry.spec))
    return entry


def change_set(unit: UnitOfWork, set_id: int, definition: Definition) -> DefinedSet:
    """Change a set. Raise `NotFound`, `Forbidden`, or `Invalid`, also for a new `spec`: harvesters know the old one."""
    entry = _defined_set_for_change(unit, set_id)
    if definition.spec != entry.spec:
        raise Invalid.field("spec", "The spec of a set cannot be changed.")
    refill = definition.query != entry.query
    entry.name, entry.description, entry.query = definition.name, definition.description, definition.query
    entry.updated = unit.now
    unit.emit(SetChanged(set_id, entry.spec, refill))
    unit.session.flush()
    return entry


def remove_set(unit: UnitOfWork, set_id: int) -> None:
    """Remove a set; its items stay. Raise `NotFound`, `Forbidden`."""
    entry = _defined_set_for_change(unit, set_id)
    unit.session.delete(entry)
    unit.emit(SetRemoved(set_id, entry.spec))
    unit.session.flush()


def defined_set(snapshot: Snapshot, set_id: int) -> DefinedSet:
    """Return a set; raise `NotFound`, `Forbidden`."""
    must(snapshot.actor, Action.READ_OAI_SETS, Resource())
    return _require_set(snapshot.session.get(DefinedSet, set_id))


def _defined_set_for_change(unit: UnitOfWork, set_id: int) -> DefinedSet:
    must(unit.actor, Action.MANAGE_OAI_SETS, Resource())
    return _require_set(unit.session.get(DefinedSet, set_id, with_for_update=True))


def _require_set(entry: DefinedSet | None) -> DefinedSet:
    if entry is None:
        raise NotFound(UNKNOWN)
    return entry


def defined_sets(snapshot: Snapshot, page: Page) -> tuple[Sequence[DefinedSet], int]:
    """Return a page of sets in the order of creation, and their number. Raise `Forbidden`."""
    must(snapshot.actor, Action.READ_OAI_SETS, Resource())
    ordered = select(DefinedSet).order_by(DefinedSet.id).offset(page.offset).limit(page.size)
    total = snapshot.session.scalar(select(func.count(DefinedSet.id)))
    return snapshot.session.scalars(ordered).all(), total or 0


def _require_free(snapshot: Snapshot, spec: str) -> None:
    if not is_plain(spec):
        raise Invalid.field("spec", "The spec must only consist of letters, numbers or -_.!~*'().")
    for beginning in RESERVED:
        if spec.startswith(beginning):
            raise Invalid.field("spec", f"The spec must not start with '{beginning}'.")
    if snapshot.session.scalar(select(DefinedSet.id).where(DefinedSet.spec == spec)) is not None:
        raise Invalid.field("spec", f"There is a set with the spec '{spec}'.")


def require_sound(query: str) -> None:
    """Raise `Invalid` for a query that no set can be defined by; before a transaction, for parsing takes time."""
    try:
        parse(query)
    except Invalid as invalid:
        reasons = [message for error in invalid.errors for message in error.messages]
        raise Invalid.field("search_pattern", *reasons) from invalid
