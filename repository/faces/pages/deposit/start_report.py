"""What a page tells of the beginning of a draft: its source, what came over, what did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.crosswalks.source_fields import MORE
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import agent_in
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.model import Draft
from repository.imports.model import DraftImport, ImportState
from repository.search.documents import sound_metadata

_LONGEST = 120
_ORDER = (
    *("title", "additional_titles", "resource_type", "creators", "contributors", "publication_date", "publisher"),
    *("version", "description", "additional_descriptions", "subjects", "languages", "dates", "rights", "sizes"),
    *("formats", "identifiers", "related_identifiers", "references", "locations", "funding"),
)
_TERMS = {"resource_type": "resourcetypes", "languages": "languages", "rights": "licenses"}
"""Parts that are terms of a vocabulary, which have a name in the reader's language."""


@dataclass(frozen=True, slots=True)
class StartReport:
    """The beginning of a draft; `taken` are parts of the description with what stands in them.

    `form` and the parts are names in the words of the page; `more` counts what is not listed of what was not taken.
    """

    state: str
    form: str
    identifier: str
    reason: str
    entries: int
    taken: Sequence[tuple[str, str]]
    not_taken: Sequence[tuple[str, str]]
    more: str
    faults: int

    @property
    def waits(self) -> bool:
        return self.state == ImportState.WAITING


def start_report(begun: DraftImport, draft: Draft, vocabularies: Vocabularies, language: str) -> StartReport:
    """Return what can be told; what is read and what is kept of a draft are the draft's own."""
    people = _people(draft, vocabularies, language)
    rows = [(lost["field"], lost["value"]) for lost in begun.not_taken]
    more = rows.pop()[1] if rows and rows[-1][0] == MORE else ""
    return StartReport(
        state=begun.state,
        form=begun.form.replace("-", "_"),
        identifier=begun.identifier,
        reason=begun.reason or "",
        entries=begun.entries,
        taken=[
            (name, _shown(people.get(name) or _named(name, draft.description[name], vocabularies, language), language))
            for name in _ORDER
            if draft.description.get(name)
        ],
        not_taken=rows,
        more=more,
        faults=sum(1 for fault in draft.errors if _is_wrong(fault)),
    )


def _is_wrong(fault: Mapping[str, Any]) -> bool:
    """Return whether a fault is of a value that came over, and not of one that lacks."""
    is_gap = all(str(message).startswith(("Missing ", "Shorter than")) for message in fault["messages"])
    return not is_gap and fault.get("severity") is None


def _people(draft: Draft, vocabularies: Vocabularies, language: str) -> dict[str, list[str]]:
    """Return the names of people as a page writes them, by part; none of a part with a fault."""
    description = description_of(sound_metadata(draft.description, draft.errors), vocabularies)
    parts = {"creators": description.creators, "contributors": description.contributors}
    return {
        name: [person_names.display_name(agent_in(agent, language)) for agent in agents]
        for name, agents in parts.items()
    }


def _named(name: str, value: Any, vocabularies: Vocabularies, language: str) -> Any:
    """Return the value with the names of its terms in the place of their ids."""
    if name not in _TERMS:
        return value
    if isinstance(value, list):
        return [_named(name, item, vocabularies, language) for item in value]
    if not isinstance(value, Mapping) or "id" not in value:
        return value
    return vocabularies.label(_TERMS[name], str(value["id"])).name(language)


def _shown(value: Any, language: str) -> str:
    """Return a value in one line: of a list what each is called, or how many there are."""
    if isinstance(value, list):
        names = [name for item in value if (name := _name(item))]
        return _clipped(("；" if language == "zh" else "; ").join(names)) if names else str(len(value))
    return _clipped(_name(value) or "✓")


def _name(item: Any) -> str:
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        return ""
    for member in ("person_or_org", "funder", "title", "name", "subject", "identifier", "date", "id", "features"):
        if name := _name(item.get(member)):
            return name
    return ""


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
