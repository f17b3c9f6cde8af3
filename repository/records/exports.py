"""Published records in the export formats of `dataset.formats.registry`, and as citations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from repository.access.policy import Action, Audience, may
from repository.core.actor import Actor
from repository.core.errors import Gone, Invalid
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import cite, require_locale, require_style
from repository.dataset.formats.registry import ExportFormat, write_list
from repository.dataset.tombstones import tombstone_of
from repository.engines.services import Services
from repository.records.cached_representations import cached_representation
from repository.records.public_view import public_view
from repository.records.queries import RecordView, audience_for, embedded_files, record_views, resolve_record
from repository.records.whole_exports import whole_text


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record in an export format, or its tombstone (`withdrawn`); `name` is the name of a file of it.

    The text of a long one comes in parts, which have the entity tag `tag` together.
    """

    text: bytes | Iterator[bytes]
    media_type: str
    name: str
    withdrawn: bool = False
    tag: str | None = None


def export_record(services: Services, actor: Actor, record_id: int, target: ExportFormat) -> ExportedRecord:
    """Return the version with this id, or its tombstone, in `target`; raise `MovedTo`, `NotFound`, `Forbidden`."""

    def serialize(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
        return _written(target, view_with_files(services, snapshot, view, audience))

    name = f"{record_id}.{target.extension}"
    try:
        if target.write_whole is not None:
            whole = whole_text(services, actor, record_id, target)
            return ExportedRecord(whole.text, target.media_type, name, tag=whole.tag)
        text = cached_representation(services, actor, record_id, target.name, serialize).text
    except Gone:  # for readers who may know of it
        with services.database.snapshot(actor) as snapshot:
            stone = _tombstone(services, snapshot, record_id)
        return ExportedRecord(_written(target, stone), target.media_type, name, withdrawn=True)
    return ExportedRecord(text, target.media_type, name)


def _written(target: ExportFormat, publication: Publication) -> bytes:
    written = target.write(publication)
    return written.encode("utf-8", "replace") if isinstance(written, str) else written


def _tombstone(services: Services, snapshot: Snapshot, record_id: int) -> Publication:
    """Return what everybody who may know of a withdrawn version is told of it."""
    view = record_views(snapshot, [record_id])[0]
    return tombstone_of(public_view(view, services.site, services.vocabularies, Audience.PUBLIC))


def export_citation(services: Services, actor: Actor, record_id: int, style: str, locale: str) -> ExportedRecord:
    """Return the citation of the version, also of a withdrawn one, in a CSL style.

    Raises `MovedTo`, `NotFound`, `Forbidden`, `Invalid`.
    """
    _require("style", require_style, style)
    _require("locale", require_locale, locale)
    with services.database.snapshot(actor) as snapshot:
        try:
            view = resolve_record(snapshot, record_id)
            publication = view_with_files(services, snapshot, view, audience_for(snapshot, view))
        except Gone:  # for readers who may know of it
            publication = _tombstone(services, snapshot, record_id)
    try:
        text = cite(publication, style, locale, services.site.today())
    except ValueError as unfit:
        raise Invalid.field("style", str(unfit)) from None
    withdrawn = publication.withdrawn is not None
    return ExportedRecord(text.encode("utf-8", "replace"), "text/plain", f"{record_id}.txt", withdrawn)


def _require(field: str, check: Callable[[str], None], value: str) -> None:
    try:
        check(value)
    except ValueError as unknown:
        raise Invalid.field(field, str(unknown)) from None


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
    entries = embedded_files(snapshot, view, audience)
    return public_view(view, services.site, services.vocabularies, audience, entries)
