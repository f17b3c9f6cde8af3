"""An index that is gone, or of a shape that this release cannot use, never passes a part for the whole."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.errors import Unavailable
from repository.engines.search.port import SearchEngine
from repository.engines.services import Services
from repository.search.index import differences, rebuild, repair_index
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.elasticsearch_places import client_of, indices

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
BEING_FILLED = "The search index is being filled. Please try again later."


def lose(settings: Settings) -> None:
    """Remove the index behind the server's back; the embedded one becomes that of a release with other tables."""
    if settings.search_url.startswith("embedded:"):
        with closing(sqlite3.connect(urlsplit(settings.search_url).path)) as file:
            file.execute("PRAGMA user_version = 99")
    else:
        server = client_of(settings.search_url)
        server.indices.delete(index=sorted(indices(server, settings.search_url)))


@contextmanager
def started_again(services: Services, settings: Settings) -> Iterator[tuple[Services, Caller]]:
    """A new process on the same engines."""
    with closing(open_services(settings)) as opened:
        yield opened, Caller(create_app(opened).test_client())


@pytest.fixture
def published(deposits: Deposits, settle: Settle) -> list[str]:
    made = [deposits.published(a_dataset(title=f"Albatross {number}"))["id"] for number in range(3)]
    settle()
    return made


def found(caller: Caller) -> int:
    reply = caller.get("/api/records?q=albatross")
    assert reply.status_code == 200, reply.text
    return int(reply.get_json()["hits"]["total"])


def test_searches_say_503_until_a_lost_index_is_whole_again(
    services: Services, settings: Settings, anyone: Caller, published: list[str], settle: Settle, deposits: Deposits
) -> None:
    assert found(anyone) == 3
    lose(settings)
    with started_again(services, settings) as (again, reader):
        again.search.prepare()
        refused = reader.get("/api/records?q=albatross")
        assert (refused.status_code, refused.get_json()["message"]) == (503, BEING_FILLED)
        assert int(refused.headers["Retry-After"]) > 0
        deposits.published(a_dataset(title="Albatross 4"))
        assert reader.get("/api/records").status_code == 503, "one of four is not all"
        assert reader.get(f"/api/records/{published[0]}").status_code == 200
        settle()
        assert found(reader) == 4
        assert list(differences(again)) == []


@pytest.mark.parametrize("cure", ["rebuild", "comparison"])
def test_a_command_or_the_hourly_comparison_fills_it_as_well(
    cure: str, services: Services, settings: Settings, published: list[str]
) -> None:
    lose(settings)
    with started_again(services, settings) as (again, reader):
        again.search.prepare()
        assert reader.get("/api/records").status_code == 503
        if cure == "rebuild":
            rebuild(again, lambda _done, _all: None)
        else:
            repair_index(again, look_again=0)
        assert found(reader) == 3


def test_a_fill_that_is_interrupted_leaves_searches_refused(
    services: Services, settings: Settings, published: list[str]
) -> None:
    lose(settings)
    with started_again(services, settings) as (again, reader):
        again.search.prepare()

        class Away(type(again.search)):  # type: ignore[misc]
            begin_rebuild = _away

        broken = replace(again, search=Away.__new__(Away))
        with pytest.raises(Unavailable):
            rebuild(broken, lambda _done, _all: None)
        assert reader.get("/api/records").status_code == 503


def _away(_engine: SearchEngine, _resume: bool = False) -> None:
    raise Unavailable("The engine is away.")


def test_an_empty_site_has_nothing_to_wait_for(anyone: Caller, services: Services) -> None:
    services.search.prepare()
    assert anyone.get("/api/records").get_json()["hits"]["total"] == 0
