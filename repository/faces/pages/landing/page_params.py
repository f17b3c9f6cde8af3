"""The parameters in the address of a dataset's page."""

from dataclasses import dataclass, replace

from repository.faces.pages.shell.page_frame import PageFrame
from repository.files.level_pages import NAME

FILES = "#files"


@dataclass(frozen=True, slots=True)
class PageParams(PageFrame):
    """The parameters of a page.

    `page` of the list of files counts from 1; `path` is the folder that it shows, with a slash at its end, or empty;
    `q` are words of names to find in it; `sort` is one of `SORTS`.  `style` is that of one more citation, or empty.
    """

    page: int = 1
    style: str = ""
    path: str = ""
    q: str = ""
    sort: str = NAME

    @property
    def is_plain(self) -> bool:
        """Whether the list of files is at its beginning."""
        return self.page == 1 and not self.path and not self.q and self.sort == NAME

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that are not the default."""
        sort = self.sort if self.sort != NAME else ""
        page = str(self.page) if self.page > 1 else ""
        values = (("path", self.path), ("q", self.q), ("sort", sort), ("page", page), ("style", self.style))
        return tuple((name, value) for name, value in values if value)

    def kept(self, *changed: str) -> list[tuple[str, str]]:
        """Return what a form has to send along that asks for the parameters `changed`."""
        values = [("lang", self.language), *self.own()] if self.chosen else [*self.own()]
        return [(name, value) for name, value in values if name not in changed]

    def at_page(self, page: int) -> str:
        """Return the query of another page of the list of files."""
        return (replace(self, page=page).query() or "?") + FILES

    def in_folder(self, path: str) -> str:
        """Return the query of the list of a folder, without a filter."""
        return (replace(self, path=path, q="", page=1).query() or "?") + FILES

    def sorted_by(self, sort: str) -> str:
        """Return the query of the first page of the list in another order."""
        return (replace(self, sort=sort, page=1).query() or "?") + FILES
