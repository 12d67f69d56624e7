"""Find where each part of a file begins and ends, so that one can be changed and the rest kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from json.decoder import JSONDecoder
from typing import Any, Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconcile.desired.json_reader import read_json
from reconcile.desired.nodes import Shapes
from reconcile.desired.yaml_reader import compose

_ALIAS: Final = re.compile(r"[\s:]*(\*[^\s,\[\]{}]+)")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_COLON: Final = re.compile(r"\s*:")
_BARE: Final = re.compile(r"[^\s,\]}]+")
_DECODER: Final = JSONDecoder(strict=False)
_BLOCKS: Final = frozenset("|>")


class Sort(StrEnum):
    """What a part is."""

    SCALAR = auto()
    MAPPING = auto()
    LIST = auto()
    ALIAS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a document, from `start` up to `end` in the text of its file.

    `style` is the sign that a scalar begins with (nothing for a plain one), and `{` or `[` for a
    collection in flow style. `entries` are those of a mapping, without what `<<` merges; `items`
    those of a list.
    """

    start: int
    end: int
    sort: Sort
    style: str = ""
    text: str = ""
    entries: "tuple[tuple[Part, Part], ...]" = ()
    items: "tuple[Part, ...]" = ()

    def find(self, name: str) -> "tuple[Part, Part] | None":
        """Return the key and the value of an entry, or None where there is none."""
        return next((entry for entry in self.entries if entry[0].text == name), None)

    @property
    def is_blank(self) -> bool:
        """Tell whether this is a scalar that was left out."""
        return self.sort is Sort.SCALAR and self.start == self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The roots of the documents of a file, empty ones left out."""

    roots: tuple[Part, ...]
    is_json: bool


def outline_of(text: str, name: str) -> Outline:
    """Return the outline of a text that `read_documents` reads without problems."""
    reads_as_json = name.endswith(".json") or (
        text.lstrip()[:1] == "{" and not read_json(text, name, Shapes()).problems
    )
    if reads_as_json:
        return Outline(roots=(_json_part(text, _skip(text, 0)),), is_json=True)
    roots = tuple(_yaml_part(text, node, 0) for node in compose(text))
    return Outline(roots=roots, is_json=False)


def line_start(text: str, at: int) -> int:
    """Return where the line of an index begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line of an index ends, before its line break."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[at:end].endswith("\r") else end


def _yaml_part(text: str, node: Node, after: int) -> Part:
    """Return the part of a node; what began before `after` is an alias of something above."""
    start, end = _index(node.start_mark), _index(node.end_mark)
    if start < after:
        found = _ALIAS.match(text, after)
        span = found.span(1) if found else (after, after)
        return Part(start=span[0], end=span[1], sort=Sort.ALIAS)
    if isinstance(node, ScalarNode):
        style = node.style or ""
        if style in _BLOCKS and style:
            end = line_end(text, start + len(text[start:end].rstrip()))
        return Part(start=start, end=end, sort=Sort.SCALAR, style=style, text=node.value)
    if isinstance(node, SequenceNode):
        return _yaml_list(text, node, start, end)
    return _yaml_mapping(text, node, start, end)


def _yaml_list(text: str, node: SequenceNode, start: int, end: int) -> Part:
    items: list[Part] = []
    at = start
    for item in node.value:
        items.append(_yaml_part(text, item, at))
        at = items[-1].end
    if node.flow_style:
        return Part(start=start, end=end, sort=Sort.LIST, style="[", items=tuple(items))
    return Part(start=start, end=at, sort=Sort.LIST, items=tuple(items))


def _yaml_mapping(text: str, node: Any, start: int, end: int) -> Part:  # noqa: ANN401  # PyYAML gives no types
    entries: list[tuple[Part, Part]] = []
    at = start
    pairs = node.value if isinstance(node, MappingNode) else ()
    for key, value in pairs:
        name = _yaml_part(text, key, at)
        below = _yaml_part(text, value, name.end)
        if below.is_blank and node.flow_style:
            # libyaml puts it where the next token stands.
            colon = _COLON.match(text, name.end)
            at = colon.end() if colon else name.end
            below = replace(below, start=at, end=at)
        entries.append((name, below))
        at = max(name.end, below.end)
    style = "{" if node.flow_style else ""
    return Part(
        start=start,
        end=end if style else at,
        sort=Sort.MAPPING,
        style=style,
        entries=tuple(entries),
    )


def _index(mark: Any) -> int:  # noqa: ANN401  # PyYAML gives no types
    return int(mark.index)


def _json_part(text: str, at: int) -> Part:
    match text[at]:
        case '"':
            value, end = _DECODER.raw_decode(text, at)
            return Part(start=at, end=end, sort=Sort.SCALAR, style='"', text=value)
        case "{":
            return _json_mapping(text, at)
        case "[":
            return _json_list(text, at)
        case _:
            found = _BARE.match(text, at)
            word = found[0] if found else ""
            return Part(start=at, end=at + len(word), sort=Sort.SCALAR, text=word)


def _json_mapping(text: str, start: int) -> Part:
    entries: list[tuple[Part, Part]] = []

    def entry(at: int) -> int:
        key = _json_part(text, at)
        value = _json_part(text, _skip(text, _skip(text, key.end) + 1))
        entries.append((key, value))
        return value.end

    end = _json_each(text, start, "}", entry)
    return Part(start=start, end=end, sort=Sort.MAPPING, style="{", entries=tuple(entries))


def _json_list(text: str, start: int) -> Part:
    items: list[Part] = []

    def item(at: int) -> int:
        items.append(_json_part(text, at))
        return items[-1].end

    end = _json_each(text, start, "]", item)
    return Part(start=start, end=end, sort=Sort.LIST, style="[", items=tuple(items))


def _json_each(text: str, start: int, closing: str, take: Callable[[int], int]) -> int:
    """Take each entry of a collection; return where it ends."""
    at = _skip(text, start + 1)
    while text[at] != closing:
        at = _skip(text, take(at))
        if text[at] == ",":
            at = _skip(text, at + 1)
    return at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
