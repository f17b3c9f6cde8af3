"""Built style sheets and scripts: their addresses, which change with every byte, and the bytes themselves.

``make assets`` builds them from `sources`; they are kept in the tree, so that a server needs no tool for it.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOLDER = "static"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file: its address, and its digest for Subresource Integrity (W3C SRI, section 3.5)."""

    address: str
    integrity: str


@dataclass(frozen=True, slots=True)
class AssetBytes:
    """The content of an asset, plain and compressed, with its media type."""

    plain: bytes
    gzipped: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return the assets by the names of their sources, as ``landing.css``."""
    manifest = json.loads((files("repository.faces.pages") / FOLDER / "manifest.json").read_text())
    return {name: Asset(f"/{FOLDER}/{built['file']}", built["integrity"]) for name, built in manifest.items()}


@cache
def asset_bytes(file: str) -> AssetBytes | None:
    """Return a built file by its name, None for a name that the manifest does not have."""
    if f"/{FOLDER}/{file}" not in {asset.address for asset in assets().values()}:
        return None
    plain = (files("repository.faces.pages") / FOLDER / file).read_bytes()
    return AssetBytes(plain, gzip.compress(plain, mtime=0), _TYPES[file.rpartition(".")[2]])
