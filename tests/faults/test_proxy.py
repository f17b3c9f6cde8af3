"""The proxy fails as it is told to, and only then."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic

import pytest

from tests.faults.proxy import CUT, HALF_OPEN, LOST_ANSWER, PASS, RESET, SLOW, Fault, Kind, Proxy, before
from tests.support.web_server import HOST, until

pytestmark = pytest.mark.slow

PATIENCE = 10.0
SHORT = 0.3
"""Long enough to see that nothing comes; everything that comes does so within a millisecond or two."""


class Echo:
    """A server that answers with what it was sent, and keeps it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """A second time does nothing."""
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while chunk := connection.recv(1 << 16):
                    self.received += chunk
                    connection.sendall(chunk)
            except OSError:
                return  # the proxy broke it


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with before(echo.port) as made:
        yield made


@contextmanager
def connected(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, proxy.port), PATIENCE) as connection:
        yield connection


def ask(connection: socket.socket, content: bytes) -> bytes:
    """What comes back: all of it, or as much as came before the other side ended the connection.

    A reset is told once, to whoever sends or to whoever reads; here it is raised in either case.
    """
    with ThreadPoolExecutor(1) as beside:
        sent = beside.submit(connection.sendall, content)
        answer = bytearray()
        while len(answer) < len(content) and (chunk := connection.recv(1 << 16)):
            answer += chunk
        sent.result(PATIENCE)
    return bytes(answer)


def expect_well(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert ask(connection, b"well again") == b"well again"


def expect_broken(proxy: Proxy) -> None:
    """A new connection breaks, at its beginning or when it is used."""
    with pytest.raises(ConnectionError), connected(proxy) as connection:
        ask(connection, b"anything")


def test_what_passes_is_the_same_in_both_directions(proxy: Proxy) -> None:
    content = bytes(range(256)) * 20_000
    with connected(proxy) as connection:
        assert ask(connection, content) == content
        assert ask(connection, b"more") == b"more"


def test_many_connections_pass_beside_each_other(proxy: Proxy) -> None:
    open_ones = [socket.create_connection((HOST, proxy.port), PATIENCE) for _ in range(100)]
    for number, connection in enumerate(open_ones):
        connection.sendall(b"%3d" % number)
    assert [int(connection.recv(3)) for connection in open_ones] == list(range(100))
    for connection in open_ones:
        connection.close()


def test_a_side_that_has_said_everything_still_gets_the_rest_of_the_answer(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        connection.sendall(b"the last words")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b"the last words"
        assert connection.recv(100) == b""


def test_a_cut_ends_connections_and_refuses_new_ones(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert ask(connection, b"before") == b"before"
        with proxy.failing(CUT):
            assert connection.recv(1) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((HOST, proxy.port), PATIENCE)
    expect_well(proxy)


def test_a_reset_breaks_connections_and_new_ones(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert ask(connection, b"before") == b"before"
        with proxy.failing(RESET):
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
            expect_broken(proxy)
    expect_well(proxy)


def test_a_connection_may_break_in_the_middle(proxy: Proxy, echo: Echo) -> None:
    with proxy.failing(Fault(Kind.RESET, after=100_000)), connected(proxy) as connection:
        assert ask(connection, b"few") == b"few"
        with pytest.raises(ConnectionError):
            ask(connection, b"m" * 1_000_000)
    assert 3 <= len(echo.received) <= 100_000
    expect_well(proxy)


def test_a_slow_connection_carries_everything_at_its_rate(proxy: Proxy) -> None:
    content = b"s" * 30_000
    with proxy.failing(Fault(Kind.SLOW, latency=0.05, rate=200_000)), connected(proxy) as connection:
        began = monotonic()
        assert ask(connection, content) == content
    assert monotonic() - began >= 2 * (0.05 + len(content) / 200_000), "to the server and back"


def test_a_slow_connection_is_fast_as_soon_as_it_passes_again(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        proxy.turn(Fault(Kind.SLOW, latency=PATIENCE * 10))
        connection.sendall(b"late")
        connection.settimeout(SHORT)
        with pytest.raises(TimeoutError):
            connection.recv(4)
        proxy.turn(PASS)
        connection.settimeout(PATIENCE)
        assert connection.recv(4) == b"late"


def test_half_open_connections_stay_and_swallow_everything(proxy: Proxy, echo: Echo) -> None:
    with connected(proxy) as connection, connected(proxy) as idle:
        assert ask(connection, b"before") == b"before"
        assert ask(idle, b"idle") == b"idle"
        with proxy.failing(HALF_OPEN), connected(proxy) as another:
            for each in (connection, another):
                each.sendall(b"anybody there?")
                each.settimeout(SHORT)
                with pytest.raises(TimeoutError):
                    each.recv(1)
                each.settimeout(PATIENCE)
            proxy.turn(PASS)
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
            with pytest.raises(ConnectionResetError):
                another.recv(1)
        assert ask(idle, b"nothing was lost here") == b"nothing was lost here"
    assert b"anybody" not in echo.received
    expect_well(proxy)


def test_a_lost_answer_is_lost_after_the_server_had_the_request(proxy: Proxy, echo: Echo) -> None:
    with connected(proxy) as connection:
        assert ask(connection, b"before") == b"before"
        with proxy.failing(LOST_ANSWER):
            connection.sendall(b"do it")
            assert connection.recv(1) == b""
    assert bytes(echo.received) == b"beforedo it"
    expect_well(proxy)


def test_only_the_answer_to_what_is_named_is_lost(proxy: Proxy, echo: Echo) -> None:
    with proxy.failing(Fault(Kind.LOST_ANSWER, asked=b"COMMIT")), connected(proxy) as connection:
        assert ask(connection, b"BEGIN") == b"BEGIN"
        connection.sendall(b"COMMIT")
        assert connection.recv(1) == b""
    assert bytes(echo.received) == b"BEGINCOMMIT"


def test_a_server_that_is_away_is_a_broken_connection(echo: Echo) -> None:
    with before(echo.port) as proxy:
        expect_well(proxy)
        echo.close()
        expect_broken(proxy)


def test_a_closed_proxy_leaves_nothing_behind(echo: Echo) -> None:
    with before(echo.port) as proxy, connected(proxy) as connection:
        assert ask(connection, b"a") == b"a"
        proxy.turn(SLOW)
        connection.sendall(b"b")
    until(
        lambda: f"proxy-{echo.port}" not in {each.name for each in threading.enumerate()}, PATIENCE, "its thread ends"
    )
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, proxy.port), PATIENCE)
