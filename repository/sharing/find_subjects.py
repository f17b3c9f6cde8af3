"""Find whom a dataset can be shared with: by a name, ORCID iD or address, and teams of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.access.principals import SubjectKind
from repository.core.errors import Invalid
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.people.finding import find_people
from repository.people.profiles import PersonView
from repository.people.teams.queries import own_teams

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A person or a team that something can be given to; `value` names it in a form."""

    value: str
    name: str
    notes: Sequence[str]
    kind: str


def found_subjects(snapshot: Snapshot, text: str) -> Sequence[FoundSubject]:
    """Return own teams and the people whom the actor may find by what was typed; nothing for no words."""
    words = text.strip()
    if not words:
        return []
    teams = [seen.team for seen in own_teams(snapshot) if words.casefold() in seen.team.name.casefold()]
    people, _ = find_people(snapshot, words, Page(1, MOST_FOUND))
    return [
        *(FoundSubject(f"group:{team.id}", team.name, [], SubjectKind.TEAM.value) for team in teams[:MOST_FOUND]),
        *(
            FoundSubject(f"user:{seen.person.id}", seen.person.name, _notes(seen), SubjectKind.PERSON.value)
            for seen in people
        ),
    ]


def subject_name(value: str) -> tuple[str, str]:
    """Return kind and id of what a form has chosen; raise `Invalid`."""
    kind, _, number = value.partition(":")
    if kind not in ("user", "group") or not number:
        raise Invalid.field("subject", "Choose a person or a team from the list.")
    return kind, number


def _notes(seen: PersonView) -> list[str]:
    """Return what tells namesakes apart."""
    email = seen.person.email if seen.shows_email else ""
    return [note for note in (seen.profile.username, email, seen.profile.orcid) if note]
