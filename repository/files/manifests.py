"""Lists of files that programs read which fetch or verify them: name, digests, and the address of the bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class ManifestEntry(NamedTuple):
    """A file: `key` is its name with folders, `address` absolute and percent-encoded, the digests hexadecimal."""

    key: str
    size: int
    md5: str
    sha256: str
    address: str


Writer = Callable[[ManifestEntry], str]


@dataclass(frozen=True, slots=True)
class ManifestFormat:
    """One line, or a few, for each file; `file_name` is what the list is called beside the files."""

    write: Writer
    file_name: str


def _sum(digest: str, key: str) -> str:
    r"""Return a line for ``sha256sum --check`` and its like.

    A name with a backslash or a line break is escaped, and the line begins with ``\``; ``-`` alone would mean the
    standard input.  Source: GNU Coreutils manual, "cksum output modes".
    """
    name = "./-" if key == "-" else key
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n"


def _in_bag(key: str) -> str:
    """Return the path of a payload file in a bag.

    Line breaks and ``%`` are encoded, and nothing else (RFC 8493, sections 2.1.3 and 2.2.3).
    """
    return "data/" + key.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _fetch(entry: ManifestEntry) -> str:
    return f"{entry.address} {entry.size} {_in_bag(entry.key)}\n"


def _aria2(entry: ManifestEntry) -> str:
    """Return an address and the options of its download (aria2c manual, "Input File").

    aria2 drops blanks around a value; those of a name are kept by the folder before them.
    """
    out = f"./{entry.key}" if entry.key[0].isspace() else entry.key
    return f"{entry.address}\n  out={out}\n  checksum=sha-256={entry.sha256}\n"


MANIFESTS: Mapping[str, ManifestFormat] = {
    "sha256sum": ManifestFormat(lambda entry: _sum(entry.sha256, entry.key), "SHA256SUMS"),
    "md5sum": ManifestFormat(lambda entry: _sum(entry.md5, entry.key), "MD5SUMS"),
    "aria2": ManifestFormat(_aria2, "aria2.txt"),
    "wget": ManifestFormat(lambda entry: f"{entry.address}\n", "urls.txt"),
    "bagit-fetch": ManifestFormat(_fetch, "fetch.txt"),
    "bagit-sha256": ManifestFormat(lambda entry: f"{entry.sha256}  {_in_bag(entry.key)}\n", "manifest-sha256.txt"),
}
"""By the name that ``?format=`` gives them."""
