"""The assets of pages over HTTP."""

from flask import Blueprint, Response, request

from repository.core.errors import NotFound
from repository.faces.credentials import PAGES
from repository.faces.pages.shell.assets import asset_bytes

pages = Blueprint(f"{PAGES}shell", __name__)
FOR_EVER = "public, max-age=31536000, immutable"
"""The address of an asset changes with its bytes (RFC 8246)."""


@pages.get("/static/<name>")
def asset(name: str) -> Response:
    """Send a style sheet or a script, compressed where the browser can read that."""
    built = asset_bytes(name)
    if built is None:
        raise NotFound
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if request.accept_encodings["gzip"]:
        return Response(built.gzipped, 200, {**headers, "Content-Encoding": "gzip"}, mimetype=built.media_type)
    return Response(built.plain, 200, headers, mimetype=built.media_type)
