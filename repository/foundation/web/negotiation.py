"""What the client will accept, against what a route can send (RFC 9110, section 12)."""

from collections.abc import Sequence

from flask import request
from werkzeug.exceptions import NotAcceptable

RDM_JSON = "application/vnd.inveniordm.v1+json"
JSON_TYPES = ("application/json", RDM_JSON)


def accepted(offers: Sequence[str] = JSON_TYPES) -> str:
    """The best of `offers`; raises 406 naming them all."""
    if not request.accept_mimetypes:
        return offers[0]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise NotAcceptable(f"This resource comes as: {', '.join(offers)}.")
    return best
