"""A window for a scene, and its picture."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.looking import in_language
from tests.pictures.scenes import Scene
from tests.pictures.stage import ADDRESSES, PASSWORD, Stage

WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
LANGUAGES = ("zh", "en")
LIGHTS = ("light", "dark")
PATIENCE = 30_000
"""milliseconds that a page may take on a busy machine"""


@dataclass(frozen=True, slots=True)
class Look:
    """One way of looking at a scene."""

    language: str
    light: str
    width: str

    @property
    def name(self) -> str:
        return f"{self.language}-{self.light}-{self.width}"


LOOKS: Sequence[Look] = tuple(
    Look(language, light, width) for language in LANGUAGES for light in LIGHTS for width in WIDTHS
)


@contextmanager
def look(browser: Browser, stage: Stage, scene: Scene, wanted: Look) -> Iterator[BrowserContext]:
    """A window of whoever looks at the scene."""
    width, height = WIDTHS[wanted.width]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if wanted.light == "dark" else "light",
        locale="zh-CN" if wanted.language == "zh" else "en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    try:
        if scene.who is not None:
            who = {"email": ADDRESSES[scene.who], "password": PASSWORD}
            context.request.post(f"{stage.address}/api/session", data=who)
        yield context
    finally:
        context.close()


def take(browser: Browser, stage: Stage, scene: Scene, wanted: Look, folder: Path) -> Path:
    """Return the file of the scene's picture; raises if a script of the page failed."""
    complaints: list[str] = []
    with look(browser, stage, scene, wanted) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(stage.address + in_language(scene.address(stage), wanted.language), wait_until="load")
        if scene.act is not None:
            scene.act(page)
        path = folder / f"{file_name(scene)}-{wanted.name}.png"
        page.screenshot(path=path, full_page=True)
    if complaints:
        raise RuntimeError(f"{scene.name}: {complaints}")
    return path


def file_name(scene: Scene) -> str:
    """Return the scene's name as files are named."""
    return scene.name.replace(",", "").replace(" ", "-")
