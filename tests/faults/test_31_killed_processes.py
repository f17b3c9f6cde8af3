"""Every process of an installation is killed while eight people deposit, and no answer turns out to be untrue."""

import random
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from tests.faults.comparison import expect_agreement
from tests.faults.installation import ELASTICSEARCH, Installation
from tests.faults.ledger import Ledger
from tests.faults.load import depositing
from tests.support.web_server import Client, until

AWAY_SECONDS = 1.0
GOES_ON_SECONDS = 30.0
LOAD_SECONDS = 240.0
MORE = 2
WEB = "web"


@pytest.mark.process
@pytest.mark.alone
@pytest.mark.timeout(600)
def test_no_answer_is_untrue_after_every_process_was_killed(
    site: Installation, depositors: Sequence[Client], ledger: Ledger
) -> None:
    order = [*(process.name for process in site.processes), *site.servers, WEB]
    random.shuffle(order)
    try:
        with depositing(depositors, ledger, LOAD_SECONDS):
            for name in order:
                kill_and_start(site, name)
                expect_going_on(ledger, name)
            site.servers[ELASTICSEARCH].wait()
        assert ledger.unanswered, "the kills were met"
        expect_agreement(site, ledger, depositors)
    except BaseException as error:
        error.add_note(f"in this order: {', '.join(order)}\n{site.logs()}")
        raise


@pytest.mark.process
@pytest.mark.alone
def test_nothing_of_a_killed_server_lives_on(site: Installation, tmp_path: Path) -> None:
    """The other test is worth nothing where a kill leaves half of a server at work."""
    for server in site.servers.values():
        if server.name == ELASTICSEARCH:
            continue  # the other test waits for its return, which takes long
        pid = server.pid
        server.kill()
        assert not server.healthy()
        assert server.pid is None
        server.start()
        assert server.pid not in (None, pid)


def kill_and_start(site: Installation, name: str) -> None:
    """It is away for a while; Elasticsearch comes back when it can, while others are killed."""
    if name == WEB:
        site.web.kill()
        Event().wait(AWAY_SECONDS)
        site.web.start()
    elif name in site.servers:
        server = site.servers[name]
        server.kill()
        Event().wait(AWAY_SECONDS)
        server.launch()
        if name != ELASTICSEARCH:
            server.wait()
    else:
        (process,) = [each for each in site.processes if each.name == name]
        process.kill()
        Event().wait(AWAY_SECONDS)
        process.start()


def expect_going_on(ledger: Ledger, name: str) -> None:
    """Deposits come to their end again."""
    before = len(ledger.published())
    until(
        lambda: len(ledger.published()) >= before + MORE, GOES_ON_SECONDS, f"publications go on after {name} was killed"
    )
