"""Whatever lies in the place of the indices on a server: we start, say 503, and one command makes them whole."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.serve import bring_up_to_date
from repository.engines.services import Services
from repository.search.index import differences
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.elasticsearch_places import client_of
from tests.features.index_places import command, total

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", ["servers"], indirect=True)]

Settle = Callable[[], None]
Spoil = Callable[[Any, str, str], None]
EVERYTHING = 2


@pytest.fixture
def search_url(elasticsearch_url: str) -> str:
    """Indices of the test's own, which it spoils."""
    return elasticsearch_url


@pytest.fixture
def published(settings: Settings, services: Services, deposits: Deposits, settle: Settle) -> None:
    for number in range(EVERYTHING):
        deposits.published(a_dataset(title=f"Albatross {number}"))
    settle()


def an_index_of_the_alias_s_name(server: Any, alias: str, index: str) -> None:
    server.indices.delete(index=index)
    server.index(index=alias, document={"song": "Yesterday"}, refresh=True)


def an_index_of_another_program(server: Any, alias: str, index: str) -> None:
    server.indices.delete(index=index)
    server.indices.create(index=index, aliases={alias: {}}, mappings={"properties": {"document": {"type": "keyword"}}})


def an_index_without_its_alias(server: Any, alias: str, index: str) -> None:
    server.indices.delete(index=index)
    server.indices.create(index=f"{alias}-0")


def a_closed_index(server: Any, alias: str, index: str) -> None:
    server.indices.close(index=index)


def a_read_only_index(server: Any, alias: str, index: str) -> None:
    server.indices.put_settings(index=index, settings={"index.blocks.read_only": True})


def two_indices(server: Any, alias: str, index: str) -> None:
    server.indices.create(index=f"{alias}-second", aliases={alias: {}})


def a_red_index(server: Any, alias: str, index: str) -> None:
    server.indices.delete(index=index)
    nowhere = {"index.routing.allocation.require._name": "no node has this name"}
    server.indices.create(index=index, aliases={alias: {}}, settings=nowhere, wait_for_active_shards="0")


SPOILED = [
    an_index_of_the_alias_s_name,
    an_index_of_another_program,
    an_index_without_its_alias,
    a_closed_index,
    a_read_only_index,
    two_indices,
    a_red_index,
]
READABLE = (a_read_only_index, two_indices)


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_server_starts_with_it_and_is_whole_after_a_rebuild_beside_it(
    spoil: Spoil, published: None, settings: Settings, anyone: Caller
) -> None:
    assert total(anyone) == EVERYTHING
    server, alias = client_of(settings.search_url), f"{urlsplit(settings.search_url).path[1:]}-records"
    (index,) = server.indices.get_alias(name=alias)
    spoil(server, alias, index)
    with closing(open_services(settings)) as begun:
        bring_up_to_date(begun, with_samples=False)
        reader = Caller(create_app(begun).test_client())
        for caller in (reader, anyone):
            asked = caller.get("/api/records?q=albatross")
            assert asked.status_code == (200 if spoil in READABLE else 503), asked.text
        assert reader.get("/health/ready").status_code == 200

        status, words = command(settings, "index", "rebuild", "--anew")

        assert (status, "cleared " in words) == (0, True), words
        assert (total(reader), total(anyone)) == (EVERYTHING, EVERYTHING)
        assert list(differences(begun)) == []
        assert len(server.indices.get_alias(name=alias)) == 1


def test_a_whole_index_answers_all_the_time(published: None, settings: Settings, anyone: Caller) -> None:
    status, words = command(settings, "index", "rebuild", "--anew")
    assert (status, "cleared" in words, total(anyone)) == (0, False, EVERYTHING)
