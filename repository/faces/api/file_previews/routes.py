"""Previews of files.  Whoever may have a file's content may have its preview, with the same refusals."""

from flask import Response

from repository.core.web.responses import VARY_BY_LANGUAGE, json_reply
from repository.deposits.queries import readable_draft
from repository.faces.api.file_previews.schemas import PreviewShape
from repository.faces.api.file_previews.serializers import preview_json
from repository.faces.api.routing import Api, ApiCall
from repository.faces.reasons.in_words import reader_language
from repository.files.downloads import download_of
from repository.inspection.model import FilePreview
from repository.inspection.queries import preview_of
from repository.records.queries import files_for_reading, sees_hidden_files

api = Api("file-previews")


@api.route(
    "GET",
    "/records/<record:record_id>/files/<path:key>/preview",
    "Read what is in a file: its format, and its first rows, structure, contents or a small image",
    replies={200: PreviewShape},
    errors=(403, 404, 409, 410),
)
def read_preview(call: ApiCall, record_id: int, key: str) -> Response:
    """Answer as the download does when the file cannot be had."""
    with call.snapshot() as snapshot:
        view = files_for_reading(snapshot, record_id)
        hidden = sees_hidden_files(call.actor, view)
        download = download_of(call.services, snapshot, view.files.id, key, record_id, hidden=hidden)
        sight = preview_of(snapshot, download.file_id)
    return _reply(key, sight)


@api.route(
    "GET",
    "/records/<record:record_id>/draft/files/<path:key>/preview",
    "Read what is in a committed file of a draft",
    replies={200: PreviewShape},
    errors=(403, 404, 409),
)
def read_draft_preview(call: ApiCall, record_id: int, key: str) -> Response:
    """Answer as the download does when the file cannot be had."""
    with call.snapshot() as snapshot:
        draft, _ = readable_draft(snapshot, record_id)
        hidden = not call.actor.is_referee
        download = download_of(call.services, snapshot, draft.file_set_id, key, record_id, hidden=hidden)
        sight = preview_of(snapshot, download.file_id)
    return _reply(key, sight)


def _reply(key: str, sight: FilePreview | None) -> Response:
    """Return the preview; a cache asks before each use, as for the content (RFC 9111, section 5.2.2.4)."""
    headers = {"Cache-Control": "private, no-cache", "Vary": VARY_BY_LANGUAGE}
    return json_reply(preview_json(key, sight, reader_language()), headers=headers)
