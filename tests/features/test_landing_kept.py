"""A record's page is made once for each change of it, for each language and day, and for those who may see it so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from signposting import AbsoluteURI
from signposting.htmllinks import HTML, _parse_html
from signposting.linkheader import find_signposting_http_link
from signposting.linkset import Linkset, LinksetJSON, _parse_linkset, _parse_linkset_json

from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.steps import Json, statements

pytestmark = pytest.mark.slow


def edited(author: Caller, record: Json, **changes: Any) -> None:
    """The record with other metadata."""
    draft = author.post(f"/api/records/{record['id']}/draft").get_json()
    body = a_dataset(**changes) | {"access": draft["access"]}
    assert author.put(f"/api/records/{record['id']}/draft", json=body).status_code == 200
    assert author.post(f"/api/records/{record['id']}/draft/actions/publish").status_code == 202


def page_of(record: Json) -> str:
    return str(record["links"]["self_html"])


def test_a_page_that_was_made_costs_one_statement(services: Services, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    first = anyone.get(page_of(record))

    with statements(services) as seen:
        again = anyone.get(page_of(record))

    assert len([text for text in seen if text != "BEGIN"]) == 1
    assert again.data == first.data
    assert again.headers["Link"] == first.headers["Link"]
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_correction_a_new_version_and_a_registration_show_at_once(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    assert "reserved, not registered yet" in anyone.get(page_of(record)).text

    settle()
    registered = anyone.get(page_of(record))
    assert "reserved, not registered yet" not in registered.text

    edited(author, record, title="Corrected title")
    corrected = anyone.get(page_of(record))
    assert "Corrected title" in corrected.text
    assert corrected.headers["ETag"] != registered.headers["ETag"]

    draft = author.post(record["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    newer = deposits.publish(draft["id"])
    assert page_of(newer) in anyone.get(page_of(record)).text


def test_a_version_that_is_hidden_later_leaves_the_pages_of_the_others(
    anyone: Caller, author: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    draft = author.post(record["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    newer = deposits.publish(draft["id"])
    assert page_of(newer) in anyone.get(page_of(record)).text

    change = author.post(f"/api/records/{newer['id']}/draft").get_json()
    body = {**change, "access": {"record": "restricted", "files": "restricted"}}
    assert author.put(f"/api/records/{newer['id']}/draft", json=body).status_code == 200
    deposits.publish(newer["id"])

    assert page_of(newer) in author.get(page_of(record)).text
    assert page_of(newer) not in anyone.get(page_of(record)).text


def test_what_its_owner_was_shown_is_not_shown_to_others(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    body = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
    record = deposits.published(body, **{"secret.csv": b"1"})

    assert "secret.csv" in author.get(page_of(record)).text
    assert "secret.csv" not in anyone.get(page_of(record)).text
    assert "secret.csv" not in anyone.get(f"{page_of(record)}/linkset").text
    assert "secret.csv" in author.get(f"{page_of(record)}/linkset").text
    assert "secret.csv" not in anyone.get(page_of(record)).headers["Link"]


def test_the_day_of_a_citation_is_the_day_of_the_reader(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    with time_machine.travel("2031-05-06T12:00:00Z", tick=False):
        assert "[2031-05-06]" in anyone.get(page_of(record)).text
    with time_machine.travel("2031-05-07T12:00:00Z", tick=False):
        assert "[2031-05-07]" in anyone.get(page_of(record)).text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_its_language_and_what_it_varies_by(anyone: Caller, deposits: Deposits, language: str) -> None:
    reply = anyone.get(page_of(deposits.published()), headers={"Accept-Language": language})
    assert reply.headers["Content-Language"] == language
    for name in ("Accept", "Accept-Language", "Authorization"):
        assert name in [each.strip() for each in reply.headers["Vary"].split(",")]
    assert reply.headers["Cache-Control"] == "no-cache"


def test_a_page_that_the_client_has_is_not_sent_again(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    reply = anyone.get(page_of(record))

    by_tag = anyone.get(page_of(record), headers={"If-None-Match": reply.headers["ETag"]})
    by_time = anyone.get(page_of(record), headers={"If-Modified-Since": reply.headers["Last-Modified"]})
    other = anyone.get(f"{page_of(record)}?lang=zh", headers={"If-None-Match": reply.headers["ETag"]})

    assert (by_tag.status_code, by_tag.data) == (304, b"")
    assert (by_time.status_code, by_time.data) == (304, b"")
    assert other.status_code == 200
    assert author.get(page_of(record)).headers["Cache-Control"] == "private, no-cache"


def test_the_page_its_header_and_both_linksets_are_read_by_a_signposting_client(
    anyone: Caller, deposits: Deposits
) -> None:
    said = a_dataset(rights=[{"id": "cc-by-4.0"}])
    record = deposits.published(said, **{"a b.csv": b"1,2", "数据.txt": b"x"})
    address = page_of(record)
    reply = anyone.get(address)
    here = AbsoluteURI(address)

    header = find_signposting_http_link(reply.headers.getlist("Link"), address)
    html = _parse_html(HTML(reply.text, "text/html", here, here))
    found = {(str(each.rel), each.target, each.type) for each in html}

    assert {(str(each.rel), each.target, each.type) for each in header} <= found, "the header's length is limited"
    assert len(header.items) == len(html.items) == 2
    assert len(html.describedBy) == len(FORMATS) + 1
    for linkset in header.linksets:
        text = anyone.get(linkset.target)
        assert text.mimetype == linkset.type
        uri = AbsoluteURI(linkset.target)
        whole = (
            _parse_linkset_json(LinksetJSON(text.text, text.mimetype, uri, uri))
            if text.mimetype.endswith("json")
            else _parse_linkset(Linkset(text.text, text.mimetype, uri, uri))
        )
        assert {(str(each.rel), each.target, each.type) for each in whole.for_context(address)} == found
    for item in header.items:
        content = anyone.get(item.target)
        assert content.status_code == 200
        back = find_signposting_http_link([content.headers["Link"]], item.target)
        assert back.collection is not None
        assert back.collection.target == address


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_had_by_its_link_and_by_asking_for_it(anyone: Caller, deposits: Deposits, name: str) -> None:
    record = deposits.published()
    media_type = FORMATS[name].media_type

    by_link = anyone.get(f"{page_of(record)}?format={name}")
    by_accept = anyone.get(page_of(record), headers={"Accept": media_type})

    assert by_link.status_code == by_accept.status_code == 200
    # a file of CSL-JSON is a list, an answer to a program that negotiates is one item
    assert (by_link.get_json() == [by_accept.get_json()]) if name == "csl" else (by_link.data == by_accept.data)
    assert by_link.mimetype == media_type.partition(";")[0]
    assert f'<{page_of(record)}>; rel="describes"' in by_link.headers["Link"]


@pytest.mark.parametrize("accept", ["application/linkset+json", "application/linkset"])
@pytest.mark.parametrize("base", ["", "/api"])
def test_linksets_are_had_from_page_and_api_by_asking_for_them(
    anyone: Caller, deposits: Deposits, accept: str, base: str
) -> None:
    record = deposits.published()
    reply = anyone.get(f"{base}/records/{record['id']}", headers={"Accept": accept})
    assert reply.mimetype == accept
    assert page_of(record) in reply.text


def test_the_api_leads_to_the_linkset(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    link = anyone.get(record["links"]["self"]).headers["Link"]
    assert link == f'<{record["links"]["self"]}>; rel="linkset"; type="application/linkset+json"'
    said = anyone.get(record["links"]["self"], headers={"Accept": "application/linkset+json"}).get_json(force=True)
    contexts = {context["anchor"]: context for context in said["linkset"]}
    assert contexts[page_of(record)]["cite-as"]
    assert contexts[record["links"]["self"]]["describes"] == [{"href": page_of(record), "type": "text/html"}]


def test_what_the_page_cannot_be_is_refused_with_what_it_can_be(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    unknown = anyone.get(f"{page_of(record)}?format=<b>", headers={"Accept": "text/html, */*;q=0.8"})
    assert unknown.status_code == 400
    assert "bibtex" in unknown.text
    assert "<b>" not in unknown.text
    refused = anyone.get(page_of(record), headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert "application/ld+json" in refused.text
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept in (browser, "*/*", "application/xml;q=0.9, */*;q=0.8"):
        assert anyone.get(page_of(record), headers={"Accept": accept}).mimetype == "text/html"


def test_a_concept_leads_to_its_latest_version_in_every_form(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    concept = record["parent"]["id"]
    for query in ("?lang=zh", "?format=bibtex"):
        assert anyone.get(f"/records/{concept}{query}").headers["Location"] == page_of(record) + query
    for ending in ("/linkset", "/linkset.json"):
        assert anyone.get(f"/records/{concept}{ending}").headers["Location"] == page_of(record) + ending


def test_a_linkset_of_many_files_is_whole(anyone: Caller, deposits: Deposits) -> None:
    files = {f"{number:03}.txt": b"x" for number in range(120)}
    record = deposits.published(None, **files)
    said = json.loads(anyone.get(f"{page_of(record)}/linkset.json").data)
    assert [item["href"] for item in said["linkset"][0]["item"]] == [
        f"{BASE_URL}/records/{record['id']}/files/{key}?download=1" for key in files
    ]
