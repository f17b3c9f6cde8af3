"""Searches that a person has kept, to look again with one click; they belong to the person alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from repository.access.policy import Action, Resource, must
from repository.core.database.engine import Base, Identity
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork

MOST_SAVED = 100
LONGEST_QUERY, LONGEST_TITLE = 2_000, 200


class SavedSearch(Base):
    """A search: `query` is that of its address, without the language; `title` what the person calls it."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    created: Mapped[datetime]


_OWN = (
    select(SavedSearch)
    .where(SavedSearch.person_id == bindparam("person_id"))
    .order_by(SavedSearch.id.desc())
    .limit(MOST_SAVED)
)


def own_searches(snapshot: Snapshot) -> Sequence[SavedSearch]:
    """Return the actor's searches, the newest first; raise `Forbidden`."""
    must(snapshot.actor, Action.LIST_OWN, Resource())
    return snapshot.session.scalars(_OWN, {"person_id": snapshot.actor.person_id}).all()


_COUNT = select(func.count(SavedSearch.id)).where(SavedSearch.person_id == bindparam("person_id"))


def save_search(unit: UnitOfWork, title: str, query: str) -> SavedSearch:
    """Keep a search for the actor; raise `Invalid`, and `Conflict` if there are too many."""
    must(unit.actor, Action.LIST_OWN, Resource())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Invalid.field("title", f"Length must be between 1 and {LONGEST_TITLE}.")
    if len(query) > LONGEST_QUERY:
        raise Invalid.field("query", f"Longer than maximum length {LONGEST_QUERY}.")
    if "\x00" in title + query:
        raise Invalid.field("title", "Control or unreadable characters are not allowed.")
    person_id = unit.actor.person_id
    if (unit.session.scalar(_COUNT, {"person_id": person_id}) or 0) >= MOST_SAVED:
        raise Conflict(f"At most {MOST_SAVED} searches can be saved.")
    saved = SavedSearch(person_id=person_id, title=title, query=query, created=unit.now)
    unit.session.add(saved)
    unit.session.flush()
    return saved


def forget_search(unit: UnitOfWork, search_id: int) -> None:
    """Delete a search of the actor's; raise `NotFound` for one of others."""
    must(unit.actor, Action.LIST_OWN, Resource())
    saved = unit.session.get(SavedSearch, search_id)
    if saved is None or saved.person_id != unit.actor.person_id:
        raise NotFound
    unit.session.delete(saved)
    unit.session.flush()
