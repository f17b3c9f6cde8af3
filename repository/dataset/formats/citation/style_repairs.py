"""Repairs of what citeproc-py 0.11 gets wrong in the styles of the CSL project.

citeproc-py makes the elements of a style from the classes directly below `CitationStylesElement`, the last of each
name: the classes here replace the library's own. The other repairs change a style once, after it is read.
"""

import re
from typing import Any
from weakref import proxy

from citeproc import model
from citeproc.string import String

from repository.dataset.formats.citation import initials
from repository.dataset.formats.scripts import script_of

_CSL = {"cs": "http://purl.org/net/xbiblio/csl"}
_INITIALS = "initialize-with"

# American commas and full stops stand inside quotation marks; citeproc-py ignores this option
_CLOSING_QUOTE = re.compile("(”)([.,])")
_DOUBLED_STOP = re.compile(r"(?<!\.)([.?!。？！])(’?[”》]?)\.(?=\s|$)")
# separators before a missing last part; bounded, because a title may be full stops without end
_LOOSE_END = re.compile(r"[\s.,;:]{0,8}[\s,;:]\.?$")


class _CaseChanger:
    """Changes the case of parts that are plain strings; the library has no method for them."""

    def case(self, text: Any, language: str | None = None) -> Any:
        if script_of(str(text)) == "GEORGIAN":
            return text  # its capitals are for whole lines, never for the beginning of a word
        plain = String(str(text))
        return super().case(plain, language) if plain else plain  # type: ignore[misc]  # of the class it is mixed into


class _Text(_CaseChanger):
    """Finds its macro in a table; the library searches the whole style hundreds of times for one reference."""

    def get_macro(self, name: str) -> Any:
        return self.get_root().macros[name]  # type: ignore[attr-defined]

    def calls_variable(self) -> bool:
        """Return the library's answer, computed once for each macro: it is the same for every reference."""
        name = self.get("macro")  # type: ignore[attr-defined]
        if name is None:
            return bool(super().calls_variable())  # type: ignore[misc]
        calling = self.get_root().calling  # type: ignore[attr-defined]
        if name not in calling:
            calling[name] = super().calls_variable()  # type: ignore[misc]
        return bool(calling[name])


class _NamePart(_CaseChanger):
    """Leaves out a part that a name lacks, with its surroundings; other parts stay plain strings."""

    def format_part(self, given_name: str | None, family_name: str | None) -> tuple[str | None, str | None]:
        part = given_name if self.get("name") == "given" else family_name  # type: ignore[attr-defined]
        if not part:
            return given_name, family_name
        formatted = super().format_part(given_name, family_name)  # type: ignore[misc]
        return formatted[0] and str(formatted[0]), formatted[1] and str(formatted[1])


class _Name:
    """Shortens given names as `initials` does; the library prints stops beside names of scripts without capitals."""

    def initialize(self, names: str, mark: str, context: Any) -> str:
        hyphen = bool(self.get_option("initialize-with-hyphen", context))  # type: ignore[attr-defined]
        return initials.shortened(str(names), mark, hyphen)


_ELEMENTS = tuple(
    type(name, (mixin, getattr(model, name), model.CitationStylesElement), {})
    for name, mixin in (
        ("Text", _Text),
        ("Name", _Name),
        ("Number", _CaseChanger),
        ("Label", _CaseChanger),
        ("Date_Part", _CaseChanger),
        ("Name_Part", _NamePart),
    )
)
"""A reference, because Python forgets classes without one."""


def repair(root: Any) -> None:
    """Change the parsed style at `root` to one that citeproc-py prints correctly."""
    root.macros = {macro.get("name"): macro for macro in reversed(root.findall("cs:macro", _CSL))}
    root.calling = {}
    _leave_out_numbers(root)
    _name_names(root)
    _keep_given_names(root)
    for local in root.locales:
        _separate_date_parts(local)
        local.style = proxy(root)  # a cycle would stay in memory until a full garbage collection


def tidy(text: str, locale: str) -> str:
    """Return a reference without doubled full stops and loose ends; in American English with stops inside quotes."""
    text = _DOUBLED_STOP.sub(r"\1\2", text)
    if loose_end := _LOOSE_END.search(text):
        text = text[: loose_end.start()] + "."
    return _CLOSING_QUOTE.sub(r"\2\1", text) if locale == "en-US" else text


def _leave_out_numbers(root: Any) -> None:
    """Remove the number of an entry, with which numeric styles begin: one reference is no list."""
    for number in root.xpath("//cs:text[@variable='citation-number']", namespaces=_CSL):
        number.getparent().remove(number)


def _name_names(root: Any) -> None:
    """Give names without an element for their form an empty one: citeproc-py would make it of its own class."""
    for names in root.xpath("//cs:names[not(cs:name) and not(ancestor::cs:substitute)]", namespaces=_CSL):
        names.insert(0, names.makeelement(f"{{{_CSL['cs']}}}name"))


def _keep_given_names(root: Any) -> None:
    """Honour ``initialize="false"``, which citeproc-py does not know.

    The instruction to abbreviate moves from the style to each name that does not forbid it.
    """
    exempt_names = root.xpath("//cs:name[@initialize='false']", namespaces=_CSL)
    if not exempt_names or _INITIALS not in root.attrib:
        return
    mark = root.attrib.pop(_INITIALS)
    for name in root.xpath("//cs:name[not(@initialize='false')]", namespaces=_CSL):
        name.set(_INITIALS, name.get(_INITIALS, mark))


def _separate_date_parts(locale: Any) -> None:
    """Write the delimiter of a locale's date into its parts, because citeproc-py forgets it."""
    for date in locale.xpath(".//cs:date[@delimiter]", namespaces=_CSL):
        delimiter = date.attrib.pop("delimiter")
        for part in date.xpath("cs:date-part[position() > 1]", namespaces=_CSL):
            part.set("prefix", delimiter + part.get("prefix", ""))
