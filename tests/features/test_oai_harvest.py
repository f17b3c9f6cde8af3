"""Whole harvests: a list in pages is everything, once, whatever happens meanwhile."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.faces.oai.arguments import BadRequest, Verb
from repository.faces.oai.resumption_tokens import ResumptionToken, read_resumption_token
from repository.records.model import PastDatestamp
from tests.conftest import Caller, Deposits
from tests.features.harvesting import (
    BEGIN,
    MICROSECOND,
    OAI,
    SECOND,
    ask,
    change,
    codes,
    correct,
    gone,
    ids,
    pages,
    token_of,
    told,
)
from tests.features.steps import questions, statements

pytestmark = pytest.mark.slow

TOKEN = ResumptionToken(Verb.LIST_RECORDS, "oai_dc", "2026-01-01", None, "a:b", BEGIN, BEGIN + MICROSECOND, 7, 100)


@pytest.mark.parametrize(
    ("verb", "sizes"), [("ListRecords", [100, 100, 50]), ("ListIdentifiers", [200, 50])], ids=lambda each: str(each)
)
@pytest.mark.parametrize("step", [timedelta(0), MICROSECOND, SECOND], ids=["at once", "in a second", "in turn"])
def test_a_harvest_in_pages_is_every_record_once(
    anyone: Caller, many: Callable[..., list[str]], verb: str, sizes: list[int], step: timedelta
) -> None:
    published = many([BEGIN + step * n for n in range(249)])

    answers = list(pages(anyone, verb))

    assert [number for answer in answers for number in ids(answer)] == published
    assert [len(ids(answer)) for answer in answers] == sizes
    cursors = [int(token_of(answer).get("cursor")) for answer in answers]
    assert cursors == [sum(sizes[:n]) for n in range(len(sizes))]
    assert token_of(answers[-1]).text is None


def test_a_list_that_fills_its_page_exactly_needs_no_token(anyone: Caller, many: Callable[..., list[str]]) -> None:
    published = many([BEGIN + SECOND * n for n in range(99)])
    (answer,) = pages(anyone)
    assert ids(answer) == published
    assert token_of(answer) is None


def test_a_harvest_while_records_change_gives_each_once(
    anyone: Caller, deposits: Deposits, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])

    harvest = pages(anyone)
    seen = ids(next(harvest))
    correct(services, published[10], published[100], published[230], published[230], published[249])
    first, second = (deposits.published()["id"] for _ in range(2))
    seen += ids(next(harvest))
    correct(services, published[150], published[230], published[249], first)
    last = deposits.published()["id"]
    seen += ids(next(harvest))

    assert list(harvest) == []
    assert seen == [*published, first, second, last]


def test_the_next_harvest_has_what_changed_during_the_one_before(
    anyone: Caller, deposits: Deposits, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])

    harvest = pages(anyone, "ListIdentifiers")
    begun = next(harvest)
    changed = [published[249], published[10]]
    correct(services, *changed)
    late = deposits.published()["id"]
    assert len(list(harvest)) == 1

    after = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", from_=told(begun, "responseDate")[0])
    assert ids(after) == [*changed, late]


def test_what_changes_during_a_harvest_is_given_as_it_is_then(
    anyone: Caller, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(101)])
    harvest = pages(anyone)
    next(harvest)
    correct(services, published[100])
    correct(services, published[101], record_access="restricted")

    last = next(harvest)

    assert ids(last) == published[100:]
    assert gone(last) == published[101:]
    assert len(list(last.iter(f"{OAI}metadata"))) == 1
    assert told(last, "datestamp")[0] > told(last, "responseDate")[0][:10]


def test_a_harvest_up_to_a_date_ends_there_whatever_comes_later(
    anyone: Caller, deposits: Deposits, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])

    harvest = pages(anyone, from_="2026-01-01T00:00:01Z", until="2026-01-01T00:04:00Z")
    seen = ids(next(harvest))
    correct(services, published[200])
    deposits.published()
    seen += [number for answer in harvest for number in ids(answer)]

    assert seen == [*published[2:200], *published[201:242]]


def test_a_harvest_up_to_a_day_to_come_has_what_changes_until_then(
    anyone: Caller, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(149)])
    harvest = pages(anyone, from_="2026-01-01", until="2999-01-01")
    seen = ids(next(harvest))
    correct(services, published[140])
    seen += [number for answer in harvest for number in ids(answer)]
    assert seen == published[1:]


def test_every_datestamp_that_a_version_had_is_kept_once(services: Services, many: Callable[..., list[str]]) -> None:
    (number, _) = many([BEGIN])
    for _ in range(3):
        correct(services, number)
    with services.database.snapshot(SYSTEM) as unit:
        kept = unit.session.scalars(select(PastDatestamp).order_by(PastDatestamp.datestamp)).all()
    assert [each.version_id for each in kept] == [int(number)] * 3
    assert kept[0].datestamp == BEGIN - SECOND
    assert [each.until for each in kept[:-1]] == [each.datestamp for each in kept[1:]]


def test_a_token_can_be_used_again(anyone: Caller, many: Callable[..., list[str]]) -> None:
    published = many([BEGIN] * 149)
    token = token_of(ask(anyone, "ListRecords", metadataPrefix="oai_dc")).text
    for _ in range(2):
        assert ids(ask(anyone, "ListRecords", resumptionToken=token)) == published[100:]


def test_a_token_of_another_list_is_refused(anyone: Caller, many: Callable[..., list[str]]) -> None:
    many([BEGIN] * 200)
    token = token_of(ask(anyone, "ListRecords", metadataPrefix="oai_dc")).text
    assert codes(ask(anyone, "ListIdentifiers", resumptionToken=token)) == ["badResumptionToken"]
    assert codes(ask(anyone, "ListRecords", resumptionToken=token + "A")) == ["badResumptionToken"]
    assert codes(ask(anyone, "ListRecords", resumptionToken=token[:-1])) == ["badResumptionToken"]


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ({"from_": "2026-03-01T10:00:05Z"}, True),
        ({"from_": "2026-03-01T10:00:06Z"}, False),
        ({"until": "2026-03-01T10:00:05Z"}, True),
        ({"until": "2026-03-01T10:00:04Z"}, False),
        ({"from_": "2026-03-01T10:00:05Z", "until": "2026-03-01T10:00:05Z"}, True),
        ({"from_": "2026-03-01"}, True),
        ({"from_": "2026-03-02"}, False),
        ({"until": "2026-03-01"}, True),
        ({"until": "2026-02-28"}, False),
        ({"from_": "2026-03-01", "until": "2026-03-01"}, True),
        ({"from_": "0001-01-01", "until": "9999-12-31"}, True),
        ({"from_": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}, True),
    ],
)
def test_from_and_until_include_the_whole_second_or_day(
    anyone: Caller, deposits: Deposits, services: Services, span: dict[str, str], found: bool
) -> None:
    number = int(deposits.published()["id"])
    for microsecond in (0, 1, 999_999):
        change(services, number, datestamp=datetime(2026, 3, 1, 10, 0, 5, microsecond, tzinfo=UTC))

        answer = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", **span)

        assert codes(answer) == ([] if found else ["noRecordsMatch"])
        assert [each.text for each in answer.iter(f"{OAI}datestamp")] == ["2026-03-01T10:00:05Z"] * found


def test_the_lower_limit_of_all_datestamps_is_told(anyone: Caller, many: Callable[..., list[str]]) -> None:
    many([BEGIN + SECOND * n for n in range(3)])
    assert ask(anyone, "Identify").findtext(f".//{OAI}earliestDatestamp") == "2025-12-31T23:59:59Z"
    before = ask(anyone, "ListRecords", metadataPrefix="oai_dc", until="2025-12-31T23:59:58Z")
    assert codes(before) == ["noRecordsMatch"]


def test_a_page_costs_as_many_queries_as_one_record(
    anyone: Caller, services: Services, many: Callable[..., list[str]]
) -> None:
    many([BEGIN + SECOND * n for n in range(150)])
    ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    with statements(services) as for_one:
        ask(anyone, "ListRecords", metadataPrefix="oai_dc", until="2025-12-31")
    with statements(services) as for_many:
        ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    assert questions(for_many) == 4
    assert len(for_many) == len(for_one)


def test_what_a_token_says_can_be_read_back() -> None:
    assert read_resumption_token(TOKEN.encode(), Verb.LIST_RECORDS) == TOKEN


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        "text",
        ["ListRecords"],
        ["ListSets", "oai_dc", None, None, None, 0, 0, 0, 0],
        ["ListRecords", "mods", None, None, None, 0, 0, 0, 0],
        ["ListRecords", [], None, None, None, 0, 0, 0, 0],
        ["ListRecords", "oai_dc", "junk", None, None, 0, 0, 0, 0],
        ["ListRecords", "oai_dc", 5, 6, None, 0, 0, 0, 0],
        ["ListRecords", "oai_dc", "2026-01-02", "2026-01-01", None, 0, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, "a::b", 0, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, 7, 0, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, ["a"], 0, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 1 << 61, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 1 << 61, 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, -(1 << 61), 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, "0", 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 0.5, 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 0, 1 << 63, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 0, True, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 0, 0, -1],
        ["ListRecords", "oai_dc", None, None, 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, None, 0, 0, 0, 0, 0],
    ],
)
def test_a_token_that_was_made_up_is_refused(anyone: Caller, said: Any) -> None:
    text = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")
    assert codes(ask(anyone, "ListRecords", resumptionToken=text)) == ["badResumptionToken"]


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_at_all_breaks_the_reading_of_tokens(text: str) -> None:
    with pytest.raises(BadRequest, match="resumption token"):
        read_resumption_token(text, Verb.LIST_RECORDS)
