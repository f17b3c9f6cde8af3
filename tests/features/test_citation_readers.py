"""What reference managers find at a page: marks of unAPI, tags that tell the kind, a PDF."""

from dataclasses import replace

import pytest
from lxml import etree

from repository.dataset.description import FileOf
from repository.dataset.formats.unapi_formats import OFFERED
from repository.faces.pages.landing.meta_tags import metas
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.samples import PUBLICATION, publication

pytestmark = pytest.mark.slow


def formats(text: str) -> tuple[str | None, list[str]]:
    """The identifier and the names in a list of formats."""
    root = etree.fromstring(text.encode())
    assert root.tag == "formats"
    return root.get("id"), [str(child.get("name")) for child in root]


def test_a_page_leads_to_its_record_in_a_format_that_the_client_knows(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    page = etree.HTML(anyone.get(record["links"]["self_html"]).text)
    (server,) = page.xpath("//link[@rel='unapi-server'][@type='application/xml']/@href")
    (identifier,) = page.xpath("//abbr[@class='unapi-id']/@title")
    assert identifier == record["links"]["self_html"]

    everything = anyone.get(server)
    offered = anyone.get(server, query_string={"id": identifier})
    assert (everything.status_code, everything.mimetype) == (200, "application/xml")
    assert formats(everything.text) == (None, list(OFFERED))
    assert offered.status_code == 300
    assert formats(offered.text) == (identifier, list(OFFERED))
    for name, export in OFFERED.items():
        lead = anyone.get(server, query_string={"id": identifier, "format": name})
        assert lead.status_code == 302
        reply = anyone.get(lead.headers["Location"])
        assert (reply.status_code, reply.mimetype) == (200, export.media_type), name
        assert record["pids"]["doi"]["identifier"] in reply.text


@pytest.mark.parametrize("name", ["", "ris"])
@pytest.mark.parametrize("identifier", ["0", "999999", "x", f"{BASE_URL}/records/", "https://elsewhere.test/records/1"])
def test_an_identifier_of_nothing_published_is_not_found(
    anyone: Caller, deposits: Deposits, identifier: str, name: str
) -> None:
    draft = deposits.open()
    for unknown in (identifier, f"{BASE_URL}/records/{draft['id']}"):
        assert anyone.get("/unapi", query_string={"id": unknown, "format": name}).status_code == 404


def test_a_format_that_is_not_offered_is_not_acceptable(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    reply = anyone.get("/unapi", query_string={"id": record["links"]["self_html"], "format": "mods"})
    assert reply.status_code == 406
    assert "ris, bibtex" in reply.text


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("dataset", ["Dataset"]),
        ("software", ["Software"]),
        ("image-photo", ["StillImage"]),
        ("publication-article", ["Text"]),
        ("other", []),
    ],
)
def test_the_head_names_the_kind_in_words_of_dcmi_and_claims_no_web_page(kind: str, word: list[str]) -> None:
    tags = metas(publication(resource_type={"id": kind}), "en")
    assert [tag.content for tag in tags if tag.name == "DC.type"] == word
    assert not [tag for tag in tags if tag.name == "og:type"]


def test_a_public_pdf_is_named_once() -> None:
    pdfs = [
        FileOf(f"{name}.pdf", 1, "application/pdf", "0" * 32, "a" * 64, f"https://r.test/{name}.pdf") for name in "ab"
    ]
    named = [tag.content for tag in metas(replace(PUBLICATION, files=pdfs), "en") if tag.name == "citation_pdf_url"]
    assert named == ["https://r.test/a.pdf"]
    assert not [tag for tag in metas(PUBLICATION, "en") if tag.name == "citation_pdf_url"]
