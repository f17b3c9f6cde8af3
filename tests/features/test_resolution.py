"""Where identifiers lead: to the page for people, to metadata for programs."""

from collections.abc import Callable

import pytest

from repository.core.actor import Role
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

BASE = "http://repository.test"


def location(caller: Caller, path: str, **headers: str) -> str:
    reply = caller.get(path, headers=headers)
    assert reply.status_code == 302, reply.text
    return str(reply.headers["Location"])


@pytest.mark.parametrize("written", ["{}", "https://doi.org/{}", "doi:{}"])
def test_a_doi_leads_to_its_page(anyone: Caller, deposits: Deposits, written: str) -> None:
    record = deposits.published()

    path = "/doi/" + written.format(record["pids"]["doi"]["identifier"])

    assert location(anyone, path) == record["links"]["self_html"]


@pytest.mark.parametrize("written", ["{}", "CSTR:{}", "cstr:{}", "https://cstr.cn/{}", "https://cstr.cn/CSTR:{}"])
def test_a_cstr_leads_to_its_page_in_every_written_form_and_case(
    anyone: Caller, deposits: Deposits, written: str
) -> None:
    record = deposits.published()
    value = record["pids"]["cstr"]["identifier"]

    for text in (value, value.upper()):
        assert location(anyone, "/cstr/" + written.format(text)) == record["links"]["self_html"]


def test_a_concept_s_identifier_leads_to_the_concept_and_on_to_its_latest_version(
    anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    concept = record["parent"]

    page = location(anyone, f"/doi/{concept['pids']['doi']['identifier']}")

    assert page == record["links"]["parent_html"]
    assert location(anyone, page.removeprefix(BASE)) == record["links"]["self_html"]


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("application/vnd.datacite.datacite+json", "application/vnd.datacite.datacite+json"),
        ("application/json", "application/json"),
        ("application/x-bibtex", "application/x-bibtex; charset=utf-8"),
        ("text/x-bibliography", "text/plain; charset=utf-8"),
        ("application/ld+json, text/html;q=0.5", "application/ld+json"),
    ],
)
def test_whoever_accepts_metadata_is_led_to_it(anyone: Caller, deposits: Deposits, accept: str, type_: str) -> None:
    record = deposits.published()

    target = location(anyone, f"/doi/{record['pids']['doi']['identifier']}", Accept=accept)

    assert target.startswith(record["links"]["self"])
    metadata = anyone.get(target.removeprefix(BASE), headers={"Accept": accept})
    assert (metadata.status_code, metadata.headers["Content-Type"]) == (200, type_)


def test_a_format_by_name_and_a_citation_s_style_are_passed_on(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    path = f"/doi/{record['pids']['doi']['identifier']}?format=bibliography&style=ieee"

    target = location(anyone, path)

    assert target == f"{record['links']['self']}?format=bibliography&style=ieee"
    assert "Gorman" in anyone.get(target.removeprefix(BASE)).text


def test_what_is_asked_for_in_no_form_that_there_is_gets_406_with_the_list(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    for path in (f"/doi/{record['pids']['doi']['identifier']}", record["links"]["self"]):
        reply = anyone.get(path, headers={"Accept": "image/png"})
        assert reply.status_code == 406
        assert "application/vnd.datacite.datacite+xml" in reply.text


def test_an_unknown_format_is_refused_with_those_there_are(anyone: Caller, deposits: Deposits) -> None:
    reply = anyone.get(deposits.published()["links"]["self"] + "?format=papyrus")

    assert reply.status_code == 400
    (error,) = reply.get_json()["errors"]
    assert error["field"] == "format"
    assert "datacite-xml" in error["messages"][0]


def test_identifiers_of_nothing_and_of_drafts_lead_nowhere(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    reserved = author.post(f"/api/records/{draft['id']}/draft/pids/doi").get_json()["pids"]["doi"]["identifier"]

    assert anyone.get(f"/doi/{reserved}").status_code == 404
    assert "not published" in anyone.get(f"/doi/{reserved}").text
    assert anyone.get("/doi/10.5072/data.987654").status_code == 404
    assert anyone.get("/doi/nonsense").status_code == 400
    assert anyone.get("/cstr/31253.sciencedb").status_code == 400
    assert anyone.get("/hdl/21.T11148/abc").status_code == 404


def test_a_doi_from_elsewhere_leads_to_the_record_that_has_it(anyone: Caller, deposits: Deposits) -> None:
    body = a_dataset() | {"pids": {"doi": {"identifier": "10.1594/PANGAEA.77", "provider": "external"}}}
    record = deposits.published(body)

    assert location(anyone, "/doi/10.1594/pangaea.77") == record["links"]["self_html"]


def test_a_withdrawn_record_s_identifier_leads_to_its_tombstone(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published()
    curator = register("curator@example.org", role=Role.CURATOR)
    curator.delete(f"/api/records/{record['id']}/delete", json={"removal_reason": {"id": "retracted"}})

    page = location(anyone, f"/doi/{record['pids']['doi']['identifier']}")

    assert anyone.get(page.removeprefix(BASE)).status_code == 410
