"""Ask registrars what they know of an identifier, at the hosts that the operator names.

A DOI is resolved by content negotiation (crosscite.org, "DOI Content Negotiation"): DataCite answers with its JSON,
Crossref with CSL.  A CSTR is asked for at the address of the platform's interface.  Both answer little and soon, or
not at all; every redirection is judged as the first address is (`guarded_fetch`).
"""

import threading
import time
from urllib.parse import quote, urlsplit

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import FetchedBytes, GuardedFetch
from repository.engines.outgoing.pinned_connection import Resolve, resolve_here

WHOLE_SECONDS = 20.0
"""for the body; each redirection and its headers have as much again"""
MOST_BYTES = 1 << 20
PIECE = 1 << 16
ACCEPTED = (
    "application/vnd.datacite.datacite+json, application/vnd.citationstyles.csl+json;q=0.9, application/json;q=0.5"
)
NOT_ASKED = "This site asks no registrar for such identifiers."
TOO_LARGE = "The registrar sends more than we read."
TOO_SLOW = "The registrar answers too slowly."


class RegisteredDescriptions:
    """Registrars by scheme: `addresses` end where the identifier follows, `hosts` are others that they lead to."""

    def __init__(
        self,
        addresses: dict[str, str],
        hosts: str = "",
        networks: str = "",
        seconds: float = WHOLE_SECONDS,
        resolve: Resolve = resolve_here,
    ) -> None:
        self._addresses = {scheme: address for scheme, address in addresses.items() if address}
        self._seconds = seconds
        named = " ".join([*map(_host_rule, self._addresses.values()), hosts])
        self._fetch = GuardedFetch(AllowedHosts(named), CallGuard(networks), 0, resolve, head_seconds=seconds)

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes whose registrars are asked."""
        return tuple(self._addresses)

    def description_of(self, scheme: str, identifier: str) -> bytes:
        """Return what the registrar answers.

        Raise `Unsuitable` for an answer that no other try changes, `Unavailable` for none that came whole and in time.
        """
        address = self._addresses.get(scheme)
        if address is None:
            raise Unsuitable(NOT_ASKED)
        with self._fetch.opened(f"{address}{quote(identifier, safe='/')}", accept=ACCEPTED) as body:
            timer = threading.Timer(self._seconds, body.cut)
            timer.daemon = True
            timer.start()
            try:
                return self._read(body)
            finally:
                timer.cancel()

    def _read(self, body: FetchedBytes) -> bytes:
        until = time.monotonic() + self._seconds
        content = bytearray()
        while True:
            piece = _piece(body, until)
            if not piece:
                return bytes(content)
            content += piece
            if len(content) > MOST_BYTES:
                raise Unsuitable(TOO_LARGE)


def _piece(body: FetchedBytes, until: float) -> bytes:
    """Return what comes next; a connection that we cut is one that was too slow."""
    try:
        piece = body.read(PIECE)
    except Unavailable:
        if time.monotonic() < until:
            raise
        piece = b""
    if time.monotonic() >= until:
        raise Unavailable(TOO_SLOW)
    return piece


def _host_rule(address: str) -> str:
    """Return the host of an address as `AllowedHosts` reads it."""
    parts = urlsplit(address)
    return f"{'http://' if parts.scheme == 'http' else ''}{parts.netloc}"
