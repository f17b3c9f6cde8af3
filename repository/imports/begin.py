"""Open drafts that begin with a description or an identifier from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from repository.access.policy import Action
from repository.core.actor import Actor
from repository.core.database.bulk import insert_rows
from repository.core.errors import Forbidden, Invalid
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.crosswalks.source_fields import NotTaken, Unreadable
from repository.crosswalks.source_formats import SourceFormat, read_bytes
from repository.deposits.draft_bodies import CheckedBody, read_draft_body
from repository.deposits.drafts import open_draft
from repository.deposits.metadata.organisation_names import OrganisationNames, identifiers_to_name
from repository.deposits.queries import DraftView, draft_for_change
from repository.engines.services import Services
from repository.imports.facts import ImportDue
from repository.imports.model import DraftImport, ImportState
from repository.imports.queries import import_of
from repository.imports.rules import IdentifierUse, identifier_body, imported_body, known_identifier
from repository.organisations.queries import names_at

NO_IDENTIFIER = "This is neither a DOI nor a CSTR."


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source that was read before any transaction is open; `form` is empty for an identifier alone."""

    body: CheckedBody
    use: IdentifierUse
    form: str = ""
    scheme: str = ""
    identifier: str = ""
    entries: int = 1
    not_taken: Sequence[NotTaken] = ()


def read_source(
    services: Services, actor: Actor, content: bytes, use: IdentifierUse, form: SourceFormat | None = None
) -> ReadSource:
    """Return what bytes describe, in the `form` that their sender names or the one they show; raise `Invalid`."""
    try:
        known, described = read_bytes(content, form)
    except Unreadable as error:
        raise Invalid.field("source", str(error)) from error
    imported = imported_body(described, use)
    body = checked_body(services, actor, imported.body)
    return ReadSource(body, use, known.value, entries=described.entries, not_taken=imported.not_taken)


def read_identifier(services: Services, actor: Actor, text: str, use: IdentifierUse) -> ReadSource:
    """Return a DOI or a CSTR as the beginning of a draft; raise `Invalid` for another text."""
    known = known_identifier(text)
    if known is None:
        raise Invalid.field("identifier", NO_IDENTIFIER)
    scheme, identifier = known
    body = checked_body(services, actor, identifier_body(scheme, identifier, use))
    return ReadSource(body, use, scheme=scheme, identifier=identifier)


def checked_body(services: Services, actor: Actor, raw: Mapping[str, Any]) -> CheckedBody:
    """Return a body with its faults, and with names of the organisations that it names by ids alone."""
    identifiers = identifiers_to_name(raw.get("metadata"))
    names: OrganisationNames = {}
    if identifiers:
        with services.database.query(actor) as snapshot:
            names = names_at(snapshot, identifiers)
    return read_draft_body(services.site, services.vocabularies, raw, names)


def begin_draft(unit: UnitOfWork, site: Site, source: ReadSource) -> tuple[DraftView, DraftImport]:
    """Open a draft with what was read; an identifier alone is looked up by a job."""
    if unit.actor.person_id is None:  # the job would act for nobody
        raise Forbidden
    view = open_draft(unit, site, source.body)
    state = ImportState.WAITING if source.identifier else ImportState.DONE
    row = DraftImport(
        draft_id=view.draft.id,
        person_id=unit.actor.person_id,
        form=source.form,
        scheme=source.scheme,
        identifier=source.identifier,
        use=source.use.value,
        state=state.value,
        entries=source.entries,
        not_taken=stored(source.not_taken),
        created=unit.now,
        touched=unit.now,
    )
    insert_rows(unit.session, [row])
    if state is ImportState.WAITING:
        unit.emit(ImportDue(row.id, view.draft.id))
    return view, row


def leave_import(unit: UnitOfWork, draft_id: int) -> None:
    """Go on without what the registrar knows; what arrives later changes nothing."""
    draft_for_change(unit, draft_id, Action.CHANGE_DRAFT)
    row = import_of(unit, draft_id)
    if row.state == ImportState.WAITING:
        row.state, row.touched = ImportState.LEFT.value, unit.now


def stored(not_taken: Sequence[NotTaken]) -> list[dict[str, str]]:
    """Return what is not taken over as every database can keep it."""
    plain = (asdict(replace(lost, field=_storable(lost.field), value=_storable(lost.value))) for lost in not_taken)
    return list(plain)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
