"""Transcripts of real Connect workers: read them, and serve them again byte for byte."""

import json
import re
import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest

TRANSCRIPTS = Path(__file__).parents[2] / "shared" / "facts" / "connect-transcripts"
_ASKED = re.compile(r">>> (?P<method>[A-Z]+) (?P<target>\S+) ?(?P<body>.*)")
_ANSWERED = re.compile(
    r"<<< (?P<status>\d+) \[\d+ms\] ct=(?P<type>.*?) loc=(?P<location>.*?) allow=\S+ ?(?P<body>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request to a real worker and its answer.

    `comment` holds the lines that whoever took the transcript printed after it.
    """

    number: int
    method: str
    target: str
    sent: str
    status: int
    content_type: str | None
    location: str | None
    body: str
    comment: str = ""

    def __str__(self) -> str:
        return f"#{self.number} {self.method} {self.target} {self.sent}"

    @property
    def complete(self) -> bool:
        """Whether the transcript holds the whole body: long ones were cut, some left out."""
        if self.content_type is None:
            return True
        if not self.content_type.startswith("application/json"):
            return False
        try:
            json.loads(self.body)
        except ValueError:
            return False
        return True

    @property
    def raw(self) -> bytes:
        """The answer as it goes over the wire."""
        body = self.body.encode()
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        if self.location:
            lines.append(f"Location: {self.location}")
        if self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


def load(name: str) -> tuple[Exchange, ...]:
    """Return the exchanges of a transcript, or skip the test where the transcripts are not."""
    path = TRANSCRIPTS / f"{name}.txt"
    if not path.is_file():
        pytest.skip(f"NOT RUN: the transcript {path.name} is not beside this checkout")
    return parse(path.read_text("utf-8"))


@cache
def parse(text: str) -> tuple[Exchange, ...]:
    """Return the exchanges in the text of a transcript."""
    starts = [found.start() for found in re.finditer(r"^>>> ", text, re.MULTILINE)]
    ends = [*starts[1:], len(text)] if starts else []
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return tuple(_exchange(number, part) for number, part in enumerate(parts))


def _exchange(number: int, part: str) -> Exchange:
    first, _, rest = part.partition("\n")
    answer, _, comment = rest.partition("\n\n")
    asked, answered = _ASKED.fullmatch(first), _ANSWERED.fullmatch(answer.rstrip("\n"))
    assert asked, first
    assert answered, answer
    return Exchange(
        number=number,
        method=asked["method"],
        target=asked["target"],
        sent=asked["body"],
        status=int(answered["status"]),
        content_type=_or_none(answered["type"]),
        location=_or_none(answered["location"]),
        body=answered["body"],
        comment=comment,
    )


def _or_none(text: str) -> str | None:
    return None if text == "None" else text


@contextmanager
def served(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Serve recorded answers on loopback and yield the address.

    Each request gets the next answer that was recorded for its method and target; the last one
    is repeated. What was never asked, or was not recorded whole, is answered 501.
    """
    answers: dict[tuple[str, str], list[bytes]] = {}
    for exchange in exchanges:
        if exchange.complete:
            answers.setdefault((exchange.method, exchange.target), []).append(exchange.raw)
    lock = threading.Lock()

    class Recorded(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                method, target, _ = line.decode("latin-1").split(" ", 2)
                self._skip_rest()
                with lock:
                    known = answers.get((method, target), [_UNKNOWN])
                    answer = known.pop(0) if len(known) > 1 else known[0]
                self.wfile.write(answer)

        def _skip_rest(self) -> None:
            length = 0
            while (line := self.rfile.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            self.rfile.read(length)

    with _Server(("127.0.0.1", 0), Recorded) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


_UNKNOWN = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n"
