"""Routes of the API, each declared once: for validation, for serialisation and for OpenAPI.

A view gets an `ApiCall` with the query and the body that its route declares, already validated, and the parts of the
path.  A client that accepts no JSON is told so before the view runs, where JSON is all that the route replies.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema

from repository.core.actor import Actor
from repository.core.errors import Forbidden, Invalid, TooLarge
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.core.web.request_parsing import (
    expected_revision,
    json_body,
    json_object,
    load_schema,
    parse_query,
    refuse_encoded_body,
    require_named_type,
)
from repository.core.web.responses import JSON, JSON_TYPES, RDM_JSON
from repository.engines.services import Services
from repository.faces.content_negotiation import best_offer, require_acceptable
from repository.faces.credentials import OPEN_ACTS, SAFE
from repository.faces.request_context import current_actor, current_services

View = Callable[..., Response]
SchemaClass = type[Schema]
ReplyType = SchemaClass | str
"""The schema of a JSON reply, or the media type of any other."""
MAX_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON body of `schema`, or a list of at most `MAX_BATCH` with `many`.

    One that is not `validated` is an object that the verb reads field by field, because it keeps wrong parts with their
    errors.
    """

    schema: SchemaClass
    many: bool = False
    validated: bool = True

    def parse(self) -> Any:
        """Return the body of the request; raise `Invalid`, `TooLarge`, 415."""
        if not self.many:
            return load_schema(self.schema(), json_object()) if self.validated else json_object()
        items = json_body()
        if not isinstance(items, list):
            raise Invalid.field("0._schema", "Invalid input type.")
        if len(items) > MAX_BATCH:
            raise Invalid.field("_schema", f"At most {MAX_BATCH} files a request.")
        return load_schema(self.schema(many=True), items)


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A body in a form of others, as it came."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class JsonOrDocument(JsonBody):
    """A JSON body as `JsonBody` says, or a document of one of `media_types`, of at most `most_bytes`."""

    media_types: Sequence[str] = ()
    most_bytes: int = 0

    def parse(self) -> Any:
        """Return the JSON body, or a `SentDocument`; raise `Invalid`, `TooLarge`, 415."""
        if request.mimetype not in self.media_types:
            return JsonBody.parse(self)
        content = request.stream.read(self.most_bytes + 1)
        if len(content) > self.most_bytes:
            raise TooLarge(f"A description may have at most {self.most_bytes} bytes.")
        return SentDocument(request.mimetype, content)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request to a route: `query` and `body` as validated, `if_match` the revision that the client believes in."""

    services: Services
    actor: Actor
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    if_match: str | None = None

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a view of the database for the actor."""
        return self.services.database.snapshot(self.actor)

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction of the actor; serialise replies after it."""
        return self.services.database.transaction(self.actor)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `replies` are by status, None for no body; `body` may be a media type.

    `guests` says that everybody may do it, also without a credential.  `headers` are those of a protocol of its own.
    """

    method: str
    rule: str
    summary: str
    view: View
    replies: Mapping[int, ReplyType | Sequence[ReplyType] | None]
    errors: Sequence[int]
    query: SchemaClass | None = None
    body: JsonBody | str | None = None
    tag: str = ""
    guests: bool = False
    headers: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether everybody may do it, without a credential."""
        return self.method == "POST" and self.rule in OPEN_ACTS

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE

    @property
    def replies_json_only(self) -> bool:
        types = [reply for reply in self.replies.values() if reply is not None]
        return bool(types) and all(isinstance(reply, type) for reply in types)


@dataclass(slots=True)
class Api:
    """The routes of one topic under ``/api``."""

    name: str
    operations: list[Operation] = field(default_factory=list)

    def route(
        self,
        method: str,
        rule: str,
        summary: str,
        *,
        replies: Mapping[int, ReplyType | Sequence[ReplyType] | None],
        errors: Sequence[int] = (),
        query: SchemaClass | None = None,
        body: SchemaClass | JsonBody | str | None = None,
        guests: bool = False,
        headers: Sequence[str] = (),
    ) -> Callable[[View], View]:
        """Declare a route; `rule` is Flask's, below ``/api``."""
        declared = JsonBody(body) if isinstance(body, type) else body

        def declare(view: View) -> View:
            operation = Operation(
                method, rule, summary, view, replies, errors, query, declared, self.name, guests, headers
            )
            self.operations.append(operation)
            return view

        return declare

    def blueprint(self) -> Blueprint:
        """Return the routes for Flask."""
        blueprint = Blueprint(self.name, __name__, url_prefix="/api")  # of a module that is there: Flask looks for it
        for operation in self.operations:
            blueprint.add_url_rule(
                operation.rule,
                endpoint=operation.view.__name__,
                view_func=_flask_view(operation),
                methods=[operation.method],
                provide_automatic_options=False,
            )
        return blueprint


def _flask_view(operation: Operation) -> View:
    @wraps(operation.view)
    def view(**path: Any) -> Response:
        actor = current_actor()
        is_guest = operation.guests and actor.person_id is None
        if not operation.is_safe and actor.person_id is None and not (operation.is_open or is_guest):
            raise Forbidden  # before the body is read: the public changes nothing, whatever policy says of others
        if operation.is_open or (is_guest and not operation.is_safe):
            require_named_type()
        if not operation.is_safe:
            refuse_encoded_body()
        if operation.replies_json_only:
            require_acceptable()
        query = parse_query(operation.query) if operation.query is not None else {}
        body = operation.body.parse() if isinstance(operation.body, JsonBody) else None
        reply = operation.view(ApiCall(current_services(), actor, query, body, expected_revision()), **path)
        if reply.mimetype == JSON and best_offer(JSON_TYPES) == RDM_JSON:
            reply.mimetype = RDM_JSON  # the same document under the contract's own name
        return reply

    return view
