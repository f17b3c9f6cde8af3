"""The tokens that stand for an actor, and the subjects that a grant may name.

A *subject* is one of the things that can hold a grant: a person, a team, an institution, a link, or everybody who is
signed in.  A *principal* is a token: ``person:12``, ``team:3``, ``signed-in``, ``role:curator``, ``everybody``.  An
actor has a set of tokens, and the readers of an indexed document are one; a common token makes it visible.

`visible_to` is the policy's rule of reading as a filter for lists and searches.  The policy decides about one resource,
the filter about many; a property test holds the two together.
"""

from dataclasses import dataclass
from enum import StrEnum

from repository.core.actor import Actor, Role
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


def principals_of(actor: Actor) -> frozenset[str]:
    """Return all tokens of `actor`."""
    return frozenset({EVERYBODY, *_roles(actor), *(subject.token for subject in subjects_of(actor))})


def _roles(actor: Actor) -> frozenset[str]:
    if actor.role is Role.ADMINISTRATOR:
        return frozenset({CURATORS, ADMINISTRATORS})
    return frozenset({CURATORS}) if actor.role is Role.CURATOR else frozenset()


def visible_to(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that `actor` may read."""
    return VisibilityFilter(readers_any_of=principals_of(actor))


def shared_with(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents of others that `actor`, a team or an institution of theirs was given to read."""
    subjects = subjects_of(actor)
    personal = frozenset(subject.token for subject in subjects if subject.kind is not SubjectKind.SIGNED_IN)
    return VisibilityFilter(personal, owners_none_of=frozenset(subject.token for subject in subjects))


def owned_by(actor: Actor) -> VisibilityFilter:
    """Return the filter for documents that belong to `actor`, to a team or to an institution of theirs."""
    owners = frozenset(subject.token for subject in subjects_of(actor))
    return VisibilityFilter(readers_any_of=principals_of(actor), owners_any_of=owners)
