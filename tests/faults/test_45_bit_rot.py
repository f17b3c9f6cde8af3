"""Stored bytes rot: what a running site answers, before a check has found it and after, until they are back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.core.preservation_events import PreservationEventRow
from repository.engines.services import Services
from repository.files.model import StoredFile
from tests.conftest import a_dataset
from tests.features.damage import put
from tests.support.commands import command_here
from tests.support.web_server import Client, Cut, Reply, Server, running, until

pytestmark = [pytest.mark.slow, pytest.mark.process]

LARGE = bytes(range(256)) * (12 << 10)
CONTENT = {"flipped.bin": LARGE, "short.bin": LARGE + b"1", "gone.bin": LARGE + b"22", "sound.csv": b"1,2\n"}
DAMAGED = ("flipped.bin", "short.bin", "gone.bin")
PATIENCE_SECONDS = 60.0


@pytest.fixture
def site(settings: Settings, services: Services, tmp_path: Path) -> Iterator[Server]:
    """A server on the engines of `services`; bytes come through it."""
    assert services
    folder = tmp_path / "site"
    folder.mkdir()
    urls = {name.upper(): getattr(settings, name) for name in ("database_url", "store_url", "search_url")}
    with running(folder, DOWNLOADS="stream", WEB_PROCESSES="1", **urls) as server:
        yield server


def publish(author: Client) -> str:
    draft = author("POST", "/api/records", a_dataset()).json["id"]
    here = f"/api/records/{draft}/draft"
    assert author("POST", f"{here}/files", [{"key": key} for key in CONTENT]).status == 201
    for key, content in CONTENT.items():
        assert author("PUT", f"{here}/files/{key}/content", content).status == 200
        assert author("POST", f"{here}/files/{key}/commit").status == 200
    assert author("POST", f"{here}/actions/publish").status == 202
    return str(draft)


def files(services: Services) -> dict[str, StoredFile]:
    """The stored files by the names of `CONTENT`, which differ in their sizes."""
    with services.database.snapshot(SYSTEM) as snapshot:
        by_size = {file.size: file for file in snapshot.session.scalars(select(StoredFile))}
    return {key: by_size[len(content)] for key, content in CONTENT.items()}


def damage(services: Services) -> None:
    """Flip a bit of one file, cut another, and remove a third, behind the back of the site."""
    stored = files(services)
    for key, content in (("flipped.bin", LARGE[:-9] + b"\0" + LARGE[-8:]), ("short.bin", LARGE)):
        path = services.store.local_path(stored[key].object_key)
        if path is None:
            put(services, stored[key], content)
        else:
            path.chmod(0o644)
            path.write_bytes(content)
    services.store.remove([stored["gone.bin"].object_key])


def sweep(site: Server) -> str:
    """What the sweep said, once the server's own does not run just now."""
    output: list[str] = []

    def is_done() -> bool:
        done = command_here(site.environment, "sweeps", "run", "fixity")
        output[:] = [done.stdout]
        return done.returncode == 0

    until(is_done, PATIENCE_SECONDS, "the sweep runs")
    return output[0]


def outcomes(services: Services, key: str) -> list[str]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(
            snapshot.session.scalars(
                select(PreservationEventRow.outcome)
                .where(PreservationEventRow.object_id == files(services)[key].id)
                .order_by(PreservationEventRow.id)
            )
        )


def is_whole(request: Callable[[], Reply]) -> bool:
    """Whether a reader takes the answer for a whole file."""
    try:
        return request().status == 200
    except Cut:
        return False


def test_rotten_bytes_are_told_by_every_door_from_the_first_reader_to_their_return(
    site: Server, services: Services
) -> None:
    author, anyone = site.depositor(), site.client()
    record = publish(author)
    until(lambda: all(file.verified for file in files(services).values()), PATIENCE_SECONDS, "the files are verified")
    here, archive = f"/api/records/{record}/files", f"/api/records/{record}/files-archive"
    damage(services)

    # before any check
    for key in DAMAGED:
        assert not is_whole(lambda key=key: anyone("GET", f"{here}/{key}/content")), key  # type: ignore[misc]
    for key in ("short.bin", "gone.bin"):
        assert anyone("HEAD", f"{here}/{key}/content").status == 503
        assert anyone("GET", f"{here}/{key}/content", headers={"Range": "bytes=0-9"}).status == 503
    assert not is_whole(lambda: anyone("GET", archive))

    # once a check has found them
    sweep(site)
    for key in DAMAGED:
        for method in ("GET", "HEAD"):
            reply = anyone(method, f"{here}/{key}/content")
            assert (reply.status, reply.headers.keys() & {"Retry-After", "Repr-Digest", "ETag"}) == (503, set())
        assert "is damaged" in anyone("GET", f"{here}/{key}/content").json["message"]
    assert anyone("GET", archive).status == 503
    assert anyone("GET", f"{here}/sound.csv/content").body == CONTENT["sound.csv"]
    listed = command_here(site.environment, "files", "faults")
    assert listed.returncode == 1
    assert all(key in listed.stdout for key in DAMAGED)
    assert [outcomes(services, key) for key in CONTENT] == [["success", "fail"]] * 3 + [["success"]]
    page = f"/records/{record}"
    until(lambda: anyone("GET", page).text.count("This file is damaged") == 3, PATIENCE_SECONDS, "the page tells it")

    # once the bytes are back
    for key in DAMAGED:
        put(services, files(services)[key], CONTENT[key])
    sweep(site)
    for key in CONTENT:
        assert anyone("GET", f"{here}/{key}/content").body == CONTENT[key]
    assert anyone("GET", archive).status == 200
    assert [outcomes(services, key) for key in DAMAGED] == [["success", "fail", "success"]] * 3
    assert "No file is known to be damaged" in site.run("files", "faults")
