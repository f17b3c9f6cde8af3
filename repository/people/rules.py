"""Rules for names, addresses and passwords."""

import re

from repository.core.errors import Invalid

# Wide on purpose: a message that arrives proves an address, a pattern does not.
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
MAX_NAME = 200
MAX_TOKEN_NAME = 100
MIN_PASSWORD = 10
MAX_PASSWORD = 1_000


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


def check_password(password: str) -> str:
    """Return the password; raise `Invalid` if it is too short, or so long that hashing it costs too much."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid.field("password", f"Must have {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    return password
