"""Look up the description of an identifier at its registrar: a job, that tries again and may run twice."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update

from repository.core.actor import SYSTEM, Actor
from repository.core.check_report import CheckReport
from repository.core.clock import now
from repository.core.errors import Forbidden, RepositoryError, Stale, Unavailable, Unsuitable
from repository.core.unit_of_work import Database
from repository.crosswalks.source_fields import NotTaken, SourceDescription, Unreadable
from repository.crosswalks.source_formats import SourceFormat, read_bytes
from repository.deposits.drafts import patch_base, patch_draft
from repository.engines.services import Services
from repository.imports.begin import checked_body, stored
from repository.imports.model import DraftImport, ImportState
from repository.imports.queries import DueImport, due_import, locked_import, silent_imports
from repository.imports.rules import IdentifierUse, filled_up, imported_body

MOST_ATTEMPTS = 5
"""without an answer; the pauses of jobs between them make some minutes"""
PATCH_TRIES = 10
SILENT_FOR = timedelta(hours=2)
"""longer than any pause of a job that tries again"""
BATCH = 200
LONGEST_REASON = 500
GIVEN_UP = "The registrar did not answer."
CHANGED = "The draft is being changed all the time."


def look_up_descriptions(services: Services, import_ids: Sequence[int]) -> None:
    """Look up each identifier that waits; raise `Unavailable` when one has to be tried again later."""
    later = [reason for import_id in import_ids if (reason := _look_up(services, import_id))]
    if later:
        raise Unavailable(later[0])


def _look_up(services: Services, import_id: int) -> str:
    """Look up one identifier; return why it must be tried again later, or nothing."""
    due = due_import(services.database, import_id)
    if due is None:
        return ""
    try:
        if due.actor is None:
            raise Forbidden
        form, described = _ask(services, due)
        _fill(services, due, due.actor, form, described)
    except Unavailable as error:
        return _trouble(services.database, due, error.reason)
    except RepositoryError as error:
        _end(services.database, due, error.reason)
    return ""


def _ask(services: Services, due: DueImport) -> tuple[SourceFormat, SourceDescription]:
    """Return what the registrar says; raise `Unavailable`, and `Unsuitable` for what no other try changes."""
    content = services.registered.description_of(due.scheme, due.identifier)
    try:
        return read_bytes(content)
    except Unreadable as error:
        raise Unsuitable(str(error)) from None


def _fill(services: Services, due: DueImport, actor: Actor, form: SourceFormat, described: SourceDescription) -> None:
    """Write what has arrived into what is still empty of the draft."""
    for _ in range(PATCH_TRIES):
        try:
            return _fill_once(services, due, actor, form, described)
        except Stale:
            continue
    raise Unavailable(CHANGED)


def _use(due: DueImport, described: SourceDescription) -> IdentifierUse:
    """Return how the described identifiers are used: the draft has its external DOI already, any other is linked."""
    use = IdentifierUse(due.use)
    is_own = described.doi.casefold() == due.identifier.casefold()
    return IdentifierUse.IDENTICAL if use is IdentifierUse.EXTERNAL and not is_own else use


def _fill_once(
    services: Services, due: DueImport, actor: Actor, form: SourceFormat, described: SourceDescription
) -> None:
    imported = imported_body(described, _use(due, described))
    with services.database.snapshot(actor) as snapshot:
        base = patch_base(snapshot, due.draft_id)
    metadata, lost = filled_up(base.parts["metadata"], imported.body["metadata"])
    body = checked_body(services, actor, {"metadata": metadata})
    with services.database.transaction(actor) as unit:
        row = locked_import(unit, due.id)
        if row is None or row.state != ImportState.WAITING:
            return
        patch_draft(unit, services.site, due.draft_id, base, body)
        _note_done(row, form, described, [*imported.not_taken, *lost])
        row.touched = unit.now


def _note_done(
    row: DraftImport, form: SourceFormat, described: SourceDescription, not_taken: Sequence[NotTaken]
) -> None:
    row.state, row.reason, row.form = ImportState.DONE.value, None, form.value
    row.entries, row.not_taken = described.entries, stored(not_taken)


def _trouble(database: Database, due: DueImport, reason: str) -> str:
    """Keep why there was no answer; return it if there will be another attempt."""
    attempts = due.attempts + 1
    is_final = attempts >= MOST_ATTEMPTS
    with database.transaction(SYSTEM) as unit:
        row = locked_import(unit, due.id)
        if row is not None and row.state == ImportState.WAITING:
            row.attempts, row.reason, row.touched = attempts, reason[:LONGEST_REASON], unit.now
            row.state = (ImportState.FAILED if is_final else ImportState.WAITING).value
    return "" if is_final else reason


def _end(database: Database, due: DueImport, reason: str) -> None:
    with database.transaction(SYSTEM) as unit:
        row = locked_import(unit, due.id)
        if row is not None and row.state == ImportState.WAITING:
            row.state, row.reason, row.touched = ImportState.FAILED.value, reason[:LONGEST_REASON], unit.now


def end_silent_imports(database: Database, hold: str = "") -> CheckReport:
    """End imports whose jobs were given up, so that nobody waits for them."""
    report, after = CheckReport(), 0
    if hold:
        report.note(f"no import is ended: {hold}")
        return report
    before = now() - SILENT_FOR
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            batch = silent_imports(snapshot, before, after, BATCH)
        if not batch:
            return report
        with database.transaction(SYSTEM) as unit:
            ended = {"state": ImportState.FAILED.value, "reason": GIVEN_UP, "touched": unit.now}
            unit.session.execute(update(DraftImport).where(DraftImport.id.in_(batch)).values(**ended))
        for import_id in batch:
            report.note(f"import {import_id} that got no answer", repaired=True)
        after = batch[-1]
