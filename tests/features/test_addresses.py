"""Addresses that other repositories have too: formats in paths, badges, drafts for people; tombstones for machines."""

import json
from collections.abc import Callable

import pytest
from lxml import etree

from repository.core.actor import Role
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page

pytestmark = pytest.mark.slow
BASE = "http://repository.test"
SVG = "{http://www.w3.org/2000/svg}"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("name", "same"),
    [("bibtex", "bibtex"), ("json-ld", "schema-org"), ("dublincore", "dublin-core"), ("dcat-ap", "dcat-rdfxml")],
)
@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}"])
def test_a_format_is_had_by_its_name_in_the_path(
    anyone: Caller, deposits: Deposits, where: str, name: str, same: str
) -> None:
    address = where.format(deposits.published()["id"])

    by_path = anyone.get(f"{address}/export/{name}")
    by_query = anyone.get(f"{address}?format={same}")

    assert by_path.status_code == 200
    assert (by_path.data, by_path.mimetype) == (by_query.data, by_query.mimetype)


def test_builtin_formats_have_names_in_the_path_too(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    address = f"/api/records/{record['id']}/export"

    assert anyone.get(f"{address}/json").get_json()["id"] == record["id"]
    assert anyone.get(f"{address}/bibliography?style=ieee").text.startswith("K. Gorman")
    assert anyone.get(f"{address}/linkset-json").mimetype == "application/linkset+json"
    assert anyone.get(f"/records/{record['id']}/export/json").location == record["links"]["self"]


@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}"])
def test_an_unknown_format_in_the_path_is_not_found_and_the_known_are_named(
    anyone: Caller, deposits: Deposits, where: str
) -> None:
    address = where.format(deposits.published()["id"])

    reply = anyone.get(f"{address}/export/papyrus", headers={"Accept": "application/json"})

    assert reply.status_code == 404
    assert "datacite-xml" in reply.get_json()["message"]


def test_a_concept_s_export_is_that_of_its_latest_version(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    reply = anyone.get(f"/api/records/{record['parent']['id']}/export/ris")

    assert reply.status_code == 302
    assert reply.location == f"{record['links']['self']}/export/ris"


def test_a_badge_is_a_picture_that_says_its_identifier(anyone: Caller, deposits: Deposits) -> None:
    pids = deposits.published()["pids"]
    doi, cstr = pids["doi"]["identifier"], pids["cstr"]["identifier"]
    for path, scheme, identifier in (
        (f"/badge/{doi}.svg", "DOI", doi),
        (f"/badge/doi/{doi}.svg", "DOI", doi),
        (f"/badge/DOI/{doi}.svg", "DOI", doi),
        (f"/badge/cstr/{cstr}.svg", "CSTR", cstr),
    ):
        reply = anyone.get(path)
        assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
        picture = etree.fromstring(reply.data)
        assert picture.get("aria-label") == f"{scheme}: {identifier}"
        assert [found.text for found in picture.iter(f"{SVG}text")] == [scheme, identifier]
        assert int(picture.get("width", "0")) > 7 * len(identifier)


def test_there_is_no_badge_for_what_does_not_lead_here(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    reserved = author.post(draft["links"]["reserve_doi"]).get_json()["pids"]["doi"]["identifier"]

    assert anyone.get(f"/badge/{reserved}.svg").status_code == 404
    assert anyone.get("/badge/10.5072/elsewhere.7.svg").status_code == 404
    assert anyone.get("/badge/DOI.svg").status_code == 400


def test_the_link_of_a_draft_for_people_leads_to_a_page_for_its_editors(
    author: Caller, anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    draft = deposits.open({"metadata": {"title": "Unfinished <waves>"}})
    address = draft["links"]["self_html"]
    assert address == f"{BASE}/uploads/{draft['id']}"

    own = author.get(address, headers=BROWSER)
    page = Page(own.text)
    assert (own.status_code, own.mimetype) == (200, "text/html")
    assert page.open == []
    assert page.text_in("bdi") == ["Unfinished <waves>"]
    assert own.headers["Cache-Control"] == "private, no-store"
    assert draft["links"]["self"] in [anchor["href"] for anchor in page.each("a")]
    for reader, status in ((anyone, 401), (register("other@example.org"), 403)):
        refused = reader.get(address, headers=BROWSER)
        assert (refused.status_code, refused.mimetype) == (status, "text/html")
        assert "waves" not in refused.text
    assert anyone.get("/uploads/987654", headers=BROWSER).status_code == 401, "nobody learns which drafts there are"
    assert "error" not in anyone.get(address).headers["WWW-Authenticate"]


def test_the_page_of_a_draft_is_chinese_too_and_names_what_is_wrong(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open({"metadata": {"title": "海浪", "publication_date": "soon"}})

    page = Page(author.get(f"/uploads/{draft['id']}?lang=zh").text)

    assert "草稿" in page.text_in("span")
    assert "metadata.publication_date" in page.text_in("dt")


def test_the_link_of_a_published_draft_leads_on_to_its_page(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    record = deposits.publish(draft["id"])

    for reader in (anyone, author):
        assert reader.get(draft["links"]["self_html"]).location == record["links"]["self_html"]
    edit = author.post(record["links"]["draft"]).get_json()
    assert author.get(edit["links"]["self_html"]).status_code == 200
    assert anyone.get(edit["links"]["self_html"]).location == record["links"]["self_html"]


def test_the_page_is_canonical_in_its_head_and_in_its_header(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    page = record["links"]["self_html"]
    reply = anyone.get(page, headers=BROWSER)

    (canonical,) = [link["href"] for link in Page(reply.text).each("link") if link["rel"] == "canonical"]
    assert canonical == page
    assert f'<{page}>; rel="canonical"' in reply.headers["Link"]
    assert f'<{page}>; rel="canonical"' in anyone.get(f"{page}?format=bibtex").headers["Link"]


@pytest.mark.parametrize(
    "accept",
    [
        "application/xml",
        "application/x-bibtex",
        "application/ld+json",
        "application/marcxml+xml",
        "text/x-bibliography",
    ],
)
@pytest.mark.parametrize("where", ["/api/records/{}", "/records/{}"])
def test_a_withdrawn_record_tells_machines_so_in_the_type_that_they_ask_for(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller], where: str, accept: str
) -> None:
    curator = register("curator@example.org", role=Role.CURATOR)
    record = deposits.published(a_dataset(description="<p>Waves.</p>"))
    address = where.format(record["id"])
    before = anyone.get(address, headers={"Accept": accept})
    said = {"removal_reason": {"id": "copyright"}, "note": "Not <ours> to give."}
    curator.delete(f"/api/records/{record['id']}/delete", json=said)

    after = anyone.get(address, headers={"Accept": accept})

    assert (before.status_code, after.status_code) == (200, 410)
    assert after.mimetype == before.mimetype
    assert "Withdrawn:" in after.text
    assert "data.csv" not in after.text
    if accept in ("application/xml", "application/marcxml+xml"):
        assert "Not <ours> to give." in "".join(etree.fromstring(after.data).itertext())
    if accept == "application/ld+json":
        assert "Not <ours> to give." in json.loads(after.text)["description"]


def test_a_hidden_tombstone_is_told_to_no_machine(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    curator = register("curator@example.org", role=Role.CURATOR)
    record = deposits.published()
    said = {"removal_reason": {"id": "spam"}, "note": "Advertising.", "is_visible": False}
    curator.delete(f"/api/records/{record['id']}/delete", json=said)

    for accept in ("application/xml", "application/x-bibtex", "text/x-bibliography"):
        reply = anyone.get(record["links"]["self"], headers={"Accept": accept})
        assert reply.status_code == 404
        assert "Advertising" not in reply.text
