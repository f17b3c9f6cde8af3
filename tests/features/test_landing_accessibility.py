"""The public pages can be read by everybody: contrast, headings, labels, keyboard.

Source: WCAG 2.2, level AA.
"""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from repository.faces.pages.page_params import PageParams
from repository.faces.pages.rendering import render_error, render_start
from tests.features.pages import Page, shown
from tests.features.samples import PUBLICATION
from tests.features.test_tombstone_page import stone

CSS = (Path(__file__).resolve().parents[2] / "repository/faces/pages/templates/landing.css").read_text()
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


def variables() -> dict[str, str]:
    return dict(re.findall(r"(--[a-z]+):\s*(#[0-9a-f]{3,6})", CSS))


def colour(text: str) -> str | None:
    """The hexadecimal colour in a value, None when it names none."""
    text = variables().get(text.removeprefix("var(").removesuffix(")"), text)
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
    found = re.findall(r"([^{}@]+)\{([^{}]*)\}", CSS)
    return [(name.strip(), dict(re.findall(r"([a-z-]+):\s*([^;]+)", body))) for name, body in found]


GROUNDS = ("#fff", *(background for _, said in rules() if (background := colour(said.get("background", "")))))
INKS = {(name, ink) for name, said in rules() if "background" not in said and (ink := colour(said.get("color", "")))}


def test_the_arithmetic_of_contrast_is_the_standard_s() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("name", "said"), [each for each in rules() if "color" in each[1] and "background" in each[1]])
def test_text_on_a_ground_of_its_own_can_be_read(name: str, said: dict[str, str]) -> None:
    ink, ground = colour(said["color"]), colour(said["background"])
    assert ink is not None, name
    assert ground is not None, name
    assert contrast(ink, ground) >= ENOUGH


@pytest.mark.parametrize(("name", "ink"), sorted(INKS))
def test_text_can_be_read_on_every_ground_that_it_may_stand_on(name: str, ink: str) -> None:
    light = [ground for ground in GROUNDS if luminance(ground) > 0.5]
    assert min(contrast(ink, ground) for ground in light) >= ENOUGH, name


def test_the_focus_is_always_visible() -> None:
    (said,) = [said for name, said in rules() if name == ":focus-visible"]
    ink = colour(said["outline"].split()[-1])
    assert ink is not None
    assert contrast(ink, "#fff") >= VISIBLE
    assert not re.search(r"outline:\s*(none|0)", CSS)


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
