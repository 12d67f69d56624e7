"""Addresses of a project's own dashboards and logs, for one connector."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Link:
    """What an address leads to, and the address."""

    label: str
    url: str


def links_of(templates: Mapping[str, str], *, cluster: str, connector: str) -> tuple[Link, ...]:
    """Return a project's links with the names filled in, percent-encoded."""
    names = {"{cluster}": cluster, "{connector}": connector}
    return tuple(Link(label, _filled(url, names)) for label, url in templates.items())


def _filled(url: str, names: Mapping[str, str]) -> str:
    for placeholder, name in names.items():
        url = url.replace(placeholder, quote(name, safe="", errors="replace"))
    return url
