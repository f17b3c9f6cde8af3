"""What the repository says of itself to harvesters; and every kind of answer fits the schema."""

from collections.abc import Callable, Iterator

import pytest
from lxml import etree

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.clock import now
from repository.engines.services import Services
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.harvesting import (
    BEGIN,
    OAI,
    SECOND,
    XSI,
    ask,
    codes,
    correct,
    identifier_of,
    pages,
    read,
    told,
)
from tests.features.oai_schemas import EPRINTS, FRIENDS, IDENTIFIER

pytestmark = pytest.mark.slow


def test_identify_tells_what_the_repository_promises(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    answer = ask(anyone, "Identify")

    said = {
        each.tag.removeprefix(OAI): each.text
        for each in answer.find(f"{OAI}Identify")
        if each.tag != f"{OAI}description"
    }
    assert said == {
        "repositoryName": "Science Data Repository",
        "baseURL": f"{BASE_URL}/oai2d",
        "protocolVersion": "2.0",
        "adminEmail": "postmaster@repository.test",
        "earliestDatestamp": f"{record['updated'][:19]}Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    assert answer.get(f"{XSI}schemaLocation").split() == [OAI.strip("{}"), OAI.strip("{}") + "OAI-PMH.xsd"]


def test_identify_describes_how_items_are_named_and_what_may_be_done(anyone: Caller) -> None:
    answer = ask(anyone, "Identify")

    containers = [each[0] for each in answer.iter(f"{OAI}description")]
    assert [each.tag for each in containers] == [f"{{{IDENTIFIER}}}oai-identifier", f"{{{EPRINTS}}}eprints"]
    assert [each.text for each in containers[0]] == ["oai", "repository.test", ":", "oai:repository.test:1"]
    policy = containers[1].find(f"{{{EPRINTS}}}metadataPolicy")
    assert policy.findtext(f"{{{EPRINTS}}}URL") == "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture
def elsewhere(settings: Settings) -> Iterator[Callable[..., Caller]]:
    """Callers of the same repository under other settings."""
    opened: list[Services] = []

    def call(**changes: str) -> Caller:
        opened.append(open_services(settings.model_copy(update=changes)))
        return Caller(create_app(opened[-1]).test_client())

    yield call
    for services in opened:
        services.close()


def test_identify_names_who_answers_and_the_friends_of_the_repository(
    elsewhere: Callable[..., Caller], schema: etree.XMLSchema
) -> None:
    friends = ["https://a.example.org/oai", "https://b.example.org/oai2d?x=1&amp;y"]
    answer = ask(elsewhere(admin_email="desk@data.example.org", oai_friends="  ".join(friends)), "Identify")

    schema.assertValid(answer)
    assert told(answer, "adminEmail") == ["desk@data.example.org"]
    assert [each.text for each in answer.iter(f"{{{FRIENDS}}}baseURL")] == friends


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "4tu.example.org"])
def test_a_host_that_is_no_domain_name_promises_no_names_of_its_kind(
    elsewhere: Callable[..., Caller], schema: etree.XMLSchema, host: str
) -> None:
    answer = ask(elsewhere(base_url=f"http://{host}:5000"), "Identify")

    schema.assertValid(answer)
    assert not list(answer.iter(f"{{{IDENTIFIER}}}oai-identifier"))
    assert len(list(answer.iter(f"{{{EPRINTS}}}eprints"))) == 1


def test_every_kind_of_answer_fits_the_schema(
    anyone: Caller,
    deposits: Deposits,
    services: Services,
    many: Callable[..., list[str]],
    schema: etree.XMLSchema,
) -> None:
    many([BEGIN + SECOND * n for n in range(249)])
    record = deposits.published()
    closed = deposits.published()
    correct(services, closed["id"], withdrawn_at=now())
    one = {"metadataPrefix": "oai_dc", "identifier": identifier_of(record)}
    answers = [
        ask(anyone, "Identify"),
        ask(anyone, "ListMetadataFormats"),
        ask(anyone, "ListMetadataFormats", identifier=one["identifier"]),
        ask(anyone, "GetRecord", **one),
        ask(anyone, "GetRecord", **one | {"identifier": identifier_of(closed)}),
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
        *pages(anyone, "ListIdentifiers", set="type-dataset"),
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
    }
