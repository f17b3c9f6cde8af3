"""What the address of a page says of it beside its path: the language, and everything that keeps its place."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The language of a page and the parameters of its address; `chosen` says that the address names the language.

    `rest` are the other parameters that the page keeps when its language changes, as names and values in order.
    """

    language: str = "en"
    chosen: bool = False
    rest: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> str:
        """Return the query of the page in another language."""
        return replace(self, language=language, chosen=True).query() or "?"

    def home(self) -> str:
        """Return the address of the start page in the chosen language."""
        return f"/?lang={self.language}" if self.chosen else "/"

    def at(self, path: str, **values: str | int) -> str:
        """Return the address of another page of the site in the chosen language."""
        query = urlencode({**({"lang": self.language} if self.chosen else {}), **values})
        return f"{path}?{query}" if query else path

    def language_query(self) -> str:
        """Return the query that leads to another page in the chosen language."""
        return f"?lang={self.language}" if self.chosen else ""

    def query(self) -> str:
        """Return ``?`` and the parameters that are not the default, or nothing."""
        values = [("lang", self.language), *self.own()] if self.chosen else [*self.own()]
        return "?" + urlencode(values) if values else ""

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters beside the language."""
        return self.rest
