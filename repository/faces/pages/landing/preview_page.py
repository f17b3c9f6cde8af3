"""The page of one file: its preview, its digests, and the way to its bytes."""

from flask import Response

from repository.access.policy import Audience
from repository.dataset.blinding import blinded_file
from repository.faces.pages.landing.file_list import file_line
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.preview_contents import preview_contents
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.shell.languages import in_language
from repository.faces.pages.shell.page_replies import asked_frame, own_page_reply
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.files.queries import entry, no_file
from repository.inspection.queries import preview_of
from repository.records.public_view import files_of
from repository.records.queries import audience_for, files_for_reading, sees_hidden_files


def preview_page(record_id: int, key: str) -> Response:
    """Show what is in a file to whoever may have the file; raise what a download raises."""
    services, actor = current_services(), current_actor()
    frame = asked_frame()
    words = in_language(WORDS, frame.language)
    with services.database.snapshot(actor) as snapshot:
        view = files_for_reading(snapshot, record_id)
        hidden = sees_hidden_files(actor, view)
        named = entry(snapshot, view.files.id, key, record_id, hidden=hidden)
        files = files_of([named], record_id, services.site)
        if not files or named.file_id is None:
            raise no_file(record_id, key)
        preview = preview_of(snapshot, named.file_id)
        blind = audience_for(snapshot, view) is Audience.BLINDED
    address = services.site.page(f"/records/{record_id}")
    file = blinded_file(files[0]) if blind else files[0]
    html = render_page(
        "landing/preview.html",
        frame,
        services.site.name,
        WORDS,
        file=file_line(file, address, PageParams(frame.language, frame.chosen)),
        record_url=address,
        preview=preview_contents(preview, words),
    )
    return own_page_reply(html, frame)
