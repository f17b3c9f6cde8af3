"""Rules for what people say of themselves and prefer: names, affiliations, ORCID iDs, languages, time zones.

A fault names the field as the API calls it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from repository.core.errors import FieldError, Invalid
from repository.dataset.schemes.agent_ids import read_orcid, read_ror
from repository.dataset.schemes.parsing import Misread
from repository.people.rules import MAX_NAME

PUBLIC, RESTRICTED = "public", "restricted"
LANGUAGES = ("en", "zh")
MODES = ("mail", "digest", "off")
"""How a kind of notice reaches a person."""
MOST_AFFILIATIONS = 10
MOST_KINDS = 50
_USERNAME = re.compile(r"[a-z][a-z0-9_-]{1,39}")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Controls, halves of characters and separators of lines (Unicode general categories): a name is one line."""
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows (UAX #9), which may be somebody else's text."""
Check = Callable[[str, Any], Any]


def one_line(field: str, text: str) -> str:
    """Return the text without blanks around it; raise `Invalid` unless it is one line of fair length."""
    line = unicodedata.normalize("NFC", text.strip())
    if len(line) > MAX_NAME or any(unicodedata.category(sign) in _NOT_SHOWN or sign in _TURNS for sign in line):
        raise Invalid.field(field, f"Must be one line of at most {MAX_NAME} characters.")
    return line


def _username(field: str, name: str | None) -> str | None:
    lower = (name or "").strip().lower() or None
    if lower is not None and not _USERNAME.fullmatch(lower):
        raise Invalid.field(field, "Must have 2 to 40 of a-z, 0-9, _ and -, and begin with a letter.")
    return lower


def _orcid(field: str, text: str | None) -> str | None:
    return _read(field, read_orcid, text) if text else None


def _affiliations(field: str, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [_affiliation(f"{field}.{at}", entry) for at, entry in enumerate(entries)]


def _affiliation(field: str, entry: Mapping[str, Any]) -> dict[str, str]:
    if entry.get("id"):
        return {"id": _read(f"{field}.id", read_ror, entry["id"])}
    name = one_line(f"{field}.name", entry.get("name") or "")
    if not name:
        raise Invalid.field(f"{field}.name", "An affiliation needs a ROR id or a name.")
    return {"name": name}


def _read(field: str, read: Callable[[str], str], text: str) -> str:
    try:
        return read(text.strip())
    except ValueError as misread:
        known = str(misread) if isinstance(misread, Misread) else ""
        raise Invalid.field(field, known or "This is no identifier of this kind.") from misread


def _time_zone(field: str, name: str) -> str:
    if name not in _time_zones():
        raise Invalid.field(field, "Must be a time zone of the IANA database, such as Asia/Shanghai.")
    return name


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _notifications(field: str, modes: Mapping[str, str]) -> dict[str, str]:
    if len(modes) > MOST_KINDS or not all(map(_KIND.fullmatch, modes)):
        raise Invalid.field(field, f"Must name at most {MOST_KINDS} kinds of notices.")
    return dict(sorted(modes.items()))


def _as_it_is(_field: str, value: Any) -> Any:
    return value


FIELDS: Mapping[str, tuple[str, Check]] = {
    "name": ("profile.full_name", one_line),
    "username": ("username", _username),
    "affiliations": ("profile.affiliations", _affiliations),
    "orcid": ("identities.orcid", _orcid),
    "language": ("preferences.locale", _as_it_is),
    "time_zone": ("preferences.timezone", _time_zone),
    "notifications": ("preferences.notifications", _notifications),
    "visibility": ("preferences.visibility", _as_it_is),
    "email_visibility": ("preferences.email_visibility", _as_it_is),
}
"""What a person may change of themselves -> its name in the API, and its rule."""


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes in their normal forms; raise `Invalid` with the faults of all fields."""
    values: dict[str, Any] = {}
    faults: list[FieldError] = []
    for name, value in changes.items():
        field, check = FIELDS[name]
        try:
            values[name] = check(field, value)
        except Invalid as invalid:
            faults += invalid.errors
    if faults:
        raise Invalid(errors=faults)
    return values
