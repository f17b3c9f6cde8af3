"""The poller's thread of a worker: where every connection waits on which nothing is to be done."""

import select
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

import structlog
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from repository.core.web.client_address import TrustedProxies
from repository.core.web.connections import http_refusals as refusals
from repository.core.web.connections.answering import Answer
from repository.core.web.connections.client_pace import ClientTooSlow
from repository.core.web.connections.incoming import PIECE, Arrival, Incoming, client_of
from repository.core.web.connections.places import Places
from repository.core.web.connections.sender import TICK_SECONDS

LISTEN_SECONDS = 15.0
"""How long the rest of a refused body is heard.  A client that sends it all first must get its answer, too."""
CLOSE_SECONDS = 2.0
"""How long a client may take to end its side of a connection that we have ended."""
STREAMS = 4
MOST_GATHERED = 128 << 20
"""Bytes of all bodies that wait for their rest in one process."""


class PollingWorker(ThreadWorker):  # type: ignore[misc]
    """A worker whose poller reads requests, hands whole ones to threads, and hears out what ends.

    Its methods run in the poller's thread, which waits for nothing but events.
    """

    sockets: list[socket]
    transfers = 128
    """most requests with long bodies at the same time; streams, which hold no thread, are `STREAMS` times as many"""
    proxies = TrustedProxies()
    client_seconds = 60.0
    """the window in which a client must move `LEAST_RATE` (`client_pace`); half of it for the head of a request"""

    def init_process(self) -> None:
        """Make the threads of transfers, and run; gunicorn calls it after the fork."""
        self.waiting: dict[Incoming, None] = {}
        self._swept = self._stopped = 0.0
        self._transfers = Places(self.transfers)
        self._streams = Places(STREAMS * self.transfers)
        self._transfer_threads = ThreadPoolExecutor(self.transfers, "transfer")
        super().init_process()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections or not; a worker that ends answers connected clients and closes the port.

        gunicorn keeps the port open until the last request is answered.  A client that connects meanwhile would wait
        for that and then be cut off; with a closed port it is refused at once and can ask another server.
        """
        if not self.alive:
            for _ in range(self.cfg.backlog):  # more clients cannot wait; later ones are refused
                for listener in select.select(self.sockets, [], [], 0)[0]:
                    self.accept(listener)
        super().set_accept_enabled(enabled)
        if not self.alive:
            self._stopped = time.monotonic()
            for listener in self.sockets:
                listener.close()
            self.sockets = []

    def accept(self, listener: socket) -> None:
        """Accept a connection, and read what is there already."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process was faster, or the client is gone
        self.nr_conns += 1
        self.enqueue_req(Incoming(self.cfg, client, address, listener.getsockname(), self.client_seconds))

    def enqueue_req(self, conn: Incoming) -> None:
        """Begin to read a request; gunicorn calls it for an idle connection on which one begins."""
        conn.begin()
        self._read(conn, conn.sock)

    def _read(self, conn: Incoming, _client: object) -> None:
        try:
            if not conn.take():
                return self._drop(conn)
        except BlockingIOError:
            return self._wait(conn)
        except OSError:
            return self._drop(conn)
        return self._judge(conn)

    def _judge(self, conn: Incoming) -> None:
        """Give a request that has arrived to a thread; let another one wait."""
        try:
            arrival = conn.arrival()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the fault of this one connection
            self.handle_error(None, conn.outlet, conn.client, error)
            self._refused(conn)
            return
        if arrival is Arrival.WHOLE:
            self._stop_waiting(conn)
            self.tpool.submit(self.handle, conn)
        elif arrival is Arrival.LONG:
            self._transfer(conn)
        else:
            self._wait(conn)

    def _transfer(self, conn: Incoming) -> None:
        client = client_of(conn, self.proxies)
        if not self._transfers.take(client):
            return self._refuse(conn, refusals.NO_TRANSFER)
        conn.transfer_of = client
        self._stop_waiting(conn)
        self._say_continue(conn)
        self._transfer_threads.submit(self.handle, conn)
        return None

    def _end_transfer(self, conn: Incoming) -> None:
        if conn.transfer_of is not None:
            self._transfers.give_back(conn.transfer_of)
            conn.transfer_of = None

    def _end_stream(self, answer: Answer) -> None:
        if answer.stream_of is not None:
            self._streams.give_back(answer.stream_of)
            answer.stream_of = None

    def _wait(self, conn: Incoming) -> None:
        self._say_continue(conn)
        if conn not in self.waiting:
            self.waiting[conn] = None
            self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))

    def _say_continue(self, conn: Incoming) -> None:
        """Ask for the body of a client that waits to be asked (RFC 9110, section 10.1.1)."""
        if conn.message is not None and conn.message._expected_100_continue:
            conn.message._expected_100_continue = False
            conn.outlet.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            try:
                conn.outlet.flush(PIECE)
            except OSError:
                self.log.debug("Nobody waits to be asked for a body.")

    def _stop_waiting(self, conn: Incoming) -> None:
        if conn in self.waiting:
            del self.waiting[conn]
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Incoming) -> None:
        self._stop_waiting(conn)
        conn.outlet.clear()
        conn.close()
        self.nr_conns -= 1

    def _refuse(self, conn: Incoming, why: tuple[HTTPStatus, str]) -> None:
        self.log.info("Refused a request from %s: %s", _address(conn.client), why[1])
        conn.outlet.sendall(refusals.refusal(*why))
        self._refused(conn)

    def _refused(self, conn: Incoming) -> None:
        """Send the refusal, if the client takes it, and hear out what it still sends."""
        try:
            conn.outlet.flush(PIECE)
        except OSError as error:
            self.log.debug("Nobody heard the refusal: %s", error)
        conn.is_clean = False
        self._hear_out(conn)

    def _hear_out(self, conn: Incoming) -> None:
        """End our side of the connection, and read what still comes, until the client ends its own.

        To close a connection with unread bytes would take away the answer, too (RFC 9112, section 9.6).
        """
        self._stop_waiting(conn)
        try:
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            return self._drop(conn)
        conn.hears_out = True
        conn.deadline = time.monotonic() + (CLOSE_SECONDS if conn.is_clean else LISTEN_SECONDS)
        self.waiting[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self._hear, conn))
        return None

    def _hear(self, conn: Incoming, client: socket) -> None:
        try:
            if not client.recv(PIECE):
                self._drop(conn)
        except BlockingIOError:
            return
        except OSError:
            self._drop(conn)

    def murder_pending(self) -> None:
        """Let go of clients who are too slow; gunicorn calls it between events."""
        now = time.monotonic()
        if now - self._swept < TICK_SECONDS:
            return
        self._swept = now
        for conn in list(self.waiting):
            stop = conn.deadline if self.alive else min(conn.deadline, self._stopped + STOP_KEEPALIVE_LINGER)
            if conn.hears_out or (conn.message is None and not conn.gathered):
                if now >= stop:
                    self._drop(conn)
                continue
            try:
                conn.check_pace(now)
            except ClientTooSlow:
                self._refuse(conn, refusals.SLOW_BODY if conn.message else refusals.SLOW_HEAD)
        self._bound_memory()

    def _bound_memory(self) -> None:
        """Refuse the longest of the bodies that wait, if all together are too much."""
        there = sorted((conn for conn in self.waiting if not conn.hears_out), key=lambda conn: conn.gathered)
        total = sum(conn.gathered for conn in there)
        while total > MOST_GATHERED:
            total -= there[-1].gathered
            self._refuse(there.pop(), refusals.NO_TRANSFER)

    def _finish(self, conn: Incoming, error: Exception | None) -> None:
        """Carry on with a connection whose answer is sent, or cannot be."""
        answer, conn.answer = conn.answer, None
        if answer is not None:
            self._end_stream(answer)
        if error is not None:
            say = self.log.info if isinstance(error, ClientTooSlow) else self.log.debug
            say("Cut %s off in the middle of an answer: %r", _address(conn.client), error)
            self._drop(conn)
        elif answer is None or answer.ends_connection or not conn.is_clean:
            self._hear_out(conn)
        elif conn.gathered:
            conn.begin()
            self._judge(conn)
        else:
            self._keep(conn)

    def _keep(self, conn: Incoming) -> None:
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_client_socket_readable, conn))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        """Answer and log a request that could not be read, or a failure outside of the application."""
        structlog.contextvars.clear_contextvars()  # it may still hold the thread's last request
        status, message = refusals.error_response(exc)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("Error handling request", exc_info=exc)
        else:
            self.log.info("Refused a request from %s: %s", _address(addr), type(exc).__name__)
        client.sendall(refusals.refusal(status, message))


def _address(client: Any) -> str:
    return client[0] if isinstance(client, tuple) else "a local socket"
