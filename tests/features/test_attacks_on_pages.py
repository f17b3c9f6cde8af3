"""What a hostile site, address or depositor tries on every page, over all routes: forged posts, frames, other hosts."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from repository.engines.services import Services
from repository.faces.credentials import OPEN_PAGES, PAGES
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.signing_in import OTHER, PASSWORD, SigningIn, browser, browsing, people, quick_passwords
from tests.features.steps import Json
from tests.features.walked_routes import Walk, acts_of, rules_of

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORGED = (
    {"Origin": "https://evil.example.org"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)
ELSEWHERE = ("//evil.example.org", "https://evil.example.org/a", "/\\evil.example.org", "javascript:alert(1)")
MARK = "Mallory"
ATTACK = f"{MARK}'\"></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)>{{{{7*7}}}}"
KNOWN_SCRIPTS = frozenset({"module", "application/ld+json", "application/json"})


class Acting(HTMLParser):
    """The parts of a page that could act, or lead elsewhere, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.wrong += [f"{tag} {name}" for name in values if name.startswith("on") or name in ("style", "srcdoc")]
        if tag == "script" and (values.get("type") not in KNOWN_SCRIPTS or ("src" not in values and _runs(values))):
            self.wrong.append(f"script {values}")
        if tag in ("iframe", "object", "embed", "base") or (tag == "img" and values.get("src") == "x"):
            self.wrong.append(tag)
        for name in ("href", "src", "action", "formaction", "content"):
            self.addresses.append(values.get(name, ""))
            if values.get(name, "").strip().lower().startswith(("javascript:", "vbscript:", "data:text")):
                self.wrong.append(f"{tag} {name} {values[name]}")


def _runs(values: dict[str, str]) -> bool:
    return values.get("type") == "module"


def pages_of(app: Flask, *walks: Walk) -> Iterator[str]:
    """Return the address of every page, for each of the datasets."""
    for rule in rules_of(app, "GET"):
        if is_page(rule):
            yield from dict.fromkeys(walk.path(rule) for walk in walks)


def is_page(rule: Rule) -> bool:
    return rule.endpoint.startswith(PAGES) and rule.endpoint != f"{PAGES}shell.asset"


def changes_of(app: Flask) -> Iterator[Rule]:
    """Return every form of a page."""
    return (rule for method, rule in acts_of(app) if method == "POST" and is_page(rule))


@pytest.fixture
def record(deposits: Deposits) -> Json:
    return deposits.published()


def own_draft(browser: SigningIn, body: Json) -> Json:
    reply = browser("POST", "/api/records", json=body)
    assert reply.status_code == 201, reply.text
    made: Json = reply.get_json()
    return made


def test_the_reader_of_these_tests_notices_what_acts() -> None:
    for html in (
        "<img src=x onerror=alert(2)>",
        "<script>alert(1)</script>",
        "<script type=module>alert(1)</script>",
        '<p style="color: red">',
        '<a href=" JavaScript:alert(1)">',
        "<iframe>",
    ):
        assert Acting(html).wrong, html
    assert Acting('<script type="module" src="/static/a.js"></script><a href="/">').wrong == []


def test_no_form_of_a_page_is_taken_from_another_site_or_without_the_mark_of_its_session(
    app: Flask, browser: SigningIn, author: Caller, services: Services
) -> None:
    walk = Walk(own_draft(browser, a_dataset()))
    before = browser("GET", "/api/me").get_json()
    seen = 0
    for rule in changes_of(app):
        path, form = walk.path(rule), {"csrf_token": browser.token}
        for headers in FORGED:
            assert browser.http.post(path, data=form, headers=headers).status_code == 403, (path, headers)
        if rule.rule not in OPEN_PAGES:
            assert browser.http.post(path, data={"csrf_token": "x" * 43}).status_code == 403, path
            assert browser.http.post(path, data={}).status_code == 403, path
        bearer = {"Authorization": f"Bearer {author.token}"}
        assert app.test_client().post(path, headers=bearer).status_code == 403, path
        seen += 1
    assert seen > 40
    assert browser.is_signed_in
    assert browser("GET", "/api/me").get_json() == before
    assert browser("GET", f"/api/records/{walk.record['id']}/draft").status_code == 200


def test_no_page_may_be_framed_or_runs_what_stands_in_it(app: Flask, browser: SigningIn, record: Json) -> None:
    draft = own_draft(browser, a_dataset())
    anyone = SigningIn(app)
    seen = 0
    for path in pages_of(app, Walk(record), Walk(draft)):
        for reader in (anyone, browser):
            reply = reader.http.get(path, headers=BROWSER)
            if reply.mimetype != "text/html" or reply.status_code in (301, 302, 303, 308):
                continue
            seen += 1
            policy = reply.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, path
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert reply.headers["X-Content-Type-Options"] == "nosniff", path
            assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
            assert "Referrer-Policy" in reply.headers, path
            assert Acting(reply.text).wrong == [], path
    assert seen > 100


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_address_leads_to_another_site(app: Flask, browser: SigningIn, record: Json, target: str) -> None:
    walk = Walk(record)
    query = dict.fromkeys(("next", "return_to", "url", "redirect", "from", "done", "lang"), target)
    for path in pages_of(app, walk):
        assert led_elsewhere(browser.http.get(path, query_string=query, headers=BROWSER)) == [], path
    for rule in changes_of(app):
        if rule.endpoint == f"{PAGES}accounts.logout":
            continue
        path, form = walk.path(rule), query | {"csrf_token": browser.token}
        assert led_elsewhere(browser.http.post(path, query_string=query, data=form)) == [], path
    signed_in = SigningIn(app).http.post("/login", data={"email": OTHER, "password": PASSWORD, "next": target})
    assert (signed_in.status_code, led_elsewhere(signed_in)) == (303, [])


def led_elsewhere(reply: TestResponse) -> list[str]:
    """Return the addresses by which a reply leads to another site."""
    addresses = [reply.headers.get("Location", "")]
    if reply.mimetype == "text/html":
        addresses += Acting(reply.text).addresses
    return [address for address in addresses if address.startswith(("//", *ELSEWHERE))]


def hostile_dataset() -> Json:
    """A description with an attack in every text and every address."""
    script = "javascript:alert(document.domain)//" + MARK
    names = {"family_name": ATTACK, "given_name": ATTACK}
    maker = {
        "person_or_org": {"type": "personal", **names, "alternate_names": [{"lang": "zho", **names}]},
        "affiliations": [{"name": ATTACK, "alternate_names": [{"lang": "zho", "name": ATTACK}]}],
    }
    return a_dataset(
        title=ATTACK,
        additional_titles=[{"title": ATTACK, "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
        description=f"<p>{ATTACK}</p><a href='{script}'>x</a>",
        additional_descriptions=[{"description": ATTACK, "type": {"id": "methods"}, "lang": {"id": "zho"}}],
        creators=[maker],
        contributors=[{**maker, "role": {"id": "other"}}],
        publisher=ATTACK,
        version=ATTACK,
        copyright=ATTACK,
        subjects=[{"subject": ATTACK}],
        rights=[
            {"title": {"en": ATTACK, "zh": ATTACK}, "description": {"en": ATTACK}, "link": "https://a.test/?" + MARK}
        ],
        references=[{"reference": ATTACK}],
        funding=[{"funder": {"name": ATTACK}, "award": {"title": {"en": ATTACK}, "number": ATTACK}}],
        dates=[{"date": "2024", "type": {"id": "collected"}, "description": ATTACK}],
        locations={"features": [{"place": ATTACK, "description": ATTACK}]},
        sizes=[ATTACK],
        formats=[ATTACK],
        related_identifiers=[
            {"identifier": f"https://a.test/'\"><script>{MARK}", "scheme": "url", "relation_type": {"id": "cites"}}
        ],
        identifiers=[{"identifier": ATTACK, "scheme": "other"}],
    )


def hostile_life(browser: SigningIn, other: SigningIn) -> tuple[Json, Json]:
    """Return a record and a draft of somebody who types attacks wherever there is a field."""
    for person in (browser, other):
        profile: dict[str, Any] = {"full_name": ATTACK, "affiliations": [{"name": ATTACK}]}
        told = person("PATCH", "/api/me", json={"profile": profile, "preferences": {"visibility": "public"}})
        assert told.status_code == 200, told.text
    made = own_draft(browser, hostile_dataset() | {"access": {"record": "public", "files": "restricted"}})
    files = f"/api/records/{made['id']}/draft/files"
    key = "a<script>alert(3)</script>'\"&.csv"
    assert browser("POST", files, json=[{"key": key, "metadata": {"description": ATTACK}}]).status_code == 201
    at = f"{files}/{key.replace('/', '%2F').replace('&', '%26')}"
    assert browser("PUT", f"{at}/content", data=f"{ATTACK},b\n1,2\n".encode()).status_code == 200
    assert browser("POST", f"{at}/commit").status_code == 200
    published = browser("POST", f"/api/records/{made['id']}/draft/actions/publish")
    assert published.status_code == 202, published.text
    record = published.get_json()
    settings = {"allow_user_requests": True, "accept_conditions_text": f"<p>{ATTACK}</p>"}
    assert browser("PUT", f"/api/records/{record['id']}/access", json=settings).status_code == 200
    plea = {"permission": "view", "message": ATTACK, "accept_conditions": True}
    assert other("POST", f"/api/records/{record['id']}/access/request", json=plea).status_code == 201
    draft = own_draft(browser, hostile_dataset())
    links = f"/api/records/{draft['id']}/access/links"
    assert browser("POST", links, json={"permission": "preview", "description": ATTACK}).status_code == 201
    search = {"title": ATTACK[:200], "query": "q=" + ATTACK, "csrf_token": browser.token}
    assert browser.http.post("/me/searches", data=search).status_code == 303
    token = {"name": ATTACK[:100], "scopes": "user:read", "days": "30", "csrf_token": browser.token}
    assert browser.http.post("/account/settings/applications", data=token).status_code == 200
    assert SigningIn(browser.http.application).sign_in(headers={"User-Agent": ATTACK}).status_code == 201
    return record, draft


def test_script_in_every_field_is_text_on_every_page(
    app: Flask, browser: SigningIn, browsing: Callable[[], SigningIn], settle: Callable[[], None]
) -> None:
    other = browsing()
    other.sign_in(OTHER)
    record, draft = hostile_life(browser, other)
    settle()
    paths = [
        *pages_of(app, Walk(record), Walk(draft)),
        f"/search?q={MARK}",
        "/search?q=" + ATTACK,
        "/?q=" + ATTACK,
        f"/uploads/{draft['id']}/share?find={MARK}",
        "/login?next=/" + ATTACK,
        "/me/uploads?q=" + ATTACK,
        f"/records/{record['id']}?path={ATTACK}",
        f"/records/{record['id']}?q={ATTACK}",
        "/no/such/" + ATTACK.replace("?", ""),
    ]
    naming = set()
    for path in paths:
        for language in ("en", "zh"):
            for reader in (SigningIn(app), browser, other):
                reply = reader.http.get(path, query_string=None, headers={**BROWSER, "Accept-Language": language})
                if reply.mimetype == "text/html":
                    assert Acting(reply.text).wrong == [], path
                    assert f"{MARK}'\"></title>" not in reply.text, path
                    naming |= {path} if MARK in reply.text else set()
    assert len(naming) > 25, sorted(naming)
