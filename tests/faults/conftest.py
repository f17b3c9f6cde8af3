"""One installation for all tests that need a whole one: Elasticsearch alone takes half a minute to start."""

import os
from collections.abc import Iterator, Sequence

import pytest

from tests.engines.choosing import REQUIRE_SERVICES
from tests.faults.installation import Installation, installed, programs_are_here
from tests.faults.ledger import Ledger
from tests.faults.load import CLIENTS
from tests.faults.witness import Witness
from tests.support.web_server import Client


@pytest.fixture(scope="package")
def site() -> Iterator[Installation]:
    """A whole installation on servers of its own."""
    if not programs_are_here():
        leave = pytest.fail if os.environ.get(REQUIRE_SERVICES) == "1" else pytest.skip
        leave("`make services` has not fetched the servers' programs")
    with installed() as made:
        yield made


@pytest.fixture(scope="package")
def ledger() -> Ledger:
    """What everybody was answered, whatever the order of the tests."""
    return Ledger()


@pytest.fixture(scope="package")
def depositors(site: Installation) -> Sequence[Client]:
    return site.depositors(CLIENTS)


@pytest.fixture
def witness(site: Installation, depositors: Sequence[Client], ledger: Ledger) -> Witness:
    """Somebody who looks closely, beside those who deposit."""
    return Witness(depositors[0], ledger)
