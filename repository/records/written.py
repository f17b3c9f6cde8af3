"""Published records in the formats of `dataset.formats.registry`, made once for each change of them.

As in `shown`: one statement reads how a version stands; the text is made anew only when that moved.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from repository.access.policy import Action, may
from repository.dataset.description import Publication
from repository.dataset.formats.citations import cite
from repository.dataset.formats.registry import Format, write_list
from repository.engines.facilities import Facilities
from repository.files.queries import first_entries
from repository.foundation.actor import Actor
from repository.foundation.clock import today
from repository.foundation.errors import Invalid
from repository.foundation.work import Work
from repository.records.offers import Form
from repository.records.publications import publication_of
from repository.records.queries import RecordView, may_have_files, record_or_latest, record_views
from repository.records.shown import Mark, Shown, marks_of
from repository.records.wire import EMBEDDED_FILES


@dataclass(frozen=True, slots=True)
class Document:
    """A record written out; `name` is what a file of it would be called, `tag` tells its states apart."""

    text: bytes
    media_type: str
    name: str
    tag: str | None = None


def in_form(facilities: Facilities, actor: Actor, number: int, form: Form, cited: Mapping[str, str]) -> Document | int:
    """The version with this id in `form`, or the id of the latest of the concept that has it.

    `cited` has style and locale of a citation.  Raises `NotFound`, `Forbidden`, `Gone`, `Invalid`.
    """
    if not isinstance(form, Format):
        return _citation(facilities, actor, number, cited)
    shown = written_or_latest(facilities, actor, number, form)
    if isinstance(shown, int):
        return shown
    return Document(shown.text, form.media_type, f"{number}.{form.extension}", f"{shown.revision}-{form.name}")


def written_or_latest(facilities: Facilities, actor: Actor, number: int, wanted: Format) -> Shown | int:
    """The version with this id in a format, or the id of the latest of the concept that has it.

    Raises `NotFound`, `Forbidden`, `Gone`.
    """
    with facilities.works.glancing() as connection:
        marks = marks_of(connection, actor, [number])
    for mark in marks:
        kept = facilities.kept.get(_key(actor, mark, wanted))
        if kept is not None:
            return Shown(kept, mark.revision)
    with facilities.works.reading(actor) as work:
        view = record_or_latest(work, number)
        if isinstance(view, int):
            return view
        now = marks_of(work.session.connection(), actor, [number])
        written = wanted.write(seen_by(facilities, work, view))
    text = written.encode("utf-8", "replace") if isinstance(written, str) else written
    for mark in now:
        facilities.kept.put(_key(actor, mark, wanted), text)
    return Shown(text, view.version.revision)


def seen_by(facilities: Facilities, work: Work, view: RecordView) -> Publication:
    """The version as `work.actor` may see it, with its first files."""
    allowed = may_have_files(work, view)
    entries = first_entries(work, view.files.id, EMBEDDED_FILES) if allowed and view.files.count else ()
    return publication_of(view, facilities.site, facilities.vocabularies, files_allowed=allowed, entries=entries)


def written_list(facilities: Facilities, actor: Actor, ids: Sequence[int], wanted: Format) -> Iterator[str]:
    """Those of `ids` that are versions which `actor` may read, as one well-formed document without their files' names.

    They are read before the first part is given, in a fixed number of queries.
    """
    with facilities.works.reading(actor) as work:
        views = [view for view in record_views(work, ids) if _readable(actor, view)]
        publications = [
            publication_of(view, facilities.site, facilities.vocabularies, files_allowed=may_have_files(work, view))
            for view in views
        ]
    return write_list(wanted, publications)


def _citation(facilities: Facilities, actor: Actor, number: int, cited: Mapping[str, str]) -> Document | int:
    with facilities.works.reading(actor) as work:
        view = record_or_latest(work, number)
        if isinstance(view, int):
            return view
        publication = seen_by(facilities, work, view)
    try:
        text = cite(publication, cited["style"], cited["locale"], today())
    except ValueError as unknown:
        raise Invalid.field("style", str(unknown)) from None
    return Document(text.encode("utf-8", "replace"), "text/plain", f"{number}.txt")


def _key(actor: Actor, mark: Mark, wanted: Format) -> Hashable:
    """All that the text depends on: of the reader, only whether the files may be had."""
    return mark, may(actor, Action.READ_FILES, mark.thing), wanted.name


def _readable(actor: Actor, view: RecordView) -> bool:
    return view.tombstone is None and may(actor, Action.READ_RECORD, view.thing)
