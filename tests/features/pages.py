"""Pages written from values, and read as a browser would."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

from repository.dataset.description import Publication
from repository.dataset.formats.registry import FORMATS
from repository.dataset.formats.signposting import items, level_1, signposts
from repository.faces.pages.landing.listed_files import FILES_AT_ONCE, ListedFiles
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import VersionLine, render
from tests.features.samples import PUBLICATION

TODAY = date(2025, 3, 23)
VERSIONS = (
    VersionLine("https://repository.test/records/12", 2, "V2", "2024-03-05", "10.5072/data.12", True),
    VersionLine("https://repository.test/records/10", 1, "", "2023-01-05", "10.5072/data.10", False),
)  # fmt: skip
VOID = frozenset({"meta", "link", "br", "hr", "wbr", "col", "input", "img"})


class Page(HTMLParser):
    """A page read as a browser would, as far as these tests look."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def each(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_in(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    def metas(self, name: str) -> list[str | None]:
        return [meta["content"] for meta in self.each("meta") if meta.get("name") == name]

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.texts)


EXPORTS = tuple(FORMATS.values())
API_URL = "https://repository.test/api/records/12"


def shown(unit: Publication = PUBLICATION, language: str = "en", **changes: Any) -> str:
    names = ("page", "style", "chosen", "path", "q", "sort")
    params = {name: changes.pop(name) for name in names if name in changes}
    total = unit.file_count
    last = -(-total // FILES_AT_ONCE)
    given: dict[str, Any] = {
        "versions": VERSIONS,
        "listed": ListedFiles((), unit.files, total, params.get("page", 1) < last, can_sort=True),
        "files_restricted": False,
        "takes_requests": False,
        "params": PageParams(language, **params),
        "accessed": TODAY,
        "api_url": API_URL,
        "archive_url": f"{API_URL}/files-archive",
        "exports": EXPORTS,
        "links": level_1(signposts(unit, EXPORTS, API_URL), items(unit)),
    }
    return render(unit, **{**given, **changes})
