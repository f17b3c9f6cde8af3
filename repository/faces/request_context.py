"""What a view finds around it: the actor, the services, and the way to a record that stands elsewhere."""

from typing import cast
from urllib.parse import urlencode

from flask import Response, current_app, g, request, url_for

from repository.core.actor import Actor
from repository.core.errors import MovedTo
from repository.core.web.responses import redirect_to
from repository.engines.services import Services

SERVICES = "services"


def current_actor() -> Actor:
    """Return the actor of the request, as recognised before the view was called."""
    return cast(Actor, g.actor)


def current_services() -> Services:
    """Return the services that `create_app` was given."""
    return cast(Services, current_app.extensions[SERVICES])


def redirect_to_record(moved: MovedTo) -> Response:
    """Lead to the same resource of the record that `moved` names (302), with the same query but never a token."""
    path = url_for(str(request.endpoint), **{**(request.view_args or {}), "record_id": moved.record_id})
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "access_token"])
    address = current_services().site.page(path)
    return redirect_to(f"{address}?{query}" if query else address)
