"""What the client will accept, against what a route can send (RFC 9110, section 12)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from flask import request
from werkzeug.exceptions import NotAcceptable

RDM_JSON = "application/vnd.inveniordm.v1+json"
JSON_TYPES = ("application/json", RDM_JSON)
Offer = TypeVar("Offer")


def require_acceptable(offers: Sequence[str] = JSON_TYPES) -> str:
    """The best of `offers`; raises 406 naming them all."""
    if not request.accept_mimetypes:
        return offers[0]
    best = request.accept_mimetypes.best_match(offers)
    if best is None:
        raise _none_of(offers)
    return best


def best_representation(offer_of: Callable[[str], Offer], offers: Sequence[str]) -> Offer:
    """What `offer_of` gives for the media type that the client likes best of those without a `KeyError`.

    Media types come to `offer_of` with their parameters, such as a profile.  `offers` names the media types that there
    are, that of whoever has no wish first; raises 406 naming them all.
    """
    accept = request.accept_mimetypes
    wanted = [value for value, quality in sorted(accept, key=lambda each: -each[1]) if quality > 0] or ["*/*"]
    for value in wanted:
        kind = value.partition(";")[0].strip()
        begin = kind.removesuffix("*") if kind.endswith("/*") else None
        named = next((each for each in offers if each.startswith(begin)), "") if begin not in (None, "*/") else value
        with suppress(KeyError):  # not one of ours: the next one may be
            return offer_of(offers[0] if kind == "*/*" else named)
    raise _none_of(offers)


def _none_of(offers: Sequence[str]) -> NotAcceptable:
    return NotAcceptable(f"This resource comes as: {', '.join(offers)}.")
