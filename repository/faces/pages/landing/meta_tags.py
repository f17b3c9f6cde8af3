"""``<meta>`` of a page's head, for reference managers, search engines and social sites.

Sources: Highwire Press tags as Google Scholar reads them; Dublin Core in HTML (DC-HTML) with DCMI Metadata Terms;
the Open Graph protocol (ogp.me).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import cited, given_name_in, language_of_title
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import language_tag, one_line, plain
from repository.dataset.formats.type_mappings import dcmi_type

LONGEST_SUMMARY = 300
"""Characters of the abstract that search engines show."""
_LOCALES = {"en": "en_US", "zh": "zh_CN"}


@dataclass(frozen=True, slots=True)
class MetaTag:
    """One ``<meta>``; `attribute` carries its name: ``name``, or ``property`` of RDFa."""

    name: str
    content: str
    attribute: str = "name"


def metas(publication: Publication, language: str) -> list[MetaTag]:
    """Return the tags of the page without empty ones; `language` is that of the page."""
    tags = (*_highwire(publication), *_dublin_core(publication), *_open_graph(publication, language))
    return [tag for tag in tags if tag.content]


def summary(publication: Publication) -> str:
    """Return the beginning of the abstract as one line."""
    text = one_line(plain(publication.description.description))
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _highwire(publication: Publication) -> Iterator[MetaTag]:
    description = cited(publication).description
    yield MetaTag("citation_title", one_line(description.title))
    language = language_of_title(description)
    for agent in description.creators:
        yield from _author(agent, language)
    yield MetaTag("citation_publication_date", _slash_date(description.publication_date))
    yield MetaTag("citation_online_date", _slash_date(publication.created[:10]))
    yield MetaTag("citation_publisher", description.publisher or publication.repository_name)
    yield MetaTag("citation_doi", publication.doi or "")
    yield MetaTag("citation_abstract_html_url", publication.url)
    yield MetaTag("citation_pdf_url", publication.pdf_url)
    yield MetaTag("citation_language", csl.language(publication) or "")
    for subject in description.subjects:
        yield MetaTag("citation_keywords", subject.subject)


def _author(agent: Agent, language: str | None) -> Iterator[MetaTag]:
    """Yield an author and, directly after it as readers expect, its affiliations and its ORCID."""
    yield MetaTag("citation_author", person_names.sort_name(agent))
    for affiliation in agent.affiliations:
        yield MetaTag("citation_author_institution", given_name_in(affiliation, language))
    if orcid := agent.identifier("orcid"):
        yield MetaTag("citation_author_orcid", identifier_urls.link_to("orcid", orcid) or "")


def _dublin_core(publication: Publication) -> Iterator[MetaTag]:
    description = cited(publication).description
    yield MetaTag("DC.title", one_line(description.title))
    for agent in description.creators:
        yield MetaTag("DC.creator", person_names.sort_name(agent))
    for agent in description.contributors:
        yield MetaTag("DC.contributor", person_names.sort_name(agent))
    yield MetaTag("DC.identifier", identifier_urls.doi_url(publication.doi) if publication.doi else "")
    yield MetaTag("DC.identifier", identifier_urls.cstr_url(publication.cstr) if publication.cstr else "")
    yield MetaTag("DC.date", first_date(description.publication_date))
    yield MetaTag("DC.publisher", description.publisher or publication.repository_name)
    yield MetaTag("DC.type", dcmi_type(description.resource_type.id))
    yield MetaTag("DC.description", summary(publication))
    for subject in description.subjects:
        yield MetaTag("DC.subject", subject.subject)
    for label in description.languages:
        yield MetaTag("DC.language", language_tag(label.id) or "")
    for related in description.related_identifiers:
        yield MetaTag("DC.relation", identifier_urls.link_to(related.scheme, related.identifier) or related.identifier)
    yield from _rights(publication)
    yield from _files(publication)


def _rights(publication: Publication) -> Iterator[MetaTag]:
    """Yield licences and the state of access (COAR Access Rights), as addresses where they have one."""
    for licence in publication.description.licences:
        address = identifier_urls.web_address(licence.url)
        yield MetaTag("DC.rights", address or licence.title)
        yield MetaTag("DCTERMS.license", address or "")
    name, address = COAR.get(publication.access_status, ("", ""))
    yield MetaTag("DC.rights", name)
    yield MetaTag("DCTERMS.accessRights", address)
    yield MetaTag("DCTERMS.available", publication.embargo_until)


def _files(publication: Publication) -> Iterator[MetaTag]:
    if publication.file_count:
        yield MetaTag("DCTERMS.extent", f"{publication.total_bytes} bytes")
    for media_type in dict.fromkeys(file.media_type for file in publication.files):
        yield MetaTag("DC.format", media_type)


def _open_graph(publication: Publication, language: str) -> Iterator[MetaTag]:
    """Yield what social sites show; no ``og:type``, which reference managers take for the kind of resource."""
    others = (locale for tag, locale in _LOCALES.items() if tag != language)
    properties = (
        ("og:title", one_line(publication.description.title)),
        ("og:description", summary(publication)),
        ("og:url", publication.url),
        ("og:site_name", publication.repository_name),
        ("og:locale", _LOCALES.get(language, "")),
        *(("og:locale:alternate", locale) for locale in others),
    )
    yield from (MetaTag(name, content, "property") for name, content in properties)
    yield MetaTag("twitter:card", "summary")


def _slash_date(edtf: str) -> str:
    """Return the first day of a date in Highwire's form: ``2024/03/05``, ``2024/03`` or ``2024``."""
    return first_date(edtf).replace("-", "/")
