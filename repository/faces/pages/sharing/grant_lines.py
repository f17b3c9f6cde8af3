"""What a page shows of the people and teams with a part in a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.access.policy import Permission
from repository.core.errors import Invalid
from repository.core.paging import Page
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.faces.pages.sharing.link_lines import last_day
from repository.sharing.queries import grants_page, subject_of
from repository.sharing.subjects import titles_of

MOST_GRANTS = 100
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


def permission_named(name: str) -> Permission:
    """Return what a form gives; raise `Invalid`."""
    if name not in set(GIVEN):
        raise Invalid.field("permission", f"Must be one of: {', '.join(GIVEN)}.")
    return Permission(name)
