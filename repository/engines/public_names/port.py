"""What a public register of people promises: names for whoever fills in creators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublicName:
    """A person as a register shows them: the bare iD, parts of the name, and names of organisations."""

    orcid: str
    family_name: str
    given_name: str
    organisations: Sequence[str] = ()


class PublicNames(Protocol):
    """A search that ends in time, whatever the register does."""

    def suggest(self, words: str, most: int) -> Sequence[PublicName]:
        """Return at most `most` people whose names or iD have all the words; raises `Unavailable`."""

    def close(self) -> None:
        """Close connections."""
