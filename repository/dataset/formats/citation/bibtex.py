"""BibTeX and biblatex entries, with text in UTF-8.

Sources: BibTeXing (Patashnik, 1988), section 3, for the types of BibTeX, which knows no data; biblatex manual 3.20,
sections 2.1 (types) and 2.2 (fields). BibTeX counts braces even behind a backslash.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from repository.dataset import cstr
from repository.dataset.description import Agent, Licence, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import cited
from repository.dataset.formats.iso_dates import date_parts, interval
from repository.dataset.formats.plain_text import plain, printable
from repository.dataset.formats.type_mappings import kind_of
from repository.dataset.pinyin import family_in_pinyin
from repository.dataset.unicode_forms import normalised

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OF_BIBLATEX_ALONE = frozenset({"dataset", "software"})
_ESCAPES = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "{": r"\{",
        "}": r"\}",
        **{character: f"\\{character}" for character in "$&#%_"},
    }
)
_ESCAPES_OF_UNPAIRED = _ESCAPES | str.maketrans({"{": r"{\textbraceleft}", "}": r"{\textbraceright}"})
"""For a text whose braces do not come in pairs: they would end a field too early or never."""
_VERBATIM = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def bibtex(publication: Publication) -> str:
    """Return one entry for BibTeX, ending in a line break.

    Data and software are of type ``misc``: readers that know the types of BibTeX alone would drop another.

    Braces around titles keep styles from changing their case. Braces around names of organisations keep styles from
    splitting them. The CSTR stands in ``note``, which every style prints.
    """
    kind = kind_of(publication.description.resource_type.id).bibtex
    published = _year_and_month(publication.description.publication_date)
    return _entry("misc" if kind in _OF_BIBLATEX_ALONE else kind, publication, published)


def biblatex(publication: Publication) -> str:
    """Return the same entry for biblatex: with its types for data and software, and the whole date."""
    kind = kind_of(publication.description.resource_type.id).bibtex
    day = interval(publication.description.publication_date, open_end="")
    return _entry(kind, publication, [("date", _in_braces(day))])


def _entry(kind: str, publication: Publication, published: Iterable[tuple[str, str]]) -> str:
    lines = [f"  {name:<9} = {value}," for name, value in _fields(publication, published) if value]
    return "\n".join([f"@{kind}{{{_key(publication)},", *lines, "}\n"])


def _fields(publication: Publication, published: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    description = cited(publication).description
    yield "author", _in_braces(" and ".join(_name(agent) for agent in description.creators))
    yield "editor", _in_braces(" and ".join(_name(agent) for agent in csl.editors(description.contributors)))
    yield "title", _in_braces(_in_braces(_text(description.title)))
    yield "publisher", _in_braces(_text(csl.publisher(publication)))
    yield from published
    yield "version", _in_braces(_text(csl.version(publication)))
    yield "doi", _in_braces((publication.doi or "").translate(_VERBATIM))
    yield "url", _in_braces(csl.address(publication).translate(_VERBATIM))
    if publication.cstr:
        yield "note", _in_braces(_text(cstr.parse(publication.cstr).curie))
    yield "language", _in_braces(_text(", ".join(label.name().lower() for label in description.languages)))
    yield "copyright", _in_braces("; ".join(_text(_licence(licence)) for licence in description.licences))
    yield "keywords", _in_braces(", ".join(_protect(subject.subject) for subject in description.subjects))
    yield "abstract", _in_braces(_text(plain(description.description)))


def _year_and_month(edtf: str) -> Iterator[tuple[str, str]]:
    """Yield year and month; of an interval, those of its beginning."""
    for year, *rest in date_parts(edtf)[:1]:
        yield "year", _in_braces(f"{year:04}")
        if rest:
            yield "month", _MONTHS[rest[0] - 1]


def _licence(licence: Licence) -> str:
    address = identifier_urls.web_address(licence.url)
    return f"{licence.title}, {address}" if address else licence.title


def _name(agent: Agent) -> str:
    """Return "Family, Given"; add braces where BibTeX would read a comma or the word "and" as its own.

    A Chinese name is one word, which no style divides: in braces it would pass for an organisation's.
    """
    if not agent.personal:
        return _in_braces(_text(person_names.display_name(agent)))
    if person_names.is_indivisible(agent):
        return _protect(person_names.display_name(agent), "[, ]")
    family_name, given_name = person_names.parts(agent)
    return ", ".join(part for part in (_family(family_name), _protect(given_name)) if part)


def _family(name: str) -> str:
    """Return a family name; in braces if readers would take its beginning for a particle, as "von" is one.

    That is a word of a script without capitals, and the article of "al-Biruni", which ends in no blank.
    """
    first, *others = name.split() or [""]
    beginning = first[:1]
    caseless = bool(others) and beginning.isalpha() and beginning.lower() == beginning.upper()
    article = beginning.islower() and "-" in first
    return _in_braces(_text(name)) if caseless or article else _protect(name)


def _protect(part: str, dividing: str = ",") -> str:
    text = _text(part)
    return _in_braces(text) if re.search(rf"{dividing}|\band\b", text, re.IGNORECASE) else text


def _key(publication: Publication) -> str:
    """Return a key as in ``mueller_2024_17`` or ``li_2024_18``: ASCII, and stable, because documents cite by it."""
    description = publication.description
    creators = description.creators
    family = person_names.parts(creators[0])[0] if creators and creators[0].personal else ""
    family = family_in_pinyin(family) or family
    letters = normalised("NFKD", family).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]", "", letters.lower()) or (description.resource_type.id or "dataset")
    return "_".join(part for part in (word, description.year, str(publication.id)) if part)


def _text(text: str) -> str:
    clean = printable(text)
    return clean.translate(_ESCAPES if _is_paired(clean) else _ESCAPES_OF_UNPAIRED)


def _is_paired(text: str) -> bool:
    depths = list(accumulate({"{": 1, "}": -1}.get(character, 0) for character in text))
    return not depths or (min(depths) >= 0 and depths[-1] == 0)


def _in_braces(text: str) -> str:
    return f"{{{text}}}" if text else ""
