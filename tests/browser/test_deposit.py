"""A deposit in a browser, in Chinese and English: the form saves itself, files are sent as they are chosen."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import delete

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.organisations.refresh import load_snapshot
from repository.people.accounts import register_person
from repository.people.model import SignInSession
from tests.browser.looking import NARROW, Looking, window
from tests.browser.sending import idle, in_the_draft, on_disk

pytestmark = [pytest.mark.slow, pytest.mark.process]
EMAIL, PASSWORD = "depositor@example.org", "correct horse battery"
SECONDS = 30_000
"""milliseconds in which a busy machine shows what was asked for"""
MOST_STOPS = 150
"""of Tab in one page"""
FOCUS_IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


@pytest.fixture
def signed_in(browser: Browser, site: str, services: Services, language: str) -> Iterator[Looking]:
    """A window of somebody who is signed in."""
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, site, language) as looking:
        looking.page.set_default_timeout(SECONDS)
        expect.set_options(timeout=SECONDS)
        reply = looking.page.request.post(f"{site}/api/session", data={"email": EMAIL, "password": PASSWORD})
        assert reply.status == 201
        yield looking


def test_a_deposit_saves_itself_takes_files_and_is_published(signed_in: Looking, tmp_path: Path) -> None:
    looking, page, address = signed_in, signed_in.page, signed_in.address
    folder = tmp_path / "台站"
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "温度 #1.csv").write_text("1,2\n")
    (folder / "empty.txt").write_text("")

    looking.open("/uploads/new")
    looking.check()
    page.locator("#new-title").fill("青藏高原冻土温度")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/edit*")
    looking.check()
    form = page.url.partition("?")[0]

    with page.expect_response(lambda reply: reply.url.startswith(form) and reply.request.method == "POST") as saved:
        page.locator("#field-metadata-publication_date").fill("soon")
    assert saved.value.status == 200
    expect(page.locator(".state")).not_to_be_empty()
    page.reload()
    expect(page.locator("#field-metadata-publication_date")).to_have_value("soon")
    assert page.locator("a[href='#field-metadata-publication_date']").count() == 1
    looking.check()

    page.locator("#field-metadata-publication_date").fill("2024-05")
    page.locator("#field-metadata-publisher").fill("Test")
    page.locator("#field-metadata-creators-0-person_or_org-family_name").fill("李")
    page.locator("#field-metadata-creators-0-person_or_org-given_name").fill("伟")
    page.locator("input[name=licence][value='cc-by-4.0']").check()
    page.locator(".save-bar button[value=files]").click()
    page.wait_for_url("**/files*")
    looking.check()

    page.locator("input[type=file][webkitdirectory]").set_input_files(folder)
    idle(page)
    draft = form.split("/")[4]
    assert in_the_draft(page, f"{address}/api/records/{draft}/draft/files") == on_disk(folder)
    page.locator(".reload a").click()
    expect(page.locator(".draft-files th[scope=row]")).to_have_count(1)
    looking.check()

    looking.open(form.removeprefix(address).replace("/edit", "/check"))
    assert page.locator(".faults").count() == 0, page.locator(".faults").inner_text()
    looking.check()
    page.locator("form[action*=publish] button").click()
    page.wait_for_url("**/records/*")
    assert page.locator("h1").inner_text() == "青藏高原冻土温度"


def test_a_dataset_is_deposited_by_keyboard_alone(signed_in: Looking, tmp_path: Path) -> None:
    looking, page = signed_in, signed_in.page
    readings = tmp_path / "readings.csv"
    readings.write_text("1,2\n")
    page.on("filechooser", lambda chooser: chooser.set_files(readings))
    looking.open("/uploads/new")
    _type_at(page, "#new-title", "Permafrost temperatures")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit*")

    _type_at(page, "#field-metadata-publication_date", "2024-05")
    _type_at(page, "#field-metadata-publisher", "Test")
    _type_at(page, "#field-metadata-creators-0-person_or_org-family_name", "Li")
    _type_at(page, "#field-metadata-creators-0-person_or_org-given_name", "Wei")
    _tab_to(page, "input[name=licence]")
    page.keyboard.press("Space")
    _tab_to(page, ".save-bar button[value=files]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/files*")

    expect(page.locator("input[webkitdirectory]")).to_be_attached()
    _tab_to(page, "input[type=file]")
    page.keyboard.press("Enter")
    idle(page)
    _tab_to(page, "a[href*='/check']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check*")
    _tab_to(page, "form[action*=publish] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")
    assert page.locator("h1").inner_text() == "Permafrost temperatures"


def test_authors_are_pasted_and_an_institution_is_taken_by_keyboard(signed_in: Looking, services: Services) -> None:
    assert load_snapshot(services.database) is not None
    looking, page = signed_in, signed_in.page
    looking.open("/uploads/new")
    _type_at(page, "#new-title", "冻土")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit*")

    _tab_to(page, "section[aria-labelledby=people] .paste > summary")
    page.keyboard.press("Enter")
    _tab_to(page, "#paste-metadata-creators")
    page.keyboard.insert_text("王芳；北京大学\nMüller, 0000-0002-1825-0098")
    _tab_to(page, "button[value='paste:metadata.creators.0']")
    page.keyboard.press("Enter")
    page.wait_for_url("**added=2*")
    looking.check()
    expect(page.locator("#field-metadata-creators-1-person_or_org-identifiers-0-identifier")).to_be_visible()

    institution = page.locator("#field-metadata-creators-1-affiliations-0-name")
    institution.press_sequentially("Chinese Acad")
    expect(page.locator(".suggestions:visible li").first).to_be_visible()
    looking.check()
    page.keyboard.press("ArrowDown")
    with page.expect_response(lambda reply: reply.request.method == "POST") as saved:
        page.keyboard.press("Enter")
    assert saved.value.status == 200
    expect(page.locator("#field-metadata-creators-1-affiliations-0-id")).to_have_value("034t30j35")


def test_text_that_was_not_saved_is_there_again_after_the_network_is_back(signed_in: Looking) -> None:
    looking, page = signed_in, signed_in.page
    looking.open("/uploads/new")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/edit*")

    def cut(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route("**/edit*", cut)
    page.locator("#field-metadata-title").fill("Typed in a tunnel")
    expect(page.locator(".state")).to_have_text(page.locator("draft-form").get_attribute("data-unsaved") or "")
    page.unroute("**/edit*")
    with page.expect_response(lambda reply: reply.request.method == "POST") as saved:
        page.reload()

    expect(page.locator("#field-metadata-title")).to_have_value("Typed in a tunnel")
    assert saved.value.status == 200


@pytest.mark.parametrize("button", ["save", "files"])
def test_a_session_that_ends_while_somebody_types_loses_no_letter(
    signed_in: Looking, services: Services, button: str
) -> None:
    looking, page = signed_in, signed_in.page
    looking.open("/uploads/new")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/edit*")
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(SignInSession))

    page.locator("#field-metadata-title").fill("Typed without a session")
    page.locator(f".save-bar button[value={button}]").click()
    expect(page.locator(".state")).to_have_text(page.locator("draft-form").get_attribute("data-signed-out") or "")
    looking.messages.clear()  # the browser's own words of the refusals
    looking.check()
    page.context.request.post(f"{looking.address}/api/session", data={"email": EMAIL, "password": PASSWORD})
    expect(page.locator(".state")).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.locator(f".save-bar button[value={button}]").click()
    page.wait_for_url("**/files*" if button == "files" else "**saved=1*")

    looking.open(f"/uploads/{page.url.split('/')[4]}/edit")
    expect(page.locator("#field-metadata-title")).to_have_value("Typed without a session")


def test_nothing_is_sent_while_an_input_method_composes(signed_in: Looking) -> None:
    looking, page = signed_in, signed_in.page
    page.clock.install()
    looking.open("/uploads/new")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/edit*")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    keys = page.context.new_cdp_session(page)
    title = page.locator("#field-metadata-title")

    title.focus()
    page.keyboard.type("A")
    keys.send("Input.imeSetComposition", {"text": "dongtu", "selectionStart": 6, "selectionEnd": 6})
    page.clock.run_for(60_000)
    page.keyboard.press("Control+s")
    expect(title).to_have_value("Adongtu")
    assert not sent

    keys.send("Input.insertText", {"text": "冻土"})
    with page.expect_response(lambda reply: reply.request.method == "POST") as saved:
        page.clock.run_for(3_000)
    assert saved.value.status == 200
    assert parse_qs(saved.value.request.post_data or "")["metadata.title"] == ["A冻土"]
    expect(title).to_be_focused()
    expect(title).to_have_value("A冻土")
    assert sent == ["POST"]


def test_the_form_fits_a_phone(browser: Browser, site: str, services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, site, "zh", NARROW) as looking:
        looking.page.request.post(f"{site}/api/session", data={"email": EMAIL, "password": PASSWORD})
        looking.open("/uploads/new")
        looking.page.locator("main button[type=submit]").first.click()
        looking.page.wait_for_url("**/edit*")
        looking.check()


def _type_at(page: Page, selector: str, text: str) -> None:
    _tab_to(page, selector)
    page.keyboard.type(text)


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on a control, at most once around the page; every stop has to be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(FOCUS_IS_SEEN), f"the focus on {selector} is not seen"
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_deposit_begins_with_a_description_and_tells_what_is_left(signed_in: Looking) -> None:
    looking, page = signed_in, signed_in.page
    looking.open("/uploads/new")
    page.locator("#source").fill("@misc{x, title={Ice}, author={李伟}, journal={Nature}}")
    page.locator("form[action*=description] button[type=submit]").click()
    page.wait_for_url("**/start*")
    looking.check()
    assert page.locator("tbody tr").all_inner_texts() == ["journal\tNature"]
    page.locator("a.button[href*='/edit']").click()
    expect(page.locator("#field-metadata-title")).to_have_value("Ice")
    expect(page.locator("#field-metadata-creators-0-person_or_org-given_name")).to_have_value("伟")
