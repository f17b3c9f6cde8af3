"""Withdraw a published version and leave a tombstone; restore it.

The row of the version stays, and its identifiers lead to its page, which says that it is gone and why.  Its files are
closed at once, because every reader of a file reads the version first; registrars, index and harvesters follow by the
fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Audience, must
from repository.core.errors import AT_ONCE, Conflict, FieldError, Invalid
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.dataset.formats.citation.citations import cite
from repository.dataset.vocabularies import Vocabularies
from repository.publication.facts import VersionRestored, VersionWithdrawn
from repository.publication.version_order import latest_ids, touch_changed_latest
from repository.records.change_tracking import touch
from repository.records.model import Concept, Tombstone, Version
from repository.records.narrowed_access import IndexedPart, note_narrowed
from repository.records.public_view import public_view
from repository.records.queries import RecordView, record_for, record_views

MAX_CITATION = 20_000
_TEXTS = {"note": 5_000, "citation_text": MAX_CITATION}


@dataclass(frozen=True, slots=True)
class Epitaph:
    """Why a version is withdrawn: a term of ``removalreasons``, a note, and whether the public may read both.

    `citation` is that of the withdrawn version; it was made of its `revision`, None if the person wrote it.
    """

    reason: str
    note: str = ""
    visible: bool = True
    citation: str = ""
    revision: int | None = None


def read_epitaph(raw: Mapping[str, object], vocabularies: Vocabularies) -> Epitaph:
    """Read a body of the contract (section 1.2); raise `Invalid`, which names every wrong field."""
    errors: list[FieldError] = []
    term = raw.get("removal_reason")
    reason = term.get("id") if isinstance(term, Mapping) else None
    if not isinstance(reason, str) or reason not in vocabularies["removalreasons"]:
        known = ", ".join(entry.id for entry in vocabularies["removalreasons"].search())
        errors.append(FieldError.of("removal_reason.id", f"Choose one of: {known}."))
    note, citation = (_text(raw, name, most, errors) for name, most in _TEXTS.items())
    visible = raw.get("is_visible", True)
    if not isinstance(visible, bool):
        errors.append(FieldError.of("is_visible", "Not a valid boolean."))
    if errors:
        raise Invalid(errors=errors)
    return Epitaph(str(reason), note, visible is True, citation)


def _text(raw: Mapping[str, object], name: str, most: int, errors: list[FieldError]) -> str:
    value = raw.get(name) or ""
    # PostgreSQL cannot keep NUL in a text
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        errors.append(FieldError.of(name, f"Not a valid string of at most {most} characters."))
        return ""
    return value


def with_citation(
    snapshot: Snapshot, site: Site, vocabularies: Vocabularies, record_id: int, epitaph: Epitaph
) -> Epitaph:
    """Return the epitaph with the citation of the version; raise `NotFound`, `Forbidden`, `Gone` as `withdraw` does."""
    view = record_for(snapshot, record_id, Action.WITHDRAW)
    if epitaph.citation:
        return epitaph
    return replace(epitaph, citation=_citation(view, site, vocabularies), revision=view.version.revision)


def withdraw(unit: UnitOfWork, record_id: int, epitaph: Epitaph) -> Version:
    """Put a tombstone in the version's place.

    Raises `NotFound`, `Forbidden`, and `Gone` if it is withdrawn already, so that a second request changes nothing.
    """
    view = record_for(unit, record_id, Action.WITHDRAW)
    version, concept = _lock(unit, view)
    if version.withdrawn_at is not None:  # while this request waited for the lock
        raise Conflict("The record has been withdrawn meanwhile.")
    if epitaph.revision not in (None, version.revision):  # its citation is of what it was before
        raise Conflict(AT_ONCE)
    before = latest_ids(unit, concept)
    version.withdrawn_at = unit.now
    note_narrowed(unit, [version.id], IndexedPart.RECORD, IndexedPart.FILES)
    _touch(unit, version, concept)
    others = touch_changed_latest(unit, concept, before)
    tombstone = Tombstone(
        version_id=version.id,
        reason=epitaph.reason,
        note=epitaph.note,
        citation=epitaph.citation,
        visible=epitaph.visible,
        removed_by=unit.actor.person_id,
        at=version.withdrawn_at,
    )
    unit.session.add(tombstone)
    unit.emit(VersionWithdrawn(version.id, concept.id, others, epitaph.reason, epitaph.note))
    unit.session.flush()
    return version


def restore(unit: UnitOfWork, record_id: int) -> Version:
    """Remove the tombstone; raise `Conflict` if there is none."""
    views = record_views(unit, [record_id])
    if not views:
        record_for(unit, record_id, Action.RESTORE)
    must(unit.actor, Action.RESTORE, views[0].resource)
    version, concept = _lock(unit, views[0])
    tombstone = unit.session.get(Tombstone, record_id)
    if tombstone is None:
        raise Conflict("The record is not withdrawn.")
    before = latest_ids(unit, concept)
    version.withdrawn_at = None
    _touch(unit, version, concept)
    others = touch_changed_latest(unit, concept, before)
    unit.session.delete(tombstone)
    unit.emit(VersionRestored(version.id, concept.id, others))
    unit.session.flush()
    return version


def _citation(view: RecordView, site: Site, vocabularies: Vocabularies) -> str:
    return cite(public_view(view, site, vocabularies, Audience.PUBLIC), "apa")[:MAX_CITATION]


def _lock(unit: UnitOfWork, view: RecordView) -> tuple[Version, Concept]:
    """Lock the concept, as every change of its versions does, and the version, as edits do."""
    unit.session.refresh(view.concept, with_for_update=True)
    unit.session.refresh(view.version, with_for_update=True)
    return view.version, view.concept


_LATEST = (
    select(Version.id)
    .where(Version.concept_id == bindparam("concept_id"))
    .order_by(Version.withdrawn_at.is_(None).desc(), Version.index.desc())
    .limit(1)
)


def _touch(unit: UnitOfWork, version: Version, concept: Concept) -> None:
    """Record the change; the latest is now the newest version without a tombstone, else the newest of all."""
    touch(unit, version)
    unit.session.flush()
    concept.latest_id = unit.session.scalar(_LATEST, {"concept_id": concept.id})
