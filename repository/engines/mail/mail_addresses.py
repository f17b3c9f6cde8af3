"""Addresses and texts of headers, from which nothing can escape into another header."""

import re
import unicodedata
from email.errors import HeaderParseError
from email.headerregistry import Address

LONGEST_TEXT = 200
"""characters of a text in a header"""
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode that break lines, turn directions, or show nothing."""
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.I)
_LITERAL = re.compile(r"\[[0-9.]{7,15}\]|\[IPv6:[0-9a-fA-F:.]{2,45}\]")
_SPECIALS = str.maketrans(dict.fromkeys('()<>[]:;@\\,"', " "))
"""RFC 5322, section 3.2.3, but for the full stop, which every reader takes in a name (section 4.1)."""
_LONGEST_LOCAL = 64
"""octets: RFC 5321, section 4.5.3.1.1"""


def clean_text(text: str, most: int = LONGEST_TEXT) -> str:
    """Return `text` on one line, without controls of lines and directions, and with at most so many characters."""
    shown = "".join(" " if unicodedata.category(character) in _UNSHOWN else character for character in text)
    line = " ".join(shown.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def header_text(text: str) -> str:
    """Return `text` for a header, where nothing in it is an encoded word (RFC 2047, section 2).

    The library decodes such words of what it is given, and would write the line breaks that are encoded in them.
    """
    return clean_text(text).replace("=?", "= ?")


def _name_text(name: str) -> str:
    """Return a name that needs no quotes: the library loses those of a name that it folds."""
    return " ".join(header_text(name).translate(_SPECIALS).split())


def mail_address(text: str, name: str = "") -> Address:
    """Return the address, with a `name` that people see; raise `ValueError` if no message can be sent to it.

    A domain in letters of any script is encoded (RFC 5891); such a local part needs a server with SMTPUTF8 (RFC 6531).
    """
    local, _, domain = text.rpartition("@")
    if not local or header_text(local) != local or len(local.encode()) > _LONGEST_LOCAL:
        raise ValueError("no mail can be sent to such an address")
    try:
        return Address(_name_text(name), local, _encoded_domain(domain))
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError("no mail can be sent to such an address") from None


def _encoded_domain(domain: str) -> str:
    if _LITERAL.fullmatch(domain):
        return domain
    encoded = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if not _HOST.fullmatch(encoded):
        raise ValueError("no host has such a name")
    return encoded
