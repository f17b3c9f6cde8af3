"""What a page says in its head for reference managers, search engines and social sites.

Sources: Highwire Press tags as Google Scholar reads them; Dublin Core in HTML (DC-HTML) with DCMI Metadata Terms;
the Open Graph protocol (ogp.me).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from repository.dataset.description import Agent, Publication
from repository.dataset.formats import csl, links, names
from repository.dataset.formats.access import COAR
from repository.dataset.formats.kinds import kind_of
from repository.dataset.formats.text import language_tag, one_line, plain

LONGEST_SUMMARY = 300
"""Characters of the abstract that search engines show."""
_LOCALES = {"en": "en_US", "zh": "zh_CN"}


@dataclass(frozen=True, slots=True)
class Meta:
    """`attribute` is what its name stands in: ``name``, or ``property`` as RDFa says it."""

    name: str
    content: str
    attribute: str = "name"


def metas(publication: Publication, language: str) -> list[Meta]:
    """``<meta>`` of the page, without empty ones; `language` is the page's own."""
    said = (*_highwire(publication), *_dublin_core(publication), *_open_graph(publication, language))
    return [meta for meta in said if meta.content]


def summary(publication: Publication) -> str:
    """The beginning of the abstract as one line."""
    text = one_line(plain(publication.description.description))
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _highwire(publication: Publication) -> Iterator[Meta]:
    description = publication.description
    yield Meta("citation_title", one_line(description.title))
    for agent in description.creators:
        yield from _author(agent)
    yield Meta("citation_publication_date", _slashed(description.publication_date))
    yield Meta("citation_online_date", _slashed(publication.created[:10]))
    yield Meta("citation_publisher", description.publisher or publication.repository_name)
    yield Meta("citation_doi", publication.doi or "")
    yield Meta("citation_abstract_html_url", publication.url)
    yield Meta("citation_language", csl.language(publication) or "")
    for subject in description.subjects:
        yield Meta("citation_keywords", subject.subject)


def _author(agent: Agent) -> Iterator[Meta]:
    """An author and, directly after it as readers expect, what belongs to it."""
    yield Meta("citation_author", names.catalogued(agent))
    for affiliation in agent.affiliations:
        yield Meta("citation_author_institution", affiliation.name)
    if orcid := agent.identifier("orcid"):
        yield Meta("citation_author_orcid", links.link_to("orcid", orcid) or "")


def _dublin_core(publication: Publication) -> Iterator[Meta]:
    description = publication.description
    yield Meta("DC.title", one_line(description.title))
    for agent in description.creators:
        yield Meta("DC.creator", names.catalogued(agent))
    for agent in description.contributors:
        yield Meta("DC.contributor", names.catalogued(agent))
    yield Meta("DC.identifier", links.doi_url(publication.doi) if publication.doi else "")
    yield Meta("DC.identifier", links.cstr_url(publication.cstr) if publication.cstr else "")
    yield Meta("DC.date", description.publication_date)
    yield Meta("DC.publisher", description.publisher or publication.repository_name)
    yield Meta("DC.type", kind_of(description.resource_type.id).schema_org)
    yield Meta("DC.description", summary(publication))
    for subject in description.subjects:
        yield Meta("DC.subject", subject.subject)
    for label in description.languages:
        yield Meta("DC.language", language_tag(label.id) or "")
    for related in description.related_identifiers:
        yield Meta("DC.relation", links.link_to(related.scheme, related.identifier) or related.identifier)
    yield from _rights(publication)
    yield from _files(publication)


def _rights(publication: Publication) -> Iterator[Meta]:
    """Licences and the state of access (COAR Access Rights), as addresses where they have one."""
    for licence in publication.description.licences:
        address = links.web_address(licence.url)
        yield Meta("DC.rights", address or licence.title)
        yield Meta("DCTERMS.license", address or "")
    name, address = COAR.get(publication.access_status, ("", ""))
    yield Meta("DC.rights", name)
    yield Meta("DCTERMS.accessRights", address)
    yield Meta("DCTERMS.available", publication.embargo_until)


def _files(publication: Publication) -> Iterator[Meta]:
    if publication.file_count:
        yield Meta("DCTERMS.extent", f"{publication.total_bytes} bytes")
    for media_type in dict.fromkeys(file.media_type for file in publication.files):
        yield Meta("DC.format", media_type)


def _open_graph(publication: Publication, language: str) -> Iterator[Meta]:
    others = (locale for tag, locale in _LOCALES.items() if tag != language)
    said = (
        ("og:type", "website"),
        ("og:title", one_line(publication.description.title)),
        ("og:description", summary(publication)),
        ("og:url", publication.url),
        ("og:site_name", publication.repository_name),
        ("og:locale", _LOCALES.get(language, "")),
        *(("og:locale:alternate", locale) for locale in others),
    )
    yield from (Meta(name, content, "property") for name, content in said)
    yield Meta("twitter:card", "summary")


def _slashed(edtf: str) -> str:
    """Highwire's form of the begin of a date: ``2024/03/05``, ``2024/03`` or ``2024``."""
    parts = csl.date_parts(edtf)
    return "/".join(f"{part:02}" for part in parts[0]) if parts else ""
