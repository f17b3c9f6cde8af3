"""Choose between the media types that a client accepts and those that a route offers (RFC 9110, section 12)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from flask import request
from werkzeug.exceptions import NotAcceptable

RDM_JSON = "application/vnd.inveniordm.v1+json"
JSON_TYPES = ("application/json", RDM_JSON)
Offer = TypeVar("Offer")


def require_acceptable(offers: Sequence[str] = JSON_TYPES) -> str:
    """Return the best of `offers`; raise 406, which names them all, if the client accepts none."""
    if not request.accept_mimetypes:
        return offers[0]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise _none_of(offers)
    return best


def best_representation(offer_of: Callable[[str], Offer], offers: Sequence[str]) -> Offer:
    """Try the accepted media types in order of quality; return the first that `offer_of` knows.

    `offer_of` gets a media type with its parameters, such as a profile, and raises `KeyError` for one that it does not
    know.  `offers` names all media types, the default first.  Raises 406, which names them, if none is acceptable.
    """
    accept = request.accept_mimetypes
    ranges = [name for name, quality in sorted(accept, key=lambda entry: -entry[1]) if quality > 0] or ["*/*"]
    for media_range in ranges:
        kind = media_range.partition(";")[0].strip()
        begin = kind.removesuffix("*") if kind.endswith("/*") else None
        media_type = media_range
        if begin not in (None, "*/"):
            media_type = next((offer for offer in offers if offer.startswith(begin)), "")
        with suppress(KeyError):  # this route does not offer it; it may offer the next one
            return offer_of(offers[0] if kind == "*/*" else media_type)
    raise _none_of(offers)


def _none_of(offers: Sequence[str]) -> NotAcceptable:
    return NotAcceptable(f"This resource comes as: {', '.join(offers)}.")
