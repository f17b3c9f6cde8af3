"""Sending goes on through all that can be wrong for a while, says so in words, and never sends twice what is there."""

import hashlib
import threading
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, expect
from sqlalchemy import delete
from werkzeug import Request, Response

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.model import SignInSession
from tests.browser.looking import Looking
from tests.browser.sending import (
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
    sign_in,
    trouble,
    words,
)
from tests.support.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.process]
CONNECTIONS = 4


def test_after_a_reload_in_the_middle_only_what_is_missing_is_sent(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 200 * MIB)
    files = open_files(looking)
    gate = Gate(is_part, 5)
    at_address.between = gate
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    choose_folder(page, folder)
    assert gate.held.wait(SECONDS / 1000)
    page.locator("body").click(position={"x": 5, "y": 5})  # a page that nobody has touched asks nothing
    page.reload()
    assert asked == ["beforeunload"]
    gate.opened.set()
    expect(page.locator(".notice.warn")).to_be_visible()
    looking.check()

    choose_folder(page, folder)
    idle(page)

    assert in_the_draft(page, files) == on_disk(folder)
    parts = Counter(request.path.rpartition("/")[2] for request in gate.passed)
    assert len(parts) == 13
    assert sum(parts.values()) <= 13 + CONNECTIONS, parts
    page.reload()
    assert asked == ["beforeunload"]


class Answers:
    """Answers the first requests that bring bytes with an error, and lets those behind them through."""

    def __init__(self, status: int, times: int, **headers: str) -> None:
        self.status, self.left, self.headers = status, times, headers
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Response | None:
        if not brings_bytes(request):
            return None
        with self.lock:
            self.left -= 1
            if self.left < 0:
                return None
        return Response('{"message": "Not now."}', self.status, {"Content-Type": "application/json", **self.headers})


@pytest.mark.parametrize(("status", "name"), [(503, "away"), (507, "full"), (429, "busy")])
def test_a_store_that_is_away_or_full_or_busy_is_told_and_waited_for(
    depositing: Looking, tmp_path: Path, at_address: LiveServer, status: int, name: str
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 20 * MIB)
    files = open_files(looking)
    at_address.between = Answers(status, 3, **{"Retry-After": "30"})

    choose_folder(page, folder)
    expect(trouble(page)).to_contain_text(words(page, f"trouble_{name}"))
    looking.messages.clear()  # the browser's own word of the reply
    looking.check()
    for _ in range(3):
        page.locator(".actions button", has_text=words(page, "wake")).click()
    idle(page)

    expect(trouble(page)).to_be_hidden()
    assert in_the_draft(page, files) == on_disk(folder)


def test_without_network_sending_waits_and_goes_on_by_itself(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 70 * MIB)
    a_tree(folder / "more", 30)
    files = open_files(looking)
    gate = Gate(is_part, 1)
    at_address.between = gate
    choose_folder(page, folder)
    assert gate.held.wait(SECONDS / 1000)

    page.context.set_offline(True)
    expect(trouble(page)).to_contain_text(words(page, "trouble_offline"))
    gate.opened.set()
    page.context.set_offline(False)
    idle(page)

    expected = on_disk(folder)
    expected.pop("d/more/.DS_Store")
    assert in_the_draft(page, files) == expected


def test_a_second_tab_waits_for_its_turn_and_sends_nothing_twice(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 70 * MIB)
    files = open_files(looking)
    gate = Gate(is_part, 1)
    at_address.between = gate
    choose_folder(page, folder)
    assert gate.held.wait(SECONDS / 1000)

    other = page.context.new_page()
    other.goto(page.url)
    (folder / "more.csv").write_text("more")
    choose_folder(other, folder)
    expect(phase(other)).to_have_text(words(other, "other_tab").replace("{count}", "2"))
    gate.opened.set()
    idle(page)
    idle(other)

    assert in_the_draft(page, files) == on_disk(folder)
    assert max(Counter(request.path for request in gate.passed).values()) == 1


def test_when_the_session_ends_sending_goes_on_after_a_sign_in_elsewhere(
    depositing: Looking, tmp_path: Path, at_address: LiveServer, services: Services
) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 70 * MIB)
    files = open_files(looking)
    gate = Gate(is_part, 1)
    at_address.between = gate
    choose_folder(page, folder)
    assert gate.held.wait(SECONDS / 1000)

    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(SignInSession))
    gate.opened.set()
    expect(trouble(page)).to_have_text(words(page, "trouble_signed_out"))
    looking.messages.clear()  # the browser's own words of the refusals
    looking.check()
    sign_in(looking)
    idle(page)

    assert in_the_draft(page, files) == on_disk(folder)


def test_sending_is_paused_and_a_file_is_left_out(depositing: Looking, tmp_path: Path, at_address: LiveServer) -> None:
    looking, page = depositing, depositing.page
    folder = tmp_path / "d"
    a_large_file(folder, 70 * MIB)
    (folder / "other.nc").write_bytes(bytes(40 * MIB))
    files = open_files(looking)
    gate = Gate(is_part, 2)
    at_address.between = gate
    choose_folder(page, folder)
    assert gate.held.wait(SECONDS / 1000)

    page.locator(".actions button", has_text=words(page, "pause")).click()
    expect(page.locator("file-uploader")).to_have_attribute("data-state", "paused")
    looking.check()
    gate.opened.set()
    page.locator(".actions button", has_text=words(page, "resume")).click()
    gate = Gate(is_part, 2)
    at_address.between = gate
    assert gate.held.wait(SECONDS / 1000)
    page.get_by_role("button", name=words(page, "drop_file").replace("{name}", "d/large.nc")).click()
    gate.opened.set()
    idle(page)

    assert in_the_draft(page, files) == {"d/other.nc": hashlib.sha256(bytes(40 * MIB)).hexdigest()}


def test_a_file_that_changes_while_it_is_sent_is_told_and_not_mixed(
    depositing: Looking, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    path = a_large_file(tmp_path / "d", 100 * MIB)
    open_files(looking)
    gate = Gate(is_part, 1)
    at_address.between = gate
    choose_folder(page, path.parent)
    assert gate.held.wait(SECONDS / 1000)
    path.write_bytes(bytes(100 * MIB))
    gate.opened.set()

    idle(page)
    expect(page.locator(".files-failed li")).to_contain_text(words(page, "changed"))
    looking.messages.clear()  # the browser's own word of a file that it cannot read
    looking.check()
