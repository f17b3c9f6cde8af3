"""HTTP of resolution."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from repository.core.actor import SYSTEM
from repository.core.errors import Invalid, NotFound
from repository.core.web.context import current_services
from repository.core.web.responses import redirect_to
from repository.dataset.schemes import normalise
from repository.engines.services import Services
from repository.faces.content_negotiation import BuiltinFormat, representation_for_page
from repository.identifiers.queries import owner_of
from repository.records.queries import is_published

pages = Blueprint("resolution", __name__)
SCHEMES = {"doi": "doi", "cstr": "cstr", "hdl": "handle"}
FORWARDED = ("format", "style", "locale", "lang")


@pages.get("/<any(doi, cstr, hdl):prefix>/<path:text>")
def resolve(prefix: str, text: str) -> Response:
    """Redirect to the page of the record with this identifier, or to its metadata."""
    services: Services = current_services()
    scheme = SCHEMES[prefix]
    options = {name: value for name in FORWARDED if (value := request.args.get(name))}
    form = representation_for_page(options.get("format"))
    with services.database.snapshot(SYSTEM) as snapshot:
        owner = owner_of(snapshot, scheme, _bare(scheme, text))
        if owner is None:
            raise NotFound(f"This repository has no {scheme.upper()} {text}.")
        if not is_published(snapshot, owner):
            raise NotFound("The identifier is reserved for something that is not published yet.")
    site = services.site
    target = site.page(f"/records/{owner}") if form is BuiltinFormat.PAGE else site.api(f"/records/{owner}")
    return redirect_to(f"{target}?{urlencode(options)}" if options else target)


def _bare(scheme: str, text: str) -> str:
    """Return the stored form of the identifier. Raise `Invalid` with the reason for a malformed one."""
    try:
        value = normalise(scheme, text)
    except ValueError as wrong:
        raise Invalid(str(wrong)) from None
    return value.removeprefix("hdl:")
