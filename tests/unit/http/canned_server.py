"""A raw HTTP server that answers what a test tells it to, byte for byte."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Reply = Callable[[Received], bytes | None]
"""What to send, as it goes over the wire; None ends the connection without an answer."""

HTML_404 = b"<html><head><title>Error 404 Not Found</title></head><body>Not Found</body></html>"


@dataclass(kw_only=True)
class CannedServer:
    """A running server; `requests` are those that came, in order; `let_go` ends what hangs."""

    port: int
    scheme: str
    requests: list[Received] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]


def answer(status: int, body: bytes | str = b"", **headers: str) -> bytes:
    """Return an answer as it goes over the wire; header names with `_` for `-`."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def json_answer(status: int, body: str, **headers: str) -> bytes:
    """Return an answer of JSON text."""
    return answer(status, body, Content_Type="application/json", **headers)


def error_answer(status: int, message: str) -> bytes:
    """Return an error as Connect sends it, without a content type as it often does."""
    quoted = message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return answer(status, f'{{"error_code":{status},"message":"{quoted}"}}')


def in_turn(*replies: bytes | Reply | None) -> Reply:
    """Return a reply that gives one after the other, and the last one from then on."""
    left = list(replies)
    lock = threading.Lock()

    def reply(request: Received) -> bytes | None:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        return chosen(request) if callable(chosen) else chosen

    return reply


def by_path(
    routes: Mapping[str, bytes | Reply | None], otherwise: bytes | Reply | None = None
) -> Reply:
    """Return a reply that is chosen by `METHOD /path`."""

    def reply(request: Received) -> bytes | None:
        chosen = routes.get(f"{request.method} {request.path}", otherwise)
        return chosen(request) if callable(chosen) else chosen

    return reply


@contextmanager
def canned_server(
    reply: Reply, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[CannedServer]:
    """Serve until the end of the block."""
    listener = socket.create_server(("127.0.0.1", port))
    server = CannedServer(port=listener.getsockname()[1], scheme="https" if tls else "http")
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            thread = threading.Thread(target=_converse, args=(connection, tls, server, reply))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield server
    finally:
        server.let_go.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _converse(
    connection: socket.socket, tls: ssl.SSLContext | None, server: CannedServer, reply: Reply
) -> None:
    with suppress(OSError, EOFError, ValueError):
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as stream:
            while True:
                request = _received(stream)
                server.requests.append(request)
                raw = reply(request)
                if raw is None:
                    break
                connection.sendall(raw)
                if _is_incomplete(raw):
                    break
    with suppress(OSError):
        connection.close()


def _received(stream) -> Received:
    first = stream.readline()
    if not first:
        raise EOFError
    method, path, _ = first.decode().split(" ")
    headers = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Received(method=method, path=path, headers=headers, body=body)


def _is_incomplete(raw: bytes) -> bool:
    head, _, body = raw.partition(b"\r\n\r\n")
    if b" 204 " in head.partition(b"\r\n")[0]:
        return False
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.partition(b":")[2]) != len(body)
    return True
