"""HTTP of publishing, editing and new versions (InvenioRDM contract, section 1.2)."""

from flask import Response

from repository.deposits.queries import DraftView
from repository.deposits.wire import draft_json
from repository.engines.facilities import Facilities
from repository.files.queries import first_entries
from repository.foundation.web.conditions import expected_revision
from repository.foundation.web.context import current_actor, current_facilities
from repository.foundation.web.negotiation import accepted
from repository.foundation.web.openapi import Api
from repository.foundation.web.replies import revision_reply
from repository.foundation.work import Work
from repository.publication.publish import publish
from repository.publication.revise import edit_version, new_version
from repository.records.queries import record_view
from repository.records.schema import RecordShape
from repository.records.wire import EMBEDDED_FILES, record_json

api = Api("publication")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/actions/publish",
    "Publish a draft; registration and indexing follow",
    answers={202: RecordShape},
    errors=(403, 404, 409, 412),
)
def publish_draft(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        version = publish(work, facilities.site, record_id, expected_revision())
        view = record_view(work, version.id)
        entries = first_entries(work, view.files.id, EMBEDDED_FILES) if view.files.count else ()
        body = record_json(view, facilities.site, facilities.vocabularies, files_allowed=True, entries=entries)
    return revision_reply(body, 202)


@api.route(
    "POST",
    "/records/<record:record_id>/draft",
    "Open a published version for corrections",
    answers={201: RecordShape},
    errors=(403, 404, 409),
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
    errors=(403, 404, 409),
)
def begin_version(record_id: int) -> Response:
    accepted()
    facilities: Facilities = current_facilities()
    with facilities.works.writing(current_actor()) as work:
        return _draft_reply(facilities, work, new_version(work, record_id))


def _draft_reply(facilities: Facilities, work: Work, view: DraftView) -> Response:
    entries = first_entries(work, view.files.id, EMBEDDED_FILES) if view.files.count else ()
    return revision_reply(draft_json(view, facilities.site, facilities.vocabularies, entries), 201)
