"""Change one value in the text of a file, and no other byte of it."""

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from reconcile.desired.outline import Outline, Part, Sort, line_end, line_start
from reconcile.desired.write import (
    double_quoted,
    fits_literal,
    key_text,
    literal_text,
    quoted_text,
    scalar_text,
    single_quoted,
)
from reconcile.model.marks import Path

_NOT_IN_FLOW: Final = frozenset(",[]{}\n")
_BARE_JSON: Final = re.compile(r"true|false|0|-?[1-9][0-9]{0,17}")
_DURATION: Final = re.compile(r"[1-9][0-9]*(?:ms|[smhd])")
_SPACES: Final = re.compile(r"[ \t]*")
_COMMA: Final = re.compile(r"[ \t]*,")
_COLON: Final = re.compile(r"\s*:")
_ENDS_LINE: Final = re.compile(r"[ \t]*(?P<comma>,?)[ \t]*(?:#[^\r\n]*)?(?=\r?\n)")
_BLANK_OR_COMMENT: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?\r?(?:\n|\Z)")
_HEADER: Final = re.compile(r"[|>][-+0-9]*(?P<rest>[^\r\n]*)")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why a value cannot be written at its place."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A text to be changed, and how its lines end."""

    text: str
    is_json: bool

    @property
    def line_break(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def broken(self, text: str) -> str:
        """Return a text with the line breaks of the file."""
        return text.replace("\n", self.line_break)

    def column(self, at: int) -> int:
        return at - line_start(self.text, at)

    def with_line(self, at: int, body: str) -> str:
        """Return the text with lines after the line of an index, which stays as it is."""
        end = line_end(self.text, at)
        ending = "\r\n" if self.text.startswith("\r\n", end) else self.text[end : end + 1]
        if not ending:
            return f"{self.text}{self.line_break}{body}"
        after = end + len(ending)
        return self.replaced(after, after, body + ending)

    def replaced(self, start: int, end: int, text: str) -> str:
        return self.text[:start] + text + self.text[end:]


def put(text: str, outline: Outline, document: int, path: Path, value: str | None) -> str | Stuck:
    """Return the text with a value at a path of one of its documents; None writes null.

    What stands there keeps its style where that can hold the value. A key that is not there comes
    last in its mapping; mappings that are missing above it are made.
    """
    page = _Page(text, outline.is_json)
    node = outline.roots[document]
    for depth, name in enumerate(path):
        if node.sort is not Sort.MAPPING:
            return Stuck("there is no mapping that could hold it")
        found = node.find(name)
        if found is None:
            return _insert(page, node, path[depth:], value)
        key, child = found
        if depth == len(path) - 1:
            return _replace(page, node, key, child, value)
        if child.sort is Sort.ALIAS:
            return Stuck(f"{name} is an alias: what it stands for is used elsewhere too")
        if child.sort is Sort.SCALAR and not child.style and child.text in _NULLS:
            return _fill(page, node, found, path[depth + 1 :], value)
        node = child
    return Stuck("the whole document would be replaced")


def remove(text: str, outline: Outline, document: int, path: Path) -> str | Stuck:
    """Return the text without the entry at a path; a mapping that gets empty stays, as `{}`."""
    page = _Page(text, outline.is_json)
    node, above = outline.roots[document], None
    for name in path[:-1]:
        found = node.find(name)
        if found is None or found[1].sort is not Sort.MAPPING:
            return Stuck("it does not stand at a place of its own")
        above, node = found[0], found[1]
    entry = node.find(path[-1])
    if entry is None:
        return Stuck("it comes from a mapping that is merged in")
    if node.style:
        return _remove_in_flow(page, node, entry)
    return _remove_in_block(page, node, above, entry)


def _insert(page: _Page, node: Part, rest: Path, value: str | None) -> str | Stuck:
    if node.style:
        return _insert_in_flow(page, node, rest, value)
    if not node.entries:
        return Stuck("there is no entry beside which it could stand")
    key, last = node.entries[-1]
    first = node.entries[0][0]
    if page.text[first.start - 2 : first.start] == "? ":
        return Stuck("its mapping is written with ? keys")
    body = _block_entry(page, rest, value, page.column(first.start))
    return page.with_line(max(key.end, last.end), body)


def _insert_in_flow(page: _Page, node: Part, rest: Path, value: str | None) -> str | Stuck:
    entry = _flow_entry(page, rest, value)
    if not node.entries:
        inside = page.text.index("{", node.start) + 1
        if page.text[inside : node.end - 1].strip():
            return Stuck("its mapping holds nothing but a comment")
        return page.replaced(inside, node.end - 1, entry)
    key, last = node.entries[-1]
    at = max(key.end, last.end)
    begin = line_start(page.text, key.start)
    margin = page.text[begin : key.start]
    ends = _ENDS_LINE.match(page.text, at)
    if margin.strip() or ends is None:
        return page.replaced(at, at, f", {entry}")
    comma = "" if ends["comma"] else ","
    tail = page.text[at : ends.end()]
    return page.replaced(at, ends.end(), f"{comma}{tail}{page.line_break}{margin}{entry}")


def _fill(
    page: _Page, node: Part, found: tuple[Part, Part], rest: Path, value: str | None
) -> str | Stuck:
    """Put a mapping where null stands."""
    key, child = found
    if node.style:
        space = " " if child.is_blank else ""
        entry = _flow_entry(page, rest, value)
        return page.replaced(child.start, child.end, f"{space}{{{entry}}}")
    start = child.start
    while not child.is_blank and page.text[start - 1] == " ":
        start -= 1
    bare = _Page(page.replaced(start, child.end, ""), page.is_json)
    body = _block_entry(page, rest, value, page.column(key.start) + _STEP)
    return bare.with_line(max(key.end, start), body)


def _replace(page: _Page, node: Part, key: Part, child: Part, value: str | None) -> str | Stuck:
    if page.text[child.start : child.start + 1] == "&":
        return Stuck("it has an anchor: aliases of it elsewhere would change too")
    match child.sort:
        case Sort.MAPPING:
            return Stuck("a mapping stands there")
        case Sort.LIST:
            return _replace_list(page, child, value)
        case Sort.SCALAR | Sort.ALIAS:
            pass
    indent = page.column(key.start) + _STEP
    if child.style and child.style in "|>":
        return _replace_block(page, child, value, indent)
    written = _render(page, value, indent, style=child.style, flow=bool(node.style))
    space = " " if child.is_blank else ""
    end = child.end if node.style else line_end(page.text, child.end)
    written = _beside(written, page.text[child.end : end])
    return page.replaced(child.start, end, space + page.broken(written))


def _replace_block(page: _Page, child: Part, value: str | None, indent: int) -> str:
    """Replace a block scalar."""
    header = _HEADER.match(page.text, child.start)
    body = page.text[line_end(page.text, child.start) : child.end].lstrip("\r\n")
    indent = len(body) - len(body.lstrip(" ")) or indent
    if value is not None and fits_literal(value):
        written = literal_text(value, indent)
    else:
        written = _render(page, value, indent)
    written = _beside(written, header["rest"] if header else "")
    return page.replaced(child.start, child.end, page.broken(written))


def _beside(written: str, rest: str) -> str:
    """Return a value with the comment beside it, which stays on the line where it begins."""
    first, line_break, lines = written.partition("\n")
    return f"{first}{rest}{line_break}{lines}"


def _replace_list(page: _Page, child: Part, value: str | None) -> str | Stuck:
    """Replace the items of a list, which stands for its items with commas between them."""
    written = page.text[child.start : child.end]
    if value is None or not all(_is_on_one_line(page, item) for item in child.items):
        return Stuck("it is written as a list that holds more than plain items")
    if not child.style:
        return _replace_lines(page, child, value.split(","))
    if "#" in written:
        return Stuck("a comment stands inside its list")
    style = child.items[0].style if child.items else ""
    items = [_render(page, item, 0, style=style, flow=True) for item in value.split(",")]
    return page.replaced(child.start, child.end, f"[{', '.join(items)}]")


def _is_on_one_line(page: _Page, item: Part) -> bool:
    return item.sort is Sort.SCALAR and "\n" not in page.text[item.start : item.end]


def _replace_lines(page: _Page, child: Part, wanted: list[str]) -> str:
    """Replace the items of a list with one item a line; those that stay keep their lines."""
    text, first = page.text, child.items[0]
    begin = line_start(text, first.start)
    margin, style = text[begin : first.start], first.style
    ends = [line_end(text, item.end) for item in child.items]
    starts = [begin, *ends[:-1]]
    kept = [
        text[start:end].removeprefix("\r").removeprefix("\n")
        for start, end in zip(starts, ends, strict=True)
    ]
    rows: list[str] = []
    matcher = SequenceMatcher(None, [item.text for item in child.items], wanted, autojunk=False)
    for action, low, high, from_, to in matcher.get_opcodes():
        if action == "equal":
            rows += kept[low:high]
        else:
            rows += [margin + _render(page, item, 0, style=style) for item in wanted[from_:to]]
    return page.replaced(begin, ends[-1], page.line_break.join(rows))


def _remove_in_flow(page: _Page, node: Part, entry: tuple[Part, Part]) -> str | Stuck:
    key, value = entry
    start, end = key.start, max(key.end, value.end)
    text = page.text
    after = _COMMA.match(text, end)
    if after is not None:
        end = after.end()
        begin, rest = line_start(text, start), _BLANK_OR_COMMENT.match(text, end)
        if not text[begin:start].strip() and rest is not None and "#" not in rest[0]:
            return page.replaced(begin, rest.end(), "")
        spaces = _SPACES.match(text, end)
        if spaces is not None and not text.startswith("#", spaces.end()):
            end = spaces.end()
        return page.replaced(start, end, "")
    if len(node.entries) > 1:
        before = text[:start].rstrip()
        if not before.endswith(","):
            return Stuck("a comment stands between it and the entry before")
        start = len(before) - 1
    return page.replaced(start, end, "")


def _remove_in_block(
    page: _Page, node: Part, above: Part | None, entry: tuple[Part, Part]
) -> str | Stuck:
    key, value = entry
    text = page.text
    begin = line_start(text, key.start)
    if text[begin : key.start].strip():
        return Stuck("something else stands on its line")
    end = line_end(text, max(key.end, value.end))
    if text[end : end + 2] == "\r\n":
        end += 2
    elif end < len(text):
        end += 1
    if len(node.entries) > 1:
        return page.replaced(begin, end, "")
    colon = _COLON.match(text, above.end) if above is not None else None
    if colon is None or _BLANK_OR_COMMENT.match(text, colon.end()) is None:
        return Stuck("it is the only entry of its mapping")
    return f"{text[: colon.end()]} {{}}{text[colon.end() : begin]}{text[end:]}"


def _block_entry(page: _Page, path: Path, value: str | None, indent: int) -> str:
    """Return the lines of an entry, with mappings around it as the path says."""
    lines = [
        f"{' ' * (indent + _STEP * depth)}{key_text(name)}:" for depth, name in enumerate(path[:-1])
    ]
    inner = indent + _STEP * (len(path) - 1)
    lines.append(f"{' ' * inner}{key_text(path[-1])}: {_render(page, value, inner + _STEP)}")
    return page.broken("\n".join(lines))


def _flow_entry(page: _Page, path: Path, value: str | None) -> str:
    key = json.dumps(path[0], ensure_ascii=False) if page.is_json else key_text(path[0])
    if len(path) > 1:
        return f"{key}: {{{_flow_entry(page, path[1:], value)}}}"
    style = '"' if page.is_json else ""
    return f"{key}: {_render(page, value, 0, style=style, flow=True)}"


def _render(
    page: _Page, value: str | None, indent: int, *, style: str = "", flow: bool = False
) -> str:
    """Return a value as a scalar, in the style of the one it replaces where that can hold it."""
    if value is None:
        return "null"
    if page.is_json:
        return _render_json(value, style)
    if style == '"':
        return double_quoted(value)
    if style == "'" and value.isprintable():
        return single_quoted(value)
    if flow and not _NOT_IN_FLOW.isdisjoint(value):
        return quoted_text(value)
    return value if _DURATION.fullmatch(value) else scalar_text(value, indent)


def _render_json(value: str, style: str) -> str:
    bare = not style and _BARE_JSON.fullmatch(value)
    return value if bare else json.dumps(value, ensure_ascii=False)
