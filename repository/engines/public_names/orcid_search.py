"""Search ORCID's public records by name or iD.

Source: ORCID, "API v3.0 guide", "Search the ORCID Registry": ``GET /expanded-search/`` with a query in Solr's language.
A register that does not answer rests for a while, so that the suggestions of the people here come at once.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from repository.core.errors import Unavailable
from repository.engines.bounded_http import BoundedClient, CallFailed, RawReply
from repository.engines.public_names.port import PublicName

SECONDS = 1.5
"""for each part of a reply; whoever waits is a person who types"""
LARGEST = 1 << 20
REST_SECONDS = 30.0
MOST_WORDS = 6
SHORTEST = 2
"""A shorter beginning of a word would find half of the world."""
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_WORD = re.compile(r"\w+")


class OrcidSearch:
    """The register whose API is at `address`, as ``https://pub.orcid.org/v3.0``."""

    def __init__(self, address: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._address = f"{address.rstrip('/')}/expanded-search/"
        self._client = BoundedClient(SECONDS, LARGEST)
        self._seconds = seconds
        self._resting_until = float("-inf")

    def suggest(self, words: str, most: int) -> Sequence[PublicName]:
        """Return who is found (see the port)."""
        query = _query(words)
        if not query:
            return ()
        if self._seconds() < self._resting_until:
            raise Unavailable("ORCID does not answer.")
        try:
            reply = self._client.send(
                "GET", self._address, {"Accept": "application/json"}, query={"q": query, "rows": str(most)}
            )
            return list(_people(reply))[:most]
        except CallFailed as error:
            self._resting_until = self._seconds() + REST_SECONDS
            raise Unavailable(f"ORCID {error.what}.") from None

    def close(self) -> None:
        """Close connections."""
        self._client.close()


def _query(text: str) -> str:
    """Return the query for words, of which the last one may be a beginning; empty for too little."""
    if orcid := _ORCID.search(text.upper()):
        return f"orcid:{orcid[0]}"
    words = _WORD.findall(text)[:MOST_WORDS]  # nothing that means something to Solr
    if sum(map(len, words)) < SHORTEST:
        return ""
    fields = ("given-names", "family-name", "credit-name", "other-names")
    return " AND ".join(f"({' OR '.join(f'{field}:{word.lower()}*' for field in fields)})" for word in words)


def _people(reply: RawReply) -> Iterator[PublicName]:
    """Yield the people of a reply; raise `CallFailed` for one that is no such list."""
    if reply.status != 200:
        raise CallFailed(f"answers {reply.status}")
    try:
        hits = json.loads(reply.content).get("expanded-result") or ()
        yield from (person for hit in hits if (person := _person(hit)) is not None)
    except (ValueError, AttributeError, TypeError):
        raise CallFailed("answers something else than people") from None


def _person(hit: Any) -> PublicName | None:
    orcid = _ORCID.fullmatch(str(hit.get("orcid-id") or ""))
    family_name, given_name = _text(hit.get("family-names")), _text(hit.get("given-names"))
    if orcid is None or not (family_name or given_name):
        return None
    organisations = [name for text in hit.get("institution-name") or () if (name := _text(text))]
    return PublicName(orcid[0], family_name, given_name, tuple(dict.fromkeys(organisations))[:3])


def _text(value: Any) -> str:
    """Return a name that a record can hold: one line, without control characters, of no great length."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())[:200]
