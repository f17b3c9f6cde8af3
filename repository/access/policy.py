"""The one table of who may do what.

An action is allowed when two things hold: the actor's token has the scope of the action, and one of the action's sets
of relations holds completely between the actor and the resource (an OR of ANDs).  Relations are computed from plain
values by `relations_of`.  A new kind of person or of grant is a new relation here, never a check elsewhere.

Reading has a scope as acts have one.  What the state of a resource alone allows is for everybody, whatever their token:
so a token without the scope of reading reads what is public, and the rest is to it as to the anonymous public.

The policy also decides which *audience* an actor belongs to.  Every serializer, format, page and cache key names its
audience; a representation of one audience is the same for all in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto

from repository.access.principals import (
    ADMINISTRATORS,
    CURATORS,
    EVERYBODY,
    GrantSubject,
    SubjectKind,
    bearer_of,
    subjects_of,
)
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
    READ_SHARING = auto()
    WITHDRAW = auto()
    RESTORE = auto()
    READ_HIDDEN_FILES = auto()
    READ_HIDDEN_TOMBSTONE = auto()
    READ_REGISTRATIONS = auto()
    MANAGE_IDENTIFIERS = auto()
    ASSIGN_COMMUNITY = auto()
    MANAGE_COMMUNITIES = auto()
    LIST_OWN = auto()
    MANAGE_TOKENS = auto()
    READ_NOTICES = auto()
    MANAGE_NOTICES = auto()
    READ_WEBHOOKS = auto()
    MANAGE_WEBHOOKS = auto()
    MANAGE_SIGN_IN = auto()
    REQUEST_ACCESS = auto()
    READ_ACCESS_REQUESTS = auto()
    DECIDE_ACCESS_REQUEST = auto()
    OFFER_OWNERSHIP = auto()
    ANSWER_OFFER = auto()
    READ_OAI_SETS = auto()
    MANAGE_OAI_SETS = auto()
    READ_AUDIT = auto()
    READ_OPERATION = auto()
    MANAGE_OPERATION = auto()
    READ_ME = auto()
    CHANGE_ME = auto()
    ERASE_ME = auto()
    SEARCH_PEOPLE = auto()
    READ_PEOPLE = auto()
    MANAGE_PEOPLE = auto()
    SET_RECORD_QUOTA = auto()
    LIST_TEAMS = auto()
    OPEN_TEAM = auto()
    ANSWER_INVITATION = auto()
    READ_MEMBERS = auto()
    MANAGE_TEAM = auto()
    MANAGE_INSTITUTION = auto()
    MANAGE_INSTITUTIONS = auto()


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
    REFEREE = auto()
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

    `grants` are those that have not expired.  `published` is the time of publication, None for a draft.  `concept_id`
    is the dataset; None for the site, and where no token for one dataset is meant to work.
    """

    grants: frozenset[Grant] = frozenset()
    record_public: bool = False
    files_public: bool = False
    published: datetime | None = None
    concept_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: the scope that a token needs, and sets of relations; one set must hold."""

    scope: TokenScope
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
    Action.READ_DRAFT: Rule(TokenScope.READ, _any(_R.PREVIEWER, _R.LINK_PREVIEW, _R.REFEREE, _R.CURATOR)),
    Action.CHANGE_DRAFT: Rule(TokenScope.WRITE, _any(_R.EDITOR, _EDIT_LINK, _R.ADMINISTRATOR)),
    Action.DISCARD_DRAFT: Rule(TokenScope.WRITE, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.PUBLISH: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.EDIT_RECORD: Rule(TokenScope.WRITE, _any(_R.EDITOR, _R.ADMINISTRATOR)),
    Action.NEW_VERSION: Rule(TokenScope.WRITE, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.READ_RECORD: Rule(TokenScope.READ, _any(_R.RECORD_PUBLIC, _R.VIEWER, _R.LINK_VIEW, _R.REFEREE, _R.CURATOR)),
    Action.READ_FILES: Rule(TokenScope.READ, _any(_OPEN_FILES, _R.VIEWER, _R.LINK_VIEW, _R.REFEREE, _R.CURATOR)),
    Action.READ_HIDDEN_FILES: Rule(TokenScope.READ, _any(_R.EDITOR, _R.ADMINISTRATOR)),
    Action.SHARE: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.READ_SHARING: Rule(TokenScope.READ, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.WITHDRAW: Rule(TokenScope.ACTIONS, _any(_OWN_AND_RECENT, _R.CURATOR)),
    Action.RESTORE: Rule(TokenScope.ACTIONS, _any(_R.CURATOR)),
    Action.READ_HIDDEN_TOMBSTONE: Rule(TokenScope.READ, _any(_R.OWNER, _R.CURATOR)),
    Action.READ_REGISTRATIONS: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_IDENTIFIERS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.ASSIGN_COMMUNITY: Rule(TokenScope.ACTIONS, _any(_R.CURATOR)),
    Action.MANAGE_COMMUNITIES: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.LIST_OWN: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.MANAGE_TOKENS: Rule(TokenScope.TOKENS, _any(_R.SIGNED_IN)),
    Action.READ_NOTICES: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.MANAGE_NOTICES: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.READ_WEBHOOKS: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_WEBHOOKS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_SIGN_IN: Rule(TokenScope.TOKENS, _any(_R.SIGNED_IN)),
    Action.REQUEST_ACCESS: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.READ_ACCESS_REQUESTS: Rule(TokenScope.READ, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.DECIDE_ACCESS_REQUEST: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.OFFER_OWNERSHIP: Rule(TokenScope.ACTIONS, _any(_R.OWNER, _R.ADMINISTRATOR)),
    Action.ANSWER_OFFER: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.READ_OAI_SETS: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_OAI_SETS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.READ_AUDIT: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.READ_OPERATION: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_OPERATION: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.READ_ME: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.CHANGE_ME: Rule(TokenScope.WRITE, _any(_R.SIGNED_IN)),
    Action.ERASE_ME: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.SEARCH_PEOPLE: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.READ_PEOPLE: Rule(TokenScope.READ, _any(_R.ADMINISTRATOR)),
    Action.MANAGE_PEOPLE: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.SET_RECORD_QUOTA: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
    Action.LIST_TEAMS: Rule(TokenScope.READ, _any(_R.SIGNED_IN)),
    Action.OPEN_TEAM: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.ANSWER_INVITATION: Rule(TokenScope.ACTIONS, _any(_R.SIGNED_IN)),
    Action.READ_MEMBERS: Rule(TokenScope.READ, _any(_R.VIEWER, _R.ADMINISTRATOR)),
    Action.MANAGE_TEAM: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.MANAGE_INSTITUTION: Rule(TokenScope.ACTIONS, _any(_R.MANAGER, _R.ADMINISTRATOR)),
    Action.MANAGE_INSTITUTIONS: Rule(TokenScope.ACTIONS, _any(_R.ADMINISTRATOR)),
}
"""An owner is a manager, a manager an editor, and so on: a line names the weakest relation that suffices."""

WITHIN_LIMIT = frozenset(
    {Action.READ_DRAFT, Action.CHANGE_DRAFT, Action.READ_RECORD, Action.READ_FILES, Action.READ_HIDDEN_FILES}
)
"""What a token for one dataset may do there, if its person may: read it, and change its draft."""

_LADDER = (_R.VIEWER, _R.PREVIEWER, _R.EDITOR, _R.MANAGER, _R.OWNER)
_GRANTED: Mapping[Permission, Relations] = {
    permission: frozenset(_LADDER[: step + 1]) for step, permission in enumerate(Permission)
}
_LINK_LADDER = (_R.LINK_VIEW, _R.LINK_PREVIEW, _R.LINK_EDIT)
_GRANTED_BY_LINK: Mapping[Permission, Relations] = {
    permission: frozenset(_LINK_LADDER[: step + 1]) for step, permission in enumerate(Permission)
}
"""A link never makes a manager or an owner of its bearer."""
_BLINDLY = frozenset({_R.REFEREE})
"""what a link for referees gives, whatever its grant permits"""


def relations_of(actor: Actor, resource: Resource) -> Relations:
    """Return every relation of `actor` to `resource`, and what is true of either."""
    if actor.limited_to is not None and actor.limited_to != resource.concept_id:
        return _state(resource)
    subjects = subjects_of(actor)
    blind = {GrantSubject(SubjectKind.LINK, link) for link in actor.blind}
    granted = [
        _BLINDLY if grant.subject in blind else _granted(grant)
        for grant in resource.grants
        if grant.subject in subjects
    ]
    return _standing(actor).union(_state(resource), *granted)


def may(actor: Actor, action: Action, resource: Resource) -> bool:
    """Return whether `actor` may do `action` to `resource`."""
    if _allows(action, _state(resource)):
        return True
    scope = POLICY[action].scope
    has_scope = scope in actor.scopes and (actor.limited_to is None or action in WITHIN_LIMIT)
    if has_scope and _allows(action, relations_of(actor, resource)):
        return True
    # a link reads by itself: it has the scope of reading, for what it was given for alone
    return scope is TokenScope.READ and bool(actor.links) and _allows(action, relations_of(bearer_of(actor), resource))


def must(actor: Actor, action: Action, resource: Resource) -> None:
    """Raise `Forbidden` unless `actor` may do `action` to `resource`."""
    if not may(actor, action, resource):
        raise Forbidden


def require_scope(actor: Actor, action: Action) -> None:
    """Raise `Forbidden` if the actor's token is not for `action`, before anything is looked up for it."""
    if POLICY[action].scope not in actor.scopes:
        raise Forbidden


def in_person(actor: Actor, action: Action) -> Actor:
    """Return the reader whom `actor` is while doing `action`: an act looks at what it changes under its own scope."""
    return replace(actor, scopes=actor.scopes | {TokenScope.READ}) if POLICY[action].scope in actor.scopes else actor


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
    states = {_R.RECORD_PUBLIC: resource.record_public, _R.FILES_PUBLIC: resource.files_public}
    if resource.published is not None:
        states[_R.RECENTLY_PUBLISHED] = now() - resource.published < OWN_WITHDRAWAL
    return frozenset(relation for relation, holds in states.items() if holds)


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
    """Return the audience of an actor who may read the record or the draft.

    A referee is one even if everybody may read the record: who opens the link is told no name, to the end of review.
    """
    if actor.is_referee:
        return Audience.BLINDED
    return Audience.FULL if may(actor, Action.READ_FILES, resource) else Audience.PUBLIC
