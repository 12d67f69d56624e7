"""Requests to the simulated cluster and its answers, as values without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `target` is the path with its query as it stood on the request line."""

    method: str
    target: str
    body: bytes = b""
    content_type: str = JSON
    authorization: str = ""
    host: str = "127.0.0.1:8083"
    worker: int = 0
    secure: bool = False

    @property
    def path(self) -> str:
        """Return the path, still encoded."""
        return urlsplit(self.target).path if "?" in self.target else self.target

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the decoded parts of the path, without parameters or a slash at its end."""
        return tuple(
            unquote(part.partition(";")[0]) for part in self.path.rstrip("/").split("/")[1:]
        )

    def values(self, name: str) -> list[str]:
        """Return the values of a query parameter, in order."""
        query = self.target.partition("?")[2]
        return parse_qs(query, keep_blank_values=True).get(name, [])

    def flag(self, name: str) -> bool:
        """Return whether a query parameter says true."""
        return [value.lower() for value in self.values(name)[:1]] == ["true"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, or the lack of one.

    `delay` is waited on the cluster's clock before the answer goes out. `drop` resets the connection; `silence` holds it open without a byte for so many seconds of
    real time, then closes it.
    """

    status: int = 200
    body: bytes = b""
    content_type: str | None = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False
    silence: float = 0.0


def encode(value: object) -> bytes:
    """Return compact JSON in UTF-8, as Jackson writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def document(value: object, *, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status=status, body=encode(value))


def nothing(status: int) -> Answer:
    """Return an answer without a body."""
    return Answer(status=status, content_type=None)


def error(status: int, message: str) -> Answer:
    """Return Connect's JSON error."""
    return document({"error_code": status, "message": message}, status=status)


def bare_error(status: int, phrase: str) -> Answer:
    """Return an error of the HTTP layer: JSON, but served without a content type."""
    body = encode({"error_code": status, "message": f"HTTP {status} {phrase}"})
    return Answer(status=status, body=body, content_type=None)


def denied() -> Answer:
    """Return what the basic-auth extension answers: plain text, announced as JSON."""
    return Answer(status=401, body=b"User cannot access the resource.")


def page(status: int, title: str, *, content_type: str = "text/html;charset=iso-8859-1") -> Answer:
    """Return an HTML page, as Jetty and proxies send them."""
    body = (
        f"<html>\n<head>\n<title>Error {status} {title}</title>\n</head>\n"
        f"<body>\n<h2>HTTP ERROR {status} {title}</h2>\n</body>\n</html>\n"
    )
    return Answer(status=status, body=body.encode(), content_type=content_type)
