"""What every registrar promises: an identifier that is registered resolves to its landing page.

`register` may be called again with the same arguments and changes nothing then.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Registration:
    """`value` is the bare identifier, `target` the absolute URL of the landing page."""

    scheme: str
    value: str
    target: str


class Registrar(Protocol):
    name: str

    def register(self, registration: Registration) -> None:
        """Raises `Unavailable` when the registrar does not answer, `Invalid` when it refuses."""
        ...

    def describe(self) -> str: ...
