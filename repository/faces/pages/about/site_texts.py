"""The texts of the site, in each language; an installation has its own in the place of ours.

A text is Markdown below a head with `version` and `date`.  The first file there is counts: that of the folder
``REPOSITORY_PAGES_DIR``, then the one that came with this release.  A name is one of a list, never what was sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import structlog

from repository.core.errors import Unsuitable
from repository.faces.pages.about.text_html import TextBody, body_of

SECTIONS: Mapping[str, Sequence[str]] = {
    "about": ("contact", "licences"),
    "policies": ("deposit", "access", "preservation", "withdrawal", "privacy", "terms", "accessibility"),
    "help": ("deposit", "files", "review", "search", "cite", "versions", "api", "keyboard"),
}
"""The sections, each with the names of its texts; each section has a text of its own too."""
_OURS = Path(str(files("repository.faces.pages.about"))) / "texts"
_RULE = "---\n"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SiteText:
    """A text with its address, the `version` and date of its wording, and its content."""

    address: str
    version: str
    date: date
    body: TextBody


def addresses() -> Sequence[str]:
    """Return the addresses of all texts, each section's own first."""
    return [
        address
        for section, names in SECTIONS.items()
        for address in (f"/{section}", *(f"/{section}/{name}" for name in names))
    ]


def section_texts(section: str, language: str, folder: str) -> Sequence[SiteText]:
    """Return the texts of a section, its own first; ours in the place of one that cannot be read."""
    return [_readable(section, name, language, folder) for name in ("", *SECTIONS[section])]


def _readable(section: str, name: str, language: str, folder: str) -> SiteText:
    try:
        return site_text(section, name, language, folder)
    except Unsuitable:  # it was logged, and its own page says so
        return site_text(section, name, language, "")


def site_text(section: str, name: str, language: str, folder: str) -> SiteText:
    """Return a text of the installation's `folder`, else ours; raise `Unsuitable` for one that cannot be read."""
    part = Path(language, section, f"{name or 'index'}.md")
    path = Path(folder, part) if folder and Path(folder, part).is_file() else _OURS / part
    changed = path.stat().st_mtime_ns
    return _read(path, changed, f"/{section}/{name}" if name else f"/{section}")


@lru_cache(maxsize=256)
def _read(path: Path, changed: int, address: str) -> SiteText:  # noqa: ARG001 - a changed file is read again
    try:
        return parsed(path.read_text("utf-8"), address)
    except (OSError, ValueError) as error:
        log.warning("a text of the site cannot be read", path=str(path), cause=str(error))
        raise Unsuitable(f"The text of {address} cannot be read on this server.") from error


def parsed(source: str, address: str) -> SiteText:
    """Return the text that a file has; raise `ValueError` for one without a head or a title."""
    before, _, rest = source.removeprefix("\ufeff").replace("\r\n", "\n").partition(_RULE)
    head, closed, markdown = rest.partition(_RULE)
    if before or not closed:
        raise ValueError("The file has to begin with its head, between two lines of three hyphens.")
    lines = [line.partition(":") for line in head.splitlines() if line.strip()]
    values = {name.strip(): value.strip() for name, _, value in lines}
    if not values.get("version") or not values.get("date"):
        raise ValueError("The head has to name version and date.")
    return SiteText(address, values["version"], date.fromisoformat(values["date"]), body_of(markdown))
