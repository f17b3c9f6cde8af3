"""A disk that fills under a running server: health tells of it before an upload is refused, and when there is room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import a_dataset
from tests.support.small_disk import leave, small_disk
from tests.support.web_server import Client, Server, running, until

pytestmark = [pytest.mark.slow, pytest.mark.process]

MIB = 1 << 20
RESERVE = 16 * MIB
UPLOAD = b"x" * MIB


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 160 * MIB) as mounted:
        yield mounted


@pytest.fixture
def server(disk: Path) -> Iterator[Server]:
    with running(disk, RESERVE_BYTES=str(RESERVE), WEB_PROCESSES="1") as started:
        yield started


def uploaded(author: Client, key: str, draft: dict[str, Any]) -> tuple[int, str]:
    base = f"/api/records/{draft['id']}/draft/files"
    author("POST", base, [{"key": key}])
    sent = author("PUT", f"{base}/{key}/content", UPLOAD)
    if sent.status == 200:
        assert author("POST", f"{base}/{key}/commit").status == 200
    return sent.status, sent.text


def told(author: Client) -> tuple[int, str, str]:
    reply = author("GET", "/health/ready")
    return reply.status, reply.json["status"], reply.json["conditions"]["disks"]["state"]


def test_health_tells_before_uploads_are_refused(server: Server, disk: Path) -> None:
    author = server.depositor()
    draft = author("POST", "/api/records", a_dataset()).json
    assert uploaded(author, "a.bin", draft)[0] == 200
    until(lambda: told(author) == (200, "ready", "well"), 60, "the site is well")

    leave(disk, 3 * RESERVE)
    until(lambda: told(author) == (200, "degraded", "degraded"), 60, "health tells of the disk")
    assert uploaded(author, "b.bin", draft)[0] == 200, "no upload is refused yet"

    leave(disk, RESERVE // 2)
    until(lambda: told(author) == (200, "degraded", "failed"), 60, "health tells that uploads are refused")
    status, text = uploaded(author, "c.bin", draft)
    assert (status, "no room" in text) == (507, True)

    leave(disk, 0)
    assert author("GET", "/health/ready").status == 200, "it is no reason to send readers elsewhere"
    assert 'repository_condition{name="disks"} 2.0' in author("GET", "/metrics").text

    leave(disk, 6 * RESERVE)
    until(lambda: told(author) == (200, "ready", "well"), 60, "the site is well again")
    assert uploaded(author, "c.bin", draft)[0] == 200
