"""An administrator looks at the site and acts on it in a browser."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from repository.core.actor import SYSTEM, Role
from repository.engines.services import Services
from repository.operation.model import Job, JobState
from repository.people.accounts import register_person
from tests.browser.looking import NARROW, WIDE, window
from tests.browser.sending import EMAIL, PASSWORD, sign_in
from tests.conftest import Deposits
from workers.relay import relay
from workers.sweeps.schedule import run_due

pytestmark = [pytest.mark.slow, pytest.mark.process]


def test_an_administrator_walks_through_all_pages(
    browser: Browser, site: str, language: str, services: Services, deposits: Deposits
) -> None:
    deposits.published(**{"data.csv": b"1,2\n"})
    while relay(services.database):
        pass
    run_due(services)
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, "陈静", Role.ADMINISTRATOR, PASSWORD)
        other = register_person(unit, "other@example.org", "王芳").id
        unit.session.execute(update(Job).values(state=JobState.FAILED.value, cause="Unavailable: away"))
    with window(browser, site, language, NARROW if language == "zh" else WIDE, scripts=language == "en") as looking:
        page = looking.page
        sign_in(looking)
        looking.open("/")
        page.locator("header a[href='/admin']").click()
        for tab in ("jobs", "identifiers", "sweeps", "storage", "users", "audit", "settings"):
            looking.open(f"/admin/{tab}")
            looking.check()
        looking.open("/admin/jobs?state=failed")
        page.locator("input[name=job]").first.check()
        page.locator("form#job button[type=submit]").click()
        assert "done=done_retried" in page.url
        assert page.locator(".notice[role=status]").count() == 1
        looking.open("/admin/sweeps")
        page.locator("[data-sweep=index] button").click()
        assert page.locator("[data-sweep=index] button").count() == 0
        looking.open(f"/admin/users/{other}/suspend")
        looking.check()
        page.fill("#reason", "离职")
        page.locator("main button.danger").click()
        assert page.url.startswith(f"{looking.address}/admin/users/{other}?")
        looking.check()
        looking.open("/admin")
        looking.check()
