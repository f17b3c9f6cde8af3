"""The one table of who may do what.

An action is allowed when the actor's token has the action's scope and one of the action's predicates holds for
the thing acted on.  Later kinds of people and grants are further predicates in this table, never checks elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from repository.core.actor import Actor, Role, TokenScope
from repository.core.clock import now
from repository.core.errors import Forbidden

OWN_WITHDRAWAL = timedelta(days=30)
"""how long after publication its owner may withdraw a version without asking a curator"""


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
    WITHDRAW = auto()
    RESTORE = auto()
    READ_HIDDEN_TOMBSTONE = auto()
    MANAGE_IDENTIFIERS = auto()
    ASSIGN_COMMUNITY = auto()
    LIST_OWN = auto()
    MANAGE_TOKENS = auto()
    MANAGE_OAI_SETS = auto()


@dataclass(frozen=True, slots=True)
class Resource:
    """What policy needs to know of a draft or record; `published` is when, None for a draft."""

    owner_id: int | None = None
    record_public: bool = False
    files_public: bool = False
    published: datetime | None = None


Relation = Callable[[Actor, Resource], bool]


def signed_in(actor: Actor, _thing: Resource) -> bool:
    return actor.person_id is not None


def owner(actor: Actor, thing: Resource) -> bool:
    return actor.person_id is not None and actor.person_id == thing.owner_id


def recent_owner(actor: Actor, thing: Resource) -> bool:
    """Who deposited something may take it back for a while, before others have built on it."""
    return owner(actor, thing) and thing.published is not None and now() - thing.published < OWN_WITHDRAWAL


def curator(actor: Actor, _thing: Resource) -> bool:
    return actor.role in (Role.CURATOR, Role.ADMINISTRATOR)


def administrator(actor: Actor, _thing: Resource) -> bool:
    return actor.role == Role.ADMINISTRATOR


def record_is_public(_actor: Actor, thing: Resource) -> bool:
    return thing.record_public


def files_are_public(_actor: Actor, thing: Resource) -> bool:
    return thing.record_public and thing.files_public


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; `scope` binds only those who act by a token."""

    scope: TokenScope | None
    any_of: Sequence[Relation]


POLICY: Mapping[Action, Rule] = {
    Action.OPEN_DRAFT: Rule(TokenScope.WRITE, [signed_in]),
    Action.READ_DRAFT: Rule(TokenScope.READ, [owner, curator]),
    Action.CHANGE_DRAFT: Rule(TokenScope.WRITE, [owner, administrator]),
    Action.DISCARD_DRAFT: Rule(TokenScope.WRITE, [owner, administrator]),
    Action.PUBLISH: Rule(TokenScope.ACTIONS, [owner, administrator]),
    Action.EDIT_RECORD: Rule(TokenScope.WRITE, [owner, administrator]),
    Action.NEW_VERSION: Rule(TokenScope.WRITE, [owner, administrator]),
    Action.READ_RECORD: Rule(None, [record_is_public, owner, curator]),
    Action.READ_FILES: Rule(None, [files_are_public, owner, curator]),
    Action.WITHDRAW: Rule(TokenScope.ACTIONS, [recent_owner, curator]),
    Action.RESTORE: Rule(TokenScope.ACTIONS, [curator]),
    Action.READ_HIDDEN_TOMBSTONE: Rule(None, [owner, curator]),
    Action.MANAGE_IDENTIFIERS: Rule(TokenScope.ACTIONS, [administrator]),
    Action.ASSIGN_COMMUNITY: Rule(TokenScope.ACTIONS, [curator]),
    Action.LIST_OWN: Rule(TokenScope.READ, [signed_in]),
    Action.MANAGE_TOKENS: Rule(TokenScope.TOKENS, [signed_in]),
    Action.MANAGE_OAI_SETS: Rule(TokenScope.ACTIONS, [administrator]),
}


def may(actor: Actor, action: Action, thing: Resource) -> bool:
    """Whether `actor` may do `action` to `thing`."""
    rule = POLICY[action]
    if rule.scope is not None and rule.scope not in actor.scopes:
        return False
    return any(holds(actor, thing) for holds in rule.any_of)


def must(actor: Actor, action: Action, thing: Resource) -> None:
    """Raises `Forbidden` unless `actor` may do `action` to `thing`."""
    if not may(actor, action, thing):
        raise Forbidden
