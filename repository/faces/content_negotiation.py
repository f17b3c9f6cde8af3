"""Choose the representation of a record: by ``?format=NAME`` for people, by ``Accept`` for programs.

`best_representation` compares the media types that a client accepts with those of a route (RFC 9110, section 12).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

from flask import request
from werkzeug.exceptions import NotAcceptable

from repository.core.errors import Invalid
from repository.dataset.formats.registry import FORMATS, ExportFormat, of_media_type
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON

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


BIBLIOGRAPHY = "text/x-bibliography"
EXPORT_TYPES = tuple(export.media_type for export in FORMATS.values())


class BuiltinFormat(StrEnum):
    """Representations that are not export formats: InvenioRDM JSON, citation, HTML page, linksets."""

    JSON = "json"
    BIBLIOGRAPHY = "bibliography"
    PAGE = "html"
    LINKSET = LINKSET
    LINKSET_JSON = LINKSET_JSON


Representation = BuiltinFormat | ExportFormat
LINKSETS = (BuiltinFormat.LINKSET, BuiltinFormat.LINKSET_JSON)
_BUILTIN: Mapping[str, BuiltinFormat] = {
    **dict.fromkeys(JSON_TYPES, BuiltinFormat.JSON),
    BIBLIOGRAPHY: BuiltinFormat.BIBLIOGRAPHY,
    **{linkset.value: linkset for linkset in LINKSETS},
}
_PAGES: Mapping[str, BuiltinFormat] = {"text/html": BuiltinFormat.PAGE, "application/xhtml+xml": BuiltinFormat.PAGE}
LIST_TYPES = (*JSON_TYPES, *EXPORT_TYPES)
API_TYPES = (*LIST_TYPES, BIBLIOGRAPHY, LINKSET_JSON, LINKSET)
"""Media types of the API, its own first."""
PAGE_TYPES = ("text/html", *API_TYPES)
"""Media types of an address for people."""


def representation_for_api(name: str | None, offers: Sequence[str] = API_TYPES) -> Representation:
    """Return the representation for a client of the API; raise `Invalid` for an unknown `name`, 406 for no match."""

    def offer_of(media_type: str) -> Representation:
        return _offer(media_type, _BUILTIN, offers)

    return _named(name) if name else best_representation(offer_of, offers)


def representation_for_page(name: str | None) -> Representation:
    """Return the representation at an address for people; browsers, which accept anything, get the page."""

    def offer_of(media_type: str) -> Representation:
        return _offer(media_type, {**_BUILTIN, **_PAGES}, PAGE_TYPES)

    if name:
        return BuiltinFormat.PAGE if name == BuiltinFormat.PAGE else _named(name)
    return best_representation(offer_of, PAGE_TYPES)


def _offer(media_type: str, builtin: Mapping[str, BuiltinFormat], offers: Sequence[str]) -> Representation:
    kind = media_type.partition(";")[0].strip().lower()
    offered = builtin.get(kind)
    if offered is not None and (kind in offers or offered is BuiltinFormat.PAGE):
        return offered
    export = of_media_type(media_type)
    if export is None:
        raise KeyError(media_type)
    return export


def _named(name: str) -> Representation:
    if name in FORMATS:
        return FORMATS[name]
    if name in (BuiltinFormat.JSON, BuiltinFormat.BIBLIOGRAPHY):
        return BuiltinFormat(name)
    names = ", ".join((BuiltinFormat.JSON, *FORMATS, BuiltinFormat.BIBLIOGRAPHY))
    raise Invalid.field("format", f"There is no format {name!r}. There are: {names}.")
