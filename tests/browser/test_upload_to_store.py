"""On S3 the parts of a file go from the browser to the store itself, if the store lets a page of this site do so."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from config.settings import Settings, read_settings
from repository.engines.services import Services
from tests.browser.looking import Looking
from tests.browser.sending import MIB, a_large_file, choose_folder, idle, in_the_draft, is_part, on_disk, open_files
from tests.support.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.process, pytest.mark.minio]


@pytest.fixture
def settings(s3_store_url: str, database_url: str, search_url: str, tmp_path: Path, at_address: LiveServer) -> Settings:
    """Those of a site whose bytes do not pass through it."""
    return read_settings(
        base_url=at_address.address,
        database_url=database_url,
        store_url=s3_store_url,
        search_url=search_url,
        downloads="redirect",
        mail_url=f"embedded:{tmp_path}/mail",
        inspection="off",
    )


def lets_pages_send(looking: Looking, services: Services) -> bool:
    """Whether the store says that a page of the site may send to it."""
    asked = {"Origin": looking.address, "Access-Control-Request-Method": "PUT"}
    reply = looking.page.request.fetch(f"{services.store.uploads.origin}/bucket/key", method="OPTIONS", headers=asked)
    return reply.headers.get("access-control-allow-origin") in (looking.address, "*")


@pytest.mark.parametrize("language", ["en"])
def test_parts_go_to_the_store_that_lets_them_and_through_the_server_to_another(
    depositing: Looking, services: Services, tmp_path: Path, at_address: LiveServer
) -> None:
    looking, page = depositing, depositing.page
    folder = a_large_file(tmp_path / "d", 70 * MIB).parent
    (folder / "small.csv").write_text("1,2\n")
    files = open_files(looking)
    direct: list[Any] = []
    page.on("requestfinished", lambda request: direct.append(parse_qs(urlsplit(request.url).query).get("partNumber")))

    choose_folder(page, folder)
    idle(page)

    expect(page.locator(".files-failed li")).to_have_count(0)
    assert in_the_draft(page, files) == on_disk(folder)
    assert page.evaluate("window.__violations") == []
    by_server = [request for request in at_address.asked if is_part(request)]
    if lets_pages_send(looking, services):
        assert sorted(int(numbers[0]) for numbers in direct if numbers) == [1, 2, 3, 4, 5]
        assert by_server == []
    else:
        assert len(by_server) == 5
