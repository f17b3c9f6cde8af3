"""A reference to data in JATS, as it stands in the reference list of an article.

Sources: JATS4R, Data citations 2.0 (NISO RP-36-2020); JATS 1.1 (ANSI/NISO Z39.96-2015) and 1.3 (Z39.96-2021),
``mixed-citation``: what stands here is valid in both.
"""

from collections.abc import Iterator, Sequence

from repository.dataset import cstr
from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls, xml_writer
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import renamed, tagged_names
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import has_cjk, language_by_script, language_tag, printable
from repository.dataset.formats.type_mappings import kind_of

MEDIA_TYPE = "application/vnd.jats+xml"

_XLINK = "http://www.w3.org/1999/xlink"
_CURATORS = frozenset({"datacurator", "datamanager"})


def jats(publication: Publication) -> str:
    """Return the element ``mixed-citation`` of type data (or software), with the namespace of its links.

    Punctuation stands between its elements, so that it reads without a style. The DOI is a ``pub-id``, the CSTR one of
    the type ``other``, which all versions of JATS since 1.1 know; without both the page is an ``ext-link``.
    """
    parts = [part for part in _parts(publication) if part]
    kind = "software" if kind_of(publication.description.resource_type.id).csl == "software" else "data"
    language = csl.language(publication)
    lang = xml_writer.attribute("xml:lang", language) if language else ""
    return f'<mixed-citation publication-type="{kind}" xmlns:xlink="{_XLINK}"{lang}>{". ".join(parts)}</mixed-citation>'


def jats_ref(publication: Publication) -> str:
    """Return the citation as a member of ``ref-list``."""
    return f'<ref id="ref-{publication.id}">{jats(publication)}</ref>'


def _parts(publication: Publication) -> Iterator[str]:
    description = publication.description
    yield _people("author", description.creators)
    yield _people("editor", csl.editors(description.contributors))
    yield _people("curator", [a for a in description.contributors if a.role and a.role.id in _CURATORS])
    yield _titles(publication)
    version = csl.version(publication)
    yield xml_writer.element("version", version, designator=version) if xml_writer.text(version) else ""
    yield xml_writer.element("source", csl.publisher(publication)) if csl.publisher(publication) else ""
    yield _year(publication)
    yield _identifiers(publication)


def _people(group: str, agents: Sequence[Agent]) -> str:
    people = ", ".join(name for name in map(_name, agents) if name)
    return f'<person-group person-group-type="{group}">{people}</person-group>' if people else ""


def _name(agent: Agent) -> str:
    """Return the name, or all names in a group of alternatives, the main one first."""
    names = [_one_name(agent, None)]
    names += [_one_name(renamed(agent, name), tag) for tag, name in tagged_names(agent.alternate_names)]
    names = [name for name in names if name]
    if len(names) < 2:
        return "".join(names)
    group = "name-alternatives" if agent.personal else "collab-alternatives"
    return f"<{group}>{''.join(names)}</{group}>"


def _one_name(agent: Agent, language: str | None) -> str:
    if not agent.personal:
        return _element("collab", person_names.display_name(agent), language or language_by_script(agent.name))
    family_name, given_name = person_names.parts(agent)
    eastern = has_cjk(family_name)
    parts = _element("surname", family_name) + _element("given-names", given_name)
    style = xml_writer.attribute("name-style", "eastern" if eastern else "western")
    tag = language or (language_by_script(family_name) if eastern else None)
    return f"<name{style}{xml_writer.attribute('xml:lang', tag) if tag else ''}>{parts}</name>" if parts else ""


def _titles(publication: Publication) -> str:
    description = publication.description
    languages = [label.id for label in description.languages]
    title = _element("data-title", description.title, csl.language(publication))
    others = [
        _element("trans-title", other.text, language_tag(other.language) or language_by_script(other.text, languages))
        for other in description.additional_titles
        if other.type and other.type.id == "translated-title"
    ]
    return " ".join(part for part in (title, *others) if part)


def _year(publication: Publication) -> str:
    """Return the year with the whole date as ISO 8601; of an interval, its beginning."""
    day = first_date(publication.description.publication_date)
    return f"<year{xml_writer.attribute('iso-8601-date', day)}>{day[:4]}</year>" if day else ""


def _identifiers(publication: Publication) -> str:
    elements = []
    if publication.doi:
        elements.append(_pub_id("doi", "datacite", publication.doi, identifier_urls.doi_url(publication.doi)))
    if publication.cstr:
        identifier = cstr.parse(publication.cstr)
        elements.append(_pub_id("other", "cstr", identifier.curie, identifier.url))
    if not elements:
        link = xml_writer.attribute("xlink:href", publication.url)
        elements.append(f'<ext-link ext-link-type="uri"{link}>{xml_writer.text(publication.url)}</ext-link>')
    return ", ".join(elements)


def _pub_id(kind: str, authority: str, identifier: str, address: str) -> str:
    link = xml_writer.attribute("xlink:href", address)
    attributes = f'pub-id-type="{kind}" assigning-authority="{authority}"{link}'
    return f"<pub-id {attributes}>{xml_writer.text(identifier)}</pub-id>"


def _element(name: str, text: str, language: str | None = None) -> str:
    content = xml_writer.text(printable(text))
    if not content:
        return ""
    return f"<{name}{xml_writer.attribute('xml:lang', language) if language else ''}>{content}</{name}>"
