"""The feed of new datasets.

Source: RFC 4287, the Atom Syndication Format; RFC 4946, License Extension.
"""

from collections.abc import Iterator, Sequence

from repository.core.site import Site
from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.plain_text import language_of, one_line, plain
from repository.dataset.formats.xml_writer import attribute, element

ATOM = "application/atom+xml"
ENTRIES = 50
MOST_AUTHORS = 100
LONGEST_SUMMARY = 1000
"""Characters of an abstract."""
_NEVER = "1970-01-01T00:00:00+00:00"


def feed(site: Site, publications: Sequence[Publication], query: str = "") -> str:
    """Return an Atom feed of `publications`, the newest first; those of a search if there is a `query`."""
    return "".join(_feed(site, publications, query))


def _feed(site: Site, publications: Sequence[Publication], query: str) -> Iterator[str]:
    here = site.page(f"/search.atom?{query}" if query else "/feed.atom")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield element("id", here) + element("title", site.name)
    yield element("updated", max((publication.updated for publication in publications), default=_NEVER) or _NEVER)
    yield _link("self", here, ATOM) + _link("alternate", site.page("/"), "text/html")
    yield f"<author>{element('name', site.name)}{element('uri', site.page('/'))}</author>\n"
    for publication in publications:
        yield f"<entry>{''.join(_entry(publication))}</entry>\n"
    yield "</feed>\n"


def _entry(publication: Publication) -> Iterator[str]:
    description = publication.description
    languages = [label.id for label in description.languages]
    yield element("id", publication.url)
    yield _text("title", one_line(description.title), csl.language(publication))
    yield element("updated", publication.updated or publication.created)
    yield element("published", publication.created)
    yield from map(_author, description.creators[:MOST_AUTHORS])
    yield _link("alternate", publication.url, "text/html")
    yield _link("cite-as", csl.address(publication))
    for licence in description.licences:
        address = identifier_urls.web_address(licence.url)
        yield _link("license", address) if address else ""
    for category in dict.fromkeys((description.resource_type.name("en"), *(s.subject for s in description.subjects))):
        yield f"<category{attribute('term', category)}/>" if category else ""
    summary = _shorten(one_line(plain(description.description)))
    yield _text("summary", summary, language_of(summary, languages)) if summary else ""
    rights = "; ".join(licence.title for licence in description.licences if licence.title)
    yield element("rights", rights) if rights else ""


def _author(agent: Agent) -> str:
    orcid = agent.identifier("orcid")
    page = identifier_urls.link_to("orcid", orcid) if orcid else identifier_urls.ror_url(agent.identifier("ror"))
    return f"<author>{element('name', person_names.display_name(agent))}{element('uri', page) if page else ''}</author>"


def _text(name: str, text: str, language: str | None) -> str:
    return element(name, text, **({"xml:lang": language} if language else {}))


def _link(rel: str, href: str, media_type: str = "") -> str:
    type_attribute = attribute("type", media_type) if media_type else ""
    return f"<link{attribute('rel', rel)}{attribute('href', href)}{type_attribute}/>"


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rstrip() + "…"
