"""Published records in the export formats of `dataset.formats.registry`, and as citations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repository.access.policy import Action, Audience, may
from repository.core.actor import Actor
from repository.core.clock import today
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.registry import ExportFormat, write_list
from repository.engines.services import Services
from repository.files.queries import EMBEDDED_FILES, first_entries
from repository.records.cached_representations import cached_representation
from repository.records.public_view import public_view
from repository.records.queries import RecordView, audience_for, record_views, resolve_record


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record in an export format; `name` is the name of a file of it, `tag` tells its states apart."""

    text: bytes
    media_type: str
    name: str
    tag: str | None = None


def export_record(services: Services, actor: Actor, record_id: int, target: ExportFormat) -> ExportedRecord:
    """Return the version with this id in `target`; raise `MovedTo`, `NotFound`, `Forbidden`, `Gone`."""

    def serialize(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
        written = target.write(view_with_files(services, snapshot, view, audience))
        return written.encode("utf-8", "replace") if isinstance(written, str) else written

    export = cached_representation(services, actor, record_id, target.name, serialize)
    name, tag = f"{record_id}.{target.extension}", f"{export.revision}-{target.name}"
    return ExportedRecord(export.text, target.media_type, name, tag)


def export_citation(services: Services, actor: Actor, record_id: int, style: str, locale: str) -> ExportedRecord:
    """Return the version's citation in a CSL style; raise `MovedTo`, `NotFound`, `Forbidden`, `Gone`, `Invalid`."""
    with services.database.snapshot(actor) as snapshot:
        view = resolve_record(snapshot, record_id)
        publication = view_with_files(services, snapshot, view, audience_for(snapshot, view))
    try:
        text = cite(publication, style, locale, today())
    except ValueError as unknown:
        raise Invalid.field("style", str(unknown)) from None
    return ExportedRecord(text.encode("utf-8", "replace"), "text/plain", f"{record_id}.txt")


def export_list(services: Services, actor: Actor, record_ids: Sequence[int], target: ExportFormat) -> Iterator[str]:
    """Write the versions among `record_ids` that the actor may read as one document, without their files' names.

    They are read before the first part is returned, in a fixed number of queries.
    """
    with services.database.snapshot(actor) as snapshot:
        publications = [
            public_view(view, services.site, services.vocabularies, audience_for(snapshot, view))
            for view in record_views(snapshot, record_ids)
            if view.tombstone is None and may(actor, Action.READ_RECORD, view.resource)
        ]
    return write_list(target, publications)


def view_with_files(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> Publication:
    """Return the version as `audience` may see it, with its first files."""
    listed = audience.sees_files and view.files.count
    entries = first_entries(snapshot, view.files.id, EMBEDDED_FILES, hidden=False) if listed else ()
    return public_view(view, services.site, services.vocabularies, audience, entries)
