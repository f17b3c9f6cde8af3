"""Requests for access in a browser: of guests behind the links of letters, of people, and of those who decide."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from repository.engines.services import Services
from repository.faces.credentials import OPEN_PAGES
from repository.notifications.account_links import _PAGES as LINK_PAGES
from repository.notifications.model import Notice
from repository.notifications.notice_kinds import KINDS
from repository.notifications.request_kinds import ACCESS, SHARED, STATUS
from repository.notifications.unsubscribing import PATH as UNSUBSCRIBE
from tests.conftest import a_dataset
from tests.features.noticed import mails, parts
from tests.features.signing_in import EMAIL, OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.steps import Json

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
CLOSED = a_dataset(title="Snow depth") | {"access": {"record": "public", "files": "restricted"}}
GUEST = {
    "full_name": "Ada Guest",
    "email": "ada@example.org",
    "message": "For a survey.",
    "consent_to_share_personal_data": "yes",
    "accept_conditions": "yes",
}
Browsing = Callable[[], SigningIn]


def post(browser: SigningIn, path: str, **fields: str) -> TestResponse:
    return browser.http.post(path, data={"csrf_token": browser.token, **fields})


@pytest.fixture
def record(browser: SigningIn, people: Json) -> str:
    """The id of a dataset of the owner, whose files are asked for on a condition."""
    draft = str(browser("POST", "/api/records", json=CLOSED).get_json()["id"])
    content = f"/api/records/{draft}/draft/files/a.csv/content"
    browser.http.put(content, data=b"1", headers={"X-CSRF-Token": browser.token})
    assert browser("POST", f"/api/records/{draft}/draft/actions/publish").status_code == 202
    settings = {"allow_user_requests": "yes", "allow_guest_requests": "yes", "secret_link_expiration": "30"}
    saved = post(browser, f"/uploads/{draft}/request-settings", accept_conditions_text="<p>Cite us.</p>", **settings)
    assert saved.status_code == 303, saved.text
    return draft


@pytest.fixture
def asker(browsing: Browsing) -> SigningIn:
    """A browser in which somebody else has signed in."""
    opened = browsing()
    assert opened.sign_in(OTHER).status_code == 201
    return opened


def link_in(services: Services, tmp_path: Path, to: str, subject: str) -> str:
    """Return the path and query of the link in the newest letter to an address."""
    letter = [mail for mail in mails(services, tmp_path) if to in str(mail["To"]) and subject in str(mail["Subject"])][
        -1
    ]
    address = next(line for line in parts(letter)[0].splitlines() if line.startswith("http"))
    url = urlsplit(address)
    assert not url.fragment, "what follows a sharp sign needs a script"
    return f"{url.path}?{url.query}" if url.query else url.path


def test_a_guest_goes_from_letter_to_letter_without_a_script(
    browser: SigningIn,
    browsing: Browsing,
    record: str,
    services: Services,
    settle: Callable[[], None],
    tmp_path: Path,
) -> None:
    guest = browsing()
    assert post(guest, f"/records/{record}/access-request", **GUEST).status_code == 200
    settle()
    proof = link_in(services, tmp_path, "ada@", "Confirm")
    for _ in range(2):
        looked = guest("GET", proof)
        assert (looked.status_code, looked.headers["Cache-Control"]) == (200, "private, no-store")
        assert looked.headers["Referrer-Policy"] == "same-origin"
    assert "Ada Guest" not in browser("GET", f"/uploads/{record}/requests").text
    assert guest.http.post(proof).status_code == 200
    assert guest.http.post(proof).status_code == 400, "the link works once"
    settle()
    follows = link_in(services, tmp_path, "ada@", "waits")
    standing = guest("GET", follows)
    assert standing.status_code == 200
    assert "waiting for a decision" in standing.text
    assert "<p>Cite us.</p>" in standing.text
    assert "Snow depth" in standing.text

    decides = link_in(services, tmp_path, EMAIL, "asks for the files")
    seen = browser("GET", decides)
    assert all(part in seen.text for part in ("Ada Guest", "ada@example.org", "For a survey.", "Cite us."))
    assert post(browser, f"{decides}/grant", until="2020-01-01", message="x").status_code == 400
    given = post(browser, f"{decides}/grant", until="", message="Welcome.")
    assert given.status_code == 303
    settle()
    opens = link_in(services, tmp_path, "ada@", "You may have")
    assert guest("GET", opens).status_code == 200
    assert "Welcome." in guest("GET", follows).text
    assert guest.http.post(follows).status_code == 409, "what is decided is not taken back"


def test_a_guest_takes_a_request_back(
    browsing: Browsing, record: str, services: Services, settle: Callable[[], None], tmp_path: Path
) -> None:
    guest = browsing()
    post(guest, f"/records/{record}/access-request", **GUEST)
    settle()
    guest.http.post(link_in(services, tmp_path, "ada@", "Confirm"))
    settle()
    follows = link_in(services, tmp_path, "ada@", "waits")

    assert guest.http.post(follows).status_code == 303

    after = guest("GET", follows)
    assert "taken back" in after.text
    assert '<form method="post"' not in after.text.partition("<main")[2]


@pytest.mark.parametrize("page", ["confirm", "status"])
def test_a_wrong_secret_has_a_page_that_says_what_to_do(browsing: Browsing, page: str, people: Json) -> None:
    reply = browsing().http.post(f"/access-requests/{page}/wrong?lang=zh")
    assert reply.status_code == 400
    assert "链接无效或已失效" in reply.text


def test_a_letter_of_an_earlier_release_leads_on(browsing: Browsing, people: Json) -> None:
    guest = browsing()
    for former, page in (("access-request", "confirm"), ("access-request-status", "status")):
        assert guest("GET", f"/account/{former}").status_code == 200
        led = guest.http.post(f"/account/{former}", data={"link": f"http://localhost/account/{former}#token=abc"})
        assert (led.status_code, led.headers["Location"].rpartition("/access-requests")[2]) == (303, f"/{page}/abc")
        assert guest.http.post(f"/account/{former}", data={"link": "//evil/"}).status_code == 400
    foreign = guest.http.post("/account/access-request", data={"link": "a"}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_a_person_asks_is_declined_with_words_and_sees_why(
    browser: SigningIn, asker: SigningIn, browsing: Browsing, record: str
) -> None:
    assert "访问申请" in asker("GET", "/me/access-requests?lang=zh").text
    post(asker, f"/records/{record}/access-request", message="For <b>me</b>.", accept_conditions="yes")
    own = asker("GET", "/me/access-requests").text
    (request,) = re.findall(r'href="(/access-requests/\d+)"', own)
    listed = browser("GET", f"/uploads/{record}/requests").text
    assert request in listed
    assert "For &lt;b&gt;me&lt;/b&gt;." in listed
    assert "/grant" not in asker("GET", request).text
    assert browsing()("GET", request).status_code == 401

    empty = post(browser, f"{request}/decline", reason=" ")
    assert empty.status_code == 400
    assert 'id="reason-fault"' in empty.text
    assert post(browser, f"{request}/decline", reason="No raw counts.").status_code == 303

    told = asker("GET", request)
    assert "No raw counts." in told.text
    assert "declined" in told.text
    again = post(browser, f"{request}/grant", until="")
    assert again.status_code == 409
    assert "declined already" in again.text


def test_a_person_takes_a_request_back_and_strangers_see_nothing(
    browser: SigningIn, asker: SigningIn, record: str
) -> None:
    post(asker, f"/records/{record}/access-request", message="Please.", accept_conditions="yes")
    (request,) = re.findall(r'href="(/access-requests/\d+)"', asker("GET", "/me/access-requests").text)
    assert post(asker, f"{request}/grant", until="").status_code == 403
    assert asker("GET", f"/uploads/{record}/requests").status_code == 403
    assert asker("GET", f"/uploads/{record}/request-settings").status_code == 403
    assert asker("GET", "/access-requests/999999").status_code == 404
    assert post(browser, f"{request}/cancel").status_code == 404

    assert post(asker, f"{request}/cancel").status_code == 303

    assert "taken back" in asker("GET", request).text


@pytest.mark.parametrize(
    ("control", "value"), [("secret_link_expiration", "soon"), ("accept_conditions_text", "x" * 10_001)]
)
def test_settings_that_cannot_be_kept_come_back(browser: SigningIn, record: str, control: str, value: str) -> None:
    reply = post(browser, f"/uploads/{record}/request-settings?lang=zh", **{control: value})
    assert reply.status_code == 400
    assert f'id="{control}-fault"' in reply.text
    assert value in reply.text
    assert "Cite us." in browser("GET", f"/uploads/{record}/request-settings").text


def test_an_offer_of_ownership_is_answered_by_its_receiver(
    browser: SigningIn,
    asker: SigningIn,
    record: str,
    people: Json,
    services: Services,
    settle: Callable[[], None],
    tmp_path: Path,
) -> None:
    offer = {"subject": {"type": "user", "id": str(people[OTHER])}, "message": "I leave.", "stays_manager": False}
    for done in ("decline", "withdraw", "accept"):
        made = browser("POST", f"/api/records/{record}/access/owner", json=offer)
        assert made.status_code == 201, made.text
        settle()
        at = link_in(services, tmp_path, OTHER, "hand")
        page = asker("GET", at)
        assert page.status_code == 200
        assert "I leave." in page.text
        act = f"/me/ownership-offers/{made.get_json()['id']}/{done}"
        who, other = (browser, asker) if done == "withdraw" else (asker, browser)
        assert act in who("GET", "/me/ownership-offers?lang=zh").text
        assert post(other, act).status_code in (403, 404)
        assert post(who, act).status_code == 303
        assert post(who, act).status_code in (403, 404, 409)
    assert asker("GET", f"/uploads/{record}/share").status_code == 200
    assert browser("GET", f"/uploads/{record}/share").status_code == 403


def test_every_link_of_a_letter_leads_to_a_page(app: Flask) -> None:
    notice = Notice(subject=7, concept_id=7, details={})
    paths = {name: kind.path(notice) for name, kind in KINDS.items() if kind.path}
    paths |= {kind.value: f"{page}/secret" for kind, page in LINK_PAGES.items()}
    paths |= {"proof": f"{ACCESS}s", "status": f"{STATUS}s", "stop": f"/api{UNSUBSCRIBE}"}
    paths |= {"shared": SHARED.format(record_id=7, secret="s"), "record": "/records/7", "draft": "/uploads/7"}
    assert [name for name, path in paths.items() if path and not leads_to_a_page(app, path)] == []
    assert not leads_to_a_page(app, "/account/nothing"), "this test can fail"


def test_the_web_server_logs_no_secret_of_a_letter() -> None:
    conf = (Path(__file__).parents[2] / "deploy/nginx-limits.conf").read_text("utf-8")
    (pattern,) = re.findall(r'"~\^\(\?<letter>(.+?)\)" "', conf)
    secret = [rule.replace("<token>", "s") for rule in OPEN_PAGES if "<token>" in rule]
    assert len(secret) > 5
    assert [path for path in secret if not re.match(pattern, path)] == []


def leads_to_a_page(app: Flask, path: str) -> bool:
    assert "#" not in path
    try:
        app.url_map.bind("localhost").match(path.partition("?")[0], method="GET")
    except (NotFound, MethodNotAllowed):
        return False
    return True
