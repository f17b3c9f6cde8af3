"""Somebody makes an account and looks after it in a browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import register_person
from tests.browser.looking import NARROW, WIDE, Looking, window
from tests.features.noticed import mails, parts

pytestmark = [pytest.mark.slow, pytest.mark.process]
EMAIL, PASSWORD = "wang@example.org", "冰芯 数据 海冰 厚度 观测"
HOME = "/account/settings"


def press(looking: Looking, name: str) -> None:
    looking.page.locator("main").get_by_role("button", name=name, exact=True).click()


def link_of_letter(services: Services, tmp_path: Path, page: str) -> str:
    found = re.search(rf"{page}/[A-Za-z0-9_-]+", parts(mails(services, tmp_path)[-1])[0])
    assert found is not None
    return found[0]


def test_a_whole_account_in_chinese_without_scripts(
    browser: Browser, site: str, services: Services, settle: Callable[[], None], tmp_path: Path
) -> None:
    with window(browser, site, "zh", scripts=False) as looking:
        page = looking.page
        looking.open("/signup")
        looking.check()
        page.fill("#email", EMAIL)
        page.fill("#name", "王芳")
        page.fill("#password", PASSWORD)
        press(looking, "注册")
        looking.check()
        settle()
        looking.open(link_of_letter(services, tmp_path, "/confirm"))
        press(looking, "确认地址")
        looking.check()
        looking.open(f"/login?next={HOME}/profile")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        press(looking, "登录")
        looking.open(f"{HOME}/profile")
        looking.check()
        page.fill("[name='profile.full_name']", "王芳（Wang Fang）")
        press(looking, "保存")
        assert page.input_value("[name='profile.full_name']") == "王芳（Wang Fang）"
        looking.check()
        looking.open(f"{HOME}/applications")
        page.fill("#name", "冰芯实验室脚本")
        press(looking, "创建令牌")
        secret = page.locator("code.text").inner_text()
        assert secret.startswith("sdr_")
        looking.open(f"{HOME}/applications")
        looking.check()
        assert secret not in page.content()
        page.locator("header").get_by_role("button", name="退出登录").click()
        assert page.locator("h1").inner_text() == "您已退出登录"
        looking.check()


def test_pages_of_an_account_hold_what_every_page_promises(
    browser: Browser, site: str, language: str, services: Services
) -> None:
    from_letters = ["/login", "/signup", "/forgot", "/reset/x"]
    own = [f"{HOME}/{tab}" for tab in ("profile", "security", "applications", "linked", "notifications", "data")]
    register(services)
    for size in (WIDE, NARROW):
        with window(browser, site, language, size) as looking:
            for path in from_letters:
                looking.open(path)
                looking.check()
            looking.open("/login")
            looking.page.fill("#email", EMAIL)
            looking.page.fill("#password", PASSWORD)
            looking.page.locator("main button[type=submit]").click()
            for path in (*own, "/me/notifications"):
                looking.open(path)
                looking.check()


def register(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, "王芳", password=PASSWORD)
