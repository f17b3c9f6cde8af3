"""What a page says in its head for reference managers, search engines and signposting crawlers.

Sources: Highwire Press tags as Google Scholar reads them; Dublin Core in HTML (DC-HTML);
Signposting (FAIR signposting profile, level 1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from repository.dataset.description import Agent, Publication
from repository.dataset.formats import csl, links, names
from repository.dataset.formats.kinds import kind_of
from repository.dataset.formats.text import language_tag, one_line, plain

LONGEST_SUMMARY = 300
"""Characters of the abstract that search engines show."""


@dataclass(frozen=True, slots=True)
class Meta:
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class HeadLink:
    rel: str
    href: str
    type: str | None = None


def metas(publication: Publication) -> list[Meta]:
    """``<meta name content>`` of the page, without empty ones."""
    return [meta for meta in (*_highwire(publication), *_dublin_core(publication)) if meta.content]


def head_links(publication: Publication, api_url: str) -> list[HeadLink]:
    """``<link rel href>`` of the page."""
    licences = (links.web_address(li.url) for li in publication.description.licences)
    orcids = (agent.identifier("orcid") for agent in publication.description.creators)
    authors = (links.link_to("orcid", orcid) for orcid in orcids if orcid)
    kind = kind_of(publication.description.resource_type.id).schema_org
    return [
        HeadLink("canonical", publication.url),
        HeadLink("cite-as", csl.address(publication)),
        HeadLink("type", f"https://schema.org/{kind}"),
        HeadLink("type", "https://schema.org/AboutPage"),
        *(HeadLink("license", licence) for licence in licences if licence),
        *(HeadLink("author", author) for author in authors if author),
        HeadLink("describedby", api_url, "application/json"),
    ]


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
    for label in description.languages:
        yield Meta("DC.language", language_tag(label.id) or "")
    for subject in description.subjects:
        yield Meta("DC.subject", subject.subject)
    for licence in description.licences:
        yield Meta("DC.rights", links.web_address(licence.url) or licence.title)


def _slashed(edtf: str) -> str:
    """Highwire's form of the begin of a date: ``2024/03/05``, ``2024/03`` or ``2024``."""
    parts = csl.date_parts(edtf)
    return "/".join(f"{part:02}" for part in parts[0]) if parts else ""
