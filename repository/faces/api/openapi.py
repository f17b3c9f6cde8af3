"""The OpenAPI 3.1 document of the API, made from what its routes declare, and from nothing else.

A test compares the document with the server's routing table.
"""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from repository.faces.api.routing import MAX_BATCH, Api, JsonBody, JsonOrDocument, Operation, ReplyType

STATUS_TEXT: Mapping[int, str] = {
    200: "Done",
    201: "Created",
    202: "Accepted; consequences follow",
    204: "Done, no content",
    206: "The wanted range",
    301: "Moved",
    302: "Found elsewhere",
    304: "Not changed",
    400: "The request is wrong; `errors` names the fields",
    401: "The presented credential is invalid or expired",
    403: "Permission denied",
    404: "Not found",
    405: "Method not allowed",
    406: "None of the accepted media types is offered",
    409: "The state does not allow this",
    410: "Withdrawn",
    412: "The revision is not the current one",
    413: "Too large",
    415: "Unsupported media type",
    416: "The range lies outside",
    423: "Another request does the same thing right now; try again",
    500: "A fault of the server",
    429: "Too many calls of this kind, or failed tries with wrong credentials; `Retry-After` says when to go on",
    460: "The bytes do not have the announced checksum",
    503: "An engine does not answer; try again",
    507: "There is no room",
}
ABOUT = (
    "Deposit, publish, find and download research data. The contract is InvenioRDM's; every error has the shape "
    "`Problem`. Sign in with a personal access token (`Authorization: Bearer …`), or in a browser with a "
    "session, whose cookie is called `__Host-session` over HTTPS."
)
EVERYWHERE = (400, 401, 406, 429, 503)
"""Errors that any route may answer: bad query or path, bad token, bad Accept, an engine that is down."""


def _everywhere(operation: Operation) -> tuple[int, ...]:
    """Return the errors of any such route; a body may come with an encoding."""
    return EVERYWHERE if operation.is_safe else (*EVERYWHERE, 415)


def document(apis: Sequence[Api], problem: type[Schema], title: str, url: str, release: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `apis`; `problem` is the schema of every error.

    `url` is the site's address without ``/api``; `release` becomes ``info.version``.
    """
    spec = APISpec(
        title=title,
        version=release,
        openapi_version="3.1.0",
        info={"description": ABOUT},
        plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)],
        servers=[{"url": f"{url}/api"}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "session"})
    spec.components.schema("Problem", schema=problem)
    for api in apis:
        for operation in api.operations:
            spec.path(
                path=_openapi_path(operation.rule),
                operations={operation.method.lower(): _described(operation)},
                parameters=_path_parameters(operation.rule),
            )
    return spec.to_dict()


def _schema_name(schema: Any) -> str:
    name = schema if isinstance(schema, str) else getattr(schema, "__name__", "")
    return (name or type(schema).__name__).removesuffix("Schema")


def _openapi_path(rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    return [
        {"in": "path", "name": name, "required": True, "schema": _path_schema(converter)}
        for converter, name in re.findall(r"<(?:([^:<>]+):)?([^<>]+)>", rule)
    ]


def _path_schema(converter: str) -> dict[str, Any]:
    if converter == "record":
        return {"type": "string", "pattern": "^[1-9][0-9]{0,17}$", "examples": ["1"]}
    if converter == "int":
        return {"type": "integer", "minimum": 0}
    return {"type": "string", "minLength": 1}


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": operation.summary,
        "description": _description(operation),
        "tags": [operation.tag],
        "security": _security(operation),
        "responses": {
            **{str(s): _reply(s, types) for s, types in operation.replies.items()},
            **{
                str(s): _error(s, operation.replies.get(s))
                for s in sorted({*operation.errors, *_everywhere(operation)})
            },
        },
    }
    described["parameters"] = [
        *([{"in": "query", "schema": operation.query}] if operation.query is not None else []),
        *(_header(name) for name in _conditions(operation)),
    ]
    if operation.body is not None:
        described["requestBody"] = _request_body(operation)
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """Return what a client presents: one of these, of which an empty one is nothing."""
    if operation.is_open:
        return [{}]
    return [{"token": []}, {"session": []}, *([{}] if operation.is_safe else [])]


def _description(operation: Operation) -> str:
    """Return what the view says of itself, and what holds for all routes that are declared like it."""
    sentences = [inspect.getdoc(operation.view) or f"{operation.summary}."]
    if not operation.is_safe and not operation.is_open:
        sentences.append("Needs a personal access token, or a session and its token in `X-CSRF-Token`.")
    if 206 in operation.replies:
        sentences.append("Ranges and conditions are those of RFC 9110, sections 13 and 14.")
    if not operation.is_safe and 412 in operation.errors and not operation.headers:
        sentences.append("With the revision in `If-Match`, a change of another state is refused.")
    if isinstance(operation.body, JsonBody) and operation.body.many:
        sentences.append(f"At most {MAX_BATCH} items a request.")
    return " ".join(sentences)


def _conditions(operation: Operation) -> Sequence[str]:
    """The request headers that make a difference (RFC 9110, sections 13 and 14)."""
    if 206 in operation.replies:
        return "Range", "If-Range", "If-None-Match", "If-Match"
    if operation.headers:
        return operation.headers
    return ("If-Match",) if 412 in operation.errors else ()


def _header(name: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": False, "schema": {"type": "string"}}


def _request_body(operation: Operation) -> dict[str, Any]:
    if not isinstance(operation.body, JsonBody):
        media_type = str(operation.body)
        return {"content": {media_type: {"schema": _bytes(media_type)}}, "required": operation.method != "POST"}
    schema: Any = operation.body.schema
    if operation.body.many:
        schema = {"type": "array", "minItems": 1, "items": schema}
    others = operation.body.media_types if isinstance(operation.body, JsonOrDocument) else ()
    documents = {media_type: {"schema": _document(media_type)} for media_type in others}
    return {"content": {"application/json": {"schema": schema}, **documents}}


def _reply(status: int, types: ReplyType | Sequence[ReplyType] | None) -> dict[str, Any]:
    reply: dict[str, Any] = {"description": STATUS_TEXT[status]}
    if types is not None:
        several = [types] if isinstance(types, str) or not isinstance(types, Sequence) else types
        reply["content"] = dict(map(_content, several))
    return reply


def _content(reply: ReplyType) -> tuple[str, dict[str, Any]]:
    return (reply, {"schema": _document(reply)}) if isinstance(reply, str) else ("application/json", {"schema": reply})


def _document(media_type: str) -> dict[str, Any]:
    """Return the schema of a document that is not our JSON: JSON of others, text, or bytes."""
    kind = media_type.partition(";")[0]
    if kind.endswith("json"):
        return {"type": ["object", "array"]}
    if kind in ("*/*", "application/zip"):
        return _bytes(kind)
    return {"type": "string", "contentMediaType": kind}


def _bytes(media_type: str) -> dict[str, Any]:
    """Return the schema of bytes (OpenAPI 3.1, section 4.8.14.3); readers of 3.0 look at ``format``."""
    kind = "application/octet-stream" if media_type == "*/*" else media_type
    return {"type": "string", "format": "binary", "contentMediaType": kind}


def _error(status: int, others: ReplyType | Sequence[ReplyType] | None = None) -> dict[str, Any]:
    """Return the description of an error, which may come in `others` too, as a tombstone does."""
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    more = _reply(status, others).get("content", {})
    return {"description": STATUS_TEXT[status], "content": {**more, **problem}}
