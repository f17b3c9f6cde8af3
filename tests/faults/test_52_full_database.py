"""The disk of the PostgreSQL server really fills: what it acknowledged stays, and all that only reads goes on."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import services
from tests.faults.test_50_full_disk import CLEAR, Depositor, ready
from tests.features.test_services import needs_postgresql
from tests.support.small_disk import small_disk, take_all
from tests.support.web_server import Server, free_port, running, until

pytestmark = [pytest.mark.slow, pytest.mark.process, needs_postgresql]

DISK = 224 << 20
MOST_DRAFTS = 400
SETTLED = 60.0


@pytest.fixture
def disk() -> Iterator[Path]:
    """The disk of the database alone; whom its server runs as can reach it."""
    with tempfile.TemporaryDirectory(prefix="full-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with small_disk(Path(name) / "disk", DISK) as mounted:
            mounted.chmod(0o755)
            yield mounted


@pytest.fixture
def server(disk: Path, tmp_path: Path) -> Iterator[Server]:
    programs = services.default_folder() / "programs"
    with (
        services.running(disk, {"postgresql": free_port()}, programs) as servers,
        running(tmp_path, WEB_PROCESSES="1", DATABASE_URL=servers["postgresql"].url) as started,
    ):
        yield started


def test_a_full_disk_of_the_database_refuses_with_words_and_loses_nothing(server: Server, disk: Path) -> None:
    server.run("user", "create", "ada@example.org")
    ada = Depositor(server.client(server.run("token", "create", "ada@example.org").strip()))
    assert ada.publish(ready(ada, "First"), b"First").status == 202
    until(lambda: ada.finds("First"), SETTLED, "what is published is found")

    foreign = take_all(disk)
    refused = next(
        reply for number in range(MOST_DRAFTS) if (reply := ada.open(f"Heavy {number}", heavy=True)).status >= 400
    )

    assert refused.status in CLEAR
    assert refused.json["message"]
    assert ada.call("GET", "/api/records?q=First").status == 200
    ada.expect_everything()

    foreign.unlink()

    until(lambda: ada.open("Room again").status == 201, SETTLED, "the database has room again")
    assert ada.publish(ready(ada, "Last"), b"Last").status == 202
    ada.expect_everything()
    assert '"event":"bug"' not in server.log.replace(" ", "")
