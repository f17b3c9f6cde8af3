"""The one table of who may do what.

An action is allowed when two things hold: the actor's token has the scope of the action, and one of the action's sets
of relations holds completely between the actor and the resource (an OR of ANDs).  Relations are computed from plain
values by `relations_of`.  A new kind of person or of grant is a new relation here, never a check elsewhere.

The policy also decides which *audience* an actor belongs to.  Every serializer, format, page and cache key names its
audience; a representation of one audience is the same for all in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from repository.access.principals import ADMINISTRATORS, CURATORS, EVERYBODY, GrantSubject, SubjectKind, subjects_of
from repository.core.actor import Actor, Role, TokenScope
from repository.core.clock import now
from repository.core.errors import Forbidden

OWN_WITHDRAWAL = timedelta(days=30)
"""The time after publication in which an owner may withdraw a version without a curator."""


class Action(StrEnum):
    OPEN_DRAFT = auto()
    READ_DRAFT = auto()
    CHANGE_DRAFT = auto()
    DISCARD_DRAFT = auto()
    PUBLISH = auto()
    EDIT_RECORD = auto()
    NEW_VERSION = auto()
    READ_RECORD = auto()
    READ_FILES = auto()
    SHARE = auto()
    WITHDRAW = auto()
    RESTORE = auto()
    READ_HIDDEN_TOMBSTONE = auto()
    MANAGE_IDENTIFIERS = auto()
    ASSIGN_COMMUNITY = auto()
    MANAGE_COMMUNITIES = auto()
    LIST_OWN = auto()
    MANAGE_TOKENS = auto()
    MANAGE_OAI_SETS = auto()


class Permission(StrEnum):
    """What a grant permits, the weakest first; each includes those before it."""

    VIEW = "view"
    PREVIEW = "preview"
    EDIT = "edit"
    MANAGE = "manage"
    OWNER = "owner"


class Relation(StrEnum):
    """What can hold between an actor and a resource, or be true of one of them."""

    OWNER = auto()
    MANAGER = auto()
    EDITOR = auto()
    PREVIEWER = auto()
    VIEWER = auto()
    LINK_EDIT = "link:edit"
    LINK_PREVIEW = "link:preview"
    LINK_VIEW = "link:view"
    RECORD_PUBLIC = auto()
    FILES_PUBLIC = auto()
    RECENTLY_PUBLISHED = auto()
    SIGNED_IN = auto()
    CURATOR = auto()
    ADMINISTRATOR = auto()


Relations = frozenset[Relation]


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission of one subject on one dataset, drafts and versions alike."""

    subject: GrantSubject
    permission: Permission


@dataclass(frozen=True, slots=True)
class Resource:
    """What the policy needs to know of a draft or a record.

    `grants` are those that have not expired.  `published` is the time of publication, None for a draft.
    """

    grants: frozenset[Grant] = frozenset()
    record_public: bool = False
    files_public: bool = False
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: the scope that a token needs, and sets of relations; one set must hold."""

    scope: TokenScope | None
    any_of: Sequence[Relations]


def _any(*sets: Relation | Relations) -> list[Relations]:
    return [frozenset({one}) if isinstance(one, Relation) else one for one in sets]


_R = Relation
_OPEN_FILES = frozenset({_R.RECORD_PUBLIC, _R.FILES_PUBLIC})
_OWN_AND_RECENT = frozenset({_R.OWNER, _R.RECENTLY_PUBLISHED})
_EDIT_LINK = frozenset({_R.LINK_EDIT, _R.SIGNED_IN})
"""A change by a link needs a person who answers for it."""

POLICY: Mapping[Action, Rule] = {
    Action.OPEN_DRAFT: Rule(TokenScope.WRITE, _any(_R.SIGNED_IN)),
    Action.READ_DRAFT: Rule(TokenScope.READ, _any(_R.PREVIEWER, _R.LINK_PREVIEW, _R.CURATOR)),
    Action.CHANGE_DRAFT: Rule(TokenScope.WRITE, _any(_R.EDITOR, _EDIT_LINK, _R.ADMINISTRATOR)),
    Action.DISCARD_DRAFT: Rule(TokenScope.WRITE, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.PUBLISH: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.EDIT_RECORD: Rule(TokenScope.WRITE, _any(_R.EDITOR, _R.ADMINISTRATOR)),
    Action.NEW_VERSION: Rule(TokenScope.WRITE, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.READ_RECORD: Rule(None, _any(_R.RECORD_PUBLIC, _R.VIEWER, _R.LINK_VIEW, _R.CURATOR)),
    Action.READ_FILES: Rule(None, _any(_OPEN_FILES, _R.VIEWER, _R.LINK_VIEW, _R.CURATOR)),
    Action.SHARE: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.WITHDRAW: Rule(TokenScope.ACTIONS, _any(_OWN_AND_RECENT, _R.CURATOR)),
    Action.RESTORE: Rule(TokenScope.ACTIONS, _any(_R.CURATOR)),
    Action.READ_HIDDEN_TOMBSTONE: Rule(None, _any(_R.OWNER, _R.CURATOR)),
    Action.MANAGE_IDENTIFIERS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.ASSIGN_COMMUNITY: Rule(TokenScope.ACTIONS, _any(_R.CURATOR)),
    Action.MANAGE_COMMUNITIES: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.LIST_OWN: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.MANAGE_TOKENS: Rule(TokenScope.TOKENS, _any(_R.SIGNED_IN)),
    Action.MANAGE_OAI_SETS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
}
"""An owner is a manager, a manager an editor, and so on: a line names the weakest relation that suffices."""

_LADDER = (_R.VIEWER, _R.PREVIEWER, _R.EDITOR, _R.MANAGER, _R.OWNER)
_GRANTED: Mapping[Permission, Relations] = {
    permission: frozenset(_LADDER[: step + 1]) for step, permission in enumerate(Permission)
}
_LINK_LADDER = (_R.LINK_VIEW, _R.LINK_PREVIEW, _R.LINK_EDIT)
_GRANTED_BY_LINK: Mapping[Permission, Relations] = {
    permission: frozenset(_LINK_LADDER[: step + 1]) for step, permission in enumerate(Permission)
}
"""A link never makes a manager or an owner of its bearer."""


def relations_of(actor: Actor, resource: Resource) -> Relations:
    """Return every relation of `actor` to `resource`, and what is true of either."""
    subjects = subjects_of(actor)
    granted = [_granted(grant) for grant in resource.grants if grant.subject in subjects]
    return _standing(actor).union(_state(resource), *granted)


def may(actor: Actor, action: Action, resource: Resource) -> bool:
    """Return whether `actor` may do `action` to `resource`."""
    scope = POLICY[action].scope
    return (scope is None or scope in actor.scopes) and _allows(action, relations_of(actor, resource))


def must(actor: Actor, action: Action, resource: Resource) -> None:
    """Raise `Forbidden` unless `actor` may do `action` to `resource`."""
    if not may(actor, action, resource):
        raise Forbidden


def readers_of(resource: Resource, action: Action) -> frozenset[str]:
    """Return the tokens (see `principals`) of those who may do the reading `action` to `resource`.

    The tokens are found by asking the same table for an actor who has that token alone, so that list, search and single
    reads cannot disagree.  A line of a reading action must therefore need one token only.
    """
    state = _state(resource)
    if _allows(action, state):
        return frozenset({EVERYBODY})
    tokens: dict[str, Relations] = {CURATORS: frozenset({_R.CURATOR}), ADMINISTRATORS: frozenset({_R.ADMINISTRATOR})}
    for grant in resource.grants:
        tokens[grant.subject.token] = _granted(grant)
    return frozenset(token for token, relations in tokens.items() if _allows(action, relations | state))


def owners_of(resource: Resource) -> frozenset[str]:
    """Return the tokens of those who own `resource`."""
    return frozenset(grant.subject.token for grant in resource.grants if _R.OWNER in _granted(grant))


def _allows(action: Action, relations: Relations) -> bool:
    return any(needed <= relations for needed in POLICY[action].any_of)


def _granted(grant: Grant) -> Relations:
    ladder = _GRANTED_BY_LINK if grant.subject.kind is SubjectKind.LINK else _GRANTED
    return ladder[grant.permission]


def _standing(actor: Actor) -> Relations:
    """Return what is true of the actor for every resource."""
    standing = {_R.SIGNED_IN} if actor.person_id is not None else set()
    if actor.role in (Role.CURATOR, Role.ADMINISTRATOR):
        standing.add(_R.CURATOR)
    if actor.role is Role.ADMINISTRATOR:
        standing.add(_R.ADMINISTRATOR)
    return frozenset(standing)


def _state(resource: Resource) -> Relations:
    """Return what is true of the resource for every actor."""
    state = set()
    if resource.record_public:
        state.add(_R.RECORD_PUBLIC)
    if resource.files_public:
        state.add(_R.FILES_PUBLIC)
    if resource.published is not None and now() - resource.published < OWN_WITHDRAWAL:
        state.add(_R.RECENTLY_PUBLISHED)
    return frozenset(state)


class Audience(StrEnum):
    """For whom a representation is made."""

    FULL = "full"
    """the description and the files"""
    PUBLIC = "public"
    """what everybody may see of a record whose files are closed: the description, and that there may be files"""
    BLINDED = "blinded"
    """what a referee may see: nothing that names or identifies a person, an organisation or a funder"""

    @property
    def sees_files(self) -> bool:
        """Whether the files are listed."""
        return self is not Audience.PUBLIC


def audience_of(actor: Actor, resource: Resource) -> Audience:
    """Return the audience of an actor who may read the record."""
    return Audience.FULL if may(actor, Action.READ_FILES, resource) else Audience.PUBLIC
