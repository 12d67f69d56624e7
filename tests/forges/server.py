"""Serve a simulated forge over real HTTP on loopback, with trouble on request."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `query` keeps the last value of each name, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    host: str

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `body` is JSON unless it is bytes, and None for nothing."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Action = Callable[[], Response | None]


class Answering(Protocol):
    """What a simulated forge does for the server."""

    def respond(self, request: Request) -> Response: ...


class Trouble:
    """What happens instead of an answer, or just before it: for requests whose line has a text."""

    def __init__(self) -> None:
        self._planned: list[tuple[str, Action, bool]] = []
        self.log: list[Request] = []
        self._lock = threading.Lock()

    def instead(self, text: str, *responses: Response) -> None:
        """Answer the next matching requests like this."""
        for response in responses:
            self._planned.append((text, lambda response=response: response, False))

    def always(self, text: str, response: Response) -> None:
        """Answer all matching requests like this from now on."""
        self._planned.append((text, lambda: response, True))

    def before(self, text: str, action: Callable[[], object]) -> None:
        """Let something happen once, just before the next matching request is looked at."""

        def act() -> None:
            action()

        self._planned.append((text, act, False))

    def meets(self, request: Request) -> Response | None:
        """Return what a request gets instead of its answer, or None."""
        with self._lock:
            self.log.append(request)
            found = next((entry for entry in self._planned if entry[0] in request.line), None)
            if found is not None and not found[2]:
                self._planned.remove(found)
        return found[1]() if found is not None else None

    def lines(self, *methods: str) -> list[str]:
        """Return the lines of all requests so far with one of these methods."""
        return [each.line for each in self.log if not methods or each.method in methods]


def page(
    entries: list[Any], request: Request, *, base: str, default: int, extra: bool = False
) -> Response:
    """Return one page of a list, with a Link header while there are more.

    https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
    https://docs.gitlab.com/api/rest/#pagination
    """
    size = min(100, int(request.query.get("per_page", default)))
    number = int(request.query.get("page", 1))
    shown = entries[(number - 1) * size : number * size]
    last = max(1, -(-len(entries) // size))
    links = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    told = [
        f'<{base}{request.path}?{urlencode({**request.query, "page": target})}>; rel="{name}"'
        for name, target in links.items()
        if (name == "next" and number < last) or (name == "prev" and number > 1) or name == "last"
    ]
    headers = {"Link": ", ".join(told)} if last > 1 else {}
    if extra:
        headers |= {"X-Next-Page": str(number + 1) if number < last else "", "X-Page": str(number)}
    return Response(200, shown, headers)


@contextmanager
def serve(make: Callable[[str], Answering]) -> Iterator[Answering]:
    """Serve what `make` returns for the address it is served under."""
    holder: list[Answering] = []
    server = ThreadingHTTPServer((LOOPBACK, 0), partial(_Handler, holder))
    server.daemon_threads = True
    forge = make(f"http://{LOOPBACK}:{server.server_address[1]}")
    holder.append(forge)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body go out together

    def __init__(self, holder: list[Answering], *arguments: Any) -> None:
        self._holder = holder
        super().__init__(*arguments)

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(raw) if raw else None,
            host=self.headers.get("Host", ""),
        )
        answer = self._holder[0].respond(request)
        self._send(answer)

    def _send(self, answer: Response) -> None:
        is_raw = isinstance(answer.body, bytes)
        content = answer.body if is_raw else b"" if answer.body is None else _json(answer.body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if content and not is_raw:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing."""

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815 - the base calls them so


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
