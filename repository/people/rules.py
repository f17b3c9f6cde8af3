"""Rules for names, addresses and passwords."""

import re
import unicodedata
from enum import StrEnum

from repository.core.errors import Invalid

# Wide on purpose: a message that arrives proves an address, a pattern does not.
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
MAX_NAME = 200
NO_MAIL = "no-address.invalid"
"""The domain of accounts without an address: a name in it is never delivered (RFC 6761, section 6.4)."""
MAX_TOKEN_NAME = 100
MAX_REASON = 500
MIN_PASSWORD = 10
MAX_PASSWORD = 1_000


def is_address(text: str) -> bool:
    """Return whether a text has the form of an address of e-mail."""
    return _EMAIL.fullmatch(text.strip().lower()) is not None


class SignUp(StrEnum):
    """Who can make an account without the administrator."""

    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"


def domain_of(email: str) -> str:
    """Return what stands behind the @ of a normal address."""
    return email.rpartition("@")[2]


def normal_email(text: str) -> str:
    """Return the address in lower case; raise `Invalid` if it is not an address."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid.field("email", "Not a valid email address.")
    return email


def normal_name(text: str, longest: int = MAX_NAME) -> str:
    """Return the name without blanks around it; raise `Invalid` if it is too long for a row."""
    name = text.strip()
    if len(name) > longest or "\x00" in name:
        raise Invalid.field("name", f"Must have at most {longest} characters, and no NUL.")
    return name


def person_name(text: str) -> str:
    """Return a person's name on one line; raise `Invalid` for one with control characters."""
    name = normal_name(" ".join(text.split()))
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise Invalid.field("name", "Must have no control characters.")
    return name


def normal_reason(text: str) -> str:
    """Return why an account was changed, on one line; raise `Invalid` if it is too long."""
    reason = " ".join(text.split())
    if len(reason) > MAX_REASON or not reason.replace(" ", "x").isprintable():
        raise Invalid.field("reason", f"Must have at most {MAX_REASON} characters, all of them printable.")
    return reason


def check_password(password: str) -> str:
    """Return the password; raise `Invalid` if it is too short, or so long that hashing it costs too much."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid.field("password", f"Must have {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    return password
