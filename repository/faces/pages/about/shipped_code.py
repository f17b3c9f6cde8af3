"""The licences of what browsers are sent: of our own scripts and sheets, and of what is built into them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ShippedPackage:
    """A package of others that is part of a script or sheet."""

    name: str
    version: str
    licence: str
    text: str


@cache
def shipped_packages() -> Sequence[ShippedPackage]:
    """Return the packages, as the build of the assets listed them."""
    listed = json.loads((files("repository.faces.pages") / "static" / "licences.json").read_text("utf-8"))
    return [ShippedPackage(**package) for package in listed]
