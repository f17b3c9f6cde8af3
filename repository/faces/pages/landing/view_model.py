"""The content of a record's page, complete, so that the template only has to write it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import nh3
from markupsafe import Markup

from repository.dataset import cstr
from repository.dataset.description import (
    Agent,
    DescribedPlace,
    Description,
    Funding,
    Keyword,
    Licence,
    Publication,
    RelatedIdentifier,
    name_in,
)
from repository.dataset.formats import bounding_boxes, identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import affiliation_name, agent_in
from repository.dataset.formats.plain_text import language_of
from repository.dataset.schemes import SCHEMES
from repository.faces.pages.landing.citing import Citing, citing
from repository.faces.pages.landing.licence_words import licence_words
from repository.faces.pages.landing.places_map import PlacesMap, places_map
from repository.faces.pages.shell.languages import Translations
from repository.faces.pages.shell.passages import (
    Passage,
    id_of,
    language_ids,
    name_of,
    passage_of,
    titles_in,
    translated_first,
)

_HEADINGS = {f"h{level}" for level in range(1, 7)}
_TAGS = nh3.ALLOWED_TAGS - _HEADINGS - {"area", "img", "map"}
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_WORK = "……"
_RESOLVING = frozenset({"", "registered", "updating", "external", "withdrawn"})
"""States in which an identifier resolves; the state is "" if it is not known."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of a record's versions; `doi` is bare."""

    url: str
    index: int
    label: str
    date: str
    doi: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A text that may be a link."""

    text: str
    url: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person or organisation; `affiliations` are numbers in the page's one list, from 1."""

    name: str
    profile: str | None
    affiliations: Sequence[int]
    role: str = ""


@dataclass(frozen=True, slots=True)
class RelatedWork:
    """A related work inside its relation: `before` and `after` are the words of one phrase around it."""

    before: str
    scheme: str
    work: LinkedText
    after: str = ""


@dataclass(frozen=True, slots=True)
class PageContents:
    """The content of the page."""

    title: Passage
    other_titles: Sequence[Passage]
    kind: str
    version: str
    published: str
    creators: Sequence[PersonLine]
    contributors: Sequence[PersonLine]
    affiliations: Sequence[LinkedText]
    abstract: Passage
    descriptions: Sequence[Passage]
    licences: Sequence[LinkedText]
    identifiers: Sequence[tuple[str, LinkedText]]
    citing: Citing
    keywords: Sequence[LinkedText]
    places_map: PlacesMap | None
    related: Sequence[RelatedWork]
    references: Sequence[LinkedText]
    funding: Sequence[LinkedText]
    dates: Sequence[tuple[str, str, str]]
    places: Sequence[LinkedText]
    languages: Sequence[str]
    """names of the languages of the data, in the language of the page"""


def page_contents(publication: Publication, words: Translations, style: str, accessed: date) -> PageContents:
    """Return the content of the page in the language of `words`.

    Citations state `accessed`; `style` is one more of `STYLES_ON_REQUEST`, or empty.
    """
    description, language = publication.description, words["language"]
    people = _People(description, language)
    titles, texts = titles_in(description, language), _texts(description, words)
    return PageContents(
        title=titles[0],
        other_titles=titles[1:],
        kind=description.resource_type.name(language),
        version=description.version or str(publication.index),
        published=date_text(description.publication_date),
        creators=people.creators,
        contributors=people.contributors,
        affiliations=people.affiliations,
        abstract=texts[0],
        descriptions=texts[1:],
        licences=[
            LinkedText(li.title, identifier_urls.web_address(li.url), _licence_note(li, language))
            for li in description.licences
        ],
        identifiers=list(_identifiers(publication, words)),
        citing=citing(publication, style, language, accessed),
        keywords=[_keyword(subject) for subject in description.subjects],
        places_map=places_map(description.places),
        related=[_related(related, language) for related in description.related_identifiers],
        references=[
            LinkedText(r.identifier, identifier_urls.link_to(r.scheme, r.identifier), r.text)
            for r in description.references
        ],
        funding=[_award_line(funding, words) for funding in description.funding],
        dates=[(d.type.name(language), date_text(d.date), d.description) for d in description.dates],
        places=[place for p in description.places if (place := _place(p)).text],
        languages=[label.name(language) for label in description.languages],
    )


def _licence_note(licence: Licence, language: str) -> str:
    """Return what a licence of the list permits, in words; the text of one in the depositor's own words."""
    return licence_words(licence.id, language) if licence.id else licence.description


def _keyword(subject: Keyword) -> LinkedText:
    """Return a keyword as a search for it; the note is its address in a vocabulary."""
    text = subject.subject.replace('"', " ").strip()
    query = f'"{text}"' if " " in text else text
    vocabulary = identifier_urls.web_address(subject.id) if subject.id else None
    return LinkedText(subject.subject, f"/search?{urlencode({'q': query})}", vocabulary or "")


def date_text(edtf: str) -> str:
    """Return a date, or an interval with a dash between its ends; an open end is empty."""
    return edtf.replace("/", " – ").replace("..", "").strip()


class _People:
    """Creators and contributors with one numbered list of all their affiliations."""

    def __init__(self, description: Description, language: str) -> None:
        self._numbers: dict[LinkedText, int] = {}
        self._language = language
        self.creators = [self._person(agent) for agent in description.creators]
        self.contributors = [self._person(agent) for agent in description.contributors]
        self.affiliations = list(self._numbers)

    def _person(self, agent: Agent) -> PersonLine:
        orcid, ror = agent.identifier("orcid"), identifier_urls.ror_url(agent.identifier("ror"))
        names = ((affiliation_name(a, self._language), a.id) for a in agent.affiliations)
        affiliations = (LinkedText(name, identifier_urls.ror_url(ror)) for name, ror in names)
        return PersonLine(
            name=person_names.display_name(agent_in(agent, self._language)),
            profile=identifier_urls.link_to("orcid", orcid) if orcid else ror,
            affiliations=[self._numbers.setdefault(a, len(self._numbers) + 1) for a in affiliations],
            role=agent.role.name(self._language) if agent.role else "",
        )


def _texts(description: Description, words: Translations) -> list[Passage]:
    """Return abstract and other texts, first the abstract in the language of the page if there is one."""
    language = words["language"]
    others = [passage_of(text, language) for text in description.additional_descriptions]
    abstracts = [id_of(text.type) == "abstract" for text in description.additional_descriptions]
    texts = translated_first(_abstract(description), words["abstract"], others, abstracts, language)
    return [texts[0], *(_told_apart(text, words) for text in texts[1:])]


def _told_apart(text: Passage, words: Translations) -> Passage:
    """Return a further abstract with its language in its heading, so that no two sections are called alike."""
    own = words.get(f"abstract_{(text.language or '').partition('-')[0]}")
    return replace(text, kind=own) if own and text.kind == words["abstract"] else text


def _abstract(description: Description) -> Passage:
    """Return the abstract, cleaned again: an older rule may have accepted more than the page can trust.

    Pictures are removed, because a browser would fetch them from elsewhere; headings become plain text,
    because the page has its own.
    """
    html = nh3.clean(
        description.description.encode(errors="replace").decode(),  # nh3 refuses half a surrogate pair
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    return Passage(Markup(html), "", language_of(html, language_ids(description)))


def _identifiers(publication: Publication, words: Translations) -> Iterator[tuple[str, LinkedText]]:
    every = words["all_versions"]
    if publication.doi:
        yield "DOI", _mark_reserved(_doi(publication.doi), publication.doi_state, publication, words)
    if publication.cstr:
        yield "CSTR", _mark_reserved(_cstr(publication.cstr), publication.cstr_state, publication, words)
    if publication.handle:
        yield "Handle", LinkedText(publication.handle, identifier_urls.link_to("handle", publication.handle))
    if publication.concept_doi:
        yield every.format(scheme="DOI"), _doi(publication.concept_doi)
    if publication.concept_cstr:
        yield every.format(scheme="CSTR"), _cstr(publication.concept_cstr)
    for other in publication.description.identifiers:
        link = identifier_urls.link_to(other.scheme, other.identifier)
        yield other.scheme.upper(), LinkedText(other.identifier, link)


def _mark_reserved(identifier: LinkedText, state: str, publication: Publication, words: Translations) -> LinkedText:
    """Return the identifier; a reserved one links to this page and has a note, until its registrar knows it."""
    if state in _RESOLVING:
        return identifier
    return LinkedText(identifier.text, publication.url, words["reserved"])


def _doi(doi: str) -> LinkedText:
    return LinkedText(doi, identifier_urls.doi_url(doi))


def _cstr(identifier: str) -> LinkedText:
    parsed = cstr.parse(identifier)
    return LinkedText(parsed.bare, parsed.url)


def _related(related: RelatedIdentifier, language: str) -> RelatedWork:
    """Return the work within its relation; "……" in the name of a Chinese one is the place of the work."""
    link = identifier_urls.link_to(related.scheme, related.identifier)
    work = LinkedText(related.identifier, link, name_of(related.resource_type, language))
    scheme = SCHEMES[related.scheme].label if related.scheme in SCHEMES else related.scheme.upper()
    before, _, after = related.relation.name(language).partition(_WORK)
    return RelatedWork(before, scheme, work, after)


def _award_line(funding: Funding, words: Translations) -> LinkedText:
    number = words["award"].format(number=funding.award_number) if funding.award_number else ""
    title = funding.award_titles.get(words["language"], funding.award_title)
    parts = (name_in(words["language"], funding.funder, funding.titles), title, number)
    address = identifier_urls.web_address(funding.award_url) or identifier_urls.ror_url(funding.funder_id)
    return LinkedText(" · ".join(part for part in parts if part), address)


def _place(place: DescribedPlace) -> LinkedText:
    parts = (place.place, _extent(place.geometry) if place.geometry else "")
    text = " · ".join(part for part in parts if part)
    addresses = (identifier_urls.link_to(i.scheme, i.identifier) for i in place.identifiers)
    return LinkedText(text or place.description, next(filter(None, addresses), None), place.description)


def _extent(geometry: Mapping[str, Any]) -> str:
    """Return the corner or corners of a geometry, as in "29.5° N 102° E – 30.1° N 103° E"."""
    box = bounding_boxes.box(geometry)
    if box is None:
        return ""
    first, last = _position(box.south, box.west), _position(box.north, box.east)
    return first if first == last else f"{first} – {last}"


def _position(latitude: float, longitude: float) -> str:
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.6g}° {north} {abs(longitude):.6g}° {east}"
