"""The identifiers of a draft: reserve one, drop one, or adopt a DOI from elsewhere."""

from collections.abc import Mapping

from repository.access.policy import Action
from repository.core.errors import FieldError, Forbidden, Invalid, NotFound
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.facts import DraftSaved
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, draft_for_change, view_of
from repository.identifiers.model import Identifier
from repository.identifiers.queries import identifiers_of
from repository.identifiers.reserve import adopt_external_doi, minting_context, release, reserve
from repository.identifiers.rules import folded


def reserve_pid(unit: UnitOfWork, site: Site, draft_id: int, scheme: str) -> DraftView:
    """Reserve the identifier before publication, which keeps it."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT)
    _require_scheme(site, scheme)
    reserve(unit, site, scheme, draft.id, minting_context(concept.default_community, draft.description))
    _touch(unit, draft)
    return view_of(unit, draft, concept)


def drop_pid(unit: UnitOfWork, site: Site, draft_id: int, scheme: str) -> DraftView:
    """Release a reserved identifier; raise `Forbidden` for a published one, `NotFound` if there is none."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT)
    _require_scheme(site, scheme)
    if draft.kind == DraftKind.EDIT:
        raise Forbidden("A published identifier cannot be dropped.")
    if not release(unit, draft.id, scheme):
        raise NotFound(f"The draft has no reserved {scheme.upper()}.")
    _touch(unit, draft)
    return view_of(unit, draft, concept)


def take_pids(unit: UnitOfWork, site: Site, draft: Draft, raw: object) -> list[FieldError]:
    """Apply the identifiers of a body and return the faults; a scheme that is absent keeps its reserved identifier."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        return [FieldError.of("pids", "Invalid input type.")]
    errors = [
        FieldError.of(f"pids.{scheme}", f"No configuration defined for PID {scheme}")
        for scheme in raw
        if scheme not in (*site.accounts.schemes, "oai")
    ]
    present = identifiers_of(unit, [draft.id])[draft.id]
    for scheme in site.accounts.schemes:
        try:
            _take(unit, site, draft, scheme, raw.get(scheme), present.get(scheme))
        except Invalid as fault:
            errors += fault.errors
    return errors


def _take(unit: UnitOfWork, site: Site, draft: Draft, scheme: str, raw: object, present: Identifier | None) -> None:
    field = f"pids.{scheme}"
    if not raw:
        if present and present.external and draft.kind != DraftKind.EDIT:
            release(unit, draft.id, scheme)
        return
    if not isinstance(raw, Mapping):
        raise Invalid.field(field, "Invalid input type.")
    value = raw.get("identifier") or ""
    if not isinstance(value, str):
        raise Invalid.field(f"{field}.identifier", "Not a valid string.")
    if not value or (present and folded(value) == present.folded):
        return
    if draft.kind == DraftKind.EDIT:
        raise Invalid.field(field, "A published identifier cannot be changed.")
    if scheme != "doi" or raw.get("provider") != "external":
        raise Invalid.field(field, "Identifiers of this repository are reserved, not chosen.")
    adopt_external_doi(unit, site, draft.id, value)


def _require_scheme(site: Site, scheme: str) -> None:
    if scheme not in site.accounts.schemes:
        message = f"No configuration defined for PID {scheme}"
        raise Invalid.field(f"pids.{scheme}", message)


def _touch(unit: UnitOfWork, draft: Draft) -> None:
    draft.revision += 1
    draft.updated = unit.now
    unit.emit(DraftSaved(draft.id, draft.revision))
