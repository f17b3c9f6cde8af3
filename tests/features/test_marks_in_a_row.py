"""Rows of combining marks cost no more than other text: those that are sent are refused, others are broken up."""

import unicodedata
from typing import Any

import pytest

from repository.core.content_disposition import content_disposition
from repository.dataset import unicode_forms
from repository.dataset.unicode_forms import MOST_MARKS, TOO_MANY_MARKS, is_stream_safe, normalised
from repository.dataset.vocabularies import fold as vocabulary_fold
from repository.deposits.metadata.loading import load_metadata
from repository.engines.search.folding import exact, fold
from repository.files.name_clashes import Names, spellings
from repository.search.query_syntax import parse
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.samples import VOCABULARIES

pytestmark = pytest.mark.slow

ROW = "a" + "\u0316\u0301" * 5_000
"""In an order that sorting has to change."""


class Normalisations:
    """Unicode's normalisation, with a note of the longest row of marks that it got."""

    def __init__(self) -> None:
        self.longest = 0
        self.calls = 0

    def normalize(self, form: Any, text: str) -> str:
        row = 0
        self.calls += 1
        for character in unicodedata.normalize("NFKD", text) if len(text) < 100_000 else text:
            row = row + 1 if unicodedata.combining(character) else 0
            self.longest = max(self.longest, row)
        return unicodedata.normalize(form, text)

    combining = staticmethod(unicodedata.combining)


@pytest.fixture
def normalisations(monkeypatch: pytest.MonkeyPatch) -> Normalisations:
    spy = Normalisations()
    monkeypatch.setattr(unicode_forms, "unicodedata", spy)
    return spy


def test_every_mark_of_unicode_counts() -> None:
    marks = [chr(p) for p in range(0x110000) if unicodedata.combining(unicodedata.normalize("NFKD", chr(p))[0])]
    assert len(marks) > 900
    for mark in marks:
        assert is_stream_safe("a" + mark * MOST_MARKS), hex(ord(mark))
        assert not is_stream_safe("a" + mark * (MOST_MARKS + 1)), hex(ord(mark))
        assert not is_stream_safe("\U0001f600a" + mark * (MOST_MARKS + 1)), hex(ord(mark))


def test_letters_of_every_script_are_no_marks() -> None:
    for point in range(0x110000):
        if unicodedata.category(chr(point))[0] in "LN" and chr(point) not in "\uff9e\uff9f":
            assert is_stream_safe(chr(point) * 40), hex(point)


@pytest.mark.parametrize("text", ["e\u0301", "naïve", "한국어", "ﾊﾞ", "تشكيل\u064b", "Việt Nam"])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_text_of_a_language_has_unicodes_own_form(form: Any, text: str) -> None:
    assert normalised(form, text) == unicodedata.normalize(form, text)


def test_no_comparison_sorts_a_long_row(normalisations: Normalisations) -> None:
    names = Names([ROW])
    assert names.clash(ROW)
    assert spellings(ROW)
    fold(ROW), exact(ROW), vocabulary_fold(ROW), parse(ROW[:1_999]), content_disposition(ROW, inline=True)
    assert normalisations.calls > 5
    assert normalisations.longest <= 2 * MOST_MARKS


@pytest.mark.parametrize("length", [100, 10_000])
@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"title": "{}"}, "metadata.title"),
        ({"publisher": "{}"}, "metadata.publisher"),
        ({"description": "<p>{}</p>"}, "metadata.description"),
        ({"subjects": [{"subject": "{}"}]}, "metadata.subjects.0.subject"),
        ({"version": "{}"}, "metadata.version"),
        ({"publication_date": "{}"}, "metadata.publication_date"),
        ({"languages": [{"id": "{}"}]}, "metadata.languages.0.id"),
        ({"identifiers": [{"identifier": "{}", "scheme": "other"}]}, "metadata.identifiers.0.identifier"),
        ({"additional_titles": [{"title": "{}", "type": {"id": "subtitle"}}]}, "metadata.additional_titles.0.title"),
        ({"rights": [{"title": {"en": "{}"}}]}, "metadata.rights.0.title.en"),
    ],
)
def test_a_text_of_a_description_with_a_long_row_is_kept_and_told(
    normalisations: Normalisations, metadata: Any, field: str, length: int
) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{}", ROW[:length])
        if isinstance(value, list):
            return [filled(item) for item in value]
        return {name: filled(member) for name, member in value.items()}

    loaded = load_metadata(filled(metadata), VOCABULARIES)
    assert loaded.metadata == filled(metadata)
    assert field in {error.field for error in loaded.errors}
    assert normalisations.longest <= MOST_MARKS


def test_a_text_that_is_much_too_long_is_not_normalised_at_all(normalisations: Normalisations) -> None:
    loaded = load_metadata({"title": "é" * 50_000}, VOCABULARIES)
    assert [error.field for error in loaded.errors] == ["metadata.title"]
    assert "10000" in loaded.errors[0].messages[0]
    assert normalisations.calls == 0


def test_a_decomposed_text_is_as_long_as_its_composed_form() -> None:
    title = unicodedata.normalize("NFD", "Ệ" * 10_000)
    loaded = load_metadata({"title": title}, VOCABULARIES)
    assert (loaded.errors, loaded.metadata) == ((), {"title": "Ệ" * 10_000})


def test_a_megabyte_of_marks_makes_a_draft_with_an_error(
    author: Caller, deposits: Deposits, normalisations: Normalisations
) -> None:
    draft = deposits.open()
    saved = author.put(f"/api/records/{draft['id']}/draft", json=a_dataset(title="\u0316\u0301" * 100_000))
    assert saved.status_code == 200
    assert [error["field"] for error in saved.get_json()["errors"]] == ["metadata.title"]
    assert normalisations.longest <= 2 * MOST_MARKS


def test_a_long_row_in_a_description_is_told_in_words(author: Caller) -> None:
    body = a_dataset(description=f"<p>{ROW}</p>")
    draft = author.post("/api/records", json=body).get_json()
    assert draft["errors"] == [
        {"field": "metadata.description", "messages": [TOO_MANY_MARKS], "code": "too_many_combining_marks"}
    ]
    chinese = author.get(f"/api/records/{draft['id']}/draft", headers={"Accept-Language": "zh"}).get_json()
    assert chinese["errors"][0]["messages"] == ["不允许连续出现超过 30 个组合符号。"]
