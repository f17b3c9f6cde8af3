"""Every page in every state, in both languages, with and without scripts, on three screens: its promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.looking import NARROW, NARROWEST, WIDE, Looking, compressed, window
from tests.pictures.scenes import SCENES, Scene
from tests.pictures.stage import ADDRESSES, PASSWORD, Stage, stage

pytestmark = [pytest.mark.slow, pytest.mark.process]
SCREENS = (WIDE, NARROW, NARROWEST)
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes on the line, requests of a first visit, and elements."""

    page: int = 25_000
    sheet: int = 12_000
    script: int = 8_000
    requests: int = 4
    nodes: int = 1_500


PUBLIC, FORM, FILES = (
    Budget(),
    Budget(40_000, script=40_000, requests=6, nodes=3_000),
    Budget(script=25_000, requests=6),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One site with people and datasets in every state; scenes change nothing on it."""
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="module")
def sessions(browser: Browser, opened: Stage) -> dict[str | None, Any]:
    """The cookies of each person of the stage, and none of the public."""
    cookies: dict[str | None, Any] = {None: None}
    for name, email in ADDRESSES.items():
        context = browser.new_context()
        who = {"email": email, "password": PASSWORD}
        assert context.request.post(f"{opened.address}/api/session", data=who).ok
        cookies[name] = context.storage_state()
        context.close()
    return cookies


@pytest.mark.parametrize(
    ("scene", "scripts"),
    [(scene, scripts) for scene in SCENES for scripts in (True, False) if scripts or not scene.scripted],
    ids=lambda value: value.name if isinstance(value, Scene) else "scripts" if value else "no scripts",
)
def test_a_page_in_a_state_holds_what_every_page_promises(
    browser: Browser, opened: Stage, sessions: dict[str | None, Any], scene: Scene, scripts: bool
) -> None:
    turn = SCENES.index(scene)
    for place, language in enumerate(LANGUAGES if scripts else [LANGUAGES[turn % 2]]):
        checked = SCREENS[(turn + place) % len(SCREENS)]  # accessibility: by turns, as it takes the time
        with window(browser, opened.address, language, scripts=scripts, storage_state=sessions[scene.who]) as looking:
            bodies = _opened(looking, scene, opened)
            for screen in SCREENS:
                looking.page.set_viewport_size({"width": screen[0], "height": screen[1]})
                _forget_refusals(looking, scene)
                looking.check(accessible=screen == checked)
            _is_within(looking, budget_of(scene.address(opened)), bodies)


def _opened(looking: Looking, scene: Scene, opened: Stage) -> dict[str, str]:
    """Go to the scene; return what was loaded for its page at first, by address."""
    path = scene.address(opened)
    looking.page.route("**/start?*", _without_refresh)
    reply = looking.open(path)
    html = reply.text()
    # a browser reports every page that is an error
    looking.messages[:] = [said for said in looking.messages if f"status of {reply.status} " not in said]
    first = list(looking.requests)
    if scene.act is not None:
        scene.act(looking.page)
    others = {url: looking.page.request.get(url).text() for url in first if "/static/" in url}
    assert not [url for url in first if not url.startswith((opened.address, "data:", "blob:"))], first
    looking.requests[:] = first
    return {"": html, **others}


def _forget_refusals(looking: Looking, scene: Scene) -> None:
    """Forget what a browser reports of each request that was refused, where what was done there leads to refusals."""
    if scene.act is not None:
        looking.messages[:] = [said for said in looking.messages if "Failed to load resource" not in said]


def _without_refresh(route: Route) -> None:
    """Let a page that looks again by itself stay while it is looked at."""
    reply = route.fetch()
    headers = {name: value for name, value in reply.headers.items() if name.lower() != "refresh"}
    route.fulfill(response=reply, headers=headers)


def _is_within(looking: Looking, budget: Budget, bodies: dict[str, str]) -> None:
    sizes = {url: compressed(text) for url, text in bodies.items()}
    assert sizes.pop("") <= budget.page
    assert sum(size for url, size in sizes.items() if url.endswith(".css")) <= budget.sheet, sizes
    assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= budget.script, sizes
    assert len(looking.requests) <= budget.requests, looking.requests
    assert looking.page.evaluate("document.querySelectorAll('*').length") <= budget.nodes


def budget_of(path: str) -> Budget:
    """Return what the page at a path may cost."""
    if path.endswith("/files"):
        return FILES
    return FORM if path.startswith(("/uploads/", "/me/uploads")) else PUBLIC  # a room has one script, which is kept
