"""Steps of tests of files that are fetched."""

from datetime import timedelta

from sqlalchemy import select, update
from werkzeug.test import TestResponse

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.deposits.model import FetchedFile
from repository.engines.services import Services
from repository.files.model import Upload
from repository.operation.model import Job
from tests.conftest import Caller
from tests.features.steps import Json, base, objects
from tests.support.file_host import FileHost
from tests.support.web_server import HOST

CONTENT = b"depth,salinity\n5,35.1\n"
LARGE = bytes(range(256)) * 2_000
QUOTA = 1 << 20


def fetching_site(settings: Settings, host: FileHost) -> Settings:
    """Return the settings of a site that fetches from the host, which stands in its own network."""
    chosen = {"fetch_hosts": host.name, "fetch_networks": f"{HOST}/32", "max_file_bytes": QUOTA}
    return settings.model_copy(update={**chosen, "max_draft_bytes_per_person": 2 * QUOTA})


def make_due(services: Services) -> None:
    """Let jobs that wait for another attempt be due now."""
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).values(run_after=unit.now - timedelta(seconds=1)))


def name(author: Caller, draft: Json, url: str, key: str = "data.csv", **more: object) -> TestResponse:
    return author.post(base(draft), json=[{"key": key, "transfer": {"type": "F", "url": url}, **more}])


def asked_for(author: Caller, draft: Json, url: str, **more: object) -> None:
    reply = name(author, draft, url, **more)
    assert reply.status_code == 201, reply.text


def told(author: Caller, draft: Json, key: str = "data.csv", **options: object) -> Json:
    reply = author.get(f"{base(draft)}/{key}", **options)
    assert reply.status_code == 200, reply.text
    body: Json = reply.get_json()
    [listed] = [file for file in author.get(base(draft), **options).get_json()["entries"] if file["key"] == key]
    assert listed == body, "lists tell the same"
    return body


def rows(services: Services, table: type) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        return len(snapshot.session.scalars(select(table)).all())


def require_nothing_left(services: Services) -> None:
    """Neither rows nor bytes of a fetch that is over."""
    assert (rows(services, FetchedFile), rows(services, Upload), objects(services)) == (0, 0, 0)


def failed(author: Caller, draft: Json, language: str = "en") -> str:
    file = told(author, draft, headers={"Accept-Language": language})
    assert (file["status"], file["transfer"]["state"]) == ("failed", "failed"), file
    error: str = file["transfer"]["error"]
    return error
