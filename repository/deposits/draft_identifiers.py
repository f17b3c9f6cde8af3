"""The identifiers of a draft: reserve one, drop one, or adopt a DOI from elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from repository.access.policy import Action
from repository.core.errors import SENT, FieldError, Forbidden, Invalid, NotFound
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, draft_for_change, view_of
from repository.deposits.saves import note_saved
from repository.identifiers.model import Identifier
from repository.identifiers.queries import identifiers_of
from repository.identifiers.reserve import (
    adopt_external_doi,
    correct_external_doi,
    free_external_doi,
    minting_context,
    release,
    reserve,
)
from repository.identifiers.rules import PROVIDERS, folded

_NO_OBJECT = FieldError.of("pids", "Invalid input type.")
EXTERNAL = "external"
_MEMBERS = ("identifier", "provider", "client", "state")


def reserve_pid(unit: UnitOfWork, site: Site, draft_id: int, scheme: str) -> DraftView:
    """Reserve the identifier before publication, which keeps it."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT)
    _require_scheme(site, scheme)
    _forget(draft, scheme)
    reserve(unit, site, scheme, draft.id, minting_context(concept.default_community, draft.description))
    note_saved(unit, draft)
    return view_of(unit, draft, concept)


def drop_pid(unit: UnitOfWork, site: Site, draft_id: int, scheme: str) -> DraftView:
    """Release a reserved identifier; raise `Forbidden` for a published one, `NotFound` if there is none."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT)
    _require_scheme(site, scheme)
    if draft.kind == DraftKind.EDIT:
        raise Forbidden("A published identifier cannot be dropped.")
    forgotten = _forget(draft, scheme)
    if not release(unit, draft.id, scheme) and not forgotten:
        raise NotFound(f"The draft has no reserved {scheme.upper()}.")
    note_saved(unit, draft)
    return view_of(unit, draft, concept)


def faults_of_schemes(site: Site, raw: object) -> list[FieldError]:
    """Return what is wrong with the identifiers of a body whatever the database holds, with what was sent."""
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        return [_NO_OBJECT.keeping({SENT: raw})]
    errors = [
        _unknown_scheme(scheme).keeping({scheme: value})
        for scheme, value in raw.items()
        if scheme not in (*site.accounts.schemes, "oai")
    ]
    for scheme in site.accounts.schemes:
        errors += _keeping_once(scheme, raw.get(scheme), _unknown_members(scheme, raw.get(scheme)))
    return errors


def take_pids(unit: UnitOfWork, site: Site, draft: Draft, raw: object) -> list[FieldError]:
    """Apply the identifiers of a body and return the faults that the database shows, with what was sent.

    A scheme that is absent keeps its reserved identifier.
    """
    if not isinstance(raw, Mapping):
        return []
    errors = _other_oai_id(site, draft, raw.get("oai"))
    present = identifiers_of(unit, [draft.id])[draft.id]
    for scheme in site.accounts.schemes:
        value = raw.get(scheme)
        try:
            faults = _take(unit, site, draft, scheme, value, present.get(scheme))
        except Invalid as fault:
            faults = fault.errors
        errors += _keeping_once(scheme, value, faults)
        errors += _other_client(scheme, value, present.get(scheme))
    return errors


def _keeping_once(scheme: str, value: object, faults: Sequence[FieldError]) -> list[FieldError]:
    """Return the faults, of which the first keeps what was sent: it may be large."""
    return [faults[0].keeping({scheme: value}), *faults[1:]] if faults else []


def _unknown_scheme(scheme: str) -> FieldError:
    if scheme == SENT:
        return _NO_OBJECT
    return FieldError.of(f"pids.{scheme}", f"No configuration defined for PID {scheme}")


def apply_correction(unit: UnitOfWork, site: Site, draft: Draft) -> None:
    """Give the published version the external DOI that its edit corrects; raise `Invalid` if it is taken by now."""
    value = draft.sent("pids").get("doi")
    if value:
        correct_external_doi(unit, site, draft.id, value["identifier"])


def _unknown_members(scheme: str, raw: object) -> list[FieldError]:
    names = [name for name in raw if name not in _MEMBERS] if isinstance(raw, Mapping) else []
    return [FieldError.of(f"pids.{scheme}.{name}", "Unknown field.") for name in names]


def _other_provider(scheme: str, provider: object, present: Identifier) -> Sequence[FieldError]:
    """Return the fault of a provider that is not the one of the identifier that is there."""
    expected = EXTERNAL if present.external else PROVIDERS[scheme]
    if provider is None or provider in ("", {}, [], expected):
        return ()
    return (FieldError.of(f"pids.{scheme}.provider", f"The provider of this identifier is {expected}."),)


def _other_client(scheme: str, raw: object, present: Identifier | None) -> list[FieldError]:
    """Return, without harm, that the registrar's client is not chosen: the contract repeats it in every answer."""
    client = raw.get("client") if isinstance(raw, Mapping) else None
    is_ours = present is not None and not present.external
    if client is None or client in ("", {}, []) or (is_ours and client == PROVIDERS[scheme]):
        return []
    return [
        FieldError(f"pids.{scheme}.client", ("This repository chooses the client; it is not kept.",), harmless=True)
    ]


def _other_oai_id(site: Site, draft: Draft, raw: object) -> list[FieldError]:
    """Return, without harm, that the identifier for harvesters is not chosen either."""
    own = f"oai:{site.host}:{draft.id}"
    if (
        raw is None
        or raw in ("", {}, [])
        or (isinstance(raw, Mapping) and raw == {"identifier": own, "provider": "oai"})
    ):
        return []
    message = f"This repository gives it on publication: {own}."
    return [FieldError("pids.oai", (message,), harmless=True)]


def _take(
    unit: UnitOfWork, site: Site, draft: Draft, scheme: str, raw: object, present: Identifier | None
) -> Sequence[FieldError]:
    """Take one identifier and return what a reader should know; raise `Invalid`."""
    field = f"pids.{scheme}"
    if raw is None or raw in ("", {}, []):
        if present and present.external and draft.kind != DraftKind.EDIT:
            release(unit, draft.id, scheme)
        return ()
    if not isinstance(raw, Mapping):
        raise Invalid.field(field, "Invalid input type.")
    value, external = raw.get("identifier") or "", raw.get("provider") == EXTERNAL
    if not isinstance(value, str):
        raise Invalid.field(f"{field}.identifier", "Not a valid string.")
    if external and not value.strip():
        raise Invalid.field(f"{field}.identifier", "Missing data for required field.")
    if not value:
        return ()
    if present and folded(value) == present.folded:
        return _other_provider(scheme, raw.get("provider"), present)
    if draft.kind == DraftKind.EDIT:
        return _planned_correction(unit, site, draft, value, present if external else None)
    if scheme != "doi" or not external:
        raise Invalid.field(field, "Identifiers of this repository are reserved, not chosen.")
    adopt_external_doi(unit, site, draft.id, value)
    return ()


def _planned_correction(
    unit: UnitOfWork, site: Site, draft: Draft, value: str, present: Identifier | None
) -> Sequence[FieldError]:
    """Return a harmless fault that keeps the new DOI until the edit is published; raise `Invalid`."""
    if present is None or not present.external:
        raise Invalid.field(f"pids.{present.scheme if present else 'doi'}", "A published identifier cannot be changed.")
    bare = free_external_doi(unit, site, draft.id, value)
    if folded(bare) == present.folded:
        return ()
    message = f"It replaces {present.value} when the correction is published."
    return [FieldError("pids.doi", (message,), harmless=True)]


def _forget(draft: Draft, scheme: str) -> bool:
    """Forget the faults of a scheme, and return whether anything that was sent of it went with them."""
    forgotten = scheme in draft.sent("pids")
    errors = [error for error in draft.errors if error["field"].split(".")[:2] != ["pids", scheme]]
    draft.errors = [_without(scheme, error) if error["field"] == "pids" else error for error in errors]
    return forgotten


def _without(scheme: str, error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fault of many identifiers without what was sent of this one."""
    sent = error.get(SENT) or {}
    return {**error, SENT: {name: sent[name] for name in sent if name != scheme}} if scheme in sent else error


def _require_scheme(site: Site, scheme: str) -> None:
    if scheme not in site.accounts.schemes:
        message = f"No configuration defined for PID {scheme}"
        raise Invalid.field(f"pids.{scheme}", message)
