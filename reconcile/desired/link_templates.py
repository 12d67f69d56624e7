"""Read the addresses of dashboards and logs that reports lead to."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree
from reconcile.desired.references import OPENING
from reconcile.desired.values import mapping, scalar
from reconcile.model.codes import Code

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_KNOWN: Final = ("cluster", "connector")
_SCHEMES: Final = frozenset({"http", "https"})


def read_links(tree: Tree | None) -> tuple[dict[str, str], list[Finding]]:
    """Return the links of a project by their labels, and what is wrong with them.

    They are shown to whoever reads a report, so nothing secret may be in them; and a connector's
    name, which a cluster chooses, may not choose the host.
    """
    links = {label: scalar(url) or "" for label, url in mapping(tree).items()}
    return links, list(_findings(links))


def _findings(links: Mapping[str, str]) -> Iterator[Finding]:
    for label, url in links.items():
        path = ("links", label)
        if OPENING in url:
            hint = "links are public text: write the address itself"
            yield Finding(
                Code.MALFORMED_REFERENCE, path, f'the link "{label}" holds a reference', hint
            )
            continue
        for name in dict.fromkeys(_PLACEHOLDER.findall(url)):
            if name not in _KNOWN:
                message = f'the link "{label}" holds {{{name}}}, which nothing is known for'
                yield Finding(Code.INVALID_VALUE, path, message, "known: {cluster}, {connector}")
        message, hint = _fault(url)
        if message:
            yield Finding(Code.INVALID_VALUE, path, f'the link "{label}" {message}', hint)


def _fault(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "is no address", "https://logs.example.com/?q={connector}"
    if parts.scheme not in _SCHEMES or not host or not url.isprintable() or " " in url:
        return "is no http or https address", "https://logs.example.com/?q={connector}"
    if "@" in parts.netloc:
        return "holds credentials, and is shown to everybody", "leave out what stands before the @"
    if "{connector}" in host:
        return "takes its host from the name of a connector", "put {connector} behind the host"
    return "", ""
