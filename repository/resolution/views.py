"""HTTP of resolution."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from repository.dataset.schemes import normalise
from repository.engines.facilities import Facilities
from repository.foundation.actor import SYSTEM
from repository.foundation.errors import Invalid, NotFound
from repository.foundation.web.context import current_facilities
from repository.foundation.web.replies import found_at
from repository.identifiers.queries import owner_of
from repository.records.offers import Own, form_for_page
from repository.records.queries import is_published

pages = Blueprint("resolution", __name__)
SCHEMES = {"doi": "doi", "cstr": "cstr", "hdl": "handle"}
PASSED_ON = ("format", "style", "locale", "lang")


@pages.get("/<any(doi, cstr, hdl):prefix>/<path:text>")
def resolve(prefix: str, text: str) -> Response:
    """Go to the page of what has this identifier, or to its metadata."""
    facilities: Facilities = current_facilities()
    scheme = SCHEMES[prefix]
    wanted = {name: value for name in PASSED_ON if (value := request.args.get(name))}
    form = form_for_page(wanted.get("format"))
    with facilities.works.reading(SYSTEM) as work:
        owner = owner_of(work, scheme, _bare(scheme, text))
        if owner is None:
            raise NotFound(f"This repository has no {scheme.upper()} {text}.")
        if not is_published(work, owner):
            raise NotFound("The identifier is reserved for something that is not published yet.")
    site = facilities.site
    target = site.page(f"/records/{owner}") if form is Own.PAGE else site.api(f"/records/{owner}")
    return found_at(f"{target}?{urlencode(wanted)}" if wanted else target)


def _bare(scheme: str, text: str) -> str:
    """The identifier as it is kept; raises `Invalid` with the reason for what is none."""
    try:
        value = normalise(scheme, text)
    except ValueError as wrong:
        raise Invalid(str(wrong)) from None
    return value.removeprefix("hdl:")
