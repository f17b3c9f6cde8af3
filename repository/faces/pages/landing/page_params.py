"""The parameters in the address of a dataset's page."""

from dataclasses import dataclass, replace

from repository.faces.pages.shell.page_frame import PageFrame


@dataclass(frozen=True, slots=True)
class PageParams(PageFrame):
    """The parameters of a page.

    `page` of the list of files counts from 1; `style` is that of one more citation, or empty.
    """

    page: int = 1
    style: str = ""

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that are not the default."""
        values = (("page", str(self.page) if self.page > 1 else ""), ("style", self.style))
        return tuple((name, value) for name, value in values if value)

    def at_page(self, page: int) -> str:
        """Return the query of another page of the list of files."""
        return replace(self, page=page).query() + "#files"

    def in_style(self, style: str) -> str:
        """Return the query of the page with one more citation."""
        return replace(self, style=style).query() + "#cite"
