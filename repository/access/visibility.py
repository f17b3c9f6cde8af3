"""The policy's reading rule as a filter: what lists and searches may return to an actor.

`policy` says yes or no about one thing, this says the same about many; a property test holds the two together.
"""

from repository.access.policy import Action, Thing, may
from repository.engines.search.port import Scope
from repository.foundation.actor import Actor

_HIDDEN = Thing(owner_id=None, record_public=False)


def visible_to(actor: Actor) -> Scope:
    """Records that `actor` may read: all, or the public ones and the actor's own."""
    everything = may(actor, Action.READ_RECORD, _HIDDEN)
    return Scope(public=True, owner_id=actor.person_id, everything=everything)


def own_of(actor: Actor) -> Scope:
    """Only what belongs to `actor`."""
    return Scope(public=False, owner_id=actor.person_id)
