"""Replies of JSON and of other documents."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response, redirect, request

JSON = "application/json"
_TEXTS = {
    "application/x-bibtex",
    "application/x-biblatex",
    "application/x-research-info-systems",
    "application/x-endnote-refer",
}


def json_reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None, mimetype: str = JSON
) -> Response:
    """Return `body` as JSON; indent it if the query has ``prettyprint=1``."""
    return Response(_indent(orjson.dumps(body)), status, headers, mimetype=mimetype)


def revision_reply(body: Mapping[str, Any], status: int = 200) -> Response:
    """Return a draft or record with its revision as entity tag."""
    return json_reply(body, status, {"ETag": f'"{body["revision_id"]}"'})


def text_reply(text: bytes, revision: int, status: int = 200) -> Response:
    """Return a record in JSON text with its revision as entity tag."""
    return Response(_indent(text), status, {"ETag": f'"{revision}"'}, mimetype=JSON)


def document_reply(
    text: bytes | Iterable[bytes],
    media_type: str,
    *,
    name: str = "",
    tag: str | None = None,
    links: Mapping[str, str] | None = None,
) -> Response:
    """Return a document that is not our JSON; `links` are relations of a page of a list (RFC 8288)."""
    headers = {}
    if name:
        headers["Content-Disposition"] = f'inline; filename="{name}"'
    if tag is not None:
        headers["ETag"] = f'"{tag}"'
    if links:
        headers["Link"] = ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links.items())
    is_text = media_type.startswith("text/") or media_type in _TEXTS
    return Response(text, headers=headers, content_type=f"{media_type}; charset=utf-8" if is_text else media_type)


def redirect_to(address: str) -> Response:
    """Return a redirect to the address of the resource (302)."""
    reply = redirect(address, 302)
    assert isinstance(reply, Response)
    return reply


def no_content() -> Response:
    """Return an empty reply (204)."""
    return Response(status=204)


def _indent(text: bytes) -> bytes:
    if request.args.get("prettyprint") != "1":
        return text
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2)
