"""Digests that a request announces of its body, and bytes that are compared with them while they are read.

Sources: RFC 9530 (``Repr-Digest``, ``Content-Digest``), whose values are dictionaries of byte sequences (RFC 8941,
sections 3.2 and 3.3.5).  Both are of the same bytes here, since no content coding is taken.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import request

from repository.core.errors import Invalid

HEADERS = ("Repr-Digest", "Content-Digest")
ALGORITHMS = {"sha-256": "sha256", "sha-512": "sha512", "md5": "md5"}
"""by their names in the registry "Hash Algorithms for HTTP Digest Fields"; of others no digest is made"""
MOST_MEMBERS = 20
_MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):")


@dataclass(frozen=True, slots=True)
class AnnouncedDigest:
    """A digest in hexadecimal, and the header that announces it."""

    header: str
    algorithm: str
    value: str


def announced_digests() -> Sequence[AnnouncedDigest]:
    """Return what the request announces; raise `Invalid` if that cannot be read, or not be compared."""
    digests: list[AnnouncedDigest] = []
    for header in HEADERS:
        if text := request.headers.get(header, "").strip():
            digests += _digests(header, text)
    return digests


def _digests(header: str, text: str) -> list[AnnouncedDigest]:
    members = [_MEMBER.fullmatch(member.strip()) for member in text.split(",", MOST_MEMBERS)]
    if not all(members):
        raise Invalid.field(header, "Write it as RFC 9530 has it, such as sha-256=:…: with base64 in it.")
    known = [(member[1], member[2]) for member in members if member and member[1] in ALGORITHMS]
    if not known:
        raise Invalid.field(header, f"None of its digests can be compared; these can: {', '.join(ALGORITHMS)}.")
    return [AnnouncedDigest(header, ALGORITHMS[name], _hexadecimal(header, name, value)) for name, value in known]


def _hexadecimal(header: str, name: str, value: str) -> str:
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != hashlib.new(ALGORITHMS[name], usedforsecurity=False).digest_size:
        raise Invalid.field(header, f"This is not the {name} of anything, in base64.")
    return digest.hex()


def compared(source: BinaryIO, digests: Sequence[AnnouncedDigest]) -> BinaryIO:
    """Return a source of the same bytes that ends in `Invalid` if they do not have the digests."""
    return cast(BinaryIO, _Compared(source, digests)) if digests else source


class _Compared:
    """Reads on from its source; what reads it to its end learns of wrong bytes before it keeps them."""

    def __init__(self, source: BinaryIO, digests: Sequence[AnnouncedDigest]) -> None:
        self._source = source
        self._digests = digests
        self._hashes: dict[str, Any] = {
            digest.algorithm: hashlib.new(digest.algorithm, usedforsecurity=False) for digest in digests
        }

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; raise `Invalid` at the end of bytes with another digest."""
        block = self._source.read(size)
        for hashing in self._hashes.values():
            hashing.update(block)
        if not block:
            self._compare()
        return block

    def _compare(self) -> None:
        for digest in self._digests:
            if (received := self._hashes[digest.algorithm].hexdigest()) != digest.value:
                name = digest.algorithm
                raise Invalid.field(digest.header, f"Announced {name}:{digest.value}, received {name}:{received}.")
