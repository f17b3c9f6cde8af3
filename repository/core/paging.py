"""Pages of a list by number and size, within a window; past the window, lists are walked by cursor."""

from dataclasses import dataclass

WINDOW = 10_000
"""Hits reachable by page number; the InvenioRDM contract's limit."""


@dataclass(frozen=True, slots=True)
class Page:
    """`number` counts from 1."""

    number: int = 1
    size: int = 25

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def has_next(self, total: int) -> bool:
        return self.offset + self.size < total
