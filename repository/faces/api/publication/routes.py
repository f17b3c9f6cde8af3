"""HTTP of publishing, editing, new versions and withdrawal (InvenioRDM contract, section 1.2)."""

from collections.abc import Callable
from typing import Any

from flask import Response

from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.core.web.accept_header import require_acceptable
from repository.core.web.context import current_actor, current_services
from repository.core.web.openapi import Api
from repository.core.web.preconditions import expected_revision
from repository.core.web.request_parsing import json_object
from repository.core.web.responses import json_reply, no_content, revision_reply
from repository.deposits.queries import DraftView
from repository.engines.services import Services
from repository.faces.api.drafts.serializers import draft_json
from repository.faces.api.publication.schemas import CommunitiesBody, ProcessedShape, WithdrawalBody
from repository.faces.api.records.schemas import RecordShape
from repository.faces.api.records.serializers import record_json
from repository.files.queries import EMBEDDED_FILES, first_entries
from repository.publication.community_assignment import join_community, leave_community, read_slug
from repository.publication.publish import publish
from repository.publication.revise import edit_version, new_version
from repository.publication.withdraw import read_epitaph, restore, withdraw
from repository.records.model import Concept
from repository.records.queries import record_view

api = Api("publication")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/publish",
    "Publish a draft; registration and indexing follow",
    answers={202: RecordShape},
    errors=(403, 404, 409, 410, 412),
)
def publish_draft(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        version = publish(unit, services.site, record_id, expected_revision())
        body = _record_body(services, unit, version.id)
    return revision_reply(body, 202)


@api.route(
    "POST",
    "/records/<record:record_id>/draft",
    "Open a published version for corrections",
    answers={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def edit_record(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        return _draft_reply(services, unit, edit_version(unit, record_id))


@api.route(
    "POST",
    "/records/<record:record_id>/versions",
    "Begin a new version",
    answers={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def begin_version(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        return _draft_reply(services, unit, new_version(unit, record_id))


@api.route(
    "DELETE",
    "/records/<record:record_id>/delete",
    "Withdraw a published version and leave a tombstone",
    body=WithdrawalBody,
    answers={204: None},
    errors=(403, 404, 409, 410, 413, 415),
)
def withdraw_record(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    epitaph = read_epitaph(json_object(), services.vocabularies)
    with services.database.transaction(current_actor()) as unit:
        withdraw(unit, services.site, services.vocabularies, record_id, epitaph)
    return no_content()


@api.route(
    "POST",
    "/records/<record:record_id>/restore",
    "Undo a withdrawal",
    answers={200: RecordShape},
    errors=(403, 404, 409),
)
def restore_record(record_id: int) -> Response:
    require_acceptable()
    services: Services = current_services()
    with services.database.transaction(current_actor()) as unit:
        restore(unit, record_id)
        return revision_reply(_record_body(services, unit, record_id))


@api.route(
    "POST",
    "/records/<record:record_id>/communities",
    "Put a dataset into a community; what is minted from then on comes from its series",
    body=CommunitiesBody,
    answers={200: ProcessedShape},
    errors=(403, 404, 409, 413, 415),
)
def add_to_community(record_id: int) -> Response:
    return _community_reply(record_id, join_community)


@api.route(
    "DELETE",
    "/records/<record:record_id>/communities",
    "Take a dataset out of its community",
    body=CommunitiesBody,
    answers={200: ProcessedShape},
    errors=(403, 404, 409, 413, 415),
)
def remove_from_community(record_id: int) -> Response:
    return _community_reply(record_id, leave_community)


def _community_reply(record_id: int, act: Callable[[UnitOfWork, int, str], Concept]) -> Response:
    require_acceptable()
    services: Services = current_services()
    slug = read_slug(json_object())
    with services.database.transaction(current_actor()) as unit:
        act(unit, record_id, slug)
    return json_reply({"processed": [{"community_id": slug}]})


def _record_body(services: Services, snapshot: Snapshot, record_id: int) -> dict[str, Any]:
    view = record_view(snapshot, record_id)
    entries = first_entries(snapshot, view.files.id, EMBEDDED_FILES) if view.files.count else ()
    return record_json(view, services.site, services.vocabularies, files_allowed=True, entries=entries)


def _draft_reply(services: Services, snapshot: Snapshot, view: DraftView) -> Response:
    entries = first_entries(snapshot, view.files.id, EMBEDDED_FILES) if view.files.count else ()
    return revision_reply(draft_json(view, services.site, services.vocabularies, entries), 201)
