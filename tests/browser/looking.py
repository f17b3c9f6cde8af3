"""What every page has to be, whoever looks at it: accessible, silent, within its policy, no wider than the screen."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

AXE = Path(__file__).parents[2] / "repository/faces/pages/sources/node_modules/axe-core/axe.min.js"
"""The checker of accessibility, as the lock of the pages names it (``make assets`` fetches it)."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW, NARROWEST = (1280, 900), (390, 844), (320, 640)
_LISTEN = """
window.__violations = [];
document.addEventListener(
  "securitypolicyviolation", event => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`)
);
"""
_LATIN = re.compile(r"[A-Za-z][a-z]+(?:[ ,]+[a-z']{2,}){2,}")
"""Three words of English in a row."""


@dataclass
class Looking:
    """A window onto the site, and everything that it complained of."""

    page: Page
    address: str
    language: str
    scripts: bool = True
    """The checker of accessibility waits for timers, which a page without scripts does not have."""
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response:
        """Go to a page of the site."""
        reply = self.page.goto(self.address + in_language(path, self.language), wait_until="load")
        assert reply is not None
        return reply

    def check(self) -> None:
        """Assert what holds for every page in every state."""
        assert self.messages == [], self.messages
        assert self.page.locator("h1").count() == 1
        assert self.page.title().strip(" –")
        widths = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], f"{self.page.url} is {widths[0]} wide on a screen of {widths[1]}"
        self._speaks_its_language()
        if self.scripts:
            assert self.page.evaluate("window.__violations") == []
            self._is_accessible()

    def _is_accessible(self) -> None:
        assert AXE.is_file(), "run `make assets`: axe-core comes with what the pages are built by"
        self.page.evaluate(AXE.read_text("utf-8") + "; 0")
        report = self.page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        told = [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in report["violations"]
            for node in violation["nodes"]
        ]
        assert told == [], "\n".join([self.page.url, *told])

    def _speaks_its_language(self) -> None:
        if self.language != "zh":
            return
        english = [text for text in self.page.evaluate(_OWN_WORDS) if _LATIN.search(text)]
        assert english == [], [self.page.url, *english]


_OWN_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const lang = parent.closest("[lang]").lang;
    if (!lang.startsWith("zh") || parent.closest("bdi, code, pre, script, style, [data-data], .text")) continue;
    const text = walker.currentNode.textContent.trim();
    if (text) texts.push(text);
  }
  return texts;
}"""


@contextmanager
def window(
    browser: Browser,
    address: str,
    language: str = "en",
    size: tuple[int, int] = WIDE,
    *,
    scripts: bool = True,
    **options: Any,
) -> Iterator[Looking]:
    """A window of its own, without cookies of others; without `scripts` the page runs none, only we ask it."""
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        bypass_csp=False,
        locale="zh-CN" if language == "zh" else "en-GB",
        **options,
    )
    try:
        page = context.new_page()
        looking = Looking(page, address, language, scripts)
        if scripts:
            page.add_init_script(_LISTEN)
        page.on("console", lambda message: looking.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: looking.messages.append(f"error: {error}"))
        page.on("request", lambda request: looking.requests.append(request.url))
        yield looking
    finally:
        context.close()


def in_language(path: str, language: str) -> str:
    """Return a page's path that asks for it in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def compressed(text: str) -> int:
    """Return how many bytes a text has on the line."""
    return len(gzip.compress(text.encode()))
