"""What administrators do to accounts, each act with a reason."""

from collections.abc import Callable

from flask import Response

from repository.core.actor import Role
from repository.core.unit_of_work import UnitOfWork
from repository.core.web.responses import json_reply
from repository.faces.api.managed_people.schemas import LimitsRequest, MergeRequest, ReasonRequest, RoleRequest
from repository.faces.api.people.schemas import ManagedPerson
from repository.faces.api.people.serializers import managed_json
from repository.faces.api.routing import Api, ApiCall
from repository.people.administration import (
    Limits,
    block_person,
    change_limits,
    change_role,
    managed_person,
    restore_person,
)
from repository.people.departures import merge_people

api = Api("managed-people")
USER = "/users/<record:person_id>"
ERRORS = (403, 404, 409, 413, 415)
REPLIES = {200: ManagedPerson}


@api.route("POST", f"{USER}/block", "Suspend a person", body=ReasonRequest, replies=REPLIES, errors=ERRORS)
def block_user(call: ApiCall, person_id: int) -> Response:
    """Refuse everything to a person from now on."""
    return _done(call, person_id, lambda unit: block_person(unit, person_id, call.body["reason"]))


@api.route("POST", f"{USER}/restore", "Let a person in again", body=ReasonRequest, replies=REPLIES, errors=ERRORS)
def restore_user(call: ApiCall, person_id: int) -> Response:
    """End a suspension; tokens of before work again."""
    return _done(call, person_id, lambda unit: restore_person(unit, person_id, call.body["reason"]))


@api.route("POST", f"{USER}/role", "Give a person another role", body=RoleRequest, replies=REPLIES, errors=ERRORS)
def change_user_role(call: ApiCall, person_id: int) -> Response:
    """Give the role at once, to tokens that were issued too."""
    role = Role(call.body["role"])
    return _done(call, person_id, lambda unit: change_role(unit, person_id, role, call.body["reason"]))


@api.route("POST", f"{USER}/quota", "Give a person limits", body=LimitsRequest, replies=REPLIES, errors=ERRORS)
def change_user_quota(call: ApiCall, person_id: int) -> Response:
    """Give a person limits of their own in drafts."""
    limits = Limits(call.body["drafts"], call.body["draft_bytes"])
    return _done(call, person_id, lambda unit: change_limits(unit, person_id, limits, call.body["reason"]))


@api.route("POST", f"{USER}/merge", "Merge a doubled account", body=MergeRequest, replies=REPLIES, errors=ERRORS)
def merge_user(call: ApiCall, person_id: int) -> Response:
    """Close the account; everything goes to the other one, and its address leads there."""
    into = int(call.body["into"])
    return _done(call, person_id, lambda unit: merge_people(unit, person_id, into, call.body["reason"]))


def _done(call: ApiCall, person_id: int, act: Callable[[UnitOfWork], object]) -> Response:
    with call.transaction() as unit:
        act(unit)
        unit.session.flush()
        listed = managed_person(unit, person_id)
    return json_reply(managed_json(listed, call.services.site))
