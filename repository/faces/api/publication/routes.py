"""Publishing, editing, new versions and withdrawal over HTTP (InvenioRDM contract, section 1.2)."""

from collections.abc import Callable, Sequence

import orjson
from flask import Response

from repository.access.policy import Audience, audience_of
from repository.access.principals import reads_closed
from repository.communities.model import Community
from repository.core.unit_of_work import UnitOfWork
from repository.core.web.responses import json_reply, no_content, text_reply
from repository.faces.api.drafts.routes import changed_draft
from repository.faces.api.publication.schemas import (
    CommunitiesBody,
    DefaultCommunityBody,
    ProcessedShape,
    WithdrawalBody,
)
from repository.faces.api.records.schemas import RecordShape
from repository.faces.api.records.serializers import serialize_record, without_description
from repository.faces.api.routing import Api, ApiCall, JsonBody
from repository.publication.dataset_communities import (
    assign_communities,
    set_default_community,
    unassign_communities,
)
from repository.publication.publish import publish
from repository.publication.revise import edit_version, new_version
from repository.publication.withdraw import read_epitaph, restore, with_citation, withdraw
from repository.records.model import Version
from repository.records.queries import record_views

api = Api("publication")
RECORD = "/records/<record:record_id>"


@api.route(
    "POST",
    f"{RECORD}/draft/actions/publish",
    "Publish a draft; registration and indexing follow",
    replies={202: RecordShape},
    errors=(403, 404, 409, 410, 412),
)
def publish_draft(call: ApiCall, record_id: int) -> Response:
    """Make the draft a version that stays; name in `errors` what it lacks otherwise."""
    with call.transaction() as unit:
        version = publish(unit, call.services.site, record_id, call.if_match)
    return _record_reply(call, version, 202)


@api.route(
    "POST",
    f"{RECORD}/draft",
    "Open a published version for corrections",
    replies={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def edit_record(call: ApiCall, record_id: int) -> Response:
    """Open a draft with the metadata of the version; an open one is returned as it is."""
    return changed_draft(call, lambda unit: edit_version(unit, call.services.site, record_id), 201)


@api.route(
    "POST",
    f"{RECORD}/versions",
    "Begin a new version",
    replies={201: RecordShape},
    errors=(403, 404, 409, 410),
)
def begin_version(call: ApiCall, record_id: int) -> Response:
    """Open a draft of the next version, without files; an open one is returned as it is."""
    return changed_draft(call, lambda unit: new_version(unit, call.services.site, record_id), 201)


@api.route(
    "DELETE",
    f"{RECORD}/delete",
    "Withdraw a published version and leave a tombstone",
    body=JsonBody(WithdrawalBody, validated=False),
    replies={204: None},
    errors=(403, 404, 409, 410, 413, 415),
)
def withdraw_record(call: ApiCall, record_id: int) -> Response:
    """Leave a tombstone with the reason instead of the version; its identifiers lead there."""
    site, vocabularies = call.services.site, call.services.vocabularies
    epitaph = read_epitaph(call.body, vocabularies)
    with call.snapshot() as snapshot:
        epitaph = with_citation(snapshot, site, vocabularies, record_id, epitaph)
    with call.transaction() as unit:
        withdraw(unit, record_id, epitaph)
    return no_content()


@api.route("POST", f"{RECORD}/restore", "Undo a withdrawal", replies={200: RecordShape}, errors=(403, 404, 409))
def restore_record(call: ApiCall, record_id: int) -> Response:
    """Show a withdrawn version again with all its files."""
    with call.transaction() as unit:
        version = restore(unit, record_id)
    return _record_reply(call, version)


@api.route(
    "POST",
    f"{RECORD}/communities",
    "Put a dataset into communities; the first is its default, whose series identifiers come from",
    body=CommunitiesBody,
    replies={200: ProcessedShape},
    errors=(403, 404, 409, 413, 415),
)
def add_to_community(call: ApiCall, record_id: int) -> Response:
    """Put all versions of the dataset into each community that the body names."""
    return _community_reply(call, record_id, assign_communities)


@api.route(
    "DELETE",
    f"{RECORD}/communities",
    "Take a dataset out of communities",
    body=CommunitiesBody,
    replies={200: ProcessedShape},
    errors=(403, 404, 409, 413, 415),
)
def remove_from_community(call: ApiCall, record_id: int) -> Response:
    """Take all versions of the dataset out of each community that the body names."""
    return _community_reply(call, record_id, unassign_communities)


@api.route(
    "PUT",
    f"{RECORD}/communities",
    "Choose the default among the communities of a dataset",
    body=DefaultCommunityBody,
    replies={200: ProcessedShape},
    errors=(403, 404, 409, 413, 415),
)
def choose_default_community(call: ApiCall, record_id: int) -> Response:
    """Choose the community from which identifiers of the next versions come."""
    with call.transaction() as unit:
        community = set_default_community(unit, record_id, call.body["default"])
    return _processed([community])


def _community_reply(
    call: ApiCall, record_id: int, verb: Callable[[UnitOfWork, int, Sequence[str]], Sequence[Community]]
) -> Response:
    names = [community["id"] for community in call.body["communities"]]
    with call.transaction() as unit:
        communities = verb(unit, record_id, names)
    return _processed(communities)


def _processed(communities: Sequence[Community]) -> Response:
    return json_reply({"processed": [{"community_id": str(community.id)} for community in communities]})


def _record_reply(call: ApiCall, version: Version, status: int = 200) -> Response:
    """Reply with the version as its owner sees it, as far as the token reads, after the verb's transaction."""
    with call.snapshot() as snapshot:
        [view] = record_views(snapshot, [version.id])
        audience = Audience.FULL if reads_closed(call.actor) else audience_of(call.actor, view.resource)
        text = serialize_record(call.services, snapshot, view, audience)
    if not (reads_closed(call.actor) or view.public):
        text = orjson.dumps(without_description(orjson.loads(text)))
    return text_reply(text, version.revision, status)
