"""In which forms a record is given: by ``?format=NAME`` for people, by ``Accept`` for programs."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from repository.dataset.formats.registry import FORMATS, Format, of_media_type
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON
from repository.foundation.errors import Invalid
from repository.foundation.web.negotiation import JSON_TYPES, negotiated

BIBLIOGRAPHY = "text/x-bibliography"
WRITTEN_TYPES = tuple(each.media_type for each in FORMATS.values())


class Own(StrEnum):
    """Forms that are no formats of the table: InvenioRDM's JSON, a citation in a style, the page for people, links."""

    JSON = "json"
    BIBLIOGRAPHY = "bibliography"
    PAGE = "html"
    LINKSET = LINKSET
    LINKSET_JSON = LINKSET_JSON


Form = Own | Format
LINKSETS = (Own.LINKSET, Own.LINKSET_JSON)
_OWN: Mapping[str, Own] = {
    **dict.fromkeys(JSON_TYPES, Own.JSON),
    BIBLIOGRAPHY: Own.BIBLIOGRAPHY,
    **{form.value: form for form in LINKSETS},
}
_PAGES: Mapping[str, Own] = {"text/html": Own.PAGE, "application/xhtml+xml": Own.PAGE}
LIST_TYPES = (*JSON_TYPES, *WRITTEN_TYPES)
API_TYPES = (*LIST_TYPES, BIBLIOGRAPHY, LINKSET_JSON, LINKSET)
"""What the API gives, its own first."""
PAGE_TYPES = ("text/html", *API_TYPES)
"""What an address for people gives."""


def form_for_api(name: str | None, offers: Sequence[str] = API_TYPES) -> Form:
    """What is wanted of the API; raises `Invalid` for an unknown `name`, 406 when nothing is acceptable."""

    def known(media_type: str) -> Form:
        return _form(media_type, _OWN, offers)

    if name:
        return _named(name)
    return negotiated(known, offers)


def form_for_page(name: str | None) -> Form:
    """What is wanted of an address for people, where browsers, which accept anything, get the page."""

    def known(media_type: str) -> Form:
        return _form(media_type, {**_OWN, **_PAGES}, PAGE_TYPES)

    if name:
        return Own.PAGE if name == Own.PAGE else _named(name)
    return negotiated(known, PAGE_TYPES)


def _form(media_type: str, own: Mapping[str, Own], offers: Sequence[str]) -> Form:
    kind = media_type.partition(";")[0].strip().lower()
    known = own.get(kind)
    if known is not None and (kind in offers or known is Own.PAGE):
        return known
    found = of_media_type(media_type)
    if found is None:
        raise KeyError(media_type)
    return found


def _named(name: str) -> Form:
    if name in FORMATS:
        return FORMATS[name]
    if name in (Own.JSON, Own.BIBLIOGRAPHY):
        return Own(name)
    known = ", ".join((Own.JSON, *FORMATS, Own.BIBLIOGRAPHY))
    raise Invalid.field("format", f"There is no format {name!r}. There are: {known}.")
