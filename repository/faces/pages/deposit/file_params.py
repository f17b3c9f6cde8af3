"""The parameters in the address of a draft's files: which folder, what to find, which page."""

from dataclasses import dataclass, replace

from repository.faces.pages.shell.page_frame import PageFrame


@dataclass(frozen=True, slots=True)
class FileParams(PageFrame):
    """`path` is the folder that is shown, with a slash at its end, or empty.  `q` are words of names to find in it."""

    path: str = ""
    q: str = ""
    page: int = 1

    def own(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that are not the default."""
        values = (("path", self.path), ("q", self.q), ("page", str(self.page) if self.page > 1 else ""))
        return tuple((name, value) for name, value in values if value)

    def at_page(self, page: int) -> str:
        """Return the query of another page of the list."""
        return f"{replace(self, page=page).query() or '?'}#held"

    def in_folder(self, path: str) -> str:
        """Return the query of the list of a folder."""
        return f"{replace(self, path=path, q='', page=1).query() or '?'}#held"
