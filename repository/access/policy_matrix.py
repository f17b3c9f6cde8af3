"""The policy as a page for people: each action, each kind of person, each state, by asking the policy itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from repository.access.policy import OWN_WITHDRAWAL, POLICY, Action, Grant, Permission, Resource, may
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import ANONYMOUS, Actor, Role, TokenScope
from repository.core.clock import now

HEAD = """# Who may do what

`repository policy` prints this page from the one table of the policy (`repository/access/policy.py`); a test fails when
it is stale. A dot is a yes. Each column has no other rights than its head says. A token needs the scope as well, but
for what everybody may read.
"""
_PERSON, _LINK = GrantSubject(SubjectKind.PERSON, 1), GrantSubject(SubjectKind.LINK, 1)
_ANYBODY = Actor(2, scopes=frozenset(TokenScope))
_HOLDER = replace(_ANYBODY, person_id=1)
_BEARER = replace(ANONYMOUS, links=frozenset({1}))
Column = tuple[Actor, frozenset[Grant]]


def _person(permission: Permission) -> Column:
    return _HOLDER, frozenset({Grant(_PERSON, permission)})


def _link(permission: Permission, bearer: Actor = _BEARER) -> Column:
    return bearer, frozenset({Grant(_LINK, permission)})


COLUMNS: Mapping[str, Column] = {
    "public": (ANONYMOUS, frozenset()),
    "link: view": _link(Permission.VIEW),
    "link: preview": _link(Permission.PREVIEW),
    "link: edit": _link(Permission.EDIT),
    "link: edit, signed in": _link(Permission.EDIT, replace(_ANYBODY, links=frozenset({1}))),
    "referee": _link(Permission.PREVIEW, replace(_BEARER, blind=frozenset({1}))),
    "signed in": (_ANYBODY, frozenset()),
    **{permission.value: _person(permission) for permission in Permission},
    "curator": (replace(_ANYBODY, role=Role.CURATOR), frozenset()),
    "administrator": (replace(_ANYBODY, role=Role.ADMINISTRATOR), frozenset()),
}

_DRAFT = frozenset(
    {
        Action.READ_DRAFT,
        Action.CHANGE_DRAFT,
        Action.DISCARD_DRAFT,
        Action.PUBLISH,
        Action.READ_HIDDEN_FILES,
        Action.SHARE,
        Action.OFFER_OWNERSHIP,
        Action.READ_SHARING,
    }
)
_RECORD = frozenset(
    {
        Action.READ_RECORD,
        Action.READ_FILES,
        Action.READ_HIDDEN_FILES,
        Action.EDIT_RECORD,
        Action.NEW_VERSION,
        Action.SHARE,
        Action.READ_ACCESS_REQUESTS,
        Action.DECIDE_ACCESS_REQUEST,
        Action.OFFER_OWNERSHIP,
        Action.READ_SHARING,
        Action.WITHDRAW,
        Action.ASSIGN_COMMUNITY,
    }
)
_WITHDRAWN = frozenset({Action.READ_HIDDEN_TOMBSTONE, Action.RESTORE})
_GROUP = frozenset({Action.READ_MEMBERS, Action.MANAGE_TEAM, Action.MANAGE_INSTITUTION})
_OF_GROUPS = {"member": Permission.VIEW, "manager": Permission.MANAGE}
_SITE = frozenset(Action) - _DRAFT - _RECORD - _WITHDRAWN - _GROUP
_STANDING = ("public", "signed in", "curator", "administrator")


def matrix() -> str:
    """Return the page, in Markdown; a table for each state of a resource, and one for what has none."""
    recent, old = now(), now() - OWN_WITHDRAWAL - timedelta(days=1)
    states: Sequence[tuple[str, Resource, frozenset[Action]]] = (
        ("A draft", Resource(), _DRAFT),
        ("A public record with public files", Resource(frozenset(), True, True, recent), _RECORD),
        (
            "A public record whose files are restricted or under embargo",
            Resource(frozenset(), True, False, recent),
            _RECORD,
        ),
        ("A restricted record", Resource(frozenset(), False, False, recent), _RECORD),
        (
            f"A public record, more than {OWN_WITHDRAWAL.days} days after publication",
            Resource(frozenset(), True, True, old),
            _RECORD,
        ),
        ("A withdrawn record", Resource(published=old), _WITHDRAWN),
    )
    members = {name: _person(permission) for name, permission in _OF_GROUPS.items()}
    of_group = _table("A team or an institution", Resource(), _GROUP, {**_standing(), **members})
    of_site = _table("The site", Resource(), _SITE, _standing())
    return "\n".join([HEAD, *(_table(*state, COLUMNS) for state in states), of_group, of_site])


def _standing() -> Mapping[str, Column]:
    return {name: COLUMNS[name] for name in _STANDING}


def _table(title: str, resource: Resource, actions: frozenset[Action], columns: Mapping[str, Column]) -> str:
    head = f"| action | scope | {' | '.join(columns)} |"
    rows = (_row(action, resource, columns) for action in Action if action in actions)
    return "\n".join([f"## {title}", "", head, f"|---|---|{':-:|' * len(columns)}", *rows, ""])


def _row(action: Action, resource: Resource, columns: Mapping[str, Column]) -> str:
    chosen = columns.values()
    cells = ("•" if may(actor, action, replace(resource, grants=grants)) else "" for actor, grants in chosen)
    return f"| {action.replace('_', ' ')} | `{POLICY[action].scope}` | {' | '.join(cells)} |"
