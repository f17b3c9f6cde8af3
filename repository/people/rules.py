"""What a name, an address and a password must be."""

import re

from repository.core.errors import Invalid

# Deliberately wide: an address is proven by a message that arrives, not by a pattern.
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
MAX_NAME = 200
MAX_TOKEN_NAME = 100
MIN_PASSWORD = 10
MAX_PASSWORD = 1_000


def normal_email(text: str) -> str:
    """The address in lower case; raises `Invalid`."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid.field("email", "Not a valid email address.")
    return email


def normal_name(text: str, longest: int = MAX_NAME) -> str:
    """The name without blanks around it; raises `Invalid` if it is longer than a row can keep."""
    name = text.strip()
    if len(name) > longest or "\x00" in name:
        raise Invalid.field("name", f"Must have at most {longest} characters, and no NUL.")
    return name


def check_password(password: str) -> str:
    """The password itself, if it is long enough and not absurdly long."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid.field("password", f"Must have {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    return password
