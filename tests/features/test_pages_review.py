"""A dataset under review in a browser: a referee reads everything and learns no name; its owner can look first."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.clock import now
from repository.engines.services import Services
from repository.faces.pages.sharing.link_lines import LinkKind
from repository.files.model import FileEntry
from repository.inspection.model import FilePreview
from tests.conftest import a_dataset
from tests.features.pages import Page
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.test_pages_sharing import address_in, post

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
Browsing = Callable[[], SigningIn]
NAMES = ("unmistakable", "无双", "hidden institute", "0000-0002-1825-0097", "owner@example.org", "secret fund")
BODY = a_dataset(
    title="Snow depth",
    creators=[
        {
            "person_or_org": {
                "type": "personal",
                "family_name": "Unmistakable",
                "given_name": "无双",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"name": "Hidden Institute"}],
        }
    ],
    description="<p>Snow in the mountains.</p>",
    subjects=[{"subject": "glacier"}],
    funding=[{"funder": {"name": "Secret Fund"}}],
)
FILES = {"raw/depth.csv": b"day,depth\n1,2\n", "raw/deep/a.txt": b"words", "README.md": b"# Read"}


@pytest.fixture
def draft(browser: SigningIn) -> str:
    return draft_with(browser, FILES)


def draft_with(browser: SigningIn, files: dict[str, bytes]) -> str:
    draft = str(browser("POST", "/api/records", json=BODY).get_json()["id"])
    for key, content in files.items():
        path = f"/api/records/{draft}/draft/files/{key}/content"
        assert browser("PUT", path, data=content).status_code in (200, 201), key
    return draft


def link_for(browser: SigningIn, draft: str, kind: LinkKind = LinkKind.REFEREE) -> str:
    return address_in(post(browser, f"/uploads/{draft}/share", kind=kind.value, expires="2090-01-01"))


def names_in(text: str) -> list[str]:
    return [name for name in NAMES if name in text.casefold()]


def walk(referee: SigningIn, start: str) -> dict[str, bytes]:
    """Follow every link of the dataset from a page on; return what each address answered."""
    waiting, seen = [start], dict[str, bytes]()
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 150:
            continue
        reply = referee("GET", path)
        assert reply.status_code == 200, path
        seen[path] = reply.data + str(reply.headers).encode()
        reply.close()
        if reply.mimetype != "text/html":
            continue
        here = path.partition("?")[0]
        for link in Page(reply.text).each("a"):
            address = link["href"].removeprefix("http://repository.test").partition("#")[0]
            address = f"{here}{address}" if address.startswith("?") else address
            if "token=" in address:
                waiting.append(address)
            else:
                assert not re.match("/(records|uploads)/[0-9]", address), address
    return seen


@pytest.mark.parametrize("is_published", [False, True], ids=["draft", "published"])
def test_a_referee_follows_every_link_and_learns_no_name(
    browser: SigningIn, browsing: Browsing, draft: str, is_published: bool, settle: Callable[[], None]
) -> None:
    address = link_for(browser, draft)
    if is_published:
        assert browser("POST", f"/api/records/{draft}/draft/actions/publish").status_code == 202
    settle()
    referee = browsing()

    seen = walk(referee, address)

    assert {
        path: names_in(body.decode("utf-8", "replace"))
        for path, body in seen.items()
        if names_in(body.decode("utf-8", "replace"))
    } == {}
    paths = "\n".join(seen)
    for part in ("path=raw", "/preview/README.md", "/preview/raw/depth.csv", "files-archive", "lang=zh"):
        assert part in paths, part
    archive = next(body for path, body in seen.items() if "files-archive" in path and "prefix" not in path)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {key for key in FILES if any(name.endswith(key) for name in opened.namelist())} == set(FILES)
    start = seen[address].decode()
    assert all(words in start for words in ("Snow depth", "Snow in the mountains.", "glacier"))
    assert "Science Data Repository" not in start
    assert ("format=bibtex" in paths) == is_published


@pytest.mark.parametrize("path", ["/files/none.csv", "/preview/none.csv", "/nothing", "/access-request", "/edit"])
def test_an_error_tells_a_referee_no_name(browser: SigningIn, browsing: Browsing, draft: str, path: str) -> None:
    query = "?" + link_for(browser, draft).partition("?")[2]
    for folder in ("/records/", "/uploads/"):
        reply = browsing()("GET", f"{folder}{draft}{path}{query}", headers={"Accept": "text/html"})
        assert reply.status_code in (401, 403, 404, 405), reply.text
        assert names_in(reply.text) == []
        assert "token=" not in reply.text


def test_who_came_by_a_link_to_a_draft_reads_it_with_its_names(
    browser: SigningIn, browsing: Browsing, draft: str
) -> None:
    seen = walk(browsing(), link_for(browser, draft, LinkKind.PREVIEW))
    assert any("Unmistakable" in body.decode("utf-8", "replace") for body in seen.values())
    assert any("/content" in path for path in seen)


def test_who_came_by_a_link_to_a_record_has_its_files(browser: SigningIn, browsing: Browsing) -> None:
    closed = {**BODY, "access": {"record": "public", "files": "restricted"}}
    draft = str(browser("POST", "/api/records", json=closed).get_json()["id"])
    browser("PUT", f"/api/records/{draft}/draft/files/a.csv/content", data=b"1")
    assert browser("POST", f"/api/records/{draft}/draft/actions/publish").status_code == 202
    token = link_for(browser, draft, LinkKind.VIEW).partition("?")[2]
    guest = browsing()
    (download,) = [
        link["href"]
        for link in Page(guest("GET", f"/records/{draft}?{token}").text).each("a")
        if "/files/a.csv" in link["href"]
    ]
    with guest("GET", download.removeprefix("http://repository.test")) as sent:
        assert sent.data == b"1"


def test_the_owner_looks_through_the_referee_s_eyes(browser: SigningIn, browsing: Browsing, draft: str) -> None:
    seen = browser("GET", f"/uploads/{draft}/as-referee")
    assert seen.status_code == 200
    assert "Snow depth" in seen.text
    assert names_in(seen.text.partition("<main")[2]) == []
    stranger = browsing()
    assert stranger("GET", f"/uploads/{draft}/as-referee").status_code == 401
    stranger.sign_in(OTHER)
    assert stranger("GET", f"/uploads/{draft}/as-referee").status_code == 403


def test_names_in_file_names_and_in_files_are_warned_of(browser: SigningIn, services: Services) -> None:
    files = {"unmistakable_2024.csv": b"a,b\n1,2\n", "notes.txt": b"Measured by Unmistakable\n", "owner.csv": b"a\n1\n"}
    draft = draft_with(browser, files)
    seen = {"inspector": 1, "format": "text", "kind": "text", "inspected": now()}
    with services.database.transaction(SYSTEM) as unit:
        [file_id] = unit.session.scalars(select(FileEntry.file_id).where(FileEntry.key == "notes.txt"))
        body = {"text": "Measured by Unmistakable", "thumbnail": {"data": "unmistakable"}}
        unit.session.add(FilePreview(stored_file_id=file_id, body=body, **seen))

    page = browser("GET", f"/uploads/{draft}/share?lang=zh").text

    told = re.findall(r"<li>(\S+) <code>([^<]+)</code>", page)
    assert set(told) == {("文件名中", "unmistakable_2024.csv"), ("文件内容中", "notes.txt"), ("文件名中", "owner.csv")}
    assert "repeat no name" in browser("GET", f"/uploads/{draft_with(browser, FILES)}/share").text


def test_a_broken_draft_is_shown_without_what_is_faulty(browser: SigningIn, browsing: Browsing) -> None:
    broken = {"metadata": {"title": "Half", "publication_date": "soon", "creators": [{}], "dates": [{"date": "never"}]}}
    draft = str(browser("POST", "/api/records", json=broken).get_json()["id"])
    seen = browsing()("GET", link_for(browser, draft))
    assert seen.status_code == 200
    assert "Half" in seen.text
