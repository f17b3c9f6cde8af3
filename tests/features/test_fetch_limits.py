"""What a fetch may not do: go past a dataset's own limit, trust any certificate, or tell where a file came from."""

import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import Settings
from repository.core.actor import SYSTEM, Role
from repository.core.errors import Unavailable
from repository.deposits.model import FetchedFile
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.features.fetching import CONTENT, LARGE, asked_for, failed, fetching_site
from tests.features.steps import base
from tests.support.certificates import certificate_for
from tests.support.file_host import FileHost, file_host, resumable, whole
from tests.support.query_plans import heard_statements, reads_rows, whole_reads
from tests.support.web_server import HOST
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def host() -> Iterator[FileHost]:
    with file_host(whole(CONTENT)) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, host: FileHost) -> Settings:
    return fetching_site(settings, host)


def test_the_limit_of_a_dataset_is_looked_at_before_a_byte_moves(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, register: Callable[..., Caller]
) -> None:
    head = register("head@example.org", role=Role.ADMINISTRATOR)
    draft = deposits.open()
    quota = {"quota_size": 10, "notes": "small"}
    assert head.post(f"/api/records/{draft['id']}/quota", json=quota).status_code == 200
    asked_for(author, draft, host.url())
    settle()
    assert failed(author, draft).startswith("The files of this dataset hold 0 bytes")
    assert not failed(author, draft, "zh").isascii()


def test_a_server_whose_certificate_nobody_trusts_gives_no_file(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_for(HOST, tmp_path))
    with file_host(whole(CONTENT), context) as host:
        fetch = GuardedFetch(AllowedHosts(f"{HOST}:{host.port}"), CallGuard(f"{HOST}/32"))
        opened = fetch.opened(f"https://{HOST}:{host.port}/a")
        with pytest.raises(Unavailable, match="certificate of the address is not trusted"):
            opened.__enter__()
        assert host.asked == []


def test_no_statement_of_a_fetch_reads_a_whole_table(
    services: Services, author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    draft = deposits.open()
    with heard_statements() as heard:
        asked_for(author, draft, host.url())
        assert author.get(base(draft)).status_code == 200
        host.answer = resumable(LARGE, cut_after=200_000)
        settle()
        with services.database.transaction(SYSTEM) as unit:
            unit.session.execute(update(FetchedFile).values(touched=unit.now - timedelta(days=1)))
        run_now(services, "fetches")
    own = [statement for text, statement in heard.items() if "file_fetch" in text and reads_rows(statement)]
    own = [statement for statement in own if "SET touched" not in str(statement)]
    assert len(own) > 5
    with services.database.engine.connect() as connection:
        assert [names for statement in own if (names := whole_reads(connection, statement))] == []


def test_nobody_learns_where_a_file_comes_from(
    author: Caller, deposits: Deposits, host: FileHost, register: Callable[..., Caller]
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url())
    head = register("head@example.org", role=Role.ADMINISTRATOR)
    for path in (f"/api/records/{draft['id']}/draft", f"/api/records/{draft['id']}/draft/files/data.csv"):
        assert "key=hidden" not in author.get(path).text
    trail = head.get("/api/audit")
    assert trail.status_code == 200
    assert "key=hidden" not in trail.text
