"""The files of a draft by forms alone: levels of folders, what is done with files, and what is told of them."""

import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.faces.pages.deposit.file_table import AT_ONCE
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.quotas import set_limits
from tests.browser.looking import compressed
from tests.features.pages import Page
from tests.features.signing_in import EMAIL, SigningIn, browser, browsing, people, quick_passwords
from tests.features.tars import TAR, tar

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
FILES = {"readme.txt": b"x" * 2048, "raw/a.csv": b"1\n", "raw/b.csv": b"2\n", "raw/2024/c.csv": b"3\n"}


def post(browser: SigningIn, path: str, data: Any = None) -> TestResponse:
    return browser.http.post(path, data={"csrf_token": browser.token, **(data or {})})


def draft_with(browser: SigningIn, files: dict[str, bytes]) -> str:
    """Open a draft with these files, and return the address of their page."""
    reply = post(browser, "/uploads/new", {"title": "Begun", "type": "dataset"})
    draft = re.fullmatch(r".*/uploads/(\d+)/edit", reply.headers["Location"]).group(1)  # type: ignore[union-attr]
    for keys in [list(files)[at : at + 250] for at in range(0, len(files), 250)]:
        sent = browser(
            "POST",
            f"/api/records/{draft}/draft/files-bundle",
            data=tar({key: files[key] for key in keys}),
            content_type=TAR,
        )
        assert sent.status_code == 200, sent.text
    return f"/uploads/{draft}/files"


def api(page: str) -> str:
    return f"/api/records/{page.split('/')[2]}/draft/files"


def names(browser: SigningIn, query: str) -> list[str]:
    """What the page lists: folders end with a slash."""
    reply = browser("GET", query)
    assert reply.status_code == 200, reply.text
    boxes = [box for box in Page(reply.text).each("input") if box.get("type") == "checkbox"]
    return [str(box["value"]) for box in boxes]


def test_the_page_shows_one_level_of_folders_with_numbers_and_sizes(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)

    assert names(browser, page) == ["raw/", "readme.txt"]
    assert names(browser, f"{page}?path=raw/") == ["raw/2024/", "raw/a.csv", "raw/b.csv"]
    text = Page(browser("GET", page).text).text
    assert "3 files" in text
    assert "4 files, 2.1 kB" in text
    assert "path=raw%2F2024%2F" in browser("GET", f"{page}?path=raw").text
    assert browser("GET", f"{page}?path=none/").status_code == 404
    assert browser("GET", f"{page}?page=2").status_code == 404
    assert names(browser, f"{page}?q=csv&path=raw/2024/") == ["raw/2024/c.csv"]
    assert "No file has all of these words" in browser("GET", f"{page}?q=nothing").text


def test_a_long_folder_is_paged_and_small_however_many_files_there_are(browser: SigningIn) -> None:
    page = draft_with(browser, {f"d/{number:04}.csv": b"1" for number in range(1000)})

    seen: list[str] = []
    address: str | None = f"{page}?path=d/"
    while address:
        reply = browser("GET", address)
        boxes = [str(box["value"]) for box in Page(reply.text).each("input") if box.get("name") == "key"]
        assert len(boxes) <= AT_ONCE
        assert len(Page(reply.text).elements) < 3000
        assert compressed(reply.text) < 25_000
        seen += boxes
        following = [str(a["href"]) for a in Page(reply.text).each("a") if a.get("rel") == "next"]
        address = page + following[0].partition("#")[0] if following else None
    assert seen == [f"d/{number:04}.csv" for number in range(1000)]


def test_selected_files_and_folders_are_removed_after_a_page_that_names_them(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)

    asked = post(browser, f"{page}/act", {"do": "pick", "key": ["readme.txt"], "folder": ["raw/2024/"]})
    assert asked.status_code == 200, asked.text
    assert "raw/2024/ with 1 file, 2 B" in asked.text
    assert len(browser("GET", api(page)).get_json()["entries"]) == 4
    fields = [field for field in Page(asked.text).each("input") if field.get("type") == "hidden"]
    sent = {str(field["name"]): field["value"] for field in fields}
    assert post(browser, f"{page}/remove", sent).status_code == 303

    left = [entry["key"] for entry in browser("GET", api(page)).get_json()["entries"]]
    assert left == ["raw/a.csv", "raw/b.csv"]


def test_nothing_selected_is_said_and_nothing_is_removed(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)
    reply = post(browser, f"{page}/act?lang=zh", {"do": "pick"})
    assert reply.status_code == 400
    assert "请至少选择一个文件或文件夹。" in reply.text
    assert post(browser, f"{page}/act", {"do": "burn:raw/a.csv"}).status_code == 400
    assert len(browser("GET", api(page)).get_json()["entries"]) == 4


def test_a_file_and_a_folder_get_other_names_and_what_is_wrong_stands_at_the_field(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)

    moved = post(browser, f"{page}/rename", {"key": "readme.txt", "name": "docs/说明.txt"})
    assert moved.headers["Location"].endswith(f"{page}?path={quote('docs/', safe='')}#held")
    assert post(browser, f"{page}/rename", {"key": "raw/", "name": "data/raw"}).status_code == 303
    keys = [entry["key"] for entry in browser("GET", api(page)).get_json()["entries"]]
    assert keys == ["data/raw/2024/c.csv", "data/raw/a.csv", "data/raw/b.csv", "docs/说明.txt"]

    refused = post(browser, f"{page}/rename", {"key": "data/raw/a.csv", "name": "../up"})
    assert refused.status_code == 400
    [field] = [field for field in Page(refused.text).each("input") if field.get("name") == "name"]
    assert (field["value"], field["aria-invalid"]) == ("../up", "true")
    assert "no empty, &#39;.&#39; or &#39;..&#39; part" in refused.text
    taken = post(browser, f"{page}/rename", {"key": "data/raw/a.csv", "name": "data/raw/b.csv"})
    assert taken.status_code == 400
    for unknown in ("none", "none/"):
        assert browser("GET", f"{page}/rename?key={unknown}").status_code == 404
    assert 'value="data/raw/a.csv"' in browser("GET", f"{page}/rename?key=data/raw/a.csv").text


def test_a_file_is_hidden_and_shown_and_chosen_to_be_shown_first(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)

    assert (
        post(browser, f"{page}/act?path=raw/", {"do": "first:raw/a.csv"})
        .headers["Location"]
        .endswith("?path=raw%2F#held")
    )
    assert browser("GET", api(page)).get_json()["default_preview"] == "raw/a.csv"
    assert "Shown first" in browser("GET", f"{page}?path=raw/").text
    post(browser, f"{page}/act", {"do": "hide:raw/a.csv"})
    body = browser("GET", f"{api(page)}/raw/a.csv").get_json()
    assert body["access"] == {"hidden": True}
    assert browser("GET", api(page)).get_json()["default_preview"] is None
    refused = post(browser, f"{page}/act", {"do": "first:raw/a.csv"})
    assert refused.status_code == 400
    post(browser, f"{page}/act", {"do": "show:raw/a.csv"})
    post(browser, f"{page}/act", {"do": "first:raw/a.csv"})
    post(browser, f"{page}/act", {"do": "not-first:raw/a.csv"})
    assert browser("GET", api(page)).get_json()["default_preview"] is None


def test_files_that_were_begun_and_never_came_are_told_and_removed_together(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)
    coming = [{"key": "waves.nc", "size": 10 << 20, "transfer": {"type": "M", "part_size": 5 << 20}}, {"key": "never"}]
    assert browser("POST", api(page), json=coming).status_code == 201

    told = browser("GET", page).text
    assert "2 files are not complete." in told
    assert "Coming in parts" in told
    asked = post(browser, f"{page}/remove-unfinished")
    assert "What has arrived of 2 files is removed for good." in asked.text
    assert len(browser("GET", api(page)).get_json()["entries"]) == 6
    assert post(browser, f"{page}/remove-unfinished", {"confirmed": "1"}).status_code == 303

    body = browser("GET", api(page)).get_json()
    assert (body["count"], body["pending"]) == (4, 0)
    assert "not complete" not in browser("GET", page).text


def test_limits_are_told_before_anything_is_chosen(browser: SigningIn, services: Services) -> None:
    page = draft_with(browser, {"a": b"12"})
    limits = browser("GET", "/api/limits").get_json()["files"]
    assert f"the dataset up to {limits['per_record']:,} files." in browser("GET", page).text

    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, EMAIL)
        assert isinstance(person, Person)
        set_limits(unit, person, None, 1002)
    assert "1.0 kB of your space is left." in browser("GET", page).text


def test_a_form_stores_what_it_can_and_names_the_rest(browser: SigningIn) -> None:
    page = draft_with(browser, {"a.csv": b"1"})
    reply = post(browser, page, {"files": [(io.BytesIO(b"2"), "b.csv"), (io.BytesIO(b"3"), "in\u200bvisible")]})
    assert reply.status_code == 400
    assert "A file name has no invisible characters." in reply.text
    keys = [entry["key"] for entry in browser("GET", api(page)).get_json()["entries"]]
    assert keys == ["a.csv", "b.csv"]


def test_the_page_speaks_chinese_and_the_script_gets_the_same_words(browser: SigningIn) -> None:
    page = draft_with(browser, FILES)
    html = browser("GET", f"{page}?lang=zh").text
    [element] = Page(html).each("file-uploader")
    assert "文件已存储并校验。" in str(element["data-words"])
    assert "共 4 个文件" in html


def test_nobody_else_does_anything_with_the_files(browser: SigningIn, browsing: Any) -> None:
    page = draft_with(browser, FILES)
    stranger = browsing()
    forms = {
        "act": {"do": "hide:raw/a.csv"},
        "remove": {"confirmed": "1", "key": "raw/a.csv"},
        "remove-unfinished": {"confirmed": "1"},
        "rename": {"key": "raw/a.csv", "name": "c"},
    }
    for path, data in forms.items():
        assert post(stranger, f"{page}/{path}", data).status_code in (401, 403, 404), path
        assert browser.http.post(f"{page}/{path}", data=data).status_code == 403, path
    assert stranger("GET", f"{page}/rename?key=raw/a.csv").status_code in (401, 403, 404)
    assert len(browser("GET", api(page)).get_json()["entries"]) == 4
