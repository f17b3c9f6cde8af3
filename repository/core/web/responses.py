"""JSON replies."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response, redirect, request

JSON = "application/json"
_TEXTS = {"application/x-bibtex", "application/x-research-info-systems", "application/x-endnote-refer"}


def json_reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None, mimetype: str = JSON
) -> Response:
    """`body` as JSON; indented when the query says ``prettyprint=1``."""
    return Response(_laid_out(orjson.dumps(body)), status, headers, mimetype=mimetype)


def revision_reply(body: Mapping[str, Any], status: int = 200) -> Response:
    """A draft or record with its revision as entity tag."""
    return json_reply(body, status, {"ETag": f'"{body["revision_id"]}"'})


def text_reply(text: bytes, revision: int, status: int = 200) -> Response:
    """A record that is JSON text already, with its revision as entity tag."""
    return Response(_laid_out(text), status, {"ETag": f'"{revision}"'}, mimetype=JSON)


def document_reply(
    text: bytes | Iterable[bytes],
    media_type: str,
    *,
    name: str = "",
    tag: str | None = None,
    links: Mapping[str, str] | None = None,
) -> Response:
    """A document of another format than our JSON; `links` are relations of a page of a list (RFC 8288)."""
    headers = {}
    if name:
        headers["Content-Disposition"] = f'inline; filename="{name}"'
    if tag is not None:
        headers["ETag"] = f'"{tag}"'
    if links:
        headers["Link"] = ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links.items())
    of_text = media_type.startswith("text/") or media_type in _TEXTS
    return Response(text, headers=headers, content_type=f"{media_type}; charset=utf-8" if of_text else media_type)


def redirect_to(address: str) -> Response:
    """What was asked for is there (302)."""
    reply = redirect(address, 302)
    assert isinstance(reply, Response)
    return reply


def no_content() -> Response:
    """Done, and there is nothing to say."""
    return Response(status=204)


def _laid_out(text: bytes) -> bytes:
    if request.args.get("prettyprint") != "1":
        return text
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2)
