"""What a person names a record by: its number, a DOI, a CSTR, or the address of its page."""

import re
from urllib.parse import quote, unquote, urlsplit

from repository.client.api_session import REDIRECTS, ApiSession
from repository.client.client_errors import Refused, UsageFault

DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)", re.IGNORECASE)
CSTR = re.compile(
    r"(?:cstr:\s*|https?://(?:www\.)?cstr\.cn/(?:cstr:)?)([0-9A-Za-z]{5}\.[0-9A-Za-z.]+\S*)", re.IGNORECASE
)
RECORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")
_PAGE = re.compile(r"(?P<base>.*?)(?:/api)?/(?:records|uploads)/(?P<id>[0-9A-Za-z][0-9A-Za-z_-]*)(?:/.*)?")
_LOCAL = re.compile(r"(?P<base>.*?)/(?P<scheme>doi|cstr)/(?P<identifier>.+)", re.IGNORECASE)


def server_of(text: str) -> str | None:
    """Return the server that an address of a record names, None if `text` is no such address."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or DOI.fullmatch(text.strip()) or CSTR.fullmatch(text.strip()):
        return None
    match = _PAGE.fullmatch(parts.path) or _LOCAL.fullmatch(parts.path)
    if match is None:
        raise UsageFault(f"{text!r} is no address of a record.")
    return f"{parts.scheme}://{parts.netloc}{match['base']}"


def record_id(session: ApiSession, text: str) -> str:
    """Return the id of the record that `text` names; raise `UsageFault` or `Refused` if there is none."""
    name = text.strip()
    if match := DOI.fullmatch(name):
        return _resolved(session, "doi", unquote(match[1]) if "://" in name else match[1])
    if match := CSTR.fullmatch(name):
        return _resolved(session, "cstr", match[1])
    if server_of(name) is not None:
        path = urlsplit(name).path
        if page := _PAGE.fullmatch(path):
            return page["id"]
        if local := _LOCAL.fullmatch(path):
            return _resolved(session, local["scheme"].lower(), unquote(local["identifier"]))
    if not RECORD.fullmatch(name):
        raise UsageFault(f"{text!r} is neither the id of a record nor a DOI, a CSTR or an address.")
    return name


def _resolved(session: ApiSession, scheme: str, identifier: str) -> str:
    """Ask the server's own resolver, then its search, as servers without a resolver have it."""
    act = f"Find {scheme}:{identifier}"
    url = f"{session.server}/{scheme}/{quote(identifier, safe='/')}"
    answer = session.patience.ask(act, lambda: session.send("GET", url, {}))
    answer.done()
    page = _PAGE.fullmatch(urlsplit(answer.header("Location")).path) if answer.status in REDIRECTS else None
    return page["id"] if page else _searched(session, act, scheme, identifier)


def _searched(session: ApiSession, act: str, scheme: str, identifier: str) -> str:
    text = identifier.replace("\\", "\\\\").replace('"', '\\"')
    query = quote(f'pids.{scheme}.identifier:"{text}" OR metadata.identifiers.identifier:"{text}"', safe="")
    reply = session.ask(act, "GET", session.api(f"/records?q={query}&allversions=true&size=2"))
    hits = ((reply or {}).get("hits") or {}).get("hits") or []
    if len(hits) != 1 or not isinstance(hits[0].get("id"), str | int):
        raise Refused(act, 404, "There is no such record." if not hits else "Several records have it.")
    return str(hits[0]["id"])
