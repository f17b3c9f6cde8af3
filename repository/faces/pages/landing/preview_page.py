"""The page of one file: its preview, its digests, and the way to its bytes."""

from dataclasses import replace

from flask import Response

from repository.access.policy import Audience
from repository.core.site import in_path
from repository.core.unit_of_work import Snapshot
from repository.dataset.blinding import blinded_file
from repository.dataset.description import FileOf
from repository.deposits.queries import readable_draft
from repository.faces.pages.landing.file_list import file_line
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.preview_contents import preview_contents
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.landing.review_page import lead_on
from repository.faces.pages.shell.languages import in_language
from repository.faces.pages.shell.page_replies import asked_frame, own_page_reply
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.files.model import FileEntry
from repository.files.queries import entry, no_file
from repository.inspection.model import FilePreview
from repository.inspection.queries import preview_of
from repository.records.public_view import files_of
from repository.records.queries import audience_for, files_for_reading, sees_hidden_files


def preview_page(record_id: int, key: str) -> Response:
    """Show what is in a file to whoever may have the file; raise what a download raises."""
    services, actor = current_services(), current_actor()
    with services.database.snapshot(actor) as snapshot:
        view = files_for_reading(snapshot, record_id)
        named = entry(snapshot, view.files.id, key, record_id, hidden=sees_hidden_files(actor, view))
        file, preview = _seen(snapshot, named, record_id, blind=audience_for(snapshot, view) is Audience.BLINDED)
    return _page(file, preview, record_id, services.site.page(f"/records/{record_id}"))


def draft_preview_page(record_id: int, key: str) -> Response:
    """Show what is in a file of a draft to whoever may have the draft; raise what a download raises."""
    services, actor = current_services(), current_actor()
    with services.database.snapshot(actor) as snapshot:
        draft, _ = readable_draft(snapshot, record_id)
        named = entry(snapshot, draft.file_set_id, key, record_id, hidden=not actor.is_referee)
        file, preview = _seen(snapshot, named, record_id, blind=actor.is_referee)
    content = services.site.api(f"/records/{record_id}/draft/files/{in_path(key)}/content")
    return _page(replace(file, url=content), preview, record_id, services.site.page(f"/uploads/{record_id}"))


def _seen(snapshot: Snapshot, named: FileEntry, record_id: int, *, blind: bool) -> tuple[FileOf, FilePreview | None]:
    files = files_of([named], record_id, current_services().site)
    if not files or named.file_id is None:
        raise no_file(record_id, named.key)
    return blinded_file(files[0]) if blind else files[0], preview_of(snapshot, named.file_id)


def _page(file: FileOf, preview: FilePreview | None, record_id: int, address: str) -> Response:
    frame = asked_frame()
    html = render_page(
        "landing/preview.html",
        frame,
        current_services().site.name,
        WORDS,
        neutral=current_actor().is_referee,
        file=file_line(file, address, PageParams(frame.language, frame.chosen)),
        record_url=address,
        preview=preview_contents(preview, in_language(WORDS, frame.language)),
    )
    return own_page_reply(lead_on(html, record_id), frame)
