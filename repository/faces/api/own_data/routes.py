"""Take along what is kept of oneself, or erase it."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.site import Site
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.file_responses import StreamedBody, stream_reply
from repository.core.web.responses import json_reply, no_content, restrict_to_asker
from repository.faces.api.own_data.schemas import ErasureRequest, ExportShape
from repository.faces.api.routing import Api, ApiCall
from repository.faces.credentials import guesser
from repository.people.model import PersonExport
from repository.people.own_exports import open_export, own_export, request_export
from repository.people.own_sign_in import prove_oneself
from repository.sharing.leaving import leave

api = Api("own-data")
EXPORT = "/me/export"
BLOCK = 1 << 16


@api.route("POST", EXPORT, "Ask for everything that is kept of oneself", replies={202: ExportShape}, errors=(403,))
def ask_for_export(call: ApiCall) -> Response:
    """Let a job make the export; asking again within a day changes nothing."""
    with call.transaction() as unit:
        export = request_export(unit)
    return _private(json_reply(_export_json(export, call.services.site), 202))


@api.route("GET", EXPORT, "Tell the state of one's export", replies={200: ExportShape}, errors=(403, 404))
def read_export(call: ApiCall) -> Response:
    """Return whether the export is made, and until when it is kept."""
    with call.snapshot() as snapshot:
        export = own_export(snapshot)
    return _private(json_reply(_export_json(export, call.services.site)))


@api.route("GET", f"{EXPORT}/content", "Read one's export", replies={200: "application/zip"}, errors=(403, 404))
def read_export_content(call: ApiCall) -> Response:
    """Return the ZIP of JSON files."""
    with call.snapshot() as snapshot:
        source, size = open_export(snapshot, call.services.store)
    body = StreamedBody(source, iter(lambda: source.read(BLOCK), b""))
    return _private(stream_reply(body, size, "my-data.zip", "application/zip", None))


@api.route(
    "DELETE", "/me", "Erase one's account", body=ErasureRequest, replies={204: None}, errors=(403, 409, 413, 415, 429)
)
@counted_as(CallKind.SIGN_IN)
def erase_me(call: ApiCall) -> Response:
    """Close the account at once; a job forgets the person and passes on datasets."""
    must(call.actor, Action.ERASE_ME, Resource())
    password, confirm = call.body["password"] or "", call.body["confirm"] or ""
    prove_oneself(call.services.database, guesser(call.services), call.actor, password, confirm)
    receiver = call.body["receiver"]
    with call.transaction() as unit:
        leave(unit, int(receiver) if receiver else None, discards=call.body["discard_drafts"])
    return no_content()


def _private(reply: Response) -> Response:
    reply.headers["Cache-Control"] = "private, no-store"
    restrict_to_asker(reply)
    return reply


def _export_json(export: PersonExport, site: Site) -> dict[str, Any]:
    is_ready = export.made is not None
    links = {"self": site.api(EXPORT), **({"content": site.api(f"{EXPORT}/content")} if is_ready else {})}
    return {
        "state": "ready" if is_ready else "waiting",
        "requested": iso(export.requested),
        "expires": iso(export.expires),
        "size": export.size if is_ready else None,
        "links": links,
    }
