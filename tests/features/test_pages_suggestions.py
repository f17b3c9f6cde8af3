"""Suggestions of the search field: what the reader may see, from two characters on, in any script."""

from collections.abc import Callable
from typing import Any

import pytest

from repository.core.errors import Unavailable
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json

pytestmark = pytest.mark.slow
WANG = {"person_or_org": {"type": "personal", "family_name": "王", "given_name": "小芳"}}
MUELLER = {"person_or_org": {"type": "personal", "family_name": "Müller", "given_name": "Ada"}}
BODY = a_dataset(
    title="Permafrost depth",
    additional_titles=[{"title": "青藏高原冻土深度", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
    creators=[WANG, MUELLER],
    subjects=[{"subject": "frozen ground"}],
)


@pytest.fixture
def record(deposits: Deposits, settle: Callable[[], None]) -> Json:
    made = deposits.published(BODY)
    settle()
    return made


def suggested(caller: Caller, text: str, language: str = "en") -> list[dict[str, Any]]:
    reply = caller.get("/search/suggest", query_string={"q": text, "lang": language})
    assert reply.status_code == 200
    return list(reply.get_json()["suggestions"])


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("perma", "title", "Permafrost depth"),
        ("depth perm", "title", "Permafrost depth"),
        ("冻土", "title", "Permafrost depth"),
        ("mul", "person", "Ada Müller"),
        ("Müll", "person", "Ada Müller"),
        ("froz", "keyword", "frozen ground"),
    ],
)
def test_a_beginning_is_enough(anyone: Caller, record: Json, typed: str, kind: str, text: str) -> None:
    assert (kind, text) in [(one["kind"], one["text"]) for one in suggested(anyone, typed)]


def test_a_title_is_suggested_in_the_reader_s_language_and_leads_to_its_page(anyone: Caller, record: Json) -> None:
    first = suggested(anyone, "冻土", "zh")[0]
    assert (first["text"], first["lang"][:2]) == ("青藏高原冻土深度", "zh")
    assert first["url"].endswith(f"/records/{record['id']}?lang=zh")
    person = next(one for one in suggested(anyone, "mull") if one["kind"] == "person")
    assert anyone.get(person["url"]).status_code == 200


@pytest.mark.parametrize("typed", ["", "p", "冻", '"', "*", "AND", "(" * 300, "\x00a"])
def test_too_little_or_nothing_suggests_nothing(anyone: Caller, record: Json, typed: str) -> None:
    assert suggested(anyone, typed) == []


def test_closed_records_are_suggested_to_those_alone_who_may_read_them(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    access = {"access": {"record": "restricted", "files": "restricted"}}
    deposits.published(a_dataset(title="Secret permafrost") | access)
    settle()
    assert suggested(anyone, "secret") == []
    assert [one["text"] for one in suggested(author, "secret")] == ["Secret permafrost"]
    reply = author.get("/search/suggest?q=secret")
    assert "no-store" in reply.headers["Cache-Control"]


def test_an_engine_that_is_away_suggests_nothing(
    anyone: Caller, record: Json, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("The search engine does not answer.")

    monkeypatch.setattr("repository.faces.pages.search.search_suggestions.find", away)
    assert suggested(anyone, "perma") == []


def test_the_field_works_without_a_script(anyone: Caller, record: Json) -> None:
    page = anyone.get("/").text
    assert page.count('data-suggest="/search/suggest"') == 2
    assert 'role="combobox"' not in page, "a script says so, when it can keep it"
