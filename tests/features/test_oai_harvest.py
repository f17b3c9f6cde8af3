"""Whole harvests: a list in pages is everything, once, whatever happens meanwhile; and every answer fits the schema."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import insert

from repository.engines.facilities import Facilities
from repository.foundation.actor import SYSTEM
from repository.oai.rules import Refused, Verb
from repository.oai.tokens import Token, read_token
from repository.records.model import Concept, Version
from tests.conftest import Caller, Deposits
from tests.features.steps import statements
from tests.features.test_oai import DC, OAI, ask, change, codes, identifier_of, ids, read

SCHEMA = Path(__file__).resolve().parents[2] / "../shared/schemas/oai-pmh/OAI-PMH.xsd"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
TOKEN = Token(Verb.LIST_RECORDS, "oai_dc", "2026-01-01", None, BEGIN + MICROSECOND, 7, 100)

DUBLIN_CORE = (
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type"),
    *("format", "identifier", "source", "language", "relation", "coverage", "rights"),
)
XML_SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://www.w3.org/XML/1998/namespace"><xs:attribute name="lang" type="xs:language"/></xs:schema>"""
ELEMENTS_SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
  targetNamespace="{DC.strip("{}")}">
  <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>
  <xs:complexType name="said"><xs:simpleContent><xs:extension base="xs:string">
  <xs:attribute ref="xml:lang"/></xs:extension></xs:simpleContent></xs:complexType>
  {"".join(f'<xs:element name="{name}" type="dc:said" xmlns:dc="{DC.strip("{}")}"/>' for name in DUBLIN_CORE)}
  </xs:schema>"""
OAI_DC_SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
  targetNamespace="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="{DC.strip("{}")}">
  <xs:import namespace="{DC.strip("{}")}" schemaLocation="dc.xsd"/>
  <xs:element name="dc"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
  {"".join(f'<xs:element ref="dc:{name}"/>' for name in DUBLIN_CORE)}
  </xs:choice></xs:complexType></xs:element></xs:schema>"""
ALL_SCHEMAS = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.openarchives.org/OAI/2.0/" schemaLocation="{}"/>
  <xs:import namespace="http://www.openarchives.org/OAI/2.0/oai_dc/" schemaLocation="oai_dc.xsd"/></xs:schema>"""


@pytest.fixture
def schema(tmp_path: Path) -> etree.XMLSchema:
    """The protocol's schema, with Dublin Core in our words where it takes other schemas strictly."""
    if not SCHEMA.is_file():
        pytest.skip("the schema of OAI-PMH is not here")
    for name, text in (("xml", XML_SCHEMA), ("dc", ELEMENTS_SCHEMA), ("oai_dc", OAI_DC_SCHEMA)):
        (tmp_path / f"{name}.xsd").write_text(text, "utf-8")
    (tmp_path / "all.xsd").write_text(ALL_SCHEMAS.format(SCHEMA.resolve().as_uri()), "utf-8")
    return etree.XMLSchema(file=str(tmp_path / "all.xsd"))


def multiply(
    facilities: Facilities, record: dict[str, Any], stamps: Sequence[datetime], first: int = 1000
) -> list[str]:
    """More versions like `record`, each with a concept of its own and changed at one of `stamps`; their ids."""
    with facilities.works.writing(SYSTEM) as work:
        original = work.session.get_one(Version, int(record["id"]))
        concept = work.session.get_one(Concept, original.concept_id)
        like = {column.name: getattr(original, column.name) for column in Version.__table__.columns}
        about = {column.name: getattr(concept, column.name) for column in Concept.__table__.columns}
        numbers = range(first, first + 2 * len(stamps), 2)
        work.session.execute(insert(Concept), [{**about, "id": n + 1, "latest_id": n} for n in numbers])
        rows = [
            {**like, "id": number, "concept_id": number + 1, "updated": stamp, "datestamp": stamp}
            for number, stamp in zip(numbers, stamps, strict=True)
        ]
        work.session.execute(insert(Version), rows)
    return [str(number) for number in numbers]


def token_of(answer: etree._Element) -> etree._Element | None:
    return answer.find(f".//{OAI}resumptionToken")


def pages(caller: Caller, verb: str = "ListRecords", **arguments: str) -> Iterator[etree._Element]:
    """The answers of one harvest; what happens between two of them is up to the caller."""
    answer = ask(caller, verb, metadataPrefix="oai_dc", **arguments)
    yield answer
    while (token := token_of(answer)) is not None and token.text:
        answer = ask(caller, verb, resumptionToken=token.text)
        yield answer


@pytest.fixture
def many(facilities: Facilities, deposits: Deposits) -> Callable[..., list[str]]:
    """Publish one record and multiply it; the ids of all in the order of their datestamps."""

    def publish(stamps: Sequence[datetime]) -> list[str]:
        record = deposits.published()
        change(facilities, int(record["id"]), updated=BEGIN - SECOND)
        return [record["id"], *multiply(facilities, record, stamps)]

    return publish


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


def test_a_harvest_while_records_change_leaves_none_out(
    anyone: Caller, deposits: Deposits, facilities: Facilities, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])
    given_before, not_yet_given = published[10], published[230]

    harvest = pages(anyone)
    seen = ids(next(harvest))
    for number in (given_before, not_yet_given):
        change(facilities, int(number), updated=BEGIN + SECOND * 1000)
    late = deposits.published()["id"]
    seen += [number for answer in harvest for number in ids(answer)]

    assert set(seen) == {*published, late}
    assert seen.count(given_before) == 2
    assert seen.count(not_yet_given) == 1
    assert len(seen) == len(published) + 2
    assert seen[-3:] == [given_before, not_yet_given, late]


def test_a_harvest_up_to_a_date_ends_there_whatever_comes_later(
    anyone: Caller, deposits: Deposits, facilities: Facilities, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])

    harvest = pages(anyone, from_="2026-01-01T00:00:01Z", until="2026-01-01T00:04:00Z")
    seen = ids(next(harvest))
    change(facilities, int(published[200]), updated=BEGIN + SECOND * 1000)
    deposits.published()
    seen += [number for answer in harvest for number in ids(answer)]

    assert seen == [*published[2:200], *published[201:242]]


def test_what_becomes_hidden_during_a_harvest_is_not_given(
    anyone: Caller, facilities: Facilities, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(101)])
    first = ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    for number in published[100:]:
        change(facilities, int(number), record_access="restricted")

    answer = ask(anyone, "ListRecords", resumptionToken=token_of(first).text)

    assert codes(answer) == ["noRecordsMatch"]


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
    anyone: Caller, deposits: Deposits, facilities: Facilities, span: dict[str, str], found: bool
) -> None:
    number = int(deposits.published()["id"])
    for microsecond in (0, 1, 999_999):
        change(facilities, number, updated=datetime(2026, 3, 1, 10, 0, 5, microsecond, tzinfo=UTC))

        answer = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", **span)

        assert codes(answer) == ([] if found else ["noRecordsMatch"])
        assert [each.text for each in answer.iter(f"{OAI}datestamp")] == ["2026-03-01T10:00:05Z"] * found


def test_the_lower_limit_of_all_datestamps_is_told(anyone: Caller, many: Callable[..., list[str]]) -> None:
    many([BEGIN + SECOND * n for n in range(3)])
    assert ask(anyone, "Identify").findtext(f".//{OAI}earliestDatestamp") == "2025-12-31T23:59:59Z"
    before = ask(anyone, "ListRecords", metadataPrefix="oai_dc", until="2025-12-31T23:59:58Z")
    assert codes(before) == ["noRecordsMatch"]


def test_a_page_costs_as_many_queries_as_one_record(
    anyone: Caller, facilities: Facilities, many: Callable[..., list[str]]
) -> None:
    many([BEGIN + SECOND * n for n in range(150)])
    ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    with statements(facilities) as for_one:
        ask(anyone, "ListRecords", metadataPrefix="oai_dc", until="2025-12-31")
    with statements(facilities) as for_many:
        ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    assert [each.startswith("SELECT") for each in for_many].count(True) == 3
    assert len(for_many) == len(for_one)


def test_what_a_token_says_can_be_read_back() -> None:
    assert read_token(TOKEN.written(), Verb.LIST_RECORDS) == TOKEN


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        "text",
        ["ListRecords"],
        ["ListSets", "oai_dc", None, None, 0, 0, 0],
        ["ListRecords", "marcxml", None, None, 0, 0, 0],
        ["ListRecords", [], None, None, 0, 0, 0],
        ["ListRecords", "oai_dc", "junk", None, 0, 0, 0],
        ["ListRecords", "oai_dc", 5, 6, 0, 0, 0],
        ["ListRecords", "oai_dc", "2026-01-02", "2026-01-01", 0, 0, 0],
        ["ListRecords", "oai_dc", None, None, 1 << 61, 0, 0],
        ["ListRecords", "oai_dc", None, None, -(1 << 61), 0, 0],
        ["ListRecords", "oai_dc", None, None, "0", 0, 0],
        ["ListRecords", "oai_dc", None, None, 0.5, 0, 0],
        ["ListRecords", "oai_dc", None, None, 0, 1 << 63, 0],
        ["ListRecords", "oai_dc", None, None, 0, True, 0],
        ["ListRecords", "oai_dc", None, None, 0, 0, -1],
        ["ListRecords", "oai_dc", None, None, 0, 0, 0, 0],
    ],
)
def test_a_token_that_was_made_up_is_refused(anyone: Caller, said: Any) -> None:
    text = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")
    assert codes(ask(anyone, "ListRecords", resumptionToken=text)) == ["badResumptionToken"]


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_at_all_breaks_the_reading_of_tokens(text: str) -> None:
    with pytest.raises(Refused, match="resumption token"):
        read_token(text, Verb.LIST_RECORDS)


def test_every_kind_of_answer_fits_the_schema(
    anyone: Caller, deposits: Deposits, many: Callable[..., list[str]], schema: etree.XMLSchema
) -> None:
    many([BEGIN + SECOND * n for n in range(249)])
    record = deposits.published()
    one = {"metadataPrefix": "oai_dc", "identifier": identifier_of(record)}
    answers = [
        ask(anyone, "Identify"),
        ask(anyone, "ListMetadataFormats"),
        ask(anyone, "ListMetadataFormats", identifier=one["identifier"]),
        ask(anyone, "GetRecord", **one),
        ask(anyone, "ListSets"),
        ask(anyone, "Nothing"),
        ask(anyone, "GetRecord"),
        ask(anyone, "GetRecord", **one | {"identifier": "oai:(x)!$&'*+,;=%41:1?a=b/@"}),
        ask(anyone, "GetRecord", **one | {"metadataPrefix": "~marc*xml'()!"}),
        ask(anyone, "ListRecords", metadataPrefix="oai_dc", from_="2999-01-01", until="2999-01-01"),
        ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="a:b"),
        ask(anyone, "ListRecords", resumptionToken="\x00<"),
        *pages(anyone, "ListRecords", from_="2020-01-01T00:00:00Z", until="2999-01-01T00:00:00Z"),
        *pages(anyone, "ListIdentifiers"),
        read(anyone.post("/oai2d", data={"verb": "Identify"})),
    ]
    for answer in answers:
        schema.assertValid(answer)
    assert {code for answer in answers for code in codes(answer)} == {
        "badVerb",
        "badArgument",
        "badResumptionToken",
        "cannotDisseminateFormat",
        "idDoesNotExist",
        "noRecordsMatch",
        "noSetHierarchy",
    }
