"""What may be a domain or an entitlement of an institution, and whom they describe."""

import re
from collections.abc import Collection

from repository.core.errors import Invalid

MOST_RULES = 500
"""domains, or patterns, of one institution"""
_LABEL = r"[a-z0-9\u0080-\U0010ffff](?:[a-z0-9\u0080-\U0010ffff-]{0,61}[a-z0-9\u0080-\U0010ffff])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{1,6}}")
_PATTERN = re.compile(r"[^\s*\x00-\x1f]{8,499}\*?")
_BAD_DOMAIN = "Not a domain with at least two parts."
_BAD_PATTERN = "Must have 8 to 500 characters without blanks; only the last one may be a star."


def domain_name(text: str, field: str) -> str:
    """Return a domain in lower case; raise `Invalid` for what is none, or a whole top level."""
    domain = text.strip().lower().removeprefix("@").rstrip(".")
    if len(domain) > 189 or not _DOMAIN.fullmatch(domain):
        raise Invalid.field(field, _BAD_DOMAIN)
    return domain


def entitlement_pattern(text: str, field: str) -> str:
    """Return a pattern of entitlements; raise `Invalid` for one that describes too much."""
    if not _PATTERN.fullmatch(text):
        raise Invalid.field(field, _BAD_PATTERN)
    return text


def describes(pattern: str, entitlements: Collection[str]) -> bool:
    """Return whether a pattern describes one of the entitlements; case matters, as in a URN's last part."""
    if pattern.endswith("*"):
        return any(entitlement.startswith(pattern[:-1]) for entitlement in entitlements)
    return pattern in entitlements
