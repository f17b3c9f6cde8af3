"""Versions of a dataset in a browser: what changed, their history, and withdrawal."""

import re
from collections.abc import Callable

import pytest

from repository.engines.services import Services
from repository.files import compare_sets
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.steps import Json
from tests.features.test_pages_sharing import post

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
FILES = {"same.csv": b"1", "raw/gone.csv": b"2", "changed.csv": b"3"}


@pytest.fixture
def versions(deposits: Deposits, author: Caller) -> tuple[Json, Json]:
    first = deposits.published(a_dataset(title="Snow depth", version="1.0"), **FILES)
    draft = author.post(first["links"]["versions"]).get_json()
    files = f"/api/records/{draft['id']}/draft/files"
    for key, content in {"same.csv": b"1", "changed.csv": b"33", "new.csv": b"4"}.items():
        assert author.put(f"{files}/{key}/content", data=content).status_code in (200, 201)
    body = a_dataset(title="Snow depth, corrected", version="2.0", subjects=[{"subject": "glacier"}])
    assert author.put(draft["links"]["self"], json=body).status_code == 200
    return first, deposits.publish(draft["id"])


def test_two_versions_are_compared_field_by_field_and_file_by_file(anyone: Caller, versions: tuple[Json, Json]) -> None:
    first, second = versions
    forth = anyone.get(f"/records/{first['id']}/compare/{second['id']}")
    back = anyone.get(f"/records/{second['id']}/compare/{first['id']}")

    assert forth.status_code == 200
    assert forth.data.partition(b"<main")[2] == back.data.partition(b"<main")[2], "the earlier one comes first"
    assert re.findall("<del>([^<]+)</del>", forth.text)[0] == "Snow depth"
    assert {"Snow depth, corrected", "glacier"} <= set(re.findall("<ins>([^<]+)</ins>", forth.text))
    text = Page(forth.text).text
    for part in (
        "New files (1)",
        "new.csv",
        "Files that are gone (1)",
        "raw/gone.csv",
        "other content (1)",
        "changed.csv",
    ):
        assert part in text
    assert "same.csv" not in text
    chinese = anyone.get(f"/records/{first['id']}/compare/{second['id']}?lang=zh").text
    assert all(part in chinese for part in ("新增文件（1）", "移除的文件（1）", "标题", "关键词"))


def test_the_page_of_a_record_leads_to_comparison_and_history(anyone: Caller, versions: tuple[Json, Json]) -> None:
    first, second = versions
    page = anyone.get(f"/records/{second['id']}").text
    assert f'<option value="{first["id"]}">' in page
    assert f"/records/{second['id']}/history" in page
    led = anyone.get(f"/records/{second['id']}/compare?with={first['id']}")
    assert led.headers["Location"].endswith(f"/records/{second['id']}/compare/{first['id']}")
    assert anyone.get(f"/records/{second['id']}/compare?with=x").headers["Location"].endswith(f"/{second['id']}")


def test_only_versions_of_one_dataset_that_one_may_read_are_compared(
    anyone: Caller, deposits: Deposits, versions: tuple[Json, Json]
) -> None:
    other = deposits.published(a_dataset(title="Another"))
    closed = deposits.published(a_dataset() | {"access": {"record": "restricted", "files": "restricted"}})
    for record in (other, closed):
        at = f"/records/{versions[0]['id']}/compare/{record['id']}"
        assert anyone.get(at).status_code in (401, 403, 404)
        assert "Another" not in anyone.get(at).text


def test_closed_files_are_not_compared(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    access = {"access": {"record": "public", "files": "restricted"}}
    first = deposits.published(a_dataset(version="1") | access, **{"secret.csv": b"1"})
    draft = author.post(first["links"]["versions"]).get_json()
    author.put(f"/api/records/{draft['id']}/draft/files/hush.csv/content", data=b"2")
    author.put(draft["links"]["self"], json=a_dataset(version="2") | access)
    second = deposits.publish(draft["id"])
    at = f"/records/{first['id']}/compare/{second['id']}"
    assert "hush.csv" not in anyone.get(at).text
    assert "hush.csv" in author.get(at).text


def test_sets_that_are_too_large_are_not_compared_and_long_lists_are_cut(
    anyone: Caller, versions: tuple[Json, Json], monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    at = f"/records/{versions[0]['id']}/compare/{versions[1]['id']}"
    monkeypatch.setattr(compare_sets, "MOST_NAMED", 1)
    assert "New files (1)" in anyone.get(at).text
    monkeypatch.setattr(compare_sets, "MOST_COMPARED", 2)
    assert "/manifest?format=sha256sum" in anyone.get(at).text
    assert "new.csv" not in anyone.get(at).text


def test_the_history_names_days_and_nobody(anyone: Caller, author: Caller, versions: tuple[Json, Json]) -> None:
    first, _ = versions
    edit = author.post(first["links"]["draft"]).get_json()
    author.put(edit["links"]["self"], json=a_dataset(title="Snow", version="1.0"))
    assert author.post(f"{edit['links']['self']}/actions/publish").status_code == 202
    page = Page(anyone.get(f"/records/{first['id']}/history").text).text
    assert page.index("was corrected") < page.index(": published")
    assert "author@example.org" not in page


def published(browser: SigningIn) -> str:
    draft = str(browser("POST", "/api/records", json=a_dataset(title="Snow depth")).get_json()["id"])
    browser("PUT", f"/api/records/{draft}/draft/files/a.csv/content", data=b"1")
    assert browser("POST", f"/api/records/{draft}/draft/actions/publish").status_code == 202
    return draft


def test_a_version_is_withdrawn_with_a_reason_and_words(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    record = published(browser)
    assert f"/records/{record}/withdraw" in browser("GET", f"/records/{record}").text
    assert "Choose a reason" in browser("GET", f"/records/{record}/withdraw").text
    words = {"removal_reason": "retracted", "note": "The sensor was wrong.", "is_visible": "yes"}
    for fields in (words, {**words, "agreed": "yes", "removal_reason": ""}):
        refused = post(browser, f"/records/{record}/withdraw?lang=zh", **fields)
        assert refused.status_code == 400
        assert "The sensor was wrong." in refused.text
        assert 'lang="en"' not in refused.text.partition('class="faults"')[2].partition("</div>")[0]
    assert browser("GET", f"/records/{record}").status_code == 200

    assert post(browser, f"/records/{record}/withdraw", agreed="yes", **words).status_code == 303

    gone = browsing()("GET", f"/records/{record}")
    assert gone.status_code == 410
    assert "The sensor was wrong." in gone.text
    assert browser("GET", f"/records/{record}/withdraw").status_code == 410


def test_nobody_else_withdraws_a_version(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    record = published(browser)
    stranger = browsing()
    assert stranger("GET", f"/records/{record}/withdraw").status_code == 401
    stranger.sign_in(OTHER)
    assert stranger("GET", f"/records/{record}/withdraw").status_code == 403
    reason = {"removal_reason": "spam", "agreed": "yes"}
    assert post(stranger, f"/records/{record}/withdraw", **reason).status_code == 403
    assert stranger("GET", f"/records/{record}").status_code == 200
