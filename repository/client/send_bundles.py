"""Small files that go together in one request, a TAR, where the server takes such bundles."""

import hashlib
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.client.api_session import JSON, ApiSession
from repository.client.client_errors import ContractBroken, FileFault, Refused
from repository.client.connections import body_of
from repository.client.files_here import LocalFile

SMALL = 1 << 20
"""bytes from which on a file goes by itself"""
MOST_BYTES = 4 << 20
"""of a bundle: it is kept in memory until it was sent"""
CROSSED, MOST_CROSSED = 409, 5
"""the status of a request that another one crossed, and how often it is sent then"""
TAR = "application/x-tar"
_BLOCK, _END = 512, bytes(1024)
_LONGEST_HEADERS = 4 << 10

Failed = Callable[[LocalFile, Exception], None]


@dataclass(frozen=True, slots=True)
class BundlePolicy:
    """What bundles a server takes: `keyword` is that of a file's digest in its extended header."""

    files: int
    bytes: int
    keyword: str

    def groups(self, files: Sequence[LocalFile]) -> Iterator[Sequence[LocalFile]]:
        """Yield the files in their order, in groups of which each fits in a bundle."""
        group: list[LocalFile] = []
        size = 0
        for file in files:
            more = file.size + _LONGEST_HEADERS
            if group and (len(group) == self.files or size + more > min(self.bytes, MOST_BYTES)):
                yield group
                group, size = [], 0
            group.append(file)
            size += more
        if group:
            yield group


def bundle_policy(limits: Mapping[str, Any]) -> BundlePolicy | None:
    """Return what bundles the server takes, by its `limits` of them; None for a server that does not say so."""
    files, most, keyword = limits.get("files"), limits.get("bytes"), limits.get("sha256")
    if not (isinstance(files, int) and isinstance(most, int) and isinstance(keyword, str)):
        return None
    return BundlePolicy(files, most, keyword) if files > 1 and most >= 2 * SMALL else None


@dataclass(frozen=True)
class BundleSender:
    """Sends bundles to the draft of `record`."""

    session: ApiSession
    record: str
    policy: BundlePolicy

    def send(self, files: Sequence[LocalFile], failed: Failed) -> dict[str, str]:
        """Send files, and return the SHA-256 of those that the server has now; tell `failed` of the others, and why.

        Raises `Refused` if the server takes none of them in this way.
        """
        digests: dict[str, str] = {}
        pieces: list[bytes] = []
        for file in files:
            try:
                content = b"".join(file.blocks())
            except FileFault as error:
                failed(file, error)
                continue
            digests[file.key] = hashlib.sha256(content).hexdigest()
            pieces += (self._header(file, digests[file.key]), content, bytes(-len(content) % _BLOCK))
        if not digests:
            return digests
        reply = self._sent(b"".join([*pieces, _END]))
        entries = {entry.get("key"): entry for entry in _entries(reply)}
        for file in files:
            if file.key in digests and (fault := _fault(file, digests[file.key], entries.get(file.key))):
                digests.pop(file.key)
                failed(file, fault)
        return digests

    def _header(self, file: LocalFile, sha256: str) -> bytes:
        info = tarfile.TarInfo(file.key)
        info.size, info.pax_headers = file.size, {self.policy.keyword: sha256}
        return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")

    def _sent(self, content: bytes) -> Any:
        """Send a bundle, again if another request crossed it: what was taken before is the same then."""
        url = f"{self.session.files_url(self.record, draft=True)}-bundle"
        headers = {"Accept": JSON, "Content-Type": TAR}
        for attempt in range(1, MOST_CROSSED + 1):
            try:
                return self.session.read(
                    "Send a bundle", lambda: self.session.send("POST", url, headers, body_of(content))
                )
            except Refused as error:
                if error.status != CROSSED or attempt == MOST_CROSSED:
                    raise
                self.session.patience.pause(attempt)
        raise ContractBroken("Send a bundle")


def _entries(reply: Any) -> Sequence[dict[str, Any]]:
    entries = reply.get("entries") if isinstance(reply, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ContractBroken("Send a bundle: the reply has no list of files.")
    return entries


def _fault(file: LocalFile, sha256: str, entry: dict[str, Any] | None) -> FileFault | None:
    """Return why the server does not have the file as it is here, None if it has."""
    if entry is None:
        return FileFault(f"{file.key}: the server says nothing of it.")
    if entry.get("status") not in ("stored", "same"):
        return FileFault(f"{file.key}: {entry.get('reason') or entry.get('status')}")
    checksums = entry.get("checksums")
    there = checksums.get("sha256") if isinstance(checksums, dict) else None
    if there != sha256:
        return FileFault(f"{file.key}: the server has other bytes than were sent: sha256:{there}")
    try:
        file.require_unchanged()
    except FileFault as error:
        return error
    return None
