"""Files are sent from the page of a draft: whole folders, small files together, large ones in parts, all compared."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.queries import person_by_email
from repository.people.quotas import set_limits
from tests.browser.looking import Looking
from tests.browser.sending import (
    EMAIL,
    MIB,
    SECONDS,
    Gate,
    a_large_file,
    a_tree,
    brings_bytes,
    choose_folder,
    idle,
    in_the_draft,
    is_part,
    on_disk,
    open_files,
    phase,
    trouble,
    words,
)
from tests.support.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.process]


def test_a_folder_of_300_files_is_sent_and_compared_and_sent_again_costs_nothing(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = a_tree(tmp_path / "台站")
    files = open_files(looking)
    looking.check()

    choose_folder(page, folder)
    idle(page)
    expect(phase(page)).to_contain_text("300")
    looking.check()
    expected = on_disk(folder)
    expected.pop("台站/.DS_Store")
    assert len(expected) == 300
    assert in_the_draft(page, files) == expected

    bodies = [request for request in at_address.asked if request.method == "PUT" or "-bundle" in request.path]
    assert 2 <= len([request for request in bodies if request.path.endswith("-bundle")]) <= 6
    page.reload()
    expect(page.locator(".draft-files th[scope=row]")).to_have_count(1)
    at_address.asked.clear()
    choose_folder(page, folder)
    idle(page)
    again = {request.method for request in at_address.asked if "/draft/files" in request.path}
    assert again == {"POST"}
    assert not [request for request in at_address.asked if request.path.endswith(("-bundle", "/draft/files"))]
    looking.check()


def test_a_real_drop_of_folders_keeps_names_and_tells_what_is_not_kept(depositing: Looking, tmp_path: Path) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "dropped"
    names = [
        "深/a b.csv",
        "深/100%#?.csv",
        "深/er/😀&'\".csv",
        "empty.bin",
        "trailing.",
        "x" * 200 + ".csv",
        "~$lock.docx",
    ]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name == "empty.bin" else name)
    (folder / "nothing" / "inside").mkdir(parents=True)
    files = open_files(looking)

    drop(page, folder)
    idle(page)

    expected = on_disk(folder)
    expected.pop("dropped/~$lock.docx")
    assert in_the_draft(page, files) == expected
    notes = page.locator(".uploading .notes")
    expect(notes).to_contain_text(words(page, "empty_folders_one").replace("{count}", "1"))
    expect(notes).to_contain_text(words(page, "left_out_one").replace("{count}", "1"))
    looking.check()


def drop(page: Page, folder: Path) -> None:
    """Let go of a folder over the page, as a person does."""
    protocol = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        protocol.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


@pytest.mark.parametrize("language", ["zh"])
def test_names_that_cannot_be_are_told_in_the_servers_words_before_a_byte_moves(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in ("caf\u00e9.csv", "cafe\u0301.csv", "in\u200bvisible.csv", "good.csv"):
        (folder / name).write_text(name)
    files = open_files(looking)

    choose_folder(page, folder)
    idle(page)

    refused = page.locator(".files-failed li")
    expect(refused).to_have_count(2)
    told = " ".join(refused.all_inner_texts())
    assert "文件名不得含不可见字符。" in told
    assert "NFC" in told
    assert sorted(in_the_draft(page, files)) == ["odd/caf\u00e9.csv", "odd/good.csv"]
    looking.check()
    page.locator(".actions button", has_text=words(page, "drop_all")).click()
    expect(refused).to_have_count(0)


def test_another_file_of_the_name_is_replaced_or_kept_as_the_person_says(depositing: Looking, tmp_path: Path) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    folder.mkdir()
    for name in ("a.csv", "b.csv", "same.csv"):
        (folder / name).write_text(f"first {name}")
    files = open_files(looking)
    choose_folder(page, folder)
    idle(page)
    before = in_the_draft(page, files)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(f"other {name}")

    choose_folder(page, folder)
    idle(page)
    clashes = page.locator(".files-clash li")
    expect(clashes).to_have_count(2)
    assert in_the_draft(page, files) == before
    looking.check()
    clashes.filter(has_text="a.csv").get_by_role("button", name=words(page, "replace")).click()
    expect(clashes).to_have_count(1)
    clashes.get_by_role("button", name=words(page, "keep")).click()
    expect(clashes).to_have_count(0)
    idle(page)

    assert in_the_draft(page, files) == {**before, "d/a.csv": on_disk(folder)["d/a.csv"]}


def test_what_does_not_fit_is_told_before_a_byte_moves(
    depositing: Looking, tmp_path: Path, services: Services, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    a_large_file(tmp_path / "d", 2 * MIB)
    (tmp_path / "d" / "small.csv").write_text("1")
    open_files(looking)
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, EMAIL)
        assert person is not None
        set_limits(unit, person, None, MIB)

    choose_folder(page, tmp_path / "d")

    expect(page.locator("file-uploader")).to_have_attribute("data-state", "held")
    expect(trouble(page)).to_contain_text("1,048,576")
    assert not [request for request in at_address.asked if brings_bytes(request)]
    looking.check()
    page.locator(".actions button", has_text=words(page, "drop_all")).click()
    idle(page)


@pytest.mark.parametrize("language", ["en"])
def test_20_000_files_are_counted_and_only_a_few_of_them_are_on_the_page(
    depositing: Looking, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    open_files(looking)
    gate = Gate(brings_bytes, 0)
    at_address.between = gate

    page.evaluate(MANY, 20_000)
    expect(page.locator(".files-moving li").first).to_be_visible()
    assert gate.held.wait(SECONDS / 1000)

    expect(phase(page)).to_contain_text("0 of 20,000 files")
    assert page.evaluate("document.querySelectorAll('*').length") < 3000
    assert page.locator(".files-moving li").count() <= 50
    looking.check()
    page.locator(".actions button", has_text=words(page, "pause")).click()
    expect(phase(page)).to_contain_text("20,000 of 20,000 files are left")
    gate.opened.set()


MANY = """count => {
  const chosen = new DataTransfer();
  for (let number = 0; number < count; number++)
    chosen.items.add(new File([`${number}\\n`], `many-${String(number).padStart(5, "0")}.csv`));
  const input = document.querySelector("#field-files");
  input.files = chosen.files;
  input.dispatchEvent(new Event("change"));
}"""


@pytest.fixture
def a_place_of_people() -> Iterator[Path]:
    """A folder whose place a browser keeps: below ``/dev``, where tests may lie, it keeps none."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        yield Path(name)


@pytest.mark.parametrize("language", ["zh"])
def test_a_folder_that_was_dropped_goes_on_by_one_button_after_a_reload(
    depositing: Looking, a_place_of_people: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = a_large_file(a_place_of_people / "数据", 70 * MIB).parent
    (folder / "a.csv").write_text("a")
    files = open_files(looking)
    gate = Gate(is_part, 1)
    at_address.between = gate
    page.on("dialog", lambda dialog: dialog.accept())
    drop(page, folder)
    assert gate.held.wait(SECONDS / 1000)
    page.reload()
    gate.opened.set()

    button = page.locator(".go-on button")
    expect(button).to_have_text(words(page, "go_on").replace("{name}", "数据"))
    looking.check()
    button.click()
    idle(page)

    assert in_the_draft(page, files) == on_disk(folder)
    page.wait_for_function(f"async () => ({KEPT_PLACES}) === 0")


KEPT_PLACES = """await new Promise(take => {
  const opening = indexedDB.open("uploads", 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("places").objectStore("places").count();
    asked.onsuccess = () => { opening.result.close(); take(asked.result); };
  };
})"""
