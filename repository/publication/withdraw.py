"""Withdraw a published version and leave a tombstone; undo it.

The version stays where it was: its identifiers lead to its page, which tells that and why it is gone.  Its files are
closed at once, for whoever reads them asks for the version first; registrars, index and harvesters follow by the fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from repository.access.policy import Action, must
from repository.dataset.vocabularies import Vocabularies
from repository.foundation.errors import Conflict, FieldError, Invalid
from repository.foundation.work import Work
from repository.publication.facts import VersionRestored, VersionWithdrawn
from repository.publication.latest import others_noticed
from repository.records.model import Concept, Tombstone, Version
from repository.records.queries import RecordView, record_view, record_views

MAX_NOTE = 5_000
MAX_CITATION = 20_000


@dataclass(frozen=True, slots=True)
class Epitaph:
    """Why a version is withdrawn: a term of ``removalreasons``, a note, and whether the public may read both."""

    reason: str
    note: str = ""
    visible: bool = True


def read_epitaph(raw: Mapping[str, object], vocabularies: Vocabularies) -> Epitaph:
    """From a body of the contract (section 1.2); raises `Invalid` naming every field that is wrong."""
    errors = []
    named = raw.get("removal_reason")
    reason = named.get("id") if isinstance(named, Mapping) else None
    if not isinstance(reason, str) or reason not in vocabularies["removalreasons"]:
        known = ", ".join(entry.id for entry in vocabularies["removalreasons"].search())
        errors.append(FieldError.of("removal_reason.id", f"Choose one of: {known}."))
    note = raw.get("note") or ""
    if not isinstance(note, str) or len(note) > MAX_NOTE or "\x00" in note:
        errors.append(FieldError.of("note", f"Not a valid string of at most {MAX_NOTE} characters."))
    visible = raw.get("is_visible", True)
    if not isinstance(visible, bool):
        errors.append(FieldError.of("is_visible", "Not a valid boolean."))
    if errors:
        raise Invalid(errors=errors)
    return Epitaph(str(reason), str(note), bool(visible))


def withdraw(work: Work, record_id: int, epitaph: Epitaph, citation: str) -> Version:
    """Put a tombstone in the version's place; `citation` is how it was cited.

    Raises `NotFound`, `Forbidden`, and `Gone` when it is withdrawn already, so that a second request changes nothing.
    """
    view = record_view(work, record_id)
    must(work.actor, Action.WITHDRAW, view.thing)
    version, concept = _locked(work, view)
    if version.withdrawn_at is not None:  # while this request waited for its turn
        raise Conflict("The record has been withdrawn meanwhile.")
    with others_noticed(work, concept) as others:
        version.withdrawn_at = work.now
        _noticed(work, version, concept)
    stone = Tombstone(
        version_id=version.id,
        reason=epitaph.reason,
        note=epitaph.note,
        citation=citation[:MAX_CITATION],
        visible=epitaph.visible,
        removed_by=work.actor.person_id,
        at=work.now,
    )
    work.session.add(stone)
    details = {"concept": concept.id, "others": others, "reason": epitaph.reason, "note": epitaph.note}
    work.emit(VersionWithdrawn(version.id, details))
    work.session.flush()
    return version


def restore(work: Work, record_id: int) -> Version:
    """Take the tombstone away; raises `Conflict` where there is none."""
    views = record_views(work, [record_id])
    if not views:
        record_view(work, record_id)
    must(work.actor, Action.RESTORE, views[0].thing)
    version, concept = _locked(work, views[0])
    stone = work.session.get(Tombstone, record_id)
    if stone is None:
        raise Conflict("The record is not withdrawn.")
    with others_noticed(work, concept) as others:
        version.withdrawn_at = None
        _noticed(work, version, concept)
    work.session.delete(stone)
    work.emit(VersionRestored(version.id, {"concept": concept.id, "others": others}))
    work.session.flush()
    return version


def _locked(work: Work, view: RecordView) -> tuple[Version, Concept]:
    """The concept's row is the turnstile of all that changes its versions; the version's, that of edits."""
    work.session.refresh(view.concept, with_for_update=True)
    work.session.refresh(view.version, with_for_update=True)
    return view.version, view.concept


def _noticed(work: Work, version: Version, concept: Concept) -> None:
    """Harvesters, caches and the index notice; the latest is the newest version that is there, if one is."""
    version.change += 1
    version.updated = work.now
    work.session.flush()
    there = (Version.withdrawn_at.is_(None).desc(), Version.index.desc())
    concept.latest_id = work.session.scalar(
        select(Version.id).where(Version.concept_id == concept.id).order_by(*there).limit(1)
    )
