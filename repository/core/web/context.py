"""What a view finds around it: who is asking, and what the application works with."""

from typing import Any, cast

from flask import current_app, g

from repository.core.actor import Actor

SERVICES = "services"


def current_actor() -> Actor:
    """Who is asking, as recognised before the view was called."""
    return cast(Actor, g.actor)


def current_services() -> Any:
    """What `create_app` was given: an `engines.services.Services`, which this floor cannot name."""
    return current_app.extensions[SERVICES]
