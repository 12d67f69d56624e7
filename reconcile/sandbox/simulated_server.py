"""Serve a simulated cluster over real HTTP on loopback, one port for each worker."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from reconcile.sandbox.simulated_answers import Answer, Request
from reconcile.sandbox.simulated_cluster import SimulatedCluster

LOOPBACK = "127.0.0.1"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a cluster is being served: one address for each worker."""

    urls: tuple[str, ...]

    @property
    def url(self) -> str:
        """Return the address of the first worker."""
        return self.urls[0]


@contextmanager
def serve(
    cluster: SimulatedCluster, *, port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """Serve a cluster until the block ends; port 0 takes any free port.

    With a port given, further workers listen on those after it. Every connection is closed and
    every thread has ended when the block is left.
    """
    with ExitStack() as stack:
        urls = []
        for worker in range(cluster.workers):
            closing = threading.Event()
            place = _Port(cluster=cluster, worker=worker, tls=tls, closing=closing)
            server = _Server(place, port + worker if port else 0)
            stack.callback(server.close)
            bound = server.server_address[1]
            cluster.advertise(worker, f"{LOOPBACK}:{bound}")
            urls.append(f"{'https' if tls else 'http'}://{LOOPBACK}:{bound}")
            server.start()
        yield Served(urls=tuple(urls))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Port:
    """What the connections of one worker's port share."""

    cluster: SimulatedCluster
    worker: int
    tls: ssl.SSLContext | None
    closing: threading.Event


class _Server(ThreadingHTTPServer):
    """One worker's port; a thread for each connection, all of them joined at the end."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, port: _Port, number: int) -> None:
        super().__init__((LOOPBACK, number), partial(_Handler, port))
        self._port = port
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name=f"simulated-worker-{port.worker}")

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread.start()

    def _accept(self) -> None:
        while not self._port.closing.is_set():
            self.handle_request()

    def close(self) -> None:
        """Stop accepting, break what is open, and wait for the threads."""
        self._port.closing.set()
        if self._thread.is_alive():
            # A connection ends the wait for one; `shutdown` would leave it to its next look.
            with suppress(OSError):
                socket.create_connection((LOOPBACK, self.server_address[1])).close()
            self._thread.join()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection; a TLS handshake waits for the connection's own thread."""
        connection, address = super().get_request()
        if self._port.tls is not None:
            connection = self._port.tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        with self._open_lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Forget a connection and close it."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is no trouble of the cluster's."""


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive from request to request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, port: _Port, *arguments: Any) -> None:  # noqa: ANN401 - the base's own
        self._port = port
        super().__init__(*arguments)

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            target=self.path,
            body=self.rfile.read(length) if length else b"",
            content_type=self.headers.get("Content-Type") or "",
            authorization=self.headers.get("Authorization") or "",
            host=self.headers.get("Host") or "",
            worker=self._port.worker,
            secure=self._port.tls is not None,
        )
        answer = self._port.cluster.respond(request)
        if answer.silence:
            self._port.closing.wait(answer.silence)
        if answer.drop or answer.silence:
            self._reset()
            return
        self.wfile.write(self._head(answer) + answer.body)

    def _head(self, answer: Answer) -> bytes:
        now = self._port.cluster.clock.now()
        lines = [
            f"HTTP/1.1 {answer.status} {_phrase(answer.status)}",
            f"Date: {format_datetime(now, usegmt=True)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if answer.content_type:
            lines.append(f"Content-Type: {answer.content_type}")
        if answer.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(answer.body)}")
        return ("\r\n".join([*lines, "", ""])).encode("latin-1", "replace")

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing: what was asked is in the cluster's records."""

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815 - the base calls them so


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()
