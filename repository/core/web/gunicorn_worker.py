"""A worker of gunicorn whose threads never wait for a client.

gunicorn's own threaded worker gives a connection a thread from its first byte to the last one of its answer: as many
slow clients as there are threads, and nobody else is answered.  This one keeps its processes, signals and graceful end,
and asks of each connection where it is:

- a request that is not all there waits in the poller, without a thread; so does one whose answer is sent, until the
  client has ended its side;
- a whole request gets a thread of requests, and what it answers goes into memory: the thread is free when the answer is
  made, or when the first portion of a long one is;
- a request whose body is too long to wait for gets a thread of transfers, of which there are many; a client that finds
  none, or has its share, is told 503 at once;
- what a client does not take at once is sent by one thread for all readers (`Sender`), files without being read; the
  next portion of a long answer is made by threads of their own when the one before is gone.

Why gunicorn, and no asynchronous server: the application is synchronous (SQLAlchemy, S3 and search clients), so under
an asynchronous server it would need the same threads, and one more program to trust with HTTP.  What was missing was
where connections wait.  gunicorn imports the class by its name (`config.gunicorn`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gunicorn.http import wsgi

from repository.core.web.connections import http_refusals as refusals
from repository.core.web.connections.answering import Answer
from repository.core.web.connections.incoming import Incoming, client_of
from repository.core.web.connections.polling_worker import PollingWorker
from repository.core.web.connections.sender import Sender
from repository.core.web.readable_body import ReadableBody

MAKERS = 16
"""Threads that make the further portions of long answers."""
PORTIONS_IN_A_ROW = 32
SENT_AT_ONCE = 4 << 20


class JsonErrorWorker(PollingWorker):
    """gunicorn's threaded worker without waiting threads; errors before the application have its shape, too.

    Its methods run in the threads of requests and transfers, of the makers, and of the sender.
    """

    wsgi: Callable[..., Any]

    def init_process(self) -> None:
        """Start the threads that send, and run; gunicorn calls it after the fork."""
        self._makers = ThreadPoolExecutor(MAKERS, "maker")
        self._sender = Sender(self.client_seconds, self._carry_on)
        self._sender.start()
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, which gets bodies whose faults are the client's."""
        super().load_wsgi()
        application = self.wsgi

        def with_readable_body(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            return application({**environ, "wsgi.input": ReadableBody(environ["wsgi.input"])}, start_response)

        self.wsgi = with_readable_body

    def handle(self, conn: Incoming) -> None:
        """Answer a request, up to the first portion of a long answer."""
        try:
            conn.unreader.is_open = conn.transfer_of is not None
            self._answer(conn)
        except Exception as error:  # noqa: BLE001 - it is answered and logged
            conn.is_clean = False
            if conn.answer is not None:
                conn.answer.close()
                conn.answer = None
            conn.outlet.clear()
            self.handle_error(conn.message, conn.outlet, conn.client, error)
        self._end_transfer(conn)  # before the answer leaves: who has read it may begin the next one
        self._carry_on(conn, None)

    def _answer(self, conn: Incoming) -> None:
        reply, environ = wsgi.create(conn.message, conn.outlet, conn.client, conn.server, self.cfg)
        environ["wsgi.multithread"] = True
        try:
            body = self.wsgi(environ, reply.start_response)
        finally:
            conn.end_body()
            if conn.transfer_of is not None:
                conn.sock.setblocking(False)
        if not (self.alive and conn.is_clean) or len(self.keepalived_conns) >= self.max_keepalived:
            reply.force_close()
        conn.answer = Answer(reply, body, conn.outlet)
        conn.answer.advance()
        if not conn.answer.is_made:
            self._take_stream(conn)

    def _take_stream(self, conn: Incoming) -> None:
        """Count a long answer, of which nothing is sent yet; refuse it if there are too many."""
        client = client_of(conn, self.proxies)
        if self._streams.take(client):
            conn.answer.stream_of = client
            return
        conn.answer.close()
        conn.answer = None
        conn.outlet.clear()
        conn.outlet.sendall(refusals.refusal(*refusals.NO_TRANSFER))

    def _carry_on(self, conn: Incoming, error: Exception | None) -> None:
        """Send what the client takes at once, and give the connection to whoever does the rest."""
        try:
            if error is not None:
                raise error
            if not conn.outlet.flush(SENT_AT_ONCE):
                self._sender.add(conn)
            elif conn.answer is not None and not conn.answer.is_made:
                self._makers.submit(self._make_on, conn)
            else:
                self.method_queue.defer(self._finish, conn, None)
        except Exception as failure:  # noqa: BLE001 - it ends this connection
            self._give_up(conn, failure)

    def _make_on(self, conn: Incoming) -> None:
        """Make further portions as long as the client takes them at once, but not for ever: others wait, too."""
        try:
            for _ in range(PORTIONS_IN_A_ROW):
                conn.answer.advance()
                if conn.answer.is_made:
                    self._end_stream(conn.answer)  # as a transfer ends: before the last bytes leave
                    break
                if not conn.outlet.flush(SENT_AT_ONCE):
                    break
        except OSError as error:
            return self._give_up(conn, error)
        except Exception as error:  # the rest of the answer cannot be made: the client must not take it for whole
            self.log.exception("Error handling request")
            return self._give_up(conn, error)
        return self._carry_on(conn, None)

    def _give_up(self, conn: Incoming, error: Exception) -> None:
        if conn.answer is not None and not conn.answer.is_made:
            self._makers.submit(conn.answer.close)
        self.method_queue.defer(self._finish, conn, error)
