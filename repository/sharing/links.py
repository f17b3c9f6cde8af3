"""Share links: whoever has the secret takes part in a dataset, as far and as long as its managers say.

A link is a row, and what it permits is a grant whose subject is the link; both are written together.  The secret has
256 random bits, is told once, and is kept as its SHA-256.  Without the secret nobody can tell a link that expired from
one that never was.

A *blinded* link is for referees: it opens the draft and every version under nobody's name, from the moment that the
draft exists, after publication too, until it expires or a manager releases it.  Who presents it is nobody else for that
request: a person who is signed in is neither recognised nor counted by name.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, exists, func, or_, select, update

from repository.access.grants import remove_grant, set_grant
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.direct_reads import DirectRead
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.deposits.model import Draft
from repository.records.model import Version
from repository.sharing.facts import LinkChanged, LinkMade, LinkReleased, LinkRevoked
from repository.sharing.model import ShareLink
from repository.sharing.share import lock_for_sharing, require_grantable, touch_readers

PREFIX = "sdr_link_"
"""It makes a leaked secret recognisable to scanners of source code, and to the filter of the logs."""
NO_LINK = "No secret link found with the given ID."
MOST_LINKS = 1_000
LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What is said of a new link."""

    permission: Permission
    expires: datetime | None = None
    description: str = ""
    blinded: bool = False


@dataclass(frozen=True, slots=True)
class PresentedLink:
    """A link in force whose secret came with a request, and the dataset that it opens."""

    id: int
    concept_id: int
    blind: bool


def make_link(unit: UnitOfWork, concept_id: int, terms: LinkTerms) -> tuple[ShareLink, str]:
    """Return a new link and its secret, which nobody can read again; raise `NotFound`, `Forbidden`, `Invalid`."""
    lock_for_sharing(unit, concept_id)
    if terms.blinded and terms.permission is not Permission.PREVIEW:
        raise Invalid.field("permission", "A link for referees is for previewing.")
    if (unit.session.scalar(_COUNT, {"concept_id": concept_id}) or 0) >= MOST_LINKS:
        raise Conflict(f"A dataset has at most {MOST_LINKS} links.")
    secret = PREFIX + secrets.token_urlsafe(32)
    link = ShareLink(
        concept_id=concept_id,
        permission=terms.permission.value,
        secret_hash=_digest(secret),
        description=terms.description,
        blinded=terms.blinded,
        created=unit.now,
        expires=terms.expires,
        uses=0,
    )
    require_grantable(unit, GrantSubject(SubjectKind.LINK), terms.permission, terms.expires)
    unit.session.add(link)
    unit.session.flush()
    set_grant(unit, concept_id, _subject(link), terms.permission, terms.expires)
    touch_readers(unit, concept_id, narrows=False)
    unit.emit(LinkMade(link.id, concept_id, link.permission, link.blinded))
    return link, secret


def change_link(unit: UnitOfWork, concept_id: int, link_id: int, changes: Mapping[str, Any]) -> ShareLink:
    """Change `permission`, `expires` or `description`; raise `NotFound`, `Forbidden`, `Invalid`."""
    lock_for_sharing(unit, concept_id)
    link = link_of_dataset(unit, concept_id, link_id)
    permission = Permission(changes.get("permission", link.permission))
    expires = changes.get("expires", link.expires)
    if link.blinded and permission is not Permission.PREVIEW:
        raise Invalid.field("permission", "A link for referees is for previewing.")
    before = (link.permission, clock.iso_or_none(link.expires))
    if (permission.value, expires) != (link.permission, link.expires):
        require_grantable(unit, _subject(link), permission, expires)
        link.permission, link.expires = permission.value, expires
        set_grant(unit, concept_id, _subject(link), permission, expires)
        touch_readers(unit, concept_id, narrows=True)
    link.description = changes.get("description", link.description)
    unit.emit(LinkChanged(link.id, concept_id, link.permission, clock.iso_or_none(link.expires), *before))
    unit.session.flush()
    return link


def release_link(unit: UnitOfWork, concept_id: int, link_id: int) -> ShareLink:
    """Let a link for referees name the authors from now on; raise `NotFound`, `Forbidden`, `Conflict`."""
    lock_for_sharing(unit, concept_id)
    link = link_of_dataset(unit, concept_id, link_id)
    if not link.blinded:
        raise Conflict("This link names the authors already.")
    if link.released is None:
        link.released = unit.now
        unit.emit(LinkReleased(link.id, concept_id))
        unit.session.flush()
    return link


def revoke_link(unit: UnitOfWork, concept_id: int, link_id: int) -> None:
    """End a link now and forget it; raise `NotFound`, `Forbidden`."""
    lock_for_sharing(unit, concept_id)
    link = link_of_dataset(unit, concept_id, link_id)
    remove_grant(unit, concept_id, _subject(link))
    unit.session.delete(link)
    touch_readers(unit, concept_id, narrows=True)
    unit.emit(LinkRevoked(link.id, concept_id))


_OF_DATASET = select(ShareLink).where(ShareLink.concept_id == bindparam("concept_id"))
_PAGE = _OF_DATASET.order_by(ShareLink.id).offset(bindparam("offset")).limit(bindparam("size"))
_COUNT: Select[int] = _OF_DATASET.with_only_columns(func.count(ShareLink.id))


def links_page(snapshot: Snapshot, concept_id: int, page: Page) -> tuple[Sequence[ShareLink], int]:
    """Return a page of a dataset's links in the order in which they were made, and their number."""
    values = {"concept_id": concept_id}
    rows = snapshot.session.scalars(_PAGE, {**values, "offset": page.offset, "size": page.size}).all()
    return rows, snapshot.session.scalar(_COUNT, values) or 0


def link_of_dataset(snapshot: Snapshot, concept_id: int, link_id: int) -> ShareLink:
    """Return the link with this id; raise `NotFound` if it is of another dataset."""
    link = snapshot.session.get(ShareLink, link_id)
    if link is None or link.concept_id != concept_id:
        raise NotFound(NO_LINK)
    return link


_RECORD_ID = bindparam("record_id", type_=BigInteger())
_OPENS = or_(
    ShareLink.concept_id == _RECORD_ID,
    exists().where(Draft.id == _RECORD_ID, Draft.concept_id == ShareLink.concept_id),
    exists().where(Version.id == _RECORD_ID, Version.concept_id == ShareLink.concept_id),
).label("opens")
_LINK: Sequence[Any] = (
    *(ShareLink.id, ShareLink.concept_id, ShareLink.blinded, ShareLink.released, ShareLink.expires),
    _OPENS,
)
_BY_SECRET = DirectRead(select(*_LINK).where(ShareLink.secret_hash == bindparam("digest")))


def link_presented(connection: Connection, secret: str, record_id: int | None) -> PresentedLink | None:
    """Return the link in force with this secret; None if there is none, or if it does not open `record_id`.

    `record_id` is None for what is about no record.
    """
    if len(secret) > LONGEST_SECRET:
        return None
    rows = _BY_SECRET.rows(connection, {"digest": _digest(secret), "record_id": record_id or 0})
    if not rows:
        return None
    [(link_id, concept_id, blinded, released, expires, opens)] = rows
    expired = expires is not None and expires <= clock.now()
    if expired or (record_id is not None and not opens):
        return None
    return PresentedLink(link_id, concept_id, blind=bool(blinded) and released is None)


_COUNT_USES = (
    update(ShareLink)
    .where(ShareLink.id == bindparam("link_id"))
    .values(uses=ShareLink.uses + bindparam("more"), last_used=bindparam("at"))
    .execution_options(synchronize_session=False)
)


def count_uses(database: Database, uses: Mapping[int, tuple[int, datetime]]) -> None:
    """Add to the uses of links: by id, how many more, and when the last was."""
    values = [{"link_id": link_id, "more": more, "at": at} for link_id, (more, at) in sorted(uses.items())]
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_COUNT_USES, values)


def _subject(link: ShareLink) -> GrantSubject:
    return GrantSubject(SubjectKind.LINK, link.id)


def _digest(secret: str) -> str:
    # The secret has 256 random bits: no search finds it from a plain digest, and a slow digest costs every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
