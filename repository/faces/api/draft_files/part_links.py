"""Addresses of the parts of a file: of the store itself, or of this server if the store has none."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from repository.core import clock
from repository.core.clock import iso
from repository.core.errors import NotFound
from repository.engines.services import Services
from repository.engines.store.port import StoredPart
from repository.faces.api.draft_files.serializers import file_json
from repository.faces.reasons.in_words import reader_language, told_reason
from repository.files.model import FileEntry
from repository.files.part_uploads import LOST, SIGNED_FOR, OpenUpload, parts_of


def coming_json(
    services: Services,
    entry: FileEntry,
    base: str,
    upload: OpenUpload | None,
    arrived: Sequence[StoredPart] = (),
) -> dict[str, Any]:
    """Return a file; while it comes in parts, with what has arrived and where to send the rest."""
    body = file_json(entry, base, draft=True)
    if upload is None:
        return body
    plan = upload.plan
    body["transfer"] = {
        **body["transfer"],
        "parts": plan.count,
        "part_size": plan.part_size,
        "expires": iso(upload.expires),
        "received": [{"part": part.number, "size": part.size} for part in arrived],
    }
    content = f"{body['links']['self']}/content"
    body["links"]["parts"] = [_link(services, upload, number, content) for number in plan.missing(arrived)]
    return body


def coming_reply(services: Services, entry: FileEntry, base: str, upload: OpenUpload) -> dict[str, Any]:
    """Return a file that comes in parts as the store has it now."""
    try:
        arrived = parts_of(services.store, upload)
    except NotFound:
        body = file_json(entry, base, draft=True)
        return body | {
            "status": "failed",
            "transfer": {**body["transfer"], **told_reason(LOST, reader_language(), "error")},
        }
    return coming_json(services, entry, base, upload, arrived)


def _link(services: Services, upload: OpenUpload, number: int, content: str) -> Mapping[str, Any]:
    now = clock.now()
    lifetime = min(SIGNED_FOR, upload.expires - now)
    is_signed = services.signed_for is not None and lifetime.total_seconds() >= 1
    md5 = upload.plan.md5_of(number)
    address = services.store.uploads.sign_part(upload.token, number, lifetime, md5) if is_signed else None
    headers = {"headers": {"Content-MD5": base64.b64encode(bytes.fromhex(md5)).decode()}} if md5 else {}
    return {
        **headers,
        "part": number,
        "url": address or f"{content}/{number}",
        "expiration": iso(now + lifetime if address else upload.expires),
    }
