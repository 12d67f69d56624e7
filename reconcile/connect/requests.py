"""A request to Connect as a value, and the paths of its endpoints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `body` may hold secrets, `timeout` None stands for the cluster's own.

    `connector` is the name of the connector it speaks of, if of one. `reads` tells whether it
    leaves the cluster as it is, whatever its method.
    """

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    connector: str = ""
    timeout: float | None = None
    reads: bool = False


def reading(path: str, *, connector: str = "", timeout: float | None = None) -> Request:
    """Return the request that reads a path."""
    return Request(method="GET", path=path, connector=connector, timeout=timeout, reads=True)


def at(*parts: str, query: Mapping[str, str] | None = None) -> str:
    """Return the path of these parts, each of them escaped whole."""
    path = "/" + "/".join(map(_escaped, parts))
    if not query:
        return path
    return f"{path}?" + "&".join(f"{key}={_escaped(value)}" for key, value in query.items())


def connector_path(name: str, *parts: str, query: Mapping[str, str] | None = None) -> str:
    """Return the path of a connector, or of what lies below it."""
    return at("connectors", name, *parts, query=query)


def _escaped(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
