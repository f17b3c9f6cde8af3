"""What a team may be called, and who stands how to it."""

import re

from repository.access.policy import Grant, Permission, Resource
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.errors import Invalid
from repository.dataset.vocabularies import fold

MOST_NAME = 200
MOST_KEY = 400
MOST_TEAMS = 200
"""that one person may be in, because each credential reads them, and as many that they may be invited to"""
MOST_MEMBERS = 20_000
_SLUG = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9-]{0,99}")
_BAD_SLUG = "Must begin with a letter or digit, have letters (a-z), digits and dashes, and at least one letter."
_PERMISSIONS = {"manager": Permission.MANAGE, "member": Permission.VIEW}


def team_name(text: str) -> str:
    """Return the name in one line; raise `Invalid` for one that is empty or too long."""
    name = " ".join(text.split())
    if not name or len(name) > MOST_NAME or "\x00" in name:
        raise Invalid.field("name", f"Must have 1 to {MOST_NAME} characters, and no NUL.")
    return name


def key_of(name: str) -> str:
    """Return the form of a name in which teams are looked for."""
    return fold(name)[:MOST_KEY]


def team_slug(text: str | None) -> str | None:
    """Return the slug, None for none; raise `Invalid` for one that could be taken for a number or an address."""
    if text and not _SLUG.fullmatch(text):
        raise Invalid.field("slug", _BAD_SLUG)
    return text or None


def group_seen_by(person_id: int | None, role: str | None) -> Resource:
    """Return a team or institution as the policy sees it: with what the role of this person in it permits."""
    permission = _PERMISSIONS.get(role or "")
    if permission is None or person_id is None:
        return Resource()
    return Resource(frozenset({Grant(GrantSubject(SubjectKind.PERSON, person_id), permission)}))
