"""Citations of a dataset, in the styles that journals require and as BibTeX."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from repository.dataset import cstr
from repository.dataset.description import Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, gbt7714
from repository.dataset.formats.citation.bibtex import bibtex
from repository.dataset.formats.citation.name_choice import cited, named_in

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
"""Style id -> name for people, in the order of the menu."""

_SYNONYMS = {
    "china-national-standard-gb-t-7714-2015-numeric": GB_T_7714,
    "gb-t-7714": GB_T_7714,
    "gb-t-7714-2015": GB_T_7714,
    "nlm-citation-sequence": "vancouver",
    "mla": "modern-language-association",
    "harvard": "harvard-cite-them-right",
    "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "gb-t-7714-2015-author-date": "china-national-standard-gb-t-7714-2015-author-date",
    "gb-t-7714-2015-note": "china-national-standard-gb-t-7714-2015-note",
}
_CSL_FILES = {"vancouver": "nlm-citation-sequence"}


def cite(publication: Publication, style: str, locale: str = "en-US", accessed: date | None = None) -> str:
    """Return the reference to `publication` as one line of plain text, with its version and both identifiers.

    `style` is one of `STYLES` or the id of any style of the CSL project; `locale` is a language tag, and people
    have their names for it; `accessed` is the day of the citation, for the styles that state one. If a style leaves
    out the DOI or the CSTR, they follow its text, as in ``… https://doi.org/10.5072/1. CSTR:99999.11.1.``, with a
    full stop where the style ends with one. A withdrawn version keeps its citation, because its identifiers still
    lead to the reason. Raise `ValueError` for an unknown style or locale, naming the known ones, and for a style
    that does not fit this type of resource. Safe to call from several threads.
    """
    style_id = _SYNONYMS.get(style, style)
    if style_id == GB_T_7714:
        return gbt7714.reference(_named(publication, style_id, locale), accessed)
    require_style(style)
    # imported here: the library of styles reads XML and takes 5 MB, and many processes never cite
    from repository.dataset.formats.citation import styles  # noqa: PLC0415

    item = csl.csl_json(_named(_for_print(publication), style_id, locale), accessed, to_print=True)
    file = _CSL_FILES.get(style_id, style_id)
    return _with_identifiers(styles.render(file, styles.locale_for(locale), item), publication)


def require_style(style: str) -> None:
    """Raise `ValueError`, which names known styles, when there is no style with this name."""
    # imported here: see `cite`
    from repository.dataset.formats.citation import styles  # noqa: PLC0415

    style_id = _SYNONYMS.get(style, style)
    if style_id != GB_T_7714 and _CSL_FILES.get(style_id, style_id) not in styles.known():
        choice = f"Available: {', '.join(STYLES)}, and each style of {styles.LIST} by its file name"
        raise ValueError(f"Unknown citation style {style[:80]!r}. {choice}.")


def require_locale(locale: str) -> None:
    """Raise `ValueError`, which names the known ones, for a language tag in which no style can be written."""
    # imported here: see `cite`
    from repository.dataset.formats.citation import styles  # noqa: PLC0415

    styles.locale_for(locale)


def _named(publication: Publication, style_id: str, locale: str) -> Publication:
    """Return the publication with the names of the locale; GB/T 7714 wants those of the title (clause 6.1).

    In Chinese it has Chinese names, whatever the title.
    """
    is_chinese = locale.partition("-")[0].lower() == "zh"
    return cited(publication) if "gb-t-7714" in style_id and not is_chinese else named_in(publication, locale)


def _for_print(publication: Publication) -> Publication:
    """Return a copy with a bare version number, because styles write "Version" before it."""
    return replace(publication, description=replace(publication.description, version=csl.bare_version(publication)))


def _with_identifiers(text: str, publication: Publication) -> str:
    """Return `text` and after it the DOI and CSTR that it lacks; without either, the address."""
    folded = text.casefold()
    missing = []
    if publication.doi and not _contains(folded, publication.doi, identifier_urls.doi_url(publication.doi)):
        missing.append(identifier_urls.doi_url(publication.doi))
    if publication.cstr and not _contains(folded, publication.cstr, identifier_urls.cstr_url(publication.cstr)):
        missing.append(cstr.parse(publication.cstr).curie)
    if not publication.doi and not publication.cstr and not _contains(folded, publication.url):
        missing.append(publication.url)
    stop = "." if text.endswith(".") else ""
    return " ".join([text, *(f"{identifier}{stop}" for identifier in missing)])


def _contains(folded: str, *forms: str) -> bool:
    return any(form.casefold() in folded for form in forms)
