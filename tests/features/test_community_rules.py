"""What a community may be called, on plain values, and by the command line."""

from pathlib import Path

import pytest

from config.settings import Settings
from repository.communities.rules import id_in, is_slug, require_slug, require_titles, title_in
from repository.core.errors import Invalid
from tests.features.test_cli import Run, expect_one_line
from tests.support.commands import command_here
from tests.support.web_server import environment_of


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Run:
    """Runs a command on the database of this test."""
    environment = environment_of(tmp_path, DATABASE_URL=settings.database_url)
    return lambda *arguments: command_here(environment, "communities", *arguments)


@pytest.mark.parametrize("slug", ["polar", "a", "j00189", "central-asia", "2024-polar", "a" * 100])
def test_a_slug_is_of_small_letters_digits_and_dashes(slug: str) -> None:
    assert require_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "-", "-a", "a-", "A", "a b", "a_b", "极地", "a\n", "a" * 101, "2024", "٢"])
def test_another_text_is_no_slug_of_a_new_community(slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_slug(slug)
    assert [error.field for error in refusal.value.errors] == ["slug"]


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("12", 12), *((text, None) for text in ("07", "0", "a7", ""))])
def test_digits_alone_are_an_id(text: str, number: int | None) -> None:
    assert id_in(text) == number


def test_an_id_is_no_longer_than_a_database_can_keep() -> None:
    assert id_in("9" * 18) == 999_999_999_999_999_999
    assert id_in("9" * 19) is None


def test_a_slug_of_digits_from_before_can_still_be_one() -> None:
    assert is_slug("007")


def test_titles_are_kept_in_one_order_without_empty_ones_and_needless_blanks() -> None:
    titles = require_titles({"zh": " 极地 ", "en": "Polar \n data"})
    assert list(titles.items()) == [("en", "Polar data"), ("zh", "极地")]
    assert require_titles({"en": " ", "zh": "极地"}) == {"zh": "极地"}


@pytest.mark.parametrize(
    ("titles", "field"),
    [
        ({}, "titles"),
        ({"en": " "}, "titles"),
        ({"en": "a" * 201}, "titles.en"),
        ({"en": "a\x00b"}, "titles.en"),
        ({"ru": "Полярные данные"}, "titles.ru"),
    ],
)
def test_titles_that_cannot_be_kept_are_refused(titles: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        require_titles(titles)
    assert [error.field for error in refusal.value.errors] == [field]


def test_a_title_is_in_the_language_wanted_or_else_in_the_one_there_is() -> None:
    assert title_in({"en": "Polar", "zh": "极地"}, "zh") == "极地"
    assert title_in({"zh": "极地"}) == "极地"


def test_a_community_is_defined_listed_and_renamed_by_commands(run: Run) -> None:
    assert run("define", "polar", "--title-en", "Polar data", "--title-zh", "极地数据").stdout == (
        "polar is community 1.\n"
    )
    assert run("rename", "polar", "--title-en", "Ice").stdout == "polar is called Ice.\n"
    assert run("list").stdout == "1\tpolar\t0\ten: Ice\tzh: 极地数据\n"
    assert run("rename", "polar", "--title-en", "").stdout == "polar is called 极地数据.\n"


def test_commands_say_in_one_line_what_cannot_be(run: Run) -> None:
    assert run("define", "polar", "--title-en", "Polar data").returncode == 0
    expect_one_line(run("define", "polar", "--title-en", "Polar data"), "slug", "already exists")
    expect_one_line(run("define", "birds"), "titles")
    expect_one_line(run("rename", "polar", "--title-en", ""), "titles")
    expect_one_line(run("rename", "birds", "--title-en", "Birds"), "no such community")
    assert run("list").stdout == "1\tpolar\t0\ten: Polar data\n"
