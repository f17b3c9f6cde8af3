"""Withdraw a published version and leave a tombstone; undo it.

The version stays where it was: its identifiers lead to its page, which tells that and why it is gone.  Its files are
closed at once, for whoever reads them asks for the version first; registrars, index and harvesters follow by the fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from repository.access.audience import Audience
from repository.access.policy import Action, must
from repository.core.errors import Conflict, FieldError, Invalid
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.dataset.formats.citation.citations import cite
from repository.dataset.vocabularies import Vocabularies
from repository.publication.facts import VersionRestored, VersionWithdrawn
from repository.publication.version_order import touching_other_versions
from repository.records.change_tracking import touch
from repository.records.model import Concept, Tombstone, Version
from repository.records.public_view import public_view
from repository.records.queries import RecordView, record_view, record_views

MAX_CITATION = 20_000
_TEXTS = {"note": 5_000, "citation_text": MAX_CITATION}


@dataclass(frozen=True, slots=True)
class Epitaph:
    """Why a version is withdrawn: a term of ``removalreasons``, a note, and whether the public may read both.

    `citation` is how it is to be cited, as it was until now if that is empty.
    """

    reason: str
    note: str = ""
    visible: bool = True
    citation: str = ""


def read_epitaph(raw: Mapping[str, object], vocabularies: Vocabularies) -> Epitaph:
    """From a body of the contract (section 1.2); raises `Invalid` naming every field that is wrong."""
    errors: list[FieldError] = []
    named = raw.get("removal_reason")
    reason = named.get("id") if isinstance(named, Mapping) else None
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
    # NUL is the one character that not every database can keep in a text
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        errors.append(FieldError.of(name, f"Not a valid string of at most {most} characters."))
        return ""
    return value


def withdraw(unit: UnitOfWork, site: Site, vocabularies: Vocabularies, record_id: int, epitaph: Epitaph) -> Version:
    """Put a tombstone in the version's place.

    Raises `NotFound`, `Forbidden`, and `Gone` when it is withdrawn already, so that a second request changes nothing.
    """
    view = record_view(unit, record_id)
    must(unit.actor, Action.WITHDRAW, view.resource)
    version, concept = _locked(unit, view)
    if version.withdrawn_at is not None:  # while this request waited for its turn
        raise Conflict("The record has been withdrawn meanwhile.")
    with touching_other_versions(unit, concept) as others:
        version.withdrawn_at = unit.now
        _noticed(unit, version, concept)
    stone = Tombstone(
        version_id=version.id,
        reason=epitaph.reason,
        note=epitaph.note,
        citation=epitaph.citation or _citation(view, site, vocabularies),
        visible=epitaph.visible,
        removed_by=unit.actor.person_id,
        at=version.withdrawn_at,
    )
    unit.session.add(stone)
    details = {"concept": concept.id, "others": others, "reason": epitaph.reason, "note": epitaph.note}
    unit.emit(VersionWithdrawn(version.id, details))
    unit.session.flush()
    return version


def restore(unit: UnitOfWork, record_id: int) -> Version:
    """Take the tombstone away; raises `Conflict` where there is none."""
    views = record_views(unit, [record_id])
    if not views:
        record_view(unit, record_id)
    must(unit.actor, Action.RESTORE, views[0].resource)
    version, concept = _locked(unit, views[0])
    stone = unit.session.get(Tombstone, record_id)
    if stone is None:
        raise Conflict("The record is not withdrawn.")
    with touching_other_versions(unit, concept) as others:
        version.withdrawn_at = None
        _noticed(unit, version, concept)
    unit.session.delete(stone)
    unit.emit(VersionRestored(version.id, {"concept": concept.id, "others": others}))
    unit.session.flush()
    return version


def _citation(view: RecordView, site: Site, vocabularies: Vocabularies) -> str:
    return cite(public_view(view, site, vocabularies, Audience.PUBLIC), "apa")[:MAX_CITATION]


def _locked(unit: UnitOfWork, view: RecordView) -> tuple[Version, Concept]:
    """The concept's row is the turnstile of all that changes its versions; the version's, that of edits."""
    unit.session.refresh(view.concept, with_for_update=True)
    unit.session.refresh(view.version, with_for_update=True)
    return view.version, view.concept


def _noticed(unit: UnitOfWork, version: Version, concept: Concept) -> None:
    """Harvesters, caches and the index notice; the latest is the newest version that is there, if one is."""
    touch(unit, version)
    unit.session.flush()
    there = (Version.withdrawn_at.is_(None).desc(), Version.index.desc())
    concept.latest_id = unit.session.scalar(
        select(Version.id).where(Version.concept_id == concept.id).order_by(*there).limit(1)
    )
