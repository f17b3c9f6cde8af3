"""Choose the representation of a record: by ``?format=NAME`` for people, by ``Accept`` for programs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from repository.core.errors import Invalid
from repository.core.web.accept_header import JSON_TYPES, best_representation
from repository.dataset.formats.registry import FORMATS, ExportFormat, of_media_type
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON

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
