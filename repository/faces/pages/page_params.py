"""The parameters in the address of a page."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class PageParams:
    """The parameters of a page; `chosen` says that the address names the language.

    `page` of the list of files counts from 1.  `style` is that of one more citation, or empty.
    """

    language: str = "en"
    chosen: bool = False
    page: int = 1
    style: str = ""

    def in_language(self, language: str) -> str:
        """Return the query of the page in another language."""
        return replace(self, language=language, chosen=True).query()

    def at_page(self, page: int) -> str:
        """Return the query of another page of the list of files."""
        return replace(self, page=page).query() + "#files"

    def in_style(self, style: str) -> str:
        """Return the query of the page with one more citation."""
        return replace(self, style=style).query() + "#cite"

    def home(self) -> str:
        """Return the address of the start page in the chosen language."""
        return f"/?lang={self.language}" if self.chosen else "/"

    def query(self) -> str:
        """Return ``?`` and the parameters that are not the default."""
        values = (
            ("lang", self.language if self.chosen else ""),
            ("page", self.page if self.page > 1 else ""),
            ("style", self.style),
        )
        return "?" + urlencode([(name, value) for name, value in values if value])
