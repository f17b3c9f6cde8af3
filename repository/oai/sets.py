"""Sets that administrators define by a search, as InvenioRDM lets them (contract, section 1.11).

A new set is filled by a job that looks at every version, and harvested from then on; what changes later comes into it
or leaves it after each change (`filing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from repository.access.policy import Action, Thing, must
from repository.foundation.errors import Invalid, NotFound
from repository.foundation.paging import Page
from repository.foundation.work import Work
from repository.oai.facts import SetChanged, SetDefined, SetRemoved
from repository.oai.model import DefinedSet
from repository.oai.setspecs import RESERVED, is_plain
from repository.search.syntax import parse

UNKNOWN = "There is no such set."


@dataclass(frozen=True, slots=True)
class Definition:
    """What an administrator says of a set; `query` is in the language of the search."""

    spec: str
    name: str
    query: str
    description: str = ""


def define_set(work: Work, definition: Definition) -> DefinedSet:
    """A new set; raises `Forbidden`, and `Invalid` for a `spec` that is taken or cannot be, or a wrong query."""
    must(work.actor, Action.MANAGE_OAI_SETS, Thing())
    _require_free(work, definition.spec)
    _require_sound(definition.query)
    made = DefinedSet(
        spec=definition.spec,
        name=definition.name,
        description=definition.description,
        query=definition.query,
        created=work.now,
        updated=work.now,
    )
    work.session.add(made)
    work.session.flush()
    work.emit(SetDefined(made.id, {"spec": made.spec}))
    return made


def change_set(work: Work, set_id: int, definition: Definition) -> DefinedSet:
    """Raises `NotFound`, `Forbidden`, and `Invalid` also for another `spec`: harvesters know the set by it."""
    changed = defined_set(work, set_id, for_change=True)
    if definition.spec != changed.spec:
        raise Invalid.field("spec", "The spec of a set cannot be changed.")
    _require_sound(definition.query)
    refill = definition.query != changed.query
    changed.name, changed.description, changed.query = definition.name, definition.description, definition.query
    changed.updated = work.now
    work.emit(SetChanged(set_id, {"spec": changed.spec, "refill": refill}))
    work.session.flush()
    return changed


def remove_set(work: Work, set_id: int) -> None:
    """Nobody can harvest it any more; its items stay.  Raises `NotFound`, `Forbidden`."""
    removed = defined_set(work, set_id, for_change=True)
    work.session.delete(removed)
    work.emit(SetRemoved(set_id, {"spec": removed.spec}))
    work.session.flush()


def defined_set(work: Work, set_id: int, *, for_change: bool = False) -> DefinedSet:
    """Raises `NotFound`, `Forbidden`."""
    must(work.actor, Action.MANAGE_OAI_SETS, Thing())
    found = work.session.get(DefinedSet, set_id, with_for_update=for_change)
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def defined_sets(work: Work, page: Page) -> tuple[Sequence[DefinedSet], int]:
    """A page of all, in the order of their making, and how many there are; raises `Forbidden`."""
    must(work.actor, Action.MANAGE_OAI_SETS, Thing())
    ordered = select(DefinedSet).order_by(DefinedSet.id).offset(page.offset).limit(page.size)
    total = work.session.scalar(select(func.count(DefinedSet.id)))
    return work.session.scalars(ordered).all(), total or 0


def _require_free(work: Work, spec: str) -> None:
    if not is_plain(spec):
        raise Invalid.field("spec", "The spec must only consist of letters, numbers or -_.!~*'().")
    for beginning in RESERVED:
        if spec.startswith(beginning):
            raise Invalid.field("spec", f"The spec must not start with '{beginning}'.")
    if work.session.scalar(select(DefinedSet.id).where(DefinedSet.spec == spec)) is not None:
        raise Invalid.field("spec", f"There is a set with the spec '{spec}'.")


def _require_sound(query: str) -> None:
    try:
        parse(query)
    except Invalid as invalid:
        reasons = [message for error in invalid.errors for message in error.messages]
        raise Invalid.field("search_pattern", *reasons) from invalid
