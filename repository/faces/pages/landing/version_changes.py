"""What changed in the description between two versions, in the words of the page that shows each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from repository.dataset.description import Publication
from repository.dataset.formats.plain_text import plain
from repository.faces.pages.landing.view_model import LinkedText, PageContents, PersonLine
from repository.faces.pages.shell.languages import Translations

LONGEST = 4_000
"""characters of a text that are shown"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs: what only the earlier version says, and what only the later one does."""

    label: str
    removed: Sequence[str]
    added: Sequence[str]


def field_changes(
    before: tuple[Publication, PageContents], after: tuple[Publication, PageContents], words: Translations
) -> list[FieldChange]:
    """Return the fields that differ, in the order of the page."""
    earlier, later = (dict(_fields(publication, view, words)) for publication, view in (before, after))
    changes = []
    for label in dict.fromkeys([*earlier, *later]):
        removed, added = (
            _only(earlier.get(label, []), later.get(label, [])),
            _only(later.get(label, []), earlier.get(label, [])),
        )
        if removed or added:
            changes.append(FieldChange(label, removed, added))
    return changes


def _only(texts: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the texts that the others lack, in order; one that stands twice counts twice."""
    left = Counter(others)
    only = []
    for text in texts:
        if left[text]:
            left[text] -= 1
        else:
            only.append(f"{text[:LONGEST]}…" if len(text) > LONGEST else text)
    return only


def _fields(publication: Publication, view: PageContents, words: Translations) -> Iterator[tuple[str, list[str]]]:
    """Yield what the page tells of a version, as texts."""
    access = publication.access_status
    yield words["titles"], [view.title.text, *(title.text for title in view.other_titles)]
    yield words["resource_kind"], [view.kind]
    yield words["authors"], [_person(person, view.affiliations) for person in view.creators]
    yield words["contributors"], [_person(person, view.affiliations) for person in view.contributors]
    yield words["abstract"], [text for text in (_plain(view.abstract.text),) if text]
    yield words["other_texts"], [f"{text.kind}: {_plain(text.text)}" for text in view.descriptions]
    yield words["access"], [words.get(f"access_{access}", access)]
    yield words["licence"], [licence.text for licence in view.licences]
    yield words["keywords"], [keyword.text for keyword in view.keywords]
    yield words["places"], [_linked(place) for place in view.places]
    yield words["related"], [f"{work.before} {work.work.text} {work.after}".strip() for work in view.related]
    yield words["funding"], [_linked(award) for award in view.funding]
    yield words["references"], [_linked(reference) for reference in view.references]
    yield words["publisher"], [text for text in (publication.description.publisher,) if text]
    yield words["publication_date"], [view.published] if view.published else []
    yield words["dates"], [" ".join(filter(None, date)) for date in view.dates]
    yield words["languages"], list(view.languages)
    yield words["sizes"], [str(size) for size in publication.description.sizes]
    yield words["formats"], [str(name) for name in publication.description.formats]


def _person(person: PersonLine, affiliations: Sequence[LinkedText]) -> str:
    places = ", ".join(affiliations[number - 1].text for number in person.affiliations)
    parts = (person.name, places, person.role, person.profile or "")
    return " · ".join(part for part in parts if part)


def _linked(text: LinkedText) -> str:
    return " · ".join(part for part in (text.note, text.text) if part)


def _plain(text: str) -> str:
    return plain(str(text)) if isinstance(text, Markup) else str(text)
