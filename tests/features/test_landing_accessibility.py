"""The public pages can be read by everybody: contrast, headings, labels, keyboard.

Source: WCAG 2.2, level AA.
"""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.search.start_page import render_start
from repository.faces.pages.shell.templating import render_error
from tests.features.pages import Page, shown
from tests.features.samples import PUBLICATION
from tests.features.test_tombstone_page import stone

SOURCES = Path(__file__).resolve().parents[2] / "repository/faces/pages/sources"
SHELL = (SOURCES / "shell.css").read_text()
CSS = "".join(path.read_text() for path in sorted(SOURCES.glob("*.css")))
LIGHT, DARK = SHELL.split("@media (prefers-color-scheme: dark)", 1)
ENOUGH = 4.5
"""Contrast of text of any size (success criterion 1.4.3)"""
VISIBLE = 3.0
"""Contrast of what shows the focus (1.4.11)"""
PAGES = {
    "record": shown(replace(PUBLICATION, file_count=250), page=2, style="apa"),
    "chinese record": shown(language="zh"),
    "tombstone": stone(),
    "start": render_start("Test", "https://repository.test/", PageParams(), ()),
    "error": render_error(404, ["No such page."], PageParams(), "Test"),
}


def variables(scheme: str) -> dict[str, str]:
    """The colours of the light or the dark page, by their names."""
    return dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-f]{3,6})", scheme.partition(":root {")[2].partition("}")[0]))


SCHEMES = {"light": variables(LIGHT), "dark": variables(DARK)}


def colour(text: str, scheme: str) -> str | None:
    """The hexadecimal colour in a value, None when it names none."""
    text = SCHEMES[scheme].get(text.removeprefix("var(").removesuffix(")"), text)
    return text if re.fullmatch("#[0-9a-f]{3}|#[0-9a-f]{6}", text) else None


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rules() -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r"([^{}@;]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", CSS, flags=re.S))
    return [(name.strip(), dict(re.findall(r"([a-z-]+):\s*([^;]+)", body))) for name, body in found]


GROUNDS = ("--ground", "--raised")
INKS = ("--ink", "--quiet", "--faint", "--accent", "--accent-strong")
PAIRS = [(f"--{kind}", f"--{kind}-ground") for kind in ("good", "warn", "bad", "calm")]
PAIRS += [("--on-accent", "--accent"), ("--on-accent", "--accent-strong"), ("--ink", "--mark")]
PAIRS += [(ink, ground) for ink in INKS for ground in GROUNDS]
PAIRS += [("--ink", f"--{kind}-ground") for kind in ("good", "warn", "bad", "calm")]


def test_the_arithmetic_of_contrast_is_the_standard_s() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read_on_the_grounds_that_it_may_stand_on(scheme: str, ink: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][ink], SCHEMES[scheme][ground]) >= ENOUGH


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_shows_the_focus_or_the_edge_of_a_control_is_visible(scheme: str) -> None:
    for ground in GROUNDS:
        for ink in ("--focus", "--edge"):
            assert contrast(SCHEMES[scheme][ink], SCHEMES[scheme][ground]) >= VISIBLE, (ink, ground)


def test_both_schemes_have_the_same_colours() -> None:
    assert SCHEMES["light"].keys() == SCHEMES["dark"].keys()


def test_every_colour_of_a_rule_is_one_of_the_named_ones() -> None:
    bare = [
        (name, value)
        for name, said in rules()
        for key, value in said.items()
        if key in ("color", "background", "border", "border-color") and re.search("#[0-9a-f]{3}", value)
    ]
    assert {value for _, value in bare} <= {"#000", "#fff"}, bare  # on paper


def test_every_named_colour_is_there() -> None:
    used = set(re.findall(r"var\((--[a-z-]+)\)", CSS))
    sizes = {"--frame", "--reading", "--side", "--radius"}
    assert used - sizes <= SCHEMES["light"].keys()


def test_the_focus_is_never_hidden() -> None:
    hidden = [name for name, said in rules() if re.match("none|0", said.get("outline", ""))]
    assert hidden == ["main:focus"], "the content takes the focus of the skip link, and shows it by its place"


@pytest.mark.parametrize("name", PAGES)
def test_headings_go_down_step_by_step_from_one(name: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(PAGES[name]).elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_the_first_link_skips_to_the_content(name: str) -> None:
    page = Page(PAGES[name])
    assert page.each("a")[0]["href"] == "#content"
    assert page.each("main")[0]["id"] == "content"


@pytest.mark.parametrize("name", PAGES)
def test_landmarks_and_labels_name_what_there_is(name: str) -> None:
    page = Page(PAGES[name])
    ids = {attributes["id"] for _, attributes in page.elements if attributes.get("id")}
    named = [str(attributes["aria-labelledby"]) for _, attributes in page.elements if "aria-labelledby" in attributes]
    assert set(named) <= ids
    assert all(nav.get("aria-label") for nav in page.each("nav"))
    assert all(aside.get("aria-label") for aside in page.each("aside"))
    fragments = {str(a["href"])[1:] for a in page.each("a") if str(a["href"]).startswith("#")}
    assert fragments <= ids


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_captions_and_headers_with_scopes(name: str) -> None:
    page = Page(PAGES[name])
    assert len(page.each("caption")) == len(page.each("table"))
    assert all(header.get("scope") in ("row", "col") for header in page.each("th"))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_takes_the_keyboard_out_of_its_order(name: str) -> None:
    assert all(int(a["tabindex"] or 0) <= 0 for _, a in Page(PAGES[name]).elements if "tabindex" in a)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_its_language_and_marks_the_link_to_the_other(name: str) -> None:
    page = Page(PAGES[name])
    language = page.each("html")[0]["lang"]
    others = [a for a in page.each("a") if a.get("hreflang")]
    assert language in ("en", "zh")
    assert [a["lang"] for a in others] == [a["hreflang"] for a in others] == ["zh" if language == "en" else "en"]
