"""Replies of JSON and of other documents."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response, redirect, request

from repository.core.web.request_log import is_operational

JSON = "application/json"
RDM_JSON = "application/vnd.inveniordm.v1+json"
JSON_TYPES = (JSON, RDM_JSON)
"""Media types of the API's own JSON; others that end in ``+json``, such as RO-Crate's, mean something else."""
VARY_BY_LANGUAGE = "Accept, Accept-Language, Authorization"
"""The header ``Vary`` of a reply with words for people."""
EXPOSED = "ETag, Content-Disposition, Link, X-Request-ID, RateLimit, RateLimit-Policy, Retry-After"
"""Headers that pages of other sites may read."""
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
    """Return a draft with its revision as entity tag, for ``If-Match`` of its next change.

    Its files and identifiers change under one revision, so no cache may keep it.
    """
    headers = {"ETag": f'"{body["revision_id"]}"', "Cache-Control": "private, no-store", "Vary": VARY_BY_LANGUAGE}
    return json_reply(body, status, headers)


def text_reply(text: bytes, revision: int, status: int = 200) -> Response:
    """Return a record in JSON text; its entity tag is the revision and a digest of the bytes."""
    body = _indent(text)
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return Response(body, status, {"ETag": f'"{revision}-{digest}"'}, mimetype=JSON)


def name_bytes(reply: Response) -> None:
    """Give a reply in memory a tag of its bytes; make it 304 for who has them.

    Source: RFC 9110, sections 8.8.3 and 13.1.2.  A stream has no tag, for its bytes are not known when it begins.
    """
    if reply.status_code != 200 or not reply.is_sequence or reply.cache_control.no_store:
        return
    if "ETag" not in reply.headers:
        reply.add_etag()
    if "If-None-Match" in request.headers and "If-Match" not in request.headers:
        reply.make_conditional(request)


def name_stream(reply: Response, tag: str) -> Response:
    """Give a reply in parts the tag of its bytes; make it 304 for who has them."""
    reply.set_etag(tag)
    if request.if_none_match.contains_weak(tag) or request.if_none_match.star_tag:
        reply.status_code, reply.response = 304, []
        reply.headers.remove("Content-Length")
    return reply


def complete_headers(reply: Response) -> Response:
    """Add the headers that all replies share, and the tag of the bytes."""
    if request.method not in ("GET", "HEAD"):
        return _with_headers(reply, _OF_ALL)
    if not is_operational():
        name_bytes(reply)
    return _with_headers(reply, _OF_READS)


_OF_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept, Authorization",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_OF_READS = {
    **_OF_ALL,
    "Cache-Control": "no-cache",  # what everybody may read today may be closed tomorrow
    # Pages of other sites may read what everybody may; answers to a cookie lose these two again.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
}


def _with_headers(reply: Response, headers: Mapping[str, str]) -> Response:
    """Add those of `headers` that the reply lacks; one look at those that it has is enough for all."""
    present = {name.title() for name in reply.headers.keys()}  # noqa: SIM118 - iterating yields pairs
    for name, value in headers.items():
        if name not in present:
            reply.headers.add(name, value)
    return reply


def restrict_to_asker(reply: Response) -> None:
    """Let only the client itself keep the reply, and ask before each use (RFC 9111, sections 5.2.2.4 and 5.2.2.7).

    A shared cache keeps no answer to ``Authorization`` by itself (section 3.5), but one to an address with a token.
    """
    if reply.cache_control.no_store:
        reply.headers["Cache-Control"] = "private, no-store"
    else:
        reply.headers["Cache-Control"] = "private, no-cache"
    reply.vary.add("Authorization")


def document_reply(
    text: bytes | Iterable[bytes],
    media_type: str,
    *,
    name: str = "",
    links: Mapping[str, str] | None = None,
) -> Response:
    """Return a document that is not our JSON; `links` are relations of a page of a list (RFC 8288)."""
    headers = {}
    if name:
        headers["Content-Disposition"] = f'inline; filename="{name}"'
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
