"""How to cite a dataset, in the styles that journals ask for and as BibTeX."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from repository.dataset.description import Publication
from repository.dataset.formats import gbt7714, styles
from repository.dataset.formats.bibtex import bibtex
from repository.dataset.formats.csl import csl_json

__all__ = ["STYLES", "bibtex", "cite"]

GB_T_7714 = "gb-t-7714-2015-numeric"

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "apa": "APA (7th edition)",
        GB_T_7714: "GB/T 7714—2015",
        "chicago-author-date": "Chicago (author-date)",
        "harvard-cite-them-right": "Harvard",
        "modern-language-association": "MLA",
        "ieee": "IEEE",
        "nature": "Nature",
        "vancouver": "Vancouver (NLM)",
    }
)
"""Style id -> name for people, in the order in which they are offered."""

_SYNONYMS = {
    "china-national-standard-gb-t-7714-2015-numeric": GB_T_7714,
    "gb-t-7714": GB_T_7714,
    "gb-t-7714-2015": GB_T_7714,
    "nlm-citation-sequence": "vancouver",
    "mla": "modern-language-association",
    "harvard": "harvard-cite-them-right",
    "chicago-fullnote-bibliography": "chicago-notes-bibliography",
}
_CSL_FILES = {"vancouver": "nlm-citation-sequence"}
_UNLISTED = frozenset({"chicago-notes-bibliography"})
_NO_RANGE = ".\u2011."
"""Stands for a hyphen between numbers, in which citeproc would see a range; between full stops it sees none."""
_MARKED_VERSION = re.compile(r"[vV](?=\d)")


def cite(publication: Publication, style: str, locale: str = "en-US", accessed: date | None = None) -> str:
    """The reference to `publication` as one line of plain text.

    `style` is one of `STYLES`, `locale` a language tag; `accessed` is the day of the citation, for
    the styles that state one.  Raises `ValueError` for an unknown style or locale, naming those
    there are.  Safe to call from several threads.
    """
    wanted = _SYNONYMS.get(style, style)
    if wanted == GB_T_7714:
        return gbt7714.reference(publication, accessed)
    if wanted not in STYLES and wanted not in _UNLISTED:
        raise ValueError(f"Unknown citation style {style!r}. Available: {', '.join(STYLES)}.")
    item = csl_json(_for_print(publication), accessed)
    text = styles.render(_CSL_FILES.get(wanted, wanted), styles.locale_for(locale), item)
    return text.replace(_NO_RANGE, "-")


def _for_print(publication: Publication) -> Publication:
    """With a bare version number, because styles write "Version" before it, and "Versions" before a range."""
    version = _MARKED_VERSION.sub("", publication.description.version, count=1).replace("-", _NO_RANGE)
    return replace(publication, description=replace(publication.description, version=version))
