"""The policy's reading rule as a filter: what lists and searches may return to an actor.

`policy` decides about one resource, this filter about many; a property test holds the two together.
"""

from repository.access.principals import principals_of, subjects_of
from repository.core.actor import Actor
from repository.engines.search.port import VisibilityFilter


def visible_to(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that `actor` may read."""
    return VisibilityFilter(readers_any_of=principals_of(actor))


def owned_by(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that belong to `actor`, to a team or to an institution of theirs."""
    owners = frozenset(subject.token for subject in subjects_of(actor))
    return VisibilityFilter(readers_any_of=principals_of(actor), owners_any_of=owners)
