"""What a page of an error offers beside its reason: advice, and ways on from the address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_NOT_ASKED_FOR = frozenset({"api", "records", "uploads", "doi", "cstr", "files", "content", "me", "user", "static"})
"""Segments of addresses that say where something stands, and nothing of what it is."""
_LONGEST = 200
"""Characters of an address that are taken for words."""
_LIKE = {404: 404, 410: 404, 400: 400, 406: 400, 415: 400, 416: 400, 423: 409, 460: 400, 408: 413}
_KNOWN = frozenset({400, 401, 403, 404, 405, 409, 410, 412, 413, 429, 500, 503, 507})


@dataclass(frozen=True, slots=True)
class ErrorHelp:
    """The ways on from an error.

    `advice` is the status whose words fit; `search_words` those of an address that leads nowhere, `doi` the DOI in it.
    `seconds` is when to try again; `again` and `sign_in` are addresses, empty where they are no help.
    """

    advice: int = 0
    search_words: str = ""
    doi: str = ""
    seconds: int = 0
    again: str = ""
    sign_in: str = ""

    @property
    def doi_address(self) -> str:
        """Where the world looks a DOI up."""
        return f"https://doi.org/{quote(self.doi, safe='/:;()._-')}"


NO_HELP = ErrorHelp()


def error_help(status: int, address: str, headers: Mapping[str, str], *, is_read: bool, signed_in: bool) -> ErrorHelp:
    """Return the ways on from an error at an `address`, which is a path and query."""
    path = unquote(urlsplit(address).path)[:_LONGEST]
    lost = status in (404, 410)
    wait = headers.get("Retry-After", "")
    doi = _DOI.search(path) if lost else None
    return ErrorHelp(
        advice=_LIKE.get(status, status) if _LIKE.get(status, status) in _KNOWN else 500 if status > 499 else 400,
        search_words=doi[0] if doi else words_of(path) if lost else "",
        doi=doi[0] if doi else "",
        seconds=int(wait) if wait.isascii() and wait.isdigit() else 0,
        again=address if is_read and status in (429, 500, 503) else "",
        sign_in="/login?next=" + quote(address if is_read else "/", safe="")
        if status in (401, 403) and not signed_in
        else "",
    )


def words_of(path: str) -> str:
    """Return the words of a path, as ``snow depth`` of ``/datasets/snow-depth.html``, without what names a place."""
    segments = [segment for segment in path.split("/") if segment and segment.lower() not in _NOT_ASKED_FOR]
    words = re.split(r"[\W_]+", re.sub(r"\.(html?|php|aspx?)$", "", " ".join(segments)))
    return " ".join(word for word in words if word)
