"""Published records in the formats of `dataset.formats.registry`, made once for each change of them.

As in `shown`: one statement reads how a version stands; the text is made anew only when that moved.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from repository.access.policy import Action, may
from repository.core.actor import Actor
from repository.core.clock import today
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.registry import ExportFormat, write_list
from repository.engines.services import Services
from repository.files.queries import EMBEDDED_FILES, first_entries
from repository.records.cache_keys import CacheKey, cache_keys
from repository.records.public_view import public_view
from repository.records.queries import RecordView, may_have_files, record_or_latest, record_views


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record written out; `name` is what a file of it would be called, `tag` tells its states apart."""

    text: bytes
    media_type: str
    name: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class CachedText:
    """A version's text in one format at one revision."""

    text: bytes
    revision: int


def export_record(
    services: Services, actor: Actor, number: int, form: ExportFormat | None, cited: Mapping[str, str]
) -> ExportedRecord | int:
    """The version with this id in `form`, or the id of the latest of the concept that has it.

    Without a format it is a citation; `cited` has its style and locale.

    Raises `NotFound`, `Forbidden`, `Gone`, `Invalid`.
    """
    if form is None:
        return _citation(services, actor, number, cited)
    shown = cached_export(services, actor, number, form)
    if isinstance(shown, int):
        return shown
    return ExportedRecord(shown.text, form.media_type, f"{number}.{form.extension}", f"{shown.revision}-{form.name}")


def cached_export(services: Services, actor: Actor, number: int, wanted: ExportFormat) -> CachedText | int:
    """The version with this id in a format, or the id of the latest of the concept that has it.

    Raises `NotFound`, `Forbidden`, `Gone`.
    """
    with services.database.connection() as connection:
        marks = cache_keys(connection, actor, [number])
    for mark in marks:
        kept = services.cache.get(_key(actor, mark, wanted))
        if kept is not None:
            return CachedText(kept, mark.revision)
    with services.database.snapshot(actor) as snapshot:
        view = record_or_latest(snapshot, number)
        if isinstance(view, int):
            return view
        now = cache_keys(snapshot.session.connection(), actor, [number])
        written = wanted.write(public_view_for(services, snapshot, view))
    text = written.encode("utf-8", "replace") if isinstance(written, str) else written
    for mark in now:
        services.cache.put(_key(actor, mark, wanted), text)
    return CachedText(text, view.version.revision)


def public_view_for(services: Services, snapshot: Snapshot, view: RecordView) -> Publication:
    """The version as the actor may see it, with its first files."""
    allowed = may_have_files(snapshot, view)
    entries = first_entries(snapshot, view.files.id, EMBEDDED_FILES) if allowed and view.files.count else ()
    return public_view(view, services.site, services.vocabularies, files_allowed=allowed, entries=entries)


def export_list(services: Services, actor: Actor, ids: Sequence[int], wanted: ExportFormat) -> Iterator[str]:
    """Those of `ids` that are versions which `actor` may read, as one well-formed document without their files' names.

    They are read before the first part is given, in a fixed number of queries.
    """
    with services.database.snapshot(actor) as snapshot:
        views = [view for view in record_views(snapshot, ids) if _readable(actor, view)]
        publications = [
            public_view(view, services.site, services.vocabularies, files_allowed=may_have_files(snapshot, view))
            for view in views
        ]
    return write_list(wanted, publications)


def _citation(services: Services, actor: Actor, number: int, cited: Mapping[str, str]) -> ExportedRecord | int:
    with services.database.snapshot(actor) as snapshot:
        view = record_or_latest(snapshot, number)
        if isinstance(view, int):
            return view
        publication = public_view_for(services, snapshot, view)
    try:
        text = cite(publication, cited["style"], cited["locale"], today())
    except ValueError as unknown:
        raise Invalid.field("style", str(unknown)) from None
    return ExportedRecord(text.encode("utf-8", "replace"), "text/plain", f"{number}.txt")


def _key(actor: Actor, mark: CacheKey, wanted: ExportFormat) -> Hashable:
    """All that the text depends on: of the reader, only whether the files may be had."""
    return mark, may(actor, Action.READ_FILES, mark.thing), wanted.name


def _readable(actor: Actor, view: RecordView) -> bool:
    return view.tombstone is None and may(actor, Action.READ_RECORD, view.thing)
