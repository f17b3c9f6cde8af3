"""One's datasets as a list: what to do first, and what is done with several of them at once."""

import re
from collections.abc import Callable

import pytest

from tests.conftest import a_dataset
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.test_pages_sharing import post

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
Browsing = Callable[[], SigningIn]
AT = "/me/uploads/chosen"


def drafts(browser: SigningIn, *titles: str) -> list[str]:
    bodies = [a_dataset(title=title) for title in titles]
    return [str(browser("POST", "/api/records", json=body).get_json()["id"]) for body in bodies]


def test_several_drafts_are_deleted_after_a_page_that_asks(browser: SigningIn, settle: Callable[[], None]) -> None:
    first, second, third = drafts(browser, "Snow", "Ice", "Water")
    settle()
    listed = browser("GET", "/me/uploads").text
    assert {first, second, third} <= set(re.findall(r'name="id" value="(\d+)"', listed))

    asked = browser("GET", f"{AT}?act=delete&id={first}&id={second}&lang=zh")
    assert all(part in asked.text for part in ("Snow", "Ice", "删除 2 个草稿"))
    assert "Water" not in asked.text
    assert browser("GET", f"/uploads/{first}").status_code == 200, "a page that asks changes nothing"
    done = browser.http.post(AT, data={"csrf_token": browser.token, "act": "delete", "id": [first, second]})

    assert done.status_code == 200
    assert "Snow" in done.text
    assert [browser("GET", f"/uploads/{one}").status_code for one in (first, second, third)] == [404, 404, 200]


def test_what_is_not_possible_for_one_stops_no_other(browser: SigningIn, browsing: Browsing) -> None:
    other = browsing()
    other.sign_in(OTHER)
    (theirs,), (own,) = drafts(other, "Theirs"), drafts(browser, "Own")

    done = browser.http.post(AT, data={"csrf_token": browser.token, "act": "delete", "id": [theirs, own, "x"]})

    assert "Own" in done.text
    assert "Theirs" not in done.text, "whoever may not read it does not learn its title"
    assert f"#{theirs}" in done.text
    assert other("GET", f"/uploads/{theirs}").status_code == 200
    assert browser("GET", f"/uploads/{own}").status_code == 404


def test_several_datasets_are_shared_with_a_team(browser: SigningIn) -> None:
    first, second = drafts(browser, "Snow", "Ice")
    team = browser("POST", "/api/teams", json={"name": "Snow group"}).get_json()["id"]
    found = browser("GET", f"{AT}?act=share&id={first}&id={second}&find=snow")
    assert f'value="group:{team}"' in found.text
    fields = {"csrf_token": browser.token, "act": "share", "id": [first, second], "find": "snow"}
    unsaid = browser.http.post(AT, data={**fields, "permission": "view"})
    assert unsaid.status_code == 400
    assert 'class="faults"' in unsaid.text
    given = browser.http.post(AT, data={**fields, "subject": f"group:{team}", "permission": "edit"})
    assert given.status_code == 200
    for draft in (first, second):
        assert "Snow group" in browser("GET", f"/uploads/{draft}/share").text


@pytest.mark.parametrize("query", ["", "?act=delete", "?act=delete&id=999999", "?act=burn&id=1"])
def test_nothing_ticked_is_said(browser: SigningIn, query: str) -> None:
    assert "You have ticked nothing" in browser("GET", f"{AT}{query}").text
    assert post(browser, AT, act="burn", id="1").status_code == 400


def test_what_waits_comes_first(browser: SigningIn, browsing: Browsing, settle: Callable[[], None]) -> None:
    closed = a_dataset(title="Snow depth") | {"access": {"record": "public", "files": "restricted"}}
    record = str(browser("POST", "/api/records", json=closed).get_json()["id"])
    browser("PUT", f"/api/records/{record}/draft/files/a.csv/content", data=b"1")
    browser("POST", f"/api/records/{record}/draft/actions/publish")
    assert "优先处理" not in browser("GET", "/me/uploads?lang=zh").text
    post(browser, f"/uploads/{record}/request-settings", allow_user_requests="yes")
    asker = browsing()
    asker.sign_in(OTHER)
    post(asker, f"/records/{record}/access-request", message="Please.")
    settle()

    page = browser("GET", "/me/uploads?lang=zh").text

    assert "优先处理" in page
    (address,) = re.findall(r'href="http://[^/"]+(/access-requests/\d+)"', page)
    assert browser("GET", address).status_code == 200
    assert browsing()("GET", AT).status_code == 401
