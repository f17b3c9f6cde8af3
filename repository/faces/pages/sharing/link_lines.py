"""What a page shows of the links of a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from repository.access.policy import Permission
from repository.core.clock import iso
from repository.core.errors import Invalid
from repository.core.site import Site
from repository.sharing.links import LinkTerms
from repository.sharing.model import ShareLink

USUAL_DAYS = 180


class LinkKind(StrEnum):
    """The kinds of links that a form offers."""

    REFEREE = "referee"
    VIEW = "view"
    PREVIEW = "preview"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link: days as text, `is_over` if nobody can use it any more."""

    id: int
    kind: LinkKind
    description: str
    created: str
    expires: str
    uses: int
    last_used: str
    is_over: bool
    is_released: bool


def link_lines(site: Site, links: Sequence[ShareLink], at: datetime) -> list[LinkLine]:
    """Return the links as the page lists them, at a moment."""
    return [
        LinkLine(
            id=link.id,
            kind=LinkKind.REFEREE if link.blinded else LinkKind(link.permission),
            description=link.description,
            created=iso(link.created)[:10],
            expires=last_day(site, link.expires),
            uses=link.uses,
            last_used=iso(link.last_used)[:10] if link.last_used else "",
            is_over=link.expires is not None and link.expires <= at,
            is_released=link.released is not None,
        )
        for link in links
    ]


def terms_of(site: Site, kind: str, day: str, description: str) -> LinkTerms:
    """Return the terms that a form names; it ends after its day in the zone of the site.  Raises `Invalid`."""
    if kind not in set(LinkKind):
        raise Invalid.field("kind", f"Must be one of: {', '.join(LinkKind)}.")
    blinded = kind == LinkKind.REFEREE
    return LinkTerms(Permission.PREVIEW if blinded else Permission(kind), end_of_day(site, day), description, blinded)


def usual_day(site: Site) -> str:
    """Return the day that a form proposes."""
    return (site.today() + timedelta(days=USUAL_DAYS)).isoformat()


def last_day(site: Site, end: datetime | None) -> str:
    """Return the day in the zone of the site after which something ends, empty for no end."""
    return (end - timedelta(microseconds=1)).astimezone(site.zone).date().isoformat() if end else ""


def end_of_day(site: Site, day: str, control: str = "expires") -> datetime | None:
    """Return when a day is over in the zone of the site, None for none; raise `Invalid` at the control."""
    if not day:
        return None
    try:
        last = datetime.fromisoformat(day).date()
    except ValueError:
        raise Invalid.field(control, "Not a valid date.") from None
    return datetime.combine(last + timedelta(days=1), time(), site.zone).astimezone(UTC)
