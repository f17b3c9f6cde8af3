"""HTTP of publishing, editing, new versions and withdrawal (InvenioRDM contract, section 1.2)."""

from collections.abc import Callable
from typing import Any

from flask import Response

from repository.deposits.queries import DraftView
from repository.deposits.wire import draft_json
from repository.engines.facilities import Facilities
from repository.files.queries import first_entries
from repository.foundation.web.bodies import json_object
from repository.foundation.web.conditions import expected_revision
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import json_reply, nothing, revision_reply
from repository.foundation.work import Work
from repository.publication.communities import join_community, leave_community, read_slug
from repository.publication.publish import publish
from repository.publication.revise import edit_version, new_version
from repository.publication.schema import CommunitiesBody, ProcessedShape, WithdrawalBody
from repository.publication.withdraw import read_epitaph, restore, withdraw
from repository.records.model import Concept
from repository.records.queries import record_view
from repository.records.schema import RecordShape
from repository.records.wire import EMBEDDED_FILES, record_json

api = Api("publication")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/publish",
    "Publish a draft; registration and indexing follow",
    answers={202: RecordShape},
    errors=(403, 404, 409, 410, 412),
)
def publish_draft(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        version = publish(work, facilities.site, record_id, expected_revision())
        body = _record_body(facilities, work, version.id)
    return revision_reply(body, 202)


@api.route(
    "POST",
    "/records/<record:record_id>/draft",
    "Open a published version for corrections",
    answers={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def edit_record(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        return _draft_reply(facilities, work, edit_version(work, record_id))


@api.route(
    "POST",
    "/records/<record:record_id>/versions",
    "Begin a new version",
    answers={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def begin_version(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        return _draft_reply(facilities, work, new_version(work, record_id))


@api.route(
    "DELETE",
    "/records/<record:record_id>/delete",
    "Withdraw a published version and leave a tombstone",
    body=WithdrawalBody,
    answers={204: None},
    errors=(403, 404, 409, 410, 413, 415),
)
def withdraw_record(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    epitaph = read_epitaph(json_object(), facilities.vocabularies)
    with facilities.works.writing(current_actor()) as work:
        withdraw(work, facilities.site, facilities.vocabularies, record_id, epitaph)
    return nothing()


@api.route(
    "POST",
    "/records/<record:record_id>/restore",
    "Undo a withdrawal",
    answers={200: RecordShape},
    errors=(403, 404, 409),
)
def restore_record(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        restore(work, record_id)
        return revision_reply(_record_body(facilities, work, record_id))


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


def _community_reply(record_id: int, act: Callable[[Work, int, str], Concept]) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    slug = read_slug(json_object())
    with facilities.works.writing(current_actor()) as work:
        act(work, record_id, slug)
    return json_reply({"processed": [{"community_id": slug}]})


def _record_body(facilities: Facilities, work: Work, record_id: int) -> dict[str, Any]:
    view = record_view(work, record_id)
    entries = first_entries(work, view.files.id, EMBEDDED_FILES) if view.files.count else ()
    return record_json(view, facilities.site, facilities.vocabularies, files_allowed=True, entries=entries)


def _draft_reply(facilities: Facilities, work: Work, view: DraftView) -> Response:
    entries = first_entries(work, view.files.id, EMBEDDED_FILES) if view.files.count else ()
    return revision_reply(draft_json(view, facilities.site, facilities.vocabularies, entries), 201)
