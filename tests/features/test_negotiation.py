"""Which representation of a record a client gets, by its ``Accept`` and by the address."""

import json

import pytest
from lxml import etree

from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow
BASE = "http://repository.test"
XML = "application/vnd.datacite.datacite+xml"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_a_citation_has_the_style_and_the_language_of_its_media_type(anyone: Caller, deposits: Deposits) -> None:
    address = deposits.published()["links"]["self"]

    def cited(accept: str, query: str = "") -> str:
        return anyone.get(address + query, headers={"Accept": accept}).text

    plain = cited("text/x-bibliography")
    modern = cited("text/x-bibliography; style=modern-language-association")
    german = cited('text/x-bibliography; locale="de-DE"; style=apa')
    assert len({plain, modern, german}) == 3
    assert modern == cited("*/*", "?format=bibliography&style=modern-language-association")
    assert german == cited("*/*", "?format=bibliography&locale=de-DE")
    assert plain == cited("text/x-bibliography; style=ieee", "?style=apa"), "the address wins"


def test_a_page_s_address_and_a_doi_negotiate_styles_too(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    accept = {"Accept": "text/x-bibliography; style=ieee"}
    ieee = anyone.get(f"{record['links']['self']}?format=bibliography&style=ieee").text

    assert anyone.get(f"/records/{record['id']}", headers=accept).text == ieee
    led = anyone.get(f"/doi/{record['pids']['doi']['identifier']}", headers=accept)
    assert anyone.get(led.location.removeprefix(BASE), headers=accept).text == ieee


@pytest.mark.parametrize("fault", ["style=no-such-style", "style=apa; locale=xx-XX"])
@pytest.mark.parametrize("where", ["/api/records/{id}", "/records/{id}", "/doi/{doi}"])
def test_a_style_or_language_that_is_not_offered_is_not_acceptable(
    anyone: Caller, deposits: Deposits, where: str, fault: str
) -> None:
    record = deposits.published()
    address = where.format(id=record["id"], doi=record["pids"]["doi"]["identifier"])

    refused = anyone.get(address, headers={"Accept": f"text/x-bibliography; {fault}"})

    assert refused.status_code == 406
    assert "Unknown citation style" in refused.text or "Unknown locale" in refused.text
    other = anyone.get(address, headers={"Accept": f"text/x-bibliography; {fault}, application/x-bibtex;q=0.5"})
    assert other.status_code in (200, 302), "the next choice is taken"


@pytest.mark.parametrize(("field", "value"), [("style", "no-such-style"), ("locale", "tlh-KX")])
@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}"])
def test_a_wrong_parameter_of_a_citation_is_refused_by_its_name(
    anyone: Caller, deposits: Deposits, where: str, field: str, value: str
) -> None:
    address = where.format(deposits.published()["id"])

    reply = anyone.get(f"{address}?format=bibliography&{field}={value}", headers={"Accept": "application/json"})

    assert reply.status_code == 400
    (error,) = reply.get_json()["errors"]
    assert error["field"] == field
    assert value in error["messages"][0]


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("application/xml", XML),
        ("text/xml", XML),
        ("application/x-datacite+xml", XML),
        ("application/vnd.jats+xml", "application/jats+xml"),
        ("application/citeproc+json", "application/vnd.citationstyles.csl+json"),
        ("application/dcat+xml", "application/rdf+xml"),
    ],
)
@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}", "/api/records"])
def test_a_format_is_answered_under_the_name_that_was_asked_for(
    anyone: Caller, deposits: Deposits, where: str, asked: str, same: str
) -> None:
    address = where.format(deposits.published()["id"])

    first, second = (anyone.get(address, headers={"Accept": name}) for name in (asked, same))

    assert first.status_code == 200
    assert first.mimetype == asked
    assert second.mimetype == same
    assert first.data == second.data


def test_a_browser_that_also_names_xml_gets_json_from_the_api(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    assert anyone.get(record["links"]["self"], headers={"Accept": BROWSER}).mimetype == "application/json"
    assert anyone.get(f"/records/{record['id']}", headers={"Accept": BROWSER}).mimetype == "text/html"


def test_json_is_answered_under_the_contract_s_own_name_if_that_was_asked_for(
    anyone: Caller, deposits: Deposits
) -> None:
    record, own = deposits.published(), "application/vnd.inveniordm.v1+json"

    for address in (record["links"]["self"], "/api/records", record["links"]["versions"]):
        assert anyone.get(address, headers={"Accept": own}).mimetype == own
        assert anyone.get(address, headers={"Accept": f"{own};q=0.5, */*"}).mimetype == "application/json"


@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}"])
def test_linksets_have_names_among_the_formats(anyone: Caller, deposits: Deposits, where: str) -> None:
    address = where.format(deposits.published()["id"])

    as_json = anyone.get(f"{address}?format=linkset-json")
    as_text = anyone.get(f"{address}?format=linkset")

    assert (as_json.status_code, as_json.mimetype) == (200, "application/linkset+json")
    assert json.loads(as_json.text)["linkset"]
    assert (as_text.status_code, as_text.mimetype) == (200, "application/linkset")
    assert 'rel="cite-as"' in as_text.text


def test_a_list_comes_in_no_format_that_only_records_have(anyone: Caller, deposits: Deposits) -> None:
    deposits.published()

    for name in ("linkset", "linkset-json", "bibliography"):
        reply = anyone.get(f"/api/records?format={name}")
        assert reply.status_code == 400
        assert reply.get_json()["errors"][0]["field"] == "format"


def test_any_xml_is_datacite_s(anyone: Caller, deposits: Deposits) -> None:
    reply = anyone.get(deposits.published()["links"]["self"], headers={"Accept": "application/xml"})

    assert etree.QName(etree.fromstring(reply.data)).namespace == "http://datacite.org/schema/kernel-4"
