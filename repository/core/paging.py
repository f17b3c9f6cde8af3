"""Pages of a list by number and size, within a window; past the window a cursor leads on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

WINDOW = 10_000
"""Hits reachable by page number; the InvenioRDM contract's limit."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `number` counts from 1."""

    number: int = 1
    size: int = 25

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Page":
        """Return the page that a query string with `page` and `size` names."""
        return cls(query["page"], query["size"])

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def has_next(self, total: int) -> bool:
        return self.offset + self.size < total


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Links of a list at the absolute URL `base`, with the other parameters of its query."""

    base: str
    parameters: Mapping[str, Any]

    def at(self, **position: Any) -> str:
        """Return the address of one place in the list."""
        return f"{self.base}?{urlencode({**self.parameters, **position}, doseq=True)}"

    def numbered(self, page: Page, total: int, cursor: str | None = None) -> dict[str, str]:
        """Return ``self``, ``prev`` and ``next`` of a page; `cursor` leads on past the window."""
        links = {"self": self._page(page, page.number)}
        if page.number > 1:
            links["prev"] = self._page(page, page.number - 1)
        if page.has_next(total):
            within = (page.number + 1) * page.size <= WINDOW
            if within or cursor is None:
                links["next"] = self._page(page, page.number + 1)
            else:
                links["next"] = self.at(size=page.size, cursor=cursor)
        return links

    def _page(self, page: Page, number: int) -> str:
        return self.at(page=number, size=page.size)
