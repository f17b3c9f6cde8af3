"""A DOI that was minted elsewhere: brought along, corrected, and when it is wrong kept with its error."""

import json

import pytest

from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import EXTERNAL, Json, doi_faults, external, pids_url
from tests.features.steps import read_self as read

pytestmark = pytest.mark.slow


def test_a_doi_from_elsewhere_is_kept_and_no_second_one_minted(author: Caller, deposits: Deposits) -> None:
    published = deposits.published(a_dataset() | external())

    assert published["pids"]["doi"] == {"identifier": EXTERNAL, "provider": "external"}
    assert published["pids"]["cstr"]["identifier"] == f"99999.11.data.{published['id']}"
    assert set(published["parent"]["pids"]) == {"cstr"}
    assert published["links"]["doi"] == f"https://doi.org/{EXTERNAL}"


@pytest.mark.parametrize("text", [f"https://doi.org/{EXTERNAL[:-1]}%35", f"DOI: {EXTERNAL}", f"  {EXTERNAL} "])
def test_a_doi_from_elsewhere_may_be_written_in_any_usual_way(deposits: Deposits, text: str) -> None:
    draft = deposits.open(a_dataset() | external(text))

    assert draft["errors"] == []
    assert draft["pids"]["doi"]["identifier"] == EXTERNAL


@pytest.mark.parametrize("text", ["not a doi", "10.12/short", "10.1594/", "https://example.org/1", "10.1594/a b"])
def test_a_malformed_doi_is_refused(deposits: Deposits, text: str) -> None:
    draft = deposits.open(a_dataset() | external(text))

    assert doi_faults(draft) == ["Invalid DOI"]
    assert draft["pids"] == external(text)["pids"]


def test_a_doi_under_our_own_prefix_is_ours_to_mint(deposits: Deposits) -> None:
    draft = deposits.open(a_dataset() | external("10.5072/data.1"))

    (message,) = doi_faults(draft)
    assert message.startswith("The prefix '10.5072' is managed by")
    assert draft["pids"] == external("10.5072/data.1")["pids"]


def test_a_doi_that_another_deposit_has_is_refused(author: Caller, deposits: Deposits) -> None:
    deposits.open(a_dataset() | external())

    second = deposits.open(a_dataset() | external(EXTERNAL.lower()))

    assert doi_faults(second) == [f"doi:{EXTERNAL.lower()} already exists."]
    deposits.upload(second["id"])
    assert author.post(second["links"]["publish"]).status_code == 400


@pytest.mark.parametrize(
    "pids",
    [
        {"doi": {"identifier": EXTERNAL, "provider": "external"}},
        {"doi": {"identifier": "10.1594", "provider": "external"}},
        {"doi": {"identifier": " ", "provider": "external"}},
        {"doi": {"provider": "external"}},
        {"doi": {"identifier": 7, "provider": "external"}},
        {"doi": {"identifier": "10.1594/free", "provider": "external", "colour": "blue"}},
        {"doi": "10.1594/free"},
        {"ark": {"identifier": "ark:/12345/x", "provider": "external"}},
        {"doi": {"identifier": "10.1594/a\x00b", "provider": "external"}},
    ],
)
def test_a_wrong_identifier_stays_with_its_error_until_it_is_mended(
    author: Caller, deposits: Deposits, pids: Json
) -> None:
    deposits.open(a_dataset() | external())
    body = a_dataset() | {"files": {"enabled": False}}
    draft = deposits.open(body | {"pids": pids})
    assert draft["pids"] == json.loads(json.dumps(pids).replace(r"\u0000", r"\ufffd"))
    (error,) = draft["errors"]
    assert error["field"].startswith("pids.")

    again = author.put(draft["links"]["self"], json=read(author, draft)).get_json()
    silent = author.put(draft["links"]["self"], json=body).get_json()

    for shown in (again, silent, read(author, draft)):
        assert (shown["pids"], shown["errors"]) == (draft["pids"], [error])
    assert author.post(draft["links"]["publish"]).get_json()["errors"] == [error]
    mended = author.put(draft["links"]["self"], json=body | external("10.1594/mended")).get_json()
    assert mended["errors"] == []
    assert author.post(draft["links"]["publish"]).get_json()["pids"]["doi"]["identifier"] == "10.1594/mended"


def test_reserving_a_doi_or_dropping_it_takes_the_wrong_one_away(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset() | external("10.1594"))
    dropped = author.delete(pids_url(draft))
    assert (dropped.status_code, dropped.get_json()["pids"], dropped.get_json()["errors"]) == (200, {}, [])

    author.put(draft["links"]["self"], json=a_dataset() | external("10.1594"))
    reserved = author.post(pids_url(draft)).get_json()
    assert (reserved["pids"]["doi"]["provider"], reserved["errors"]) == ("datacite", [])


def test_a_mistyped_external_doi_of_a_published_record_is_corrected_in_an_edit(
    author: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published(a_dataset() | external())
    edit = author.post(record["links"]["draft"]).get_json()
    author.put(edit["links"]["self"], json=a_dataset() | external("10.1594/typed.rightly"))
    planned = author.put(edit["links"]["self"], json=read(author, edit)).get_json()
    assert [error["severity"] for error in planned["errors"]] == ["warning"]
    assert planned["pids"]["doi"]["identifier"] == "10.1594/typed.rightly"
    assert anyone.get(record["links"]["self"]).get_json()["pids"]["doi"]["identifier"] == EXTERNAL

    assert author.post(edit["links"]["publish"]).status_code == 202

    shown = anyone.get(record["links"]["self"]).get_json()
    assert shown["pids"]["doi"] == {"identifier": "10.1594/typed.rightly", "provider": "external"}
    assert anyone.get("/doi/10.1594/typed.rightly").status_code in (301, 302, 303)
    assert anyone.get(f"/doi/{EXTERNAL}").status_code == 404


@pytest.mark.parametrize("doi", ["10.1594", "", "10.5072/ours", "10.1594/taken"])
def test_a_correction_to_a_wrong_doi_is_refused(author: Caller, deposits: Deposits, doi: str) -> None:
    deposits.open(a_dataset() | external("10.1594/taken"))
    edit = author.post(deposits.published(a_dataset() | external())["links"]["draft"]).get_json()
    wrong = author.put(edit["links"]["self"], json=a_dataset() | external(doi)).get_json()
    assert len(doi_faults(wrong)) == 1
    assert wrong["pids"]["doi"]["identifier"] == doi
    assert author.post(edit["links"]["publish"]).status_code == 400


def test_a_doi_of_a_discarded_draft_is_free_again(author: Caller, deposits: Deposits) -> None:
    first = deposits.open(a_dataset() | external())
    author.delete(first["links"]["self"])

    assert deposits.open(a_dataset() | external())["errors"] == []


def test_a_reserved_doi_gives_way_to_one_from_elsewhere_and_back(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    author.post(pids_url(draft))

    saved = author.put(draft["links"]["self"], json=a_dataset() | external()).get_json()
    assert saved["pids"]["doi"] == {"identifier": EXTERNAL, "provider": "external"}

    back = author.put(draft["links"]["self"], json=a_dataset() | {"pids": {}}).get_json()
    assert back["pids"] == {}
    assert author.post(pids_url(draft)).get_json()["pids"]["doi"]["provider"] == "datacite"
