"""``DEMO_BROWSER=1 make demo``: a stranger finds data, makes an account, deposits a folder, shares and publishes it.

The server is that of ``repository demo``, and everything happens in Chromium, once in each language.  The pictures go
to ``var/pictures/demo``.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import click
from playwright.sync_api import Browser, Page, expect, sync_playwright

from repository.cli.demo import server, show, wait_for, workplace
from repository.cli.demo_datasets import DEFAULT_DATA, DemoDataset, read_datasets
from tests.browser.chromium import launched
from tests.browser.looking import in_language
from tests.pictures.camera import LANGUAGES, PATIENCE

PASSWORD = "correct horse battery staple"
SECONDS = 30
FIELD = "#field-metadata-"
AUTHOR = f"{FIELD}creators-0-person_or_org-"


@dataclass
class Walk:
    """A window of one visitor, and the pictures that it leaves."""

    page: Page
    address: str
    language: str
    folder: Path
    taken: int = 0

    def open(self, path: str) -> None:
        """Go to a page of the site."""
        self.page.goto(self.address + in_language(path, self.language), wait_until="load")

    def picture(self, name: str) -> None:
        """Keep what is seen now."""
        self.taken += 1
        path = self.folder / f"{self.language}-{self.taken:02}-{name}.png"
        self.page.screenshot(path=path, full_page=True)
        click.echo(f"  {path}")

    def submit(self) -> None:
        """Press the last button of the page's forms, and wait for what follows."""
        self.page.locator("main form button").last.click()
        self.page.wait_for_load_state()


def find(walk: Walk, dataset: DemoDataset) -> None:
    """Search for a dataset and open its page."""
    walk.open("/")
    walk.picture("home")
    walk.page.locator("main input[name=q]").fill(dataset.words[0])
    walk.page.locator("main input[name=q]").press("Enter")
    walk.page.wait_for_url("**/search*")
    walk.picture("search")
    walk.page.locator("main h2 a, main h3 a").first.click()
    walk.page.wait_for_url("**/records/*")
    walk.picture("dataset")


def sign_up(walk: Walk, mail: Path) -> None:
    """Make an account, confirm its address by the letter, and sign in."""
    email = f"visitor-{walk.language}@example.org"
    walk.open("/signup")
    walk.page.fill("#email", email)
    walk.page.fill("#name", "李伟" if walk.language == "zh" else "Li Wei")
    walk.page.fill("#password", PASSWORD)
    walk.picture("sign-up")
    walk.submit()
    link = wait_for("the letter", SECONDS, lambda: _link(mail, email))
    walk.page.goto(link)
    walk.submit()
    walk.picture("address-confirmed")
    walk.open("/login")
    walk.page.fill("#email", email)
    walk.page.fill("#password", PASSWORD)
    walk.submit()


def _link(mail: Path, email: str) -> str:
    for file in mail.glob("*.eml"):
        letter = cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.SMTP))
        if email in str(letter["To"]):
            text = cast(EmailMessage, next(letter.iter_parts())).get_content()
            if found := re.search(r"https?://\S+/confirm/\S+", text):
                return found[0]
    return ""


def deposit(walk: Walk, dataset: DemoDataset) -> str:
    """Describe a dataset, send a folder, and return the id of the draft."""
    page = walk.page
    walk.open("/uploads/new")
    page.locator("#new-title").fill(dataset.title)
    walk.picture("new-deposit")
    page.locator("main form", has=page.locator("#new-title")).locator("button[type=submit]").click()
    page.wait_for_url("**/edit*")
    page.locator(f"{FIELD}publication_date").fill("2026-05")
    page.locator(f"{FIELD}publisher").fill("Plateau Data Centre")
    page.locator(f"details:has({AUTHOR}family_name) > summary").first.click()  # who deposits is the first author
    page.locator(f"{AUTHOR}family_name").fill("李")
    page.locator(f"{AUTHOR}given_name").fill("伟")
    page.locator("input[name=licence][value='cc-by-4.0']").check()
    walk.picture("form")
    page.locator(".save-bar button[value=files]").click()
    page.wait_for_url("**/files*")
    with _folder(dataset) as folder:
        page.locator("input[type=file][webkitdirectory]").set_input_files(folder)
        expect(page.locator("file-uploader")).to_have_attribute("data-state", "idle", timeout=PATIENCE)
    expect(page.locator(".files-failed li, .files-clash li")).to_have_count(0)
    walk.picture("files-sent")
    page.locator(".reload a").click()
    expect(page.locator(".draft-files")).to_be_visible()
    walk.picture("files")
    return str(re.findall(r"/uploads/(\d+)/", page.url)[0])


@contextmanager
def _folder(dataset: DemoDataset) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        for key, path in dataset.files.items():
            copy = Path(name) / "station" / key
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        yield Path(name) / "station"


def share(walk: Walk, browser: Browser, draft: str) -> None:
    """Make a link for referees, and look at the draft as one of them."""
    walk.open(f"/uploads/{draft}/share")
    walk.page.locator("input[name=kind][value=referee]").check()
    walk.page.locator("form:has(input[name=kind]) button").last.click()
    link = walk.page.locator("[data-copy] code").inner_text()
    walk.picture("blind-link")
    referee = browser.new_page()
    referee.goto(link)
    seen = Walk(referee, walk.address, walk.language, walk.folder, walk.taken)
    seen.picture("blind-view")
    if "李" in referee.content():
        raise RuntimeError("the view of a referee names the author")
    walk.taken = seen.taken
    referee.close()


def publish(walk: Walk, draft: str) -> None:
    """Check the draft and publish it."""
    walk.open(f"/uploads/{draft}/check")
    walk.picture("check")
    walk.page.locator("form[action*=publish] button").click()
    walk.page.wait_for_url("**/records/*")
    walk.picture("published")


def walk_through(browser: Browser, address: str, mail: Path, folder: Path, dataset: DemoDataset) -> None:
    """Walk the whole way once in each language."""
    for language in LANGUAGES:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN" if language == "zh" else "en-GB"
        )
        context.set_default_timeout(PATIENCE)
        walk = Walk(context.new_page(), address, language, folder)
        find(walk, dataset)
        sign_up(walk, mail)
        draft = deposit(walk, dataset)
        share(walk, browser, draft)
        publish(walk, draft)
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=Path("var/pictures/demo"), help="the folder of the pictures")
    pictures = parser.parse_args().to
    pictures.mkdir(parents=True, exist_ok=True)
    datasets = read_datasets(DEFAULT_DATA)
    with workplace(keep=False) as folder, server(folder, REPOSITORY_SIGN_UP="open") as client:
        show(client, datasets)
        click.echo("\nThe same site in a browser")
        with sync_playwright() as playwright:
            browser = launched(playwright)
            walk_through(browser, client.base_url, folder / "mail", pictures, datasets[0])
            browser.close()
    click.echo(f"The walk is kept in {pictures}")


if __name__ == "__main__":
    main()
