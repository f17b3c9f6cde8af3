"""How to cite a record: in the usual styles, in a chosen one, and as whatever version is newest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import GB_T_7714, STYLES, cite
from repository.dataset.formats.citation.recommended import recommended

_CITED_IN = "en-US"
"""Journals want these styles in English; GB/T 7714 follows that of the data; in Chinese it has Chinese names."""
_RECOMMENDED = "datacite"
STYLES_ON_REQUEST: Mapping[str, str] = {style: name for style, name in STYLES.items() if style != GB_T_7714}
"""Styles that the page shows on request: each takes longer than the rest of the page."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The citation of the record in one style."""

    style: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Citing:
    """Citations of this version, and one of whatever version is the newest, if the dataset has an identifier."""

    citations: Sequence[Citation]
    newest: Citation | None


def citing(publication: Publication, style: str, language: str, accessed: date) -> Citing:
    """Return the citations that state the day `accessed`, first the one that readers of `language` want.

    `style` is one more of `STYLES_ON_REQUEST`, which comes before them, or empty.
    """
    citations = list(_citations(publication, style, language, accessed))
    dataset = _as_dataset(publication)
    newest = next(_citations(dataset, style, language, accessed)) if dataset else None
    return Citing(citations, newest)


def _citations(publication: Publication, style: str, language: str, accessed: date) -> Iterator[Citation]:
    if style in STYLES_ON_REQUEST:
        yield Citation(style, STYLES[style], cite(publication, style, _CITED_IN, accessed))
    for name in (GB_T_7714, _RECOMMENDED) if language == "zh" else (_RECOMMENDED, GB_T_7714):
        if name == _RECOMMENDED:
            yield Citation(_RECOMMENDED, "DataCite", recommended(publication))
        else:
            yield Citation(GB_T_7714, STYLES[GB_T_7714], cite(publication, GB_T_7714, language, accessed))


def _as_dataset(publication: Publication) -> Publication | None:
    """Return the dataset of all versions, described as this one; None if it has no identifier of its own."""
    if not (publication.concept_doi or publication.concept_cstr):
        return None
    return replace(
        publication,
        url=publication.concept_url,
        doi=publication.concept_doi,
        cstr=publication.concept_cstr,
        concept_doi=None,
        concept_cstr=None,
        handle=None,
        is_concept=True,
        previous=None,
        following=None,
    )
