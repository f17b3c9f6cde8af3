"""Choose the representation of a record: by ``?format=NAME`` for people, by ``Accept`` for programs.

`best_representation` compares the media types that a client accepts with those of a route (RFC 9110, section 12).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_accept_header, parse_options_header

from repository.core.cache import remembered
from repository.core.errors import Invalid, NotFound
from repository.core.web.responses import JSON_TYPES
from repository.dataset.formats.citation.citations import require_locale, require_style
from repository.dataset.formats.registry import FORMATS, ExportFormat, of_media_type
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON

Offer = TypeVar("Offer")


_REMEMBERED = 200
"""values of ``Accept``: clients send few different ones, and to read one costs a tenth of a short reply"""


def require_acceptable(offers: tuple[str, ...] = JSON_TYPES) -> str:
    """Return the best of `offers`; raise 406, which names them all, if the client accepts none."""
    best = best_offer(offers)
    if best is None:
        raise _none_of(offers)
    return best


def best_offer(offers: tuple[str, ...]) -> str | None:
    """Return the best of `offers`, the first one for a client that names none, None if it accepts none."""
    return _best_offer(request.headers.get("Accept", ""), offers)


@remembered(_REMEMBERED, longest=500)
def _best_offer(accept: str, offers: tuple[str, ...]) -> str | None:
    accepted = parse_accept_header(accept, MIMEAccept)
    return accepted.best_match(offers) if accepted else offers[0]


class NotOffered(Exception):
    """A media type that a route does not offer; `reason` says more than that, or is empty."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def best_representation(offer_of: Callable[[str], Offer], offers: Sequence[str]) -> Offer:
    """Try the accepted media types in order of quality; return the first that `offer_of` knows.

    `offer_of` gets a media type with its parameters, such as a profile, and raises `NotOffered` for one that it does
    not know.  `offers` names all media types, the default first.  Raises 406, which names them, if none is acceptable.
    """
    reasons = []
    for media_range in accepted_ranges() or ("*/*",):
        kind = media_range.partition(";")[0].strip()
        begin = kind.removesuffix("*") if kind.endswith("/*") else None
        media_type = media_range
        if begin not in (None, "*/"):
            media_type = next((offer for offer in offers if offer.startswith(begin)), "")
        try:
            return offer_of(offers[0] if kind == "*/*" else media_type)
        except NotOffered as refused:  # the next range may be offered
            reasons.append(refused.reason)
    raise _none_of(offers, *filter(None, reasons))


def accepted_ranges() -> tuple[str, ...]:
    """Return the media ranges that the client accepts, with their parameters, the best first."""
    return _ranges(request.headers.get("Accept", ""))


@remembered(_REMEMBERED, longest=500)
def _ranges(accept: str) -> tuple[str, ...]:
    accepted = parse_accept_header(accept, MIMEAccept)
    return tuple(name for name, quality in sorted(accepted, key=lambda entry: -entry[1]) if quality > 0)


def _none_of(offers: Sequence[str], *reasons: str) -> NotAcceptable:
    return NotAcceptable(" ".join([f"This resource comes as: {', '.join(offers)}.", *reasons]))


BIBLIOGRAPHY = "text/x-bibliography"
EXPORT_TYPES = tuple(export.media_type for export in FORMATS.values())


class BuiltinFormat(StrEnum):
    """Representations that are not export formats: InvenioRDM JSON, citation, HTML page, linksets."""

    JSON = "application/json"
    BIBLIOGRAPHY = BIBLIOGRAPHY
    PAGE = "html"
    LINKSET = LINKSET
    LINKSET_JSON = LINKSET_JSON


Representation = BuiltinFormat | ExportFormat
ANY_XML = ("application/xml", "text/xml")
"""Media types without a vocabulary: they stand for DataCite's, which other repositories answer with too."""
LINKSETS = (BuiltinFormat.LINKSET, BuiltinFormat.LINKSET_JSON)
_BUILTIN: Mapping[str, BuiltinFormat] = {
    **dict.fromkeys(JSON_TYPES, BuiltinFormat.JSON),
    BIBLIOGRAPHY: BuiltinFormat.BIBLIOGRAPHY,
    **{linkset.value: linkset for linkset in LINKSETS},
}
_NAMED: Mapping[str, BuiltinFormat] = {
    "json": BuiltinFormat.JSON,
    "bibliography": BuiltinFormat.BIBLIOGRAPHY,
    "linkset": BuiltinFormat.LINKSET,
    "linkset-json": BuiltinFormat.LINKSET_JSON,
}
_OTHER_NAMES = {"json-ld": "schema-org", "dublincore": "dublin-core", "dcat-ap": "dcat-rdfxml", "oai_dc": "dublin-core"}
"""Names that other repositories use in ``/export/NAME`` -> ours."""
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

    if not name:
        return best_representation(offer_of, offers)
    named = format_named(name)
    if isinstance(named, BuiltinFormat) and named.value not in offers:
        raise Invalid.field("format", f"{name!r} is a format of single records.")
    return named


def representation_for_page(name: str | None) -> Representation:
    """Return the representation at an address for people; browsers, which accept anything, get the page."""

    def offer_of(media_type: str) -> Representation:
        return _offer(media_type, {**_BUILTIN, **_PAGES}, PAGE_TYPES)

    if name:
        return BuiltinFormat.PAGE if name == BuiltinFormat.PAGE else format_named(name)
    return best_representation(offer_of, PAGE_TYPES)


def _offer(media_type: str, builtin: Mapping[str, BuiltinFormat], offers: Sequence[str]) -> Representation:
    kind = media_type.partition(";")[0].strip().lower()
    offered = builtin.get(kind)
    if offered is not None and (kind in offers or offered is BuiltinFormat.PAGE):
        if offered is BuiltinFormat.BIBLIOGRAPHY:
            _require_citation(media_type)
        return offered
    if kind in ANY_XML and not _may_be_a_browser():
        return replace(FORMATS["datacite-xml"], media_type=kind)
    export = of_media_type(media_type)
    if export is None:
        raise NotOffered
    return export


def _may_be_a_browser() -> bool:
    """Return whether the client accepts pages or anything: browsers name XML as well, and do not mean it."""
    kinds = {media_range.partition(";")[0].strip().lower() for media_range in accepted_ranges()}
    return not kinds.isdisjoint({*_PAGES, "*/*"})


def _require_citation(media_range: str) -> None:
    if fault := citation_fault(parse_options_header(media_range)[1]):
        raise NotOffered(fault)


def citation_fault(parameters: Mapping[str, str]) -> str:
    """Return why no citation comes with the parameters of a media type, or an empty text."""
    try:
        if style := parameters.get("style"):
            require_style(style)
        if locale := parameters.get("locale"):
            require_locale(locale)
    except ValueError as unknown:
        return str(unknown)
    return ""


def format_named(name: str) -> Representation:
    """Return the representation with this name, as in ``?format=``; raise `Invalid`, which names them all."""
    known = _known_by_name(name)
    if known is None:
        raise Invalid.field("format", _unknown_format(name))
    return known


def format_in_path(name: str) -> Representation:
    """Return the representation with this name, as in ``/export/NAME``; raise `NotFound`, which names them all."""
    known = _known_by_name(name)
    if known is None:
        raise NotFound(_unknown_format(name))
    return known


def _known_by_name(name: str) -> Representation | None:
    own = _OTHER_NAMES.get(name, name)
    return FORMATS.get(own) or _NAMED.get(own)


def _unknown_format(name: str) -> str:
    return f"There is no format {name[:80]!r}. There are: {', '.join((*FORMATS, *_NAMED))}."
