"""What a page shows of people and teams who share a dataset, and of those whom a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.access.policy import Permission
from repository.access.principals import SubjectKind
from repository.core.errors import Invalid
from repository.core.paging import Page
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.faces.pages.sharing.link_lines import last_day
from repository.people.finding import find_people
from repository.people.teams.queries import own_teams
from repository.sharing.queries import grants_page, subject_of
from repository.sharing.subjects import titles_of

MOST_GRANTS, MOST_FOUND = 100, 10
GIVEN = tuple(permission for permission in Permission if permission is not Permission.OWNER)
"""what a form offers"""


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A part in a dataset: `kind` and `permission` are names in the words of the page."""

    id: int
    kind: str
    name: str
    permission: str
    expires: str

    @property
    def is_owner(self) -> bool:
        """Whether it is the owner's."""
        return self.permission == Permission.OWNER.value


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A person or a team that something can be given to; `value` names it in the form."""

    value: str
    name: str
    notes: Sequence[str]
    kind: str


def grant_lines(site: Site, snapshot: Snapshot, concept_id: int) -> tuple[Sequence[GrantLine], int]:
    """Return who has a part in a dataset, and the number of all."""
    rows, total = grants_page(snapshot, concept_id, Page(1, MOST_GRANTS))
    titles = titles_of(snapshot, map(subject_of, rows))
    lines = [
        GrantLine(
            id=row.id,
            kind=row.subject_kind,
            name=titles.get(subject_of(row), ""),
            permission=row.permission,
            expires=last_day(site, row.expires),
        )
        for row in rows
    ]
    return lines, total


def found_subjects(snapshot: Snapshot, text: str) -> Sequence[FoundSubject]:
    """Return the people whom the actor may find, and own teams, by a name, ORCID iD or address."""
    words = text.strip()
    if not words:
        return []
    teams = [seen.team for seen in own_teams(snapshot) if words.casefold() in seen.team.name.casefold()]
    people, _ = find_people(snapshot, words, Page(1, MOST_FOUND))
    return [
        *(FoundSubject(f"group:{team.id}", team.name, [], SubjectKind.TEAM.value) for team in teams[:MOST_FOUND]),
        *(
            FoundSubject(
                f"user:{seen.person.id}",
                seen.person.name,
                [
                    note
                    for note in (
                        seen.profile.username or "",
                        seen.person.email if seen.shows_email else "",
                        seen.profile.orcid or "",
                    )
                    if note
                ],
                SubjectKind.PERSON.value,
            )
            for seen in people
        ),
    ]


def subject_name(value: str) -> tuple[str, str]:
    """Return kind and id of what a form has chosen; raise `Invalid`."""
    kind, _, number = value.partition(":")
    if kind not in ("user", "group") or not number:
        raise Invalid.field("subject", "Choose a person or a team from the list.")
    return kind, number


def permission_named(name: str) -> Permission:
    """Return what a form gives; raise `Invalid`."""
    if name not in set(GIVEN):
        raise Invalid.field("permission", f"Must be one of: {', '.join(GIVEN)}.")
    return Permission(name)
