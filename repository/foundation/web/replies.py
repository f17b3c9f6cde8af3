"""JSON replies."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

JSON = "application/json"


def json_reply(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None, mimetype: str = JSON
) -> Response:
    """`body` as JSON; indented when the query says ``prettyprint=1``."""
    return Response(_laid_out(orjson.dumps(body)), status, headers, mimetype=mimetype)


def revision_reply(body: Mapping[str, Any], status: int = 200) -> Response:
    """A draft or record with its revision as entity tag."""
    return json_reply(body, status, {"ETag": f'"{body["revision_id"]}"'})


def text_reply(text: bytes, revision: int) -> Response:
    """A record that is JSON text already, with its revision as entity tag."""
    return Response(_laid_out(text), 200, {"ETag": f'"{revision}"'}, mimetype=JSON)


def nothing() -> Response:
    """Done, and there is nothing to say."""
    return Response(status=204)


def _laid_out(text: bytes) -> bytes:
    if request.args.get("prettyprint") != "1":
        return text
    return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2)
