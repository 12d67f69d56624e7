"""Markdown as GitHub and GitLab make it: CommonMark with tables, strikethrough and addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

OURS = re.compile(r"\s*(<details>\s*<summary>[^<>]*</summary>|</details>|<br>)\s*")
CALLS = re.compile(
    r"(?<![\w`])@\w|(?<!\w)#\d|\bGH-\d|(?<!\w)[!&%$~^]\d|(?<!\w)~\w|:[\w+-]+:|https?:/|\bwww\.",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a text: its blocks in order, and what stands in them."""

    blocks: tuple[str, ...]
    html: tuple[str, ...]
    links: tuple[str, ...]
    images: tuple[str, ...]
    text: str
    code: tuple[str, ...]
    unclosed: tuple[str, ...]

    @property
    def open_details(self) -> int:
        """How many `<details>` have no end."""
        html = "".join(self.html)
        return html.count("<details") - html.count("</details>")

    @property
    def foreign_html(self) -> list[str]:
        """Markup that no report of ours makes."""
        return [markup for markup in self.html if not OURS.fullmatch(markup)]

    @property
    def calls(self) -> list[str]:
        """What GitHub and GitLab would make a mention, a reference, an emoji or a link of."""
        return [found[0] for found in CALLS.finditer(self.text)]


def rendered(markdown: str) -> Rendered:
    """Return what a reader of this Markdown sees."""
    tokens = _renderer().parse(markdown)
    parts = [part for token in tokens for part in _parts(token)]
    lines = markdown.splitlines()
    fences = [token for token in tokens if token.type == "fence" and token.map]
    return Rendered(
        blocks=tuple(token.type for token in tokens),
        html=tuple(part.content for part in parts if part.type.startswith("html_")),
        links=tuple(str(part.attrs["href"]) for part in parts if part.type == "link_open"),
        images=tuple(str(part.attrs["src"]) for part in parts if part.type == "image"),
        text="\n".join(part.content for part in parts if part.type == "text"),
        code=tuple(part.content for part in parts if part.type in {"code_inline", "fence"}),
        unclosed=tuple(
            token.content
            for token in fences
            if token.map and lines[token.map[1] - 1].strip() != token.markup
        ),
    )


@cache
def _renderer() -> MarkdownIt:
    # Bare host names stay text there; only addresses with a scheme, www. and mail become links.
    renderer = MarkdownIt("gfm-like", {"html": True})
    assert renderer.linkify is not None
    renderer.linkify.set({"fuzzy_link": False})
    return renderer


def _parts(token: Token) -> Iterator[Token]:
    yield token
    for child in token.children or ():
        yield from _parts(child)
