"""A withdrawn record at every face: 410 in the type that was asked for, with the reason."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from repository.core.actor import Role
from repository.dataset.formats.registry import FORMATS
from repository.dataset.formats.signposting import LINKSET, LINKSET_JSON, tombstone_links
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.samples import PUBLICATION
from tests.features.steps import Json

pytestmark = pytest.mark.slow

NOTE = 'The probe "B" was broken.\n探头损坏。'
RDM = "application/vnd.inveniordm.v1+json"
NAMED = {name: export.media_type for name, export in FORMATS.items()} | {
    "linkset": LINKSET,
    "linkset-json": LINKSET_JSON,
    "bibliography": "text/plain",
    "json": "application/json",
}


@pytest.fixture
def gone(deposits: Deposits, register: Callable[..., Caller]) -> Json:
    """A withdrawn record."""
    record = deposits.published()
    body = {"removal_reason": {"id": "retracted"}, "note": NOTE}
    curator = register("curator@example.org", role=Role.CURATOR)
    assert curator.delete(f"/api/records/{record['id']}/delete", json=body).status_code == 204
    return record


def kind(text: str | None) -> str:
    return (text or "").partition(";")[0]


def followed(caller: Caller, address: str, **headers: str) -> Any:
    """The answer at the end of all redirects."""
    reply = caller.get(address, headers=headers)
    while reply.status_code in (301, 302):
        reply = caller.get(reply.location.removeprefix(BASE_URL), headers=headers)
    return reply


def test_every_format_by_name_is_gone_in_its_own_type_at_every_face(anyone: Caller, gone: Json) -> None:
    number = gone["id"]
    for name, media_type in NAMED.items():
        for place in ("/api/records", "/records"):
            for address in (f"{place}/{number}?format={name}", f"{place}/{number}/export/{name}"):
                reply = followed(anyone, address)
                assert (reply.status_code, kind(reply.content_type)) == (410, kind(media_type)), address
                assert b"data.csv" not in reply.data, address


def test_every_media_type_is_gone_in_that_type_at_the_record_and_at_its_identifier(anyone: Caller, gone: Json) -> None:
    doi = gone["pids"]["doi"]["identifier"]
    types = {export.media_type for export in FORMATS.values()} | {LINKSET, LINKSET_JSON, "application/json"}
    for media_type in sorted(types):
        for address in (f"/api/records/{gone['id']}", f"/records/{gone['id']}", f"/doi/{doi}"):
            reply = followed(anyone, address, Accept=media_type)
            assert (reply.status_code, kind(reply.content_type)) == (410, kind(media_type)), (address, media_type)
    cited = anyone.get(f"/api/records/{gone['id']}", headers={"Accept": "text/x-bibliography; style=ieee"})
    assert (cited.status_code, kind(cited.content_type)) == (410, "text/plain")


@pytest.mark.parametrize("path", ["/api/records/{id}?format=linkset-json", "/records/{id}/linkset.json"])
def test_the_linkset_as_json_holds_the_reason_and_what_remains(anyone: Caller, gone: Json, path: str) -> None:
    (links,) = anyone.get(path.format(id=gone["id"])).get_json()["linkset"]
    assert links["anchor"] == gone["links"]["self_html"]
    (page,) = links["describedby"]
    assert page["href"] == gone["links"]["self_html"]
    (title,) = page["title*"]
    assert title["language"] == "en"
    assert re.fullmatch(
        r'This version was withdrawn on [0-9-]{10}\. Reason: Retracted\. The probe "B" was broken\. 探头损坏。',
        title["value"],
    )
    assert links["cite-as"][0]["href"].startswith("https://doi.org/")
    assert not links.keys() & {"item", "license", "linkset"}


@pytest.mark.parametrize("path", ["/api/records/{id}?format=linkset", "/records/{id}/linkset"])
def test_the_linkset_as_text_holds_them_too_in_ascii(anyone: Caller, gone: Json, path: str) -> None:
    text = anyone.get(path.format(id=gone["id"])).text
    assert text.isascii()
    (title,) = re.findall(r"title\*=UTF-8'en'([A-Za-z0-9%._~-]+)", text)
    assert unquote(title).endswith('The probe "B" was broken. 探头损坏。')
    assert 'rel="item"' not in text


def test_there_are_no_links_of_a_tombstone_without_a_withdrawal() -> None:
    with pytest.raises(ValueError, match="withdrawn"):
        tombstone_links(PUBLICATION)


@pytest.mark.parametrize("path", ["files", "files/data.csv", "files/data.csv/content", "files-archive", "versions"])
def test_what_has_no_tombstone_of_its_own_is_a_problem_that_holds_it(anyone: Caller, gone: Json, path: str) -> None:
    for accepted in ("application/json", RDM, "*/*"):
        reply = anyone.get(f"/api/records/{gone['id']}/{path}", headers={"Accept": accepted})
        assert (reply.status_code, kind(reply.content_type)) == (410, "application/json")
        assert reply.get_json()["tombstone"]["note"] == NOTE
    other = anyone.get(f"/api/records/{gone['id']}/{path}", headers={"Accept": "application/zip"})
    assert (other.status_code, kind(other.content_type)) in {(406, "application/json"), (410, "application/json")}


def test_people_read_the_reason_on_the_page_of_a_file_that_is_gone(anyone: Caller, gone: Json) -> None:
    reply = anyone.get(f"/records/{gone['id']}/files/data.csv", headers={"Accept": "text/html"})
    assert (reply.status_code, kind(reply.content_type)) == (410, "text/html")
    assert "探头损坏。" in reply.text


def test_a_hidden_tombstone_is_unknown_in_every_type(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published()
    body = {"removal_reason": {"id": "spam"}, "note": "Pills.", "is_visible": False}
    register("curator@example.org", role=Role.CURATOR).delete(f"/api/records/{record['id']}/delete", json=body)
    for name in NAMED:
        reply = anyone.get(f"/api/records/{record['id']}?format={name}")
        assert (reply.status_code, b"Pills" in reply.data) == (404, False), name
