"""In which forms a record is given: by ``?format=NAME`` for people, by ``Accept`` for programs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from repository.core.errors import Invalid
from repository.core.web.accept_header import JSON_TYPES, best_representation
from repository.dataset.formats.registry import FORMATS, ExportFormat, of_media_type
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON

BIBLIOGRAPHY = "text/x-bibliography"
EXPORT_TYPES = tuple(each.media_type for each in FORMATS.values())


class BuiltinFormat(StrEnum):
    """Forms that are no formats of the table: InvenioRDM's JSON, a citation in a style, the page for people, links."""

    JSON = "json"
    BIBLIOGRAPHY = "bibliography"
    PAGE = "html"
    LINKSET = LINKSET
    LINKSET_JSON = LINKSET_JSON


Representation = BuiltinFormat | ExportFormat
LINKSETS = (BuiltinFormat.LINKSET, BuiltinFormat.LINKSET_JSON)
_OWN: Mapping[str, BuiltinFormat] = {
    **dict.fromkeys(JSON_TYPES, BuiltinFormat.JSON),
    BIBLIOGRAPHY: BuiltinFormat.BIBLIOGRAPHY,
    **{form.value: form for form in LINKSETS},
}
_PAGES: Mapping[str, BuiltinFormat] = {"text/html": BuiltinFormat.PAGE, "application/xhtml+xml": BuiltinFormat.PAGE}
LIST_TYPES = (*JSON_TYPES, *EXPORT_TYPES)
API_TYPES = (*LIST_TYPES, BIBLIOGRAPHY, LINKSET_JSON, LINKSET)
"""What the API gives, its own first."""
PAGE_TYPES = ("text/html", *API_TYPES)
"""What an address for people gives."""


def representation_for_api(name: str | None, offers: Sequence[str] = API_TYPES) -> Representation:
    """What is wanted of the API; raises `Invalid` for an unknown `name`, 406 when nothing is acceptable."""

    def known(media_type: str) -> Representation:
        return _form(media_type, _OWN, offers)

    if name:
        return _named(name)
    return best_representation(known, offers)


def representation_for_page(name: str | None) -> Representation:
    """What is wanted of an address for people, where browsers, which accept anything, get the page."""

    def known(media_type: str) -> Representation:
        return _form(media_type, {**_OWN, **_PAGES}, PAGE_TYPES)

    if name:
        return BuiltinFormat.PAGE if name == BuiltinFormat.PAGE else _named(name)
    return best_representation(known, PAGE_TYPES)


def _form(media_type: str, own: Mapping[str, BuiltinFormat], offers: Sequence[str]) -> Representation:
    kind = media_type.partition(";")[0].strip().lower()
    known = own.get(kind)
    if known is not None and (kind in offers or known is BuiltinFormat.PAGE):
        return known
    found = of_media_type(media_type)
    if found is None:
        raise KeyError(media_type)
    return found


def _named(name: str) -> Representation:
    if name in FORMATS:
        return FORMATS[name]
    if name in (BuiltinFormat.JSON, BuiltinFormat.BIBLIOGRAPHY):
        return BuiltinFormat(name)
    known = ", ".join((BuiltinFormat.JSON, *FORMATS, BuiltinFormat.BIBLIOGRAPHY))
    raise Invalid.field("format", f"There is no format {name!r}. There are: {known}.")
