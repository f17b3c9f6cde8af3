"""Values of settings that are addresses: what each may be; an error names no part that could be secret."""

import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AfterValidator


def readable(value: str) -> str:
    """Refuse what no log, page or header can show: control characters, and bytes that are no UTF-8."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("must be UTF-8 text without control characters")
    return value


def url_of(*schemes: str) -> AfterValidator:
    """Return what refuses an address of other schemes."""

    def check(value: str) -> str:
        readable(value)
        if not any(value.startswith(f"{scheme}:") for scheme in schemes):
            raise ValueError(f"must start with one of: {', '.join(f'{s}:' for s in schemes)}")
        port_of(value)
        return value

    return AfterValidator(check)


def optional_address(value: str) -> str:
    """Refuse what is neither empty nor the plain address of a server of others."""
    if not value:
        return value
    readable(value)
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ValueError("must be empty, or an http or https address without user, query and fragment")
    port_of(value)
    return value


_HOST = re.compile(r"(http://)?(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def hosts_to_fetch(value: str) -> str:
    """Check any number of hosts with blanks or commas between them; they are compared in lower case."""
    names = value.replace(",", " ").lower().split()
    for name in names:
        if not _HOST.fullmatch(name) or port_of(f"//{name.removeprefix('http://')}") == 0:
            raise ValueError("must be hosts such as data.example.org, *.example.org, example.org:8443 or http://host")
    return " ".join(names)


def port_of(url: str) -> int | None:
    """Return the port that `url` names; raises `ValueError` for one that is none, and repeats nothing secret."""
    try:
        return urlsplit(url).port
    except ValueError:
        raise ValueError(
            "must have a number from 1 to 65535 as its port, and brackets around an IPv6 address"
        ) from None


def optional_folder(value: str) -> str:
    """Return the absolute path of a folder that is there, or nothing."""
    if value and not Path(readable(value)).is_dir():
        raise ValueError("must be a folder that is there")
    return str(Path(value).absolute()) if value else ""
