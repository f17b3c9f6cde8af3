"""OAI-PMH: every verb and every refusal, as a harvester sees them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.publication.embargo import lift_embargoes
from repository.records.model import Version
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.harvesting import (
    OAI,
    RESTRICTED,
    ask,
    change,
    codes,
    identifier_of,
    ids,
    read,
    said,
)

pytestmark = pytest.mark.slow


def test_every_answer_says_when_it_was_given(anyone: Caller) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    answered = ask(anyone, "Identify").findtext(f"{OAI}responseDate")
    assert before <= datetime.strptime(answered, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)


def test_a_record_has_its_header_and_its_description(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(a_dataset(rights=[{"id": "cc-by-4.0"}], languages=[{"id": "eng"}]))

    answer = ask(anyone, "GetRecord", identifier=identifier_of(record), metadataPrefix="oai_dc")

    header = answer.find(f"{OAI}GetRecord/{OAI}record/{OAI}header")
    assert [(each.tag, each.text) for each in header] == [
        (f"{OAI}identifier", f"oai:repository.test:{record['id']}"),
        (f"{OAI}datestamp", f"{record['updated'][:19]}Z"),
        (f"{OAI}setSpec", "type-dataset"),
    ]
    assert said(answer, "title") == ["Bill dimensions of penguins"]
    assert said(answer, "creator") == ["Gorman, Kristen"]
    assert said(answer, "identifier") == [
        f"https://doi.org/{record['pids']['doi']['identifier']}",
        f"CSTR:{record['pids']['cstr']['identifier']}",
        record["links"]["self_html"],
    ]
    assert f"https://doi.org/{record['parent']['pids']['doi']['identifier']}" in said(answer, "relation")
    assert said(answer, "rights") == [
        "info:eu-repo/semantics/openAccess",
        "https://creativecommons.org/licenses/by/4.0/",
        "Creative Commons Attribution 4.0 International",
    ]


def test_lists_hold_the_latest_and_the_older_versions(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])
    deposits.open()

    headers = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc")
    records = ask(anyone, "ListRecords", metadataPrefix="oai_dc")

    assert ids(headers) == ids(records) == [first["id"], second["id"]]
    assert len(list(records.iter(f"{OAI}metadata"))) == 2
    assert not list(headers.iter(f"{OAI}metadata"))
    assert not list(headers.iter(f"{OAI}resumptionToken"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["badVerb"]),
        ("verb=", ["badVerb"]),
        ("verb=identify", ["badVerb"]),
        ("verb=%00%1F%3Cx%3E", ["badVerb"]),
        ("verb=Identify&verb=Identify", ["badVerb"]),
        ("metadataPrefix=oai_dc", ["badVerb"]),
        ("verb=Identify&from=2026-01-01", ["badArgument"]),
        ("verb=Identify&%00=%FF", ["badArgument"]),
        ("verb=ListSets&set=a", ["badArgument"]),
        ("verb=ListMetadataFormats&metadataPrefix=oai_dc", ["badArgument"]),
        ("verb=ListRecords", ["badArgument"]),
        ("verb=GetRecord", ["badArgument", "badArgument"]),
        ("verb=GetRecord&metadataPrefix=oai_dc", ["badArgument"]),
        ("verb=GetRecord&identifier=oai:repository.test:1", ["badArgument"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a&identifier=b", ["badArgument"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=invalid%22id", ["badArgument"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:%5Bx%5D", ["badArgument"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:1%25", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=a%20b", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=junk", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T25:00:00Z", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00.5Z", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00%2B00:00", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=%D9%A2026-01-01", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", ["badArgument"]),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", ["badArgument"]),
        ("verb=ListRecords&resumptionToken=x", ["badResumptionToken"]),
        ("verb=ListRecords&resumptionToken=", ["badResumptionToken"]),
        ("verb=ListRecords&resumptionToken=%00%FF", ["badResumptionToken"]),
        ("verb=ListIdentifiers&resumptionToken=bnVsbA", ["badResumptionToken"]),
        ("verb=ListSets&resumptionToken=x", ["badResumptionToken"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a:b", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=type-dataset", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=type-nothing", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=community-", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a::b", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=mods", ["cannotDisseminateFormat"]),
        ("verb=ListIdentifiers&metadataPrefix=OAI_DC&set=type-dataset", ["cannotDisseminateFormat"]),
        ("verb=GetRecord&metadataPrefix=mods&identifier=oai:repository.test:1", ["cannotDisseminateFormat"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=really_wrong_id", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=http://example.org/1?a", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:repository.test:999", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:repository.test:%2B1", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:repository.test:" + "9" * 40, ["idDoesNotExist"]),
        ("verb=ListMetadataFormats&identifier=oai:elsewhere.test:1", ["idDoesNotExist"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", ["noRecordsMatch"]),
        ("verb=ListIdentifiers&metadataPrefix=oai_dc", ["noRecordsMatch"]),
    ],
)
def test_every_mistake_is_an_answer_with_its_code(anyone: Caller, query: str, expected: list[str]) -> None:
    answer = read(anyone.get(f"/oai2d?{query}"))
    assert codes(answer) == expected
    assert all(error.text for error in answer.iter(f"{OAI}error"))
    repeats = not {"badVerb", "badArgument"} & set(expected)
    assert ("verb" in answer.find(f"{OAI}request").attrib) == repeats


def test_the_answer_repeats_what_was_asked(anyone: Caller, deposits: Deposits) -> None:
    deposits.published()
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2020-01-01", "until": "2999-12-31"}

    request = read(anyone.get(f"/oai2d?{urlencode(asked)}")).find(f"{OAI}request")

    assert dict(request.attrib) == asked
    assert request.text == f"{BASE_URL}/oai2d"


def test_forms_are_answered_like_queries(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    asked = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": identifier_of(record)}

    posted = read(anyone.post("/oai2d", data=asked))
    split = read(anyone.post("/oai2d?verb=GetRecord", data=asked))

    assert codes(posted) == []
    assert ids(posted) == [record["id"]]
    assert codes(split) == ["badVerb"]
    assert codes(read(anyone.post("/oai2d"))) == ["badVerb"]


@pytest.mark.parametrize(
    ("method", "options", "status"),
    [
        ("POST", {"json": {"verb": "Identify"}}, 415),
        ("POST", {"data": {"verb": "I" * (64 << 10)}}, 413),
        ("PUT", {}, 405),
        ("GET", {"query_string": "verb=Identify", "headers": {"Authorization": "Bearer wrong"}}, 401),
    ],
)
def test_what_is_no_matter_of_the_protocol_is_a_problem(
    anyone: Caller, method: str, options: dict[str, Any], status: int
) -> None:
    reply = anyone(method, "/oai2d", **options)
    assert reply.status_code == status
    assert reply.get_json()["status"] == status


def test_nothing_of_a_restricted_record_is_given_to_anybody(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    hidden = deposits.published(a_dataset(title="Nests of the last condors") | RESTRICTED)
    number = {"identifier": identifier_of(hidden)}

    for caller in (anyone, author):
        assert codes(ask(caller, "ListRecords", metadataPrefix="oai_dc")) == ["noRecordsMatch"]
        assert codes(ask(caller, "ListIdentifiers", metadataPrefix="oai_dc")) == ["noRecordsMatch"]
        assert codes(ask(caller, "GetRecord", metadataPrefix="oai_dc", **number)) == ["idDoesNotExist"]
        assert codes(ask(caller, "ListMetadataFormats", **number)) == ["idDoesNotExist"]
    shown = deposits.published()
    listed = anyone.get("/oai2d?verb=ListRecords&metadataPrefix=oai_dc")
    assert ids(read(listed)) == [shown["id"]]
    assert "condors" not in listed.text


def test_drafts_concepts_and_open_corrections_are_no_items(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    draft = deposits.open()
    correction = author.post(record["links"]["draft"]).get_json()
    author.patch(correction["links"]["self"], json={"metadata": {"title": "Not yet published"}})

    for number in (draft["id"], record["parent"]["id"]):
        asked = {"identifier": f"oai:repository.test:{number}", "metadataPrefix": "oai_dc"}
        assert codes(ask(anyone, "GetRecord", **asked)) == ["idDoesNotExist"]
    listed = ask(anyone, "ListRecords", metadataPrefix="oai_dc")
    assert said(listed, "title") == [record["metadata"]["title"]]


def test_an_embargoed_record_appears_when_its_embargo_ends(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    until = date.today() + timedelta(days=9)  # noqa: DTZ011 - any day to come will do
    embargo = {"active": True, "until": until.isoformat(), "reason": "Poachers"}
    hidden = deposits.published(a_dataset() | {"access": {**RESTRICTED["access"], "embargo": embargo}})
    changed = datetime(2026, 1, 1, tzinfo=UTC)
    change(services, int(hidden["id"]), updated=changed, datestamp=changed)
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc")) == ["noRecordsMatch"]

    lift_embargoes(services.database, until)

    answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc", from_="2026-01-02")
    assert ids(answer) == [hidden["id"]]
    assert "info:eu-repo/semantics/openAccess" in said(answer, "rights")


def test_a_record_with_embargoed_files_says_so_and_names_none(anyone: Caller, deposits: Deposits) -> None:
    embargo = {"active": True, "until": "2999-01-01", "reason": "Poachers"}
    access = {"record": "public", "files": "restricted", "embargo": embargo}
    deposits.published(a_dataset() | {"access": access}, **{"nests.csv": b"1"})

    reply = anyone.get("/oai2d?verb=ListRecords&metadataPrefix=oai_dc")

    assert said(read(reply), "rights") == ["info:eu-repo/semantics/embargoedAccess", "Poachers"]
    assert said(read(reply), "date")[-1] == "info:eu-repo/date/embargoEnd/2999-01-01"
    assert "nests.csv" not in reply.text


def test_hostile_metadata_stays_well_formed_and_whole(anyone: Caller, deposits: Deposits, services: Services) -> None:
    number = int(deposits.published()["id"])
    marks = "a]]></dc:title><error code='x'>&amp;\x7f𠀀\U0010ffff <!-- \" -->"
    with services.database.snapshot(SYSTEM) as unit:
        description = dict(unit.session.get_one(Version, number).description)
    hostile = {
        **description,
        "title": f"{marks}\x01\x08\ufffe\uffff",
        "publisher": f"\x0b\x1f{marks}",
        "subjects": [{"subject": "\x08"}, {"subject": "a\x01b"}],
    }
    change(services, number, description=hostile)

    answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc")

    assert codes(answer) == []
    assert said(answer, "title") == said(answer, "publisher") == [marks]
    assert said(answer, "subject") == ["ab"]


def test_hostile_arguments_are_repeated_harmlessly(anyone: Caller) -> None:
    token = "<a b='\"'>&amp;\x00\x1f\ufffe\t\n"

    answer = ask(anyone, "ListRecords", resumptionToken=token)

    assert codes(answer) == ["badResumptionToken"]
    assert answer.find(f"{OAI}request").get("resumptionToken") == "<a b='\"'>&amp;\t\n"
