"""Sharing by links in a browser: the address is shown once, a referee learns no name, a revoked link is nothing."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.conftest import a_dataset
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
AUTHOR = a_dataset(
    title="Snow depth",
    creators=[{"person_or_org": {"type": "personal", "family_name": "Unmistakable", "given_name": "Ada"}}],
)


def draft_of(browser: SigningIn) -> str:
    return str(browser("POST", "/api/records", json=AUTHOR).get_json()["id"])


def post(browser: SigningIn, path: str, **fields: str) -> TestResponse:
    return browser.http.post(path, data={"csrf_token": browser.token, **fields})


def address_in(reply: TestResponse) -> str:
    found = re.search(r'<code class="text">([^<]+\?token=[^<]+)</code>', reply.text)
    assert found is not None, reply.text
    return found[1].partition("/uploads")[1] + found[1].partition("/uploads")[2]


def test_a_link_for_referees_is_shown_once_and_names_nobody(
    browser: SigningIn, browsing: Callable[[], SigningIn]
) -> None:
    draft = draft_of(browser)

    made = post(browser, f"/uploads/{draft}/share", kind="referee", expires="2090-01-01", description="Journal X")

    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "private, no-store"
    assert made.headers["Referrer-Policy"] == "no-referrer"
    address = address_in(made)
    listed = browser("GET", f"/uploads/{draft}/share")
    assert "Journal X" in listed.text
    assert "2090-01-0" in listed.text
    assert address not in listed.text
    seen = browsing()("GET", address)
    assert seen.status_code == 200
    assert "Snow depth" in seen.text
    assert "Unmistakable" not in seen.text
    assert f"/uploads/{draft}/edit" not in seen.text


def test_a_revoked_link_opens_nothing(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    draft = draft_of(browser)
    address = address_in(post(browser, f"/uploads/{draft}/share", kind="preview", expires="", description=""))
    assert browsing()("GET", address).status_code == 200
    (link,) = re.findall(rf"/uploads/{draft}/share/(\d+)/revoke", browser("GET", f"/uploads/{draft}/share").text)

    assert post(browser, f"/uploads/{draft}/share/{link}/revoke").status_code == 303

    assert browsing()("GET", address).status_code in (401, 403, 404)


@pytest.mark.parametrize(
    ("fields", "control"),
    [({"kind": "master"}, "kind"), ({"kind": "view", "expires": "soon"}, "expires")],
)
def test_a_wrong_form_comes_back_with_its_fault(browser: SigningIn, fields: dict[str, str], control: str) -> None:
    draft = draft_of(browser)

    reply = post(browser, f"/uploads/{draft}/share", **{"description": "kept words", **fields})

    assert reply.status_code == 400
    assert f'id="{control}-fault"' in reply.text
    assert "kept words" in reply.text
    assert "share/" not in browser("GET", f"/uploads/{draft}/share").text.partition("<main")[2]


def test_nobody_else_makes_or_sees_links(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    draft = draft_of(browser)
    stranger = browsing()
    stranger.sign_in(OTHER)

    assert stranger("GET", f"/uploads/{draft}/share").status_code in (403, 404)
    assert post(stranger, f"/uploads/{draft}/share", kind="view", expires="").status_code in (403, 404)
    assert browsing()("GET", f"/uploads/{draft}/share").status_code == 401


def test_the_owner_s_bar_leads_to_what_is_there_and_readers_have_none(
    browser: SigningIn, browsing: Callable[[], SigningIn]
) -> None:
    draft = draft_of(browser)
    browser.http.put(
        f"/api/records/{draft}/draft/files/a.csv/content", data=b"1", headers={"X-CSRF-Token": browser.token}
    )
    assert browser("POST", f"/api/records/{draft}/draft/actions/publish").status_code == 202

    bar = browser("GET", f"/records/{draft}").text
    assert 'class="owner"' in bar
    assert 'class="owner"' not in browsing()("GET", f"/records/{draft}").text
    assert browser("GET", f"/uploads/{draft}/share").status_code == 200
    opened = post(browser, f"/records/{draft}/edit")
    assert opened.status_code == 303
    assert browser("GET", opened.headers["Location"].partition("localhost")[2]).status_code in (200, 404)
    version = post(browser, f"/records/{draft}/new-version")
    assert version.status_code == 303
    assert "/edit" in version.headers["Location"]


def choice(browser: SigningIn, draft: str, words: str) -> str:
    """Return what the form names the one whom a search finds."""
    (value,) = re.findall(
        r'name="subject" value="([^"]+)"', browser("GET", f"/uploads/{draft}/share?find={words}").text
    )
    return value


def test_a_dataset_is_shared_with_a_person_changed_and_ended(
    browser: SigningIn, browsing: Callable[[], SigningIn]
) -> None:
    other = browsing()
    other.sign_in(OTHER)
    other("PATCH", "/api/me", json={"profile": {"full_name": "王芳"}, "preferences": {"visibility": "public"}})
    draft = draft_of(browser)
    assert other("GET", f"/uploads/{draft}").status_code in (403, 404)
    chosen = choice(browser, draft, "王芳")

    given = post(browser, f"/uploads/{draft}/share/people", subject=chosen, permission="preview", until="2090-01-01")

    assert given.status_code == 303, given.text
    assert other("GET", f"/uploads/{draft}").status_code == 200
    page = browser("GET", f"/uploads/{draft}/share")
    assert "王芳" in page.text
    assert 'value="2090-01-01"' in page.text
    (grant,) = re.findall(rf"/uploads/{draft}/share/people/(\d+)/end", page.text)
    at = f"/uploads/{draft}/share/people/{grant}"
    assert post(browser, at, permission="edit", until="").status_code == 303
    assert other("GET", f"/uploads/{draft}/edit").status_code == 200
    assert post(browser, at, permission="owner", until="").status_code == 400
    assert post(other, f"{at}/end").status_code in (400, 403)
    assert post(browser, f"{at}/end").status_code == 303
    assert other("GET", f"/uploads/{draft}").status_code in (403, 404)


def test_a_dataset_is_shared_with_a_team(browser: SigningIn) -> None:
    team = browser("POST", "/api/teams", json={"name": "Snow group"}).get_json()
    draft = draft_of(browser)
    chosen = choice(browser, draft, "snow")
    assert chosen == f"group:{team['id']}"
    assert (
        post(browser, f"/uploads/{draft}/share/people", subject=chosen, permission="edit", until="").status_code == 303
    )
    assert "Snow group" in browser("GET", f"/uploads/{draft}/share").text


def test_the_owner_offers_the_dataset_to_somebody_who_accepts(
    browser: SigningIn, browsing: Callable[[], SigningIn]
) -> None:
    other = browsing()
    other.sign_in(OTHER)
    other("PATCH", "/api/me", json={"profile": {"full_name": "王芳"}, "preferences": {"visibility": "public"}})
    draft = draft_of(browser)
    chosen = choice(browser, draft, "王芳")
    at = f"/uploads/{draft}/share/offer"
    assert post(browser, at, subject="user:999999").status_code == 400
    assert post(other, at, subject=chosen).status_code in (400, 403, 404)

    offered = post(browser, at, subject=chosen, message="Please care for it.", stays="yes")

    assert (offered.status_code, offered.headers["Location"].endswith("/me/ownership-offers")) == (303, True)
    assert "Please care for it." in other("GET", "/me/ownership-offers").text
    assert post(browser, at, subject=chosen).status_code == 400, "it is offered already"
    (offer,) = re.findall(r"/me/ownership-offers/(\d+)/accept", other("GET", "/me/ownership-offers").text)
    assert post(other, f"/me/ownership-offers/{offer}/accept").status_code == 303
    share = other("GET", f"/uploads/{draft}/share?find=%E7%8E%8B%E8%8A%B3")
    assert "share/offer" in share.text
    assert "share/offer" not in browser("GET", f"/uploads/{draft}/share?find=%E7%8E%8B%E8%8A%B3").text, "no owner now"


def test_a_search_that_finds_nobody_and_a_form_without_a_choice_say_so(browser: SigningIn) -> None:
    draft = draft_of(browser)
    assert "未找到“nobody here”" in browser("GET", f"/uploads/{draft}/share?find=nobody+here&lang=zh").text
    for fields in ({}, {"subject": "user:999999"}, {"subject": "user:x"}):
        refused = post(browser, f"/uploads/{draft}/share/people?lang=zh", permission="view", until="", **fields)
        assert refused.status_code == 400
        assert 'class="faults"' in refused.text
        assert 'lang="en"' not in refused.text.partition("<main")[2].partition("</main")[0]
