"""Limits over HTTP (InvenioRDM contract, section 1.2 for those of single datasets)."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, may
from repository.core.unit_of_work import Snapshot
from repository.core.web.request_parsing import MAX_JSON_BYTES
from repository.core.web.responses import json_reply
from repository.deposits.record_limits import RecordLimits, limits_of, set_record_limits
from repository.engines.store.port import MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES
from repository.faces.api.draft_files.schemas import MAX_BATCH, MAX_METADATA_BYTES, TRANSFERS
from repository.faces.api.limits_told.schemas import LimitsShape, RecordQuota, RecordQuotaShape
from repository.faces.api.routing import Api, ApiCall
from repository.files.bundles import MOST_BYTES, MOST_FILES
from repository.files.cleanup import STAGED_FOR
from repository.files.part_uploads import OPEN_FOR, SIGNED_FOR
from repository.files.rules import MAX_KEY_BYTES, MAX_SEGMENT_BYTES
from repository.files.tar_members import SHA256_KEYWORD
from repository.people.quotas import person_quota

api = Api("limits")


@api.route("GET", "/limits", "Tell all limits", replies={200: LimitsShape})
def read_limits(call: ApiCall) -> Response:
    """Return what a client should know before it begins; with one's own quota, if one is signed in."""
    body = {
        "transfers": [name for name in TRANSFERS if name != "F" or call.services.fetching.hosts],
        "fetch_hosts": list(call.services.fetching.hosts.names),
        "files": _of_files(call),
        "parts": {
            "most": MAX_PARTS,
            "most_in_a_request": MAX_PARTS,
            "min_bytes": MIN_PART_BYTES,
            "max_bytes": MAX_PART_BYTES,
            "direct": call.services.signed_for is not None,
            "address_seconds": int(SIGNED_FOR.total_seconds()),
        },
        "bundles": {"files": MOST_FILES, "bytes": MOST_BYTES, "sha256": SHA256_KEYWORD},
        "seconds": {
            "upload": int(OPEN_FOR.total_seconds()),
            "uncommitted": int(STAGED_FOR.total_seconds()),
            "draft": call.services.site.draft_days * 86_400 or None,
        },
        "requests": {
            "json_bytes": MAX_JSON_BYTES,
            "per_minute": {name: limit for name, limit in call.services.limits.allowed.items() if limit},
        },
    }
    if may(call.actor, Action.LIST_OWN, Resource()) and call.actor.person_id is not None:
        with call.snapshot() as snapshot:
            body["quota"] = _own_quota(call, snapshot, call.actor.person_id)
    return json_reply(body)


def _of_files(call: ApiCall) -> dict[str, Any]:
    return {
        "name_bytes": MAX_KEY_BYTES,
        "name_part_bytes": MAX_SEGMENT_BYTES,
        "file_bytes": call.services.site.max_file_bytes,
        "per_record": call.services.site.max_files,
        "record_bytes": None,
        "metadata_bytes": MAX_METADATA_BYTES,
        "batch": MAX_BATCH,
    }


def _own_quota(call: ApiCall, snapshot: Snapshot, person_id: int) -> dict[str, Any]:
    quota = person_quota(snapshot, call.services.site, person_id)
    return {
        "drafts": {"used": quota.drafts, "limit": quota.most_drafts or None},
        "draft_bytes": {"used": quota.bytes, "limit": quota.most_bytes or None},
    }


@api.route(
    "POST",
    "/records/<record:record_id>/quota",
    "Set the limits of one dataset",
    body=RecordQuota,
    replies={200: RecordQuotaShape},
    errors=(403, 404, 409, 413, 415),
)
def set_record_quota(call: ApiCall, record_id: int) -> Response:
    body = call.body
    limits = RecordLimits(body["quota_size"], body["max_files"], body["max_file_size"])
    with call.transaction() as unit:
        kept = limits_of(set_record_limits(unit, record_id, limits, body["notes"]))
    shown = {"quota_size": kept.most_bytes, "max_file_size": kept.most_file_bytes, "max_files": kept.most_files}
    return json_reply(shown)
