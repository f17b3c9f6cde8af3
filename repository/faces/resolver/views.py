"""Resolve DOI, CSTR and Handle at this site."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from repository.core.actor import SYSTEM
from repository.core.errors import Invalid, NotFound
from repository.core.web.responses import redirect_to
from repository.dataset.schemes import normalise
from repository.engines.services import Services
from repository.faces.content_negotiation import BuiltinFormat, representation_for_page
from repository.faces.request_context import current_services
from repository.faces.resolver.badges import badge_svg
from repository.identifiers.queries import owner_of
from repository.records.queries import is_published

pages = Blueprint("resolution", __name__)
SCHEMES = {"doi": "doi", "cstr": "cstr", "hdl": "handle"}
FORWARDED = ("format", "style", "locale", "lang")


@pages.get("/<any(doi, cstr, hdl):prefix>/<path:text>")
def resolve(prefix: str, text: str) -> Response:
    """Redirect to the page of the record or concept with this identifier, or to its metadata."""
    services: Services = current_services()
    scheme = SCHEMES[prefix]
    parameters = {name: value for name in FORWARDED if (value := request.args.get(name))}
    representation = representation_for_page(parameters.get("format"))
    owner = _owner(services, scheme, _bare(scheme, text))
    site = services.site
    target = site.page(f"/records/{owner}") if representation is BuiltinFormat.PAGE else site.api(f"/records/{owner}")
    return redirect_to(f"{target}?{urlencode(parameters)}" if parameters else target)


@pages.get("/badge/<path:text>.svg")
def badge(text: str) -> Response:
    """Return the badge of an identifier that leads here: ``/badge/10.5072/1.svg``, ``/badge/cstr/….svg``."""
    named, _, rest = text.partition("/")
    scheme = SCHEMES.get(named.lower(), "doi")
    value = _bare(scheme, rest if named.lower() in SCHEMES else text)
    _owner(current_services(), scheme, value)
    reply = Response(badge_svg("Handle" if scheme == "handle" else scheme.upper(), value), mimetype="image/svg+xml")
    reply.headers["Cache-Control"] = "public, max-age=86400"
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return reply


def _owner(services: Services, scheme: str, value: str) -> int:
    """Return the published record or concept with this identifier; raise `NotFound`."""
    with services.database.snapshot(SYSTEM) as snapshot:
        owner = owner_of(snapshot, scheme, value)
        if owner is None:
            raise NotFound(f"This repository has no {scheme.upper()} {value}.")
        if not is_published(snapshot, owner):
            raise NotFound("The identifier is reserved for something that is not published yet.")
    return owner


def _bare(scheme: str, text: str) -> str:
    """Return the identifier in its stored form; raise `Invalid` with the reason for a malformed one."""
    try:
        value = normalise(scheme, text)
    except ValueError as wrong:
        raise Invalid(str(wrong)) from None
    return value.removeprefix("hdl:")
