"""Sharing, review, requests, versions and suggestions in a browser, in both languages."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import register_person
from tests.browser.looking import NARROW, WIDE, Looking, window
from tests.conftest import a_dataset

pytestmark = [pytest.mark.slow, pytest.mark.process]
EMAIL, PASSWORD = "owner@example.org", "correct horse battery"
PICTURES = os.environ.get("PICTURES_OF_READING", "")
AUTHOR = {"person_or_org": {"type": "personal", "family_name": "Unmistakable", "given_name": "Ada"}}
CLOSED = a_dataset(
    title="Snow depth in the mountains",
    additional_titles=[{"title": "山区积雪深度", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
    creators=[AUTHOR],
    version="1",
) | {"access": {"record": "public", "files": "restricted"}}


def looked(looking: Looking, path: str, name: str) -> None:
    """Open a page, check it, and keep a picture where pictures are wanted."""
    looking.open(path)
    seen(looking, name)


def seen(looking: Looking, name: str) -> None:
    if PICTURES:
        width = looking.page.viewport_size["width"]  # type: ignore[index]
        looking.page.screenshot(path=str(Path(PICTURES) / f"{name}-{looking.language}-{width}.png"), full_page=True)
    looking.check()


def sign_in(looking: Looking) -> None:
    looking.open("/login")
    looking.page.fill("#email", EMAIL)
    looking.page.fill("#password", PASSWORD)
    looking.page.locator("main form button[type=submit]").first.click()
    looking.page.wait_for_url(lambda url: "/login" not in url)


def call(looking: Looking, method: str, path: str, body: object = None, text: str | None = None) -> dict[str, object]:
    """Ask the API as a script of the page."""
    return looking.page.evaluate(  # type: ignore[no-any-return]
        """async ([method, path, body, text]) => {
          const { csrf_token } = await (await fetch("/api/session")).json();
          const type = text ? "application/octet-stream" : "application/json";
          const headers = { "X-CSRF-Token": csrf_token, "Content-Type": type };
          const reply = await fetch(path, { method, headers, body: text ?? (body ? JSON.stringify(body) : undefined) });
          return reply.status === 204 ? {} : await reply.json();
        }""",
        [method, path, body, text],
    )


def published(looking: Looking, body: object, before: str = "") -> str:
    opened = call(looking, "POST", f"/api/records/{before}/versions" if before else "/api/records", body)
    draft = str(opened["id"])
    if before:
        call(looking, "PUT", f"/api/records/{draft}/draft", body)
    call(looking, "PUT", f"/api/records/{draft}/draft/files/raw/depth{before}.csv/content", None, "day,depth\n1,2\n")
    call(looking, "POST", f"/api/records/{draft}/draft/actions/publish")
    return draft


def ask_for_access(browser: Browser, looking: Looking, record: str) -> None:
    """Open a record to requests, and ask as a guest."""
    screen = looking.page.viewport_size
    assert screen is not None
    size = (screen["width"], screen["height"])
    looked(looking, f"/uploads/{record}/request-settings", "request-settings")
    looking.page.locator("input[name=allow_user_requests]").check()
    looking.page.locator("input[name=allow_guest_requests]").check()
    looking.page.locator("main form button[type=submit]").click()
    with window(browser, looking.address, looking.language, size) as guest:
        guest.open(f"/records/{record}/access-request")
        guest.page.fill("#full_name", "Ada Guest")
        guest.page.fill("#email", "ada@example.org")
        guest.page.fill("#message", "For a survey of snow.")
        guest.page.locator("input[name=consent_to_share_personal_data]").check()
        guest.page.locator("main form button[type=submit]").click()
        guest.check()
        looked(guest, "/access-requests/confirm/x", "guest-confirm")
    looked(looking, f"/uploads/{record}/requests", "requests")
    looked(looking, "/me/access-requests", "own-requests")
    looked(looking, "/me/searches?query=%3Fq%3Dsnow", "saved-searches")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_a_dataset_is_shared_reviewed_asked_for_and_compared(
    browser: Browser,
    site: str,
    language: str,
    size: tuple[int, int],
    services: Services,
    settle: Callable[[], None],
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, site, language, size) as looking:
        sign_in(looking)
        draft = str(call(looking, "POST", "/api/records", CLOSED)["id"])
        call(looking, "PUT", f"/api/records/{draft}/draft/files/unmistakable.csv/content", None, "a,b\n1,2\n")
        looked(looking, f"/uploads/{draft}/share?find=owner", "share")
        looking.page.locator(f"form[action^='/uploads/{draft}/share'] button[type=submit]").last.click()
        address = looking.page.locator("code.text").inner_text()
        seen(looking, "share-made")
        looked(looking, f"/uploads/{draft}/as-referee", "as-referee")
        with window(browser, site, language, size) as referee:
            referee.open(re.sub("^.*(/uploads/)", r"\1", address))
            seen(referee, "referee")
            assert "Unmistakable" not in referee.page.content().replace("unmistakable.csv", "")
            referee.page.get_by_role("link", name=re.compile("Preview|预览")).first.click()
            seen(referee, "referee-preview")
            assert "Unmistakable" not in referee.page.content()
        settle()
        looked(looking, "/me/uploads", "own")
        looking.page.locator("input[name=id]").first.check()
        looking.page.locator("button[name=act][value=delete]").click()
        seen(looking, "delete-many")
        first = published(looking, CLOSED)
        second = published(looking, {**CLOSED, "metadata": {**CLOSED["metadata"], "version": "2"}}, first)
        looked(looking, f"/records/{second}", "landing")
        looked(looking, f"/records/{first}/compare/{second}", "compare")
        looked(looking, f"/records/{first}/history", "history")
        looked(looking, f"/records/{second}/withdraw", "withdraw")
        ask_for_access(browser, looking, second)


def test_the_search_field_suggests_by_keyboard_and_waits_for_input_methods(
    browser: Browser, site: str, language: str, services: Services, settle: Callable[[], None]
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, site, language) as looking:
        sign_in(looking)
        record = published(looking, a_dataset(title="Snow depth in the mountains", creators=[AUTHOR]))
        settle()
        looking.open("/")
        field = looking.page.locator("#q")
        option = looking.page.locator(".suggestions li[role=option]")
        field.press_sequentially("sno")
        option.first.wait_for()
        assert option.first.locator("bdi").inner_text() == "Snow depth in the mountains"
        seen(looking, "suggestions")
        field.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == option.first.get_attribute("id")
        field.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        field.dispatch_event("keydown", {"key": "ArrowDown", "isComposing": True})
        assert field.get_attribute("aria-expanded") == "false"
        field.press("ArrowDown")
        field.press("Enter")
        looking.page.wait_for_url(re.compile(f"/records/{record}"))
