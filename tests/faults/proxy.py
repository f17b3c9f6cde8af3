"""A proxy before one server, whose connections fail as it is told to, and are well again when it is told so.

It knows nothing of what it carries.  Every connection of the application ends here, and from here another goes on to
the server; the two fail separately, so that a server can have done what its client never learns.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.web_server import HOST, free_port

CHUNK = 1 << 16
TURN_SECONDS = 10.0
END_ROUNDS = 4
"""of the event loop: one may accept a connection, the next begins its task"""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Kind(StrEnum):
    PASS = "pass"
    CUT = "cut"
    """connections end and new ones are refused, as when the server's process has ended"""
    RESET = "reset"
    """connections break, new ones too, as when a firewall refuses them"""
    SLOW = "slow"
    HALF_OPEN = "half-open"
    """connections stay, new ones are accepted, and nothing gets through, as when a host has lost its power"""
    LOST_ANSWER = "lost answer"
    """what is asked gets through; when the server answers, the connection ends instead"""


@dataclass(frozen=True, slots=True)
class Fault:
    """How connections fail.

    `after` is how many bytes a connection still carries before it is reset, 0 for none.  `latency` (seconds) and
    `rate` (bytes a second) are those of a slow one, for each chunk and direction.  An answer is lost from the moment
    that `asked` is among the bytes that a client sends.
    """

    kind: Kind
    after: int = 0
    latency: float = 0.1
    rate: int = 200_000
    asked: bytes = b""

    def __str__(self) -> str:
        return str(self.kind)


PASS = Fault(Kind.PASS)
CUT = Fault(Kind.CUT)
RESET = Fault(Kind.RESET)
RESET_AFTER_SOME = Fault(Kind.RESET, after=20_000)
SLOW = Fault(Kind.SLOW)
HALF_OPEN = Fault(Kind.HALF_OPEN)
LOST_ANSWER = Fault(Kind.LOST_ANSWER)


@dataclass(eq=False)
class _Link:
    """One connection of a client and its continuation to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    carried: int = 0
    asked: bool = False
    swallowed: bool = False
    """it lost bytes, and whatever it carried now would be nonsense"""
    ends: list[asyncio.StreamWriter] = field(init=False)

    def __post_init__(self) -> None:
        self.ends = [self.client]

    def close(self) -> None:
        for end in self.ends:
            end.close()

    def reset(self) -> None:
        """End it so that both sides see that it broke."""
        for end in self.ends:
            with suppress(OSError):  # the other side was faster
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            end.transport.abort()


class Proxy:
    """Listens on `port` and goes on to the server at `target` of `host`; in a thread of its own until closed."""

    def __init__(self, target: int, host: str = HOST) -> None:
        self.target, self.host = target, host
        self.port = free_port()
        self.fault = PASS
        self._links: set[_Link] = set()
        self._listener: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._turned = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy-{target}", daemon=True)
        self._thread.start()
        self.turn(PASS)

    def turn(self, fault: Fault) -> None:
        """Fail like this from now on; returns when it does."""
        asyncio.run_coroutine_threadsafe(self._turn(fault), self._loop).result(TURN_SECONDS)

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Fail for the length of the block."""
        self.turn(fault)
        try:
            yield
        finally:
            self.turn(PASS)

    def close(self) -> None:
        """End all connections and the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(TURN_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TURN_SECONDS)
        self._loop.close()

    async def _turn(self, fault: Fault) -> None:
        self.fault = fault
        self._turned.set()
        self._turned = asyncio.Event()
        for link in list(self._links):
            link.carried, link.asked = 0, not fault.asked
            if link.swallowed or (fault.kind is Kind.RESET and not fault.after):
                link.reset()
            elif fault.kind is Kind.CUT:
                link.close()
        await self._listen(fault.kind is not Kind.CUT)

    async def _listen(self, wanted: bool) -> None:
        if self._listener is not None and not wanted:
            self._listener.close()
            self._listener = None
        elif self._listener is None and wanted:
            self._listener = await asyncio.start_server(self._carry, HOST, self.port, reuse_address=True, backlog=500)

    async def _end(self) -> None:
        """End all connections, also those that were accepted a moment ago and have no task yet."""
        await self._turn(CUT)
        own = asyncio.current_task()
        for _ in range(END_ROUNDS):
            for link in list(self._links):
                link.reset()
            await asyncio.sleep(0)
            if carrying := [task for task in asyncio.all_tasks() if task is not own]:
                await asyncio.wait(carrying, timeout=TURN_SECONDS / END_ROUNDS)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client, from its beginning to its end."""
        link = _Link(writer)
        self._links.add(link)
        try:
            if self.fault.kind is Kind.RESET and not self.fault.after:
                return
            if self.fault.kind is Kind.HALF_OPEN:
                link.swallowed = True
                await self._swallow(reader)
                return
            answers, link.server = await asyncio.open_connection(self.host, self.target)
            link.ends.append(link.server)
            await asyncio.gather(self._pump(link, reader, link.server), self._pump(link, answers, writer))
        except OSError:
            return  # a side has gone; the other learns it by the reset
        finally:
            self._links.discard(link)
            link.reset()

    async def _pump(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, until its source has no more."""
        while chunk := await reader.read(CHUNK):
            if await self._gets_through(link, chunk, is_answer=writer is link.client):
                writer.write(chunk)
                await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    async def _gets_through(self, link: _Link, chunk: bytes, is_answer: bool) -> bool:
        """Let the present fault happen to the chunk; tells whether it goes on."""
        fault = self.fault
        link.carried += len(chunk)
        link.asked = link.asked or (not is_answer and fault.asked in chunk)
        if fault.kind is Kind.RESET and link.carried > fault.after:
            link.reset()
            return False
        if fault.kind is Kind.LOST_ANSWER and is_answer and link.asked:
            link.close()
            return False
        if fault.kind is Kind.HALF_OPEN:
            link.swallowed = True
            return False
        if fault.kind is Kind.SLOW:
            await self._delayed(fault.latency + len(chunk) / fault.rate)
        return True

    async def _delayed(self, seconds: float) -> None:
        """As long as the connection is slow."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._turned.wait(), seconds)

    async def _swallow(self, reader: asyncio.StreamReader) -> None:
        while await reader.read(CHUNK):
            pass


@contextmanager
def before(target: int, host: str = HOST) -> Iterator[Proxy]:
    """A proxy before the server on port `target`, gone after the block."""
    proxy = Proxy(target, host)
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def before_url(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server that `url` names (a store's in its ``endpoint``), and the URL that leads through it."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        options = dict(parse_qsl(parts.query))
        with before_url(options["endpoint"]) as (proxy, endpoint):
            yield proxy, parts._replace(query=urlencode({**options, "endpoint": endpoint})).geturl()
        return
    assert parts.hostname is not None
    assert parts.port is not None
    with before(parts.port, parts.hostname) as proxy:
        user = parts.netloc.rpartition("@")[0]
        yield proxy, parts._replace(netloc=f"{user}@{HOST}:{proxy.port}" if user else f"{HOST}:{proxy.port}").geturl()
