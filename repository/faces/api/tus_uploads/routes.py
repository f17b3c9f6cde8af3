"""Resumable uploads over HTTP (tus.io, "Resumable upload protocol 1.0.x").

An upload's address is no secret: it works for the person who began it alone.
"""

from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from repository.access.policy import Action, require_scope
from repository.core.errors import Altered
from repository.core.web.readable_body import stop_of_reading
from repository.deposits import resumable_uploads
from repository.deposits.upload_places import UploadProgress
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.tus_uploads.tus_headers import (
    BYTES,
    NAME,
    abilities,
    description,
    expiry,
    require_version,
    upload_checksum,
    upload_length,
    upload_offset,
)

api = Api(NAME)
UPLOADS = "/uploads/tus"
UPLOAD = f"{UPLOADS}/<upload_name>"
VERSION_HEADER = "Tus-Resumable"


@api.route("OPTIONS", UPLOADS, "Tell what of tus is spoken here", replies={204: None}, guests=True)
def tell_tus(call: ApiCall) -> Response:
    return Response(status=204, headers=dict(abilities(call.services.site.max_file_bytes)))


@api.route("OPTIONS", UPLOAD, "Tell what of tus is spoken here", replies={204: None}, guests=True)
def tell_tus_of_upload(call: ApiCall, upload_name: str) -> Response:  # noqa: ARG001 - it may be the name of nothing
    return tell_tus(call)


@api.route(
    "POST",
    UPLOADS,
    "Begin a resumable upload of one file of a draft",
    headers=(VERSION_HEADER, "Upload-Length", "Upload-Metadata", "Upload-Checksum"),
    body=BYTES,
    replies={201: None},
    errors=(403, 404, 409, 412, 413, 415, 460, 507),
)
def begin_tus_upload(call: ApiCall) -> Response:
    _require_tus(call)
    upload_checksum()  # before anything is begun
    size = upload_length()
    draft_id, declared, about = description()
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body:
        _require_bytes()
    upload = resumable_uploads.begin_upload(call.services, call.actor, draft_id, declared, size, about)
    if has_body:
        try:
            upload = _send(call, upload.name, 0)
        except Altered:
            resumable_uploads.end_upload(call.services, call.actor, upload.name)
            raise
    reply = _progress(upload, 201)
    reply.headers["Location"] = call.services.site.api(f"{UPLOADS}/{upload.name}")
    return reply


@api.route(
    "HEAD",
    UPLOAD,
    "Tell how many bytes of a resumable upload are durable",
    headers=(VERSION_HEADER,),
    replies={200: None},
    errors=(403, 404, 410, 412),
)
def read_tus_upload(call: ApiCall, upload_name: str) -> Response:
    _require_tus(call)
    upload = resumable_uploads.upload_progress(call.services, call.actor, upload_name)
    reply = _progress(upload, 200)
    reply.headers["Upload-Length"] = str(upload.size)
    if upload.about:
        reply.headers["Upload-Metadata"] = upload.about
    return reply


@api.route(
    "PATCH",
    UPLOAD,
    "Send bytes of a resumable upload; the last ones commit the file",
    headers=(VERSION_HEADER, "Upload-Offset", "Upload-Checksum"),
    body=BYTES,
    replies={204: None},
    errors=(403, 404, 409, 410, 412, 413, 415, 423, 460, 507),
)
def send_tus_bytes(call: ApiCall, upload_name: str) -> Response:
    _require_tus(call)
    _require_bytes()
    return _progress(_send(call, upload_name, upload_offset()), 204)


@api.route(
    "DELETE",
    UPLOAD,
    "End a resumable upload; a file that it has committed stays",
    headers=(VERSION_HEADER,),
    replies={204: None},
    errors=(403, 404, 410, 412),
)
def end_tus_upload(call: ApiCall, upload_name: str) -> Response:
    _require_tus(call)
    resumable_uploads.end_upload(call.services, call.actor, upload_name)
    return Response(status=204)


@api.route(
    "POST",
    UPLOAD,
    "Do by POST what X-HTTP-Method-Override names",
    headers=(VERSION_HEADER, "X-HTTP-Method-Override", "Upload-Offset", "Upload-Checksum"),
    body=BYTES,
    replies={200: None, 204: None},
    errors=(403, 404, 405, 409, 410, 412, 413, 415, 423, 460, 507),
)
def override_tus_method(call: ApiCall, upload_name: str) -> Response:
    """Serve clients that can send neither PATCH nor DELETE ("Core Protocol", X-HTTP-Method-Override)."""
    _require_tus(call)
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    view = {"PATCH": send_tus_bytes, "DELETE": end_tus_upload, "HEAD": read_tus_upload}.get(method)
    if view is None:
        raise MethodNotAllowed(["PATCH", "DELETE", "HEAD"])
    return view(call, upload_name)


def _require_tus(call: ApiCall) -> None:
    require_scope(call.actor, Action.CHANGE_DRAFT)  # a token for something else learns nothing of the protocol's state
    require_version()


def _require_bytes() -> None:
    """Raise 415 for a body of another type ("Core Protocol", PATCH)."""
    if request.mimetype != BYTES:
        raise UnsupportedMediaType(f"Send the bytes as {BYTES}.")


def _send(call: ApiCall, name: str, offset: int) -> UploadProgress:
    source = cast(BinaryIO, request.stream)
    length = None if "Transfer-Encoding" in request.headers else (request.content_length or 0)
    checksum, stop = upload_checksum(), stop_of_reading(request.environ)
    return resumable_uploads.send_bytes(call.services, call.actor, name, offset, source, length, checksum, stop)


def _progress(upload: UploadProgress, status: int) -> Response:
    headers = {"Upload-Offset": str(upload.offset)}
    if upload.offset < upload.size:
        headers["Upload-Expires"] = expiry(upload.expires)
    return Response(status=status, headers=headers)
