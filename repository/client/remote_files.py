"""Files as the server tells them, and whether they are what is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from repository.client.client_errors import ContractBroken
from repository.client.files_here import LocalFile, digest_of

ALGORITHMS = ("sha256", "md5")
"""The best first."""
DIGITS = {"sha256": 64, "md5": 32}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a draft or a record; `digests` in lower-case hexadecimal by algorithm, as far as they are known."""

    key: str
    size: int | None
    status: str
    digests: Mapping[str, str] = field(default_factory=dict)
    transfer: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Any] = field(default_factory=dict)
    is_read: bool = True
    """the server has read the bytes once, so that their digests are known"""

    @property
    def is_complete(self) -> bool:
        return self.status == "completed"

    @property
    def is_verified(self) -> bool:
        """Complete, and its digest is known."""
        return self.is_complete and self.is_read and bool(self.digests)

    @property
    def failure(self) -> str:
        """Why the server gave the file up; empty if it did not."""
        error = self.transfer.get("error")
        return str(error or "The server could not verify the file.") if self.status == "failed" else ""

    @property
    def algorithm(self) -> str | None:
        """The best algorithm of which the digest is known."""
        return next((name for name in ALGORITHMS if name in self.digests), None)


def remote_file(entry: Any) -> RemoteFile:
    """Return the file of an entry of a list; raise `ContractBroken` for what is none."""
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
        raise ContractBroken("The server's list of files has an entry without a key.")
    size = entry.get("size")
    transfer, links = entry.get("transfer"), entry.get("links")
    return RemoteFile(
        key=entry["key"],
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        status=str(entry.get("status") or "completed"),
        digests=_digests(entry),
        transfer=transfer if isinstance(transfer, dict) else {},
        links=links if isinstance(links, dict) else {},
        is_read=entry.get("verified", True) is not False,
    )


def _digests(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of ``checksum`` and ``checksums``; other kinds, as ``multipart:…``, tell nothing."""
    algorithm, _, digest = str(entry.get("checksum") or "").partition(":")
    several = entry.get("checksums")
    pairs = {algorithm: digest, **(several if isinstance(several, dict) else {})}
    return {
        name: text.lower()
        for name, text in pairs.items()
        if isinstance(text, str) and len(text) == DIGITS.get(name) and text.isalnum()
    }


def difference(file: LocalFile, remote: RemoteFile, known: Mapping[str, str]) -> str:
    """Return how the server's file is another than ours, empty if it is the same.

    `known` are digests of ours that are computed already.
    """
    if remote.size != file.size:
        return f"{file.size} bytes here, {remote.size} there"
    algorithm = remote.algorithm
    if algorithm is None:
        return "" if remote.is_complete and remote.is_read else "its checksum is not known yet"
    digest = known.get(algorithm) or digest_of(file.blocks(), algorithm)
    if digest != remote.digests[algorithm]:
        return f"{algorithm}:{digest} here, {algorithm}:{remote.digests[algorithm]} there"
    return ""
