"""Every page of the site is looked at: a new page needs a scene, or a reason why it is no page."""

from collections import defaultdict
from urllib.parse import urlsplit

from flask import Flask

from repository.engines.services import Services
from repository.faces.credentials import PAGES
from tests.pictures.scenes import NO_PAGES, SCENES
from tests.pictures.stage import Stage


def pages_of(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if _is_page(rule.endpoint, rule.methods or set())}


def _is_page(endpoint: str, methods: set[str]) -> bool:
    return endpoint.startswith(PAGES) and "GET" in methods


def looked_at(app: Flask, services: Services) -> set[str]:
    """Return the pages that scenes lead to; every state and link has some number."""
    anything = Stage("", services, ids=defaultdict(lambda: "1"), links=defaultdict(lambda: "/uploads/1?token=x"))
    addresses = app.url_map.bind("repository.test")
    return {addresses.match(urlsplit(scene.address(anything)).path, method="GET")[0] for scene in SCENES}


def test_every_page_has_a_scene_or_a_reason(app: Flask, services: Services) -> None:
    pages, seen = pages_of(app), looked_at(app, services)

    assert pages - seen - NO_PAGES.keys() == set(), "add a scene to tests/pictures/scenes.py"
    assert NO_PAGES.keys() & seen == set()
    assert NO_PAGES.keys() <= pages
    assert all(endpoint.startswith(PAGES) for endpoint in seen), seen


def test_scenes_have_names_of_their_own() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
