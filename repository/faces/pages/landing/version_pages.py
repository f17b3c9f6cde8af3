"""What changed between two versions, and the history of one."""

from flask import Response

from repository.core.clock import iso
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.engines.services import Services
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.landing.version_changes import field_changes
from repository.faces.pages.landing.view_model import PageContents, page_contents
from repository.faces.pages.shell.languages import Translations, in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import asked_frame, page_reply
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.files.compare_sets import FileChanges, compare_sets
from repository.publication.public_history import public_history
from repository.records.public_view import public_view
from repository.records.queries import RecordView, audience_for, record_view

NOT_OF_ONE = "Only versions of the same dataset can be compared."
_Seen = tuple[Publication, PageContents]


def comparison_page(record_id: int, other_id: int) -> Response:
    """Show what changed from the earlier version to the later one; raise `NotFound`, `Forbidden`, `Gone`."""
    services, frame = current_services(), asked_frame()
    words = in_language(WORDS, frame.language)
    with services.database.snapshot(current_actor()) as snapshot:
        views = [record_view(snapshot, record_id), record_view(snapshot, other_id)]
        if views[0].concept.id != views[1].concept.id:
            raise NotFound(NOT_OF_ONE)
        earlier, later = sorted(views, key=lambda view: view.version.index)
        before, after = (_seen(services, snapshot, view, words) for view in (earlier, later))
        files, can_see = _files(snapshot, earlier, later)
    html = render_page(
        "landing/comparison.html",
        frame,
        services.site.name,
        WORDS,
        before=before[0],
        after=after[0],
        title=after[1].title,
        changes=field_changes(before, after, words),
        files=files,
        sees_files=can_see,
    )
    return page_reply(html, frame)


def history_page(record_id: int) -> Response:
    """Show what happened to a version since it was published; raise `NotFound`, `Forbidden`, `Gone`."""
    services, frame = current_services(), asked_frame()
    words = in_language(WORDS, frame.language)
    with services.database.snapshot(current_actor()) as snapshot:
        view = record_view(snapshot, record_id)
        publication, contents = _seen(services, snapshot, view, words)
        events = [(event.kind, iso(event.at)) for event in public_history(snapshot, view.version.id)]
    values = {"publication": publication, "title": contents.title, "events": events}
    return page_reply(_rendered("history", frame, services, values), frame)


def _rendered(name: str, frame: PageFrame, services: Services, values: dict[str, object]) -> str:
    return render_page(f"landing/{name}.html", frame, services.site.name, WORDS, **values)


def _seen(services: Services, snapshot: Snapshot, view: RecordView, words: Translations) -> _Seen:
    publication = public_view(view, services.site, services.vocabularies, audience_for(snapshot, view))
    return publication, page_contents(publication, words, "", services.site.today())


def _files(snapshot: Snapshot, earlier: RecordView, later: RecordView) -> tuple[FileChanges | None, bool]:
    """Return what changed in the files, and whether the reader may see those of both versions."""
    if not all(audience_for(snapshot, view).sees_files for view in (earlier, later)):
        return None, False
    return compare_sets(snapshot, earlier.files, later.files), True
