"""The tokens that stand for an actor, and the subjects that a grant may name.

A *subject* is one of the things that can hold a grant: a person, a team, an institution, a link, or everybody who is
signed in.  A *principal* is a token: ``person:12``, ``team:3``, ``signed-in``, ``role:curator``, ``everybody``.  An
actor has a set of tokens, and the readers of an indexed document are one; a common token makes it visible.

`visible_to` is the policy's rule of reading as a filter for lists and searches.  The policy decides about one resource,
the filter about many; a property test holds the two together.  A token without the scope of reading reads as nobody in
particular: it has no subject to read with.  Nor has a token for one dataset in lists and searches, which are of many.
"""

from dataclasses import dataclass
from enum import StrEnum

from repository.core.actor import Actor, Role, TokenScope
from repository.engines.search.port import VisibilityFilter

EVERYBODY = "everybody"
"""the token that every actor has, the anonymous public included"""
CURATORS = f"role:{Role.CURATOR}"
"""the token of curators and of administrators, who may do all that a curator may"""
ADMINISTRATORS = f"role:{Role.ADMINISTRATOR}"


class SubjectKind(StrEnum):
    """What can hold a grant."""

    PERSON = "person"
    TEAM = "team"
    INSTITUTION = "institution"
    LINK = "link"
    SIGNED_IN = "signed-in"
    """everybody who is signed in; its subjects all have the id 0"""


@dataclass(frozen=True, slots=True)
class GrantSubject:
    """One holder of grants; `id` is the id of the row of its kind."""

    kind: SubjectKind
    id: int = 0

    @property
    def token(self) -> str:
        return self.kind.value if self.kind is SubjectKind.SIGNED_IN else f"{self.kind}:{self.id}"


def subjects_of(actor: Actor) -> frozenset[GrantSubject]:
    """Return the subjects whose grants `actor` may use."""
    subjects = {
        *(GrantSubject(SubjectKind.TEAM, team) for team in actor.teams),
        *(GrantSubject(SubjectKind.INSTITUTION, institution) for institution in actor.institutions),
        *(GrantSubject(SubjectKind.LINK, link) for link in actor.links),
    }
    if actor.person_id is not None:
        subjects |= {GrantSubject(SubjectKind.PERSON, actor.person_id), GrantSubject(SubjectKind.SIGNED_IN)}
    return frozenset(subjects)


def reads_closed(actor: Actor) -> bool:
    """Return whether `actor` has the scope of reading what is not public."""
    return TokenScope.READ in actor.scopes


def bearer_of(actor: Actor) -> Actor:
    """Return whoever has nothing but the links that `actor` presents."""
    return Actor(links=actor.links, blind=actor.blind)


def reading_subjects(actor: Actor) -> frozenset[GrantSubject]:
    """Return the subjects whose grants `actor` may use for reading lists.

    A link reads by itself, without a token's scope.  One for referees is in no list: lists name people.
    """
    readers = subjects_of(actor if _reads_lists(actor) else bearer_of(actor))
    return readers - {GrantSubject(SubjectKind.LINK, link) for link in actor.blind}


def principals_of(actor: Actor) -> frozenset[str]:
    """Return the tokens by which `actor` may read."""
    roles = _roles(actor) if _reads_lists(actor) else ()
    return frozenset({EVERYBODY, *roles, *(subject.token for subject in reading_subjects(actor))})


def _reads_lists(actor: Actor) -> bool:
    return reads_closed(actor) and actor.limited_to is None


def _roles(actor: Actor) -> frozenset[str]:
    if actor.role is Role.ADMINISTRATOR:
        return frozenset({CURATORS, ADMINISTRATORS})
    return frozenset({CURATORS}) if actor.role is Role.CURATOR else frozenset()


def visible_to(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that `actor` may read."""
    return VisibilityFilter(readers_any_of=principals_of(actor))


def shared_with(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents of others that `actor`, a team or an institution of theirs was given to read."""
    subjects = reading_subjects(actor)
    personal = frozenset(subject.token for subject in subjects if subject.kind is not SubjectKind.SIGNED_IN)
    return VisibilityFilter(personal, owners_none_of=frozenset(subject.token for subject in subjects))


def owned_by(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that belong to `actor`, to a team or to an institution of theirs."""
    owners = frozenset(subject.token for subject in reading_subjects(actor))
    return VisibilityFilter(readers_any_of=principals_of(actor), owners_any_of=owners)
