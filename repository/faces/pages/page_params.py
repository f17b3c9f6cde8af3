"""What a reader asks of a page by its address."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class PageParams:
    """`chosen` says that the language is in the address; `page` of the list of files counts from 1.

    `style` is that of a citation, empty for those that are always there.
    """

    language: str = "en"
    chosen: bool = False
    page: int = 1
    style: str = ""

    def in_language(self, language: str) -> str:
        return replace(self, language=language, chosen=True).query()

    def at_page(self, page: int) -> str:
        return replace(self, page=page).query() + "#files"

    def in_style(self, style: str) -> str:
        return replace(self, style=style).query() + "#cite"

    def home(self) -> str:
        """The start page in the language that was chosen."""
        return f"/?lang={self.language}" if self.chosen else "/"

    def query(self) -> str:
        """``?`` and what differs from a page that is asked for nothing."""
        said = (
            ("lang", self.language if self.chosen else ""),
            ("page", self.page if self.page > 1 else ""),
            ("style", self.style),
        )
        return "?" + urlencode([(name, value) for name, value in said if value])
