"""Read JSON into the same plain data as YAML, numbers as they are written."""

import re
from array import array
from bisect import bisect_right
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Final

from reconcile.desired.nodes import (
    DEEPEST,
    LONGEST,
    Document,
    Plain,
    Reading,
    Shapes,
    Tree,
    marks_of,
    too_deep,
    too_large,
)
from reconcile.model.codes import Code
from reconcile.model.marks import Path, pack, unpack
from reconcile.model.problem import Location, Problem

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])", re.ASCII)
_WORD: Final = re.compile(r"(?:true|false|null)(?!\w)")
_CONTROL: Final = re.compile(r"[^\t\n\r\x20-\U0010ffff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_DECODER: Final = JSONDecoder(strict=False)  # tabs may stand inside text
_STRAY_COMMA: Final = "JSON has no comma after the last entry"


class _RefusedError(Exception):
    """Stop reading at a place."""

    def __init__(self, message: str, at: int, hint: str, code: Code = Code.SYNTAX) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint
        self.code = code


def read_json(text: str, path: str, shapes: Shapes) -> Reading:
    """Return the one document of a JSON text; `path` names the file in places."""
    if len(text) > LONGEST:
        return Reading(problems=(too_large(Location(path, 1, 1)),))
    reader = _Reader(text, path, shapes)
    try:
        return Reading(documents=(reader.document(),))
    except _RefusedError as refused:
        location = reader.location(refused.at)
        if refused.code is Code.TOO_DEEP:
            return Reading(problems=(too_deep(location),))
        problem = Problem(
            code=refused.code, message=refused.message, location=location, hint=refused.hint
        )
        return Reading(problems=(problem,))


class _Reader:
    """Read one text from left to right; each method returns where it ended."""

    def __init__(self, text: str, path: str, shapes: Shapes) -> None:
        self._text = text
        self._end = len(text.rstrip())
        self._path = path
        self._shapes = shapes
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._paths: list[Path] = []
        self._packed = array("Q")
        self._problems: list[Problem] = []

    def document(self) -> Document:
        """Return the document, or raise at the first place that is no JSON."""
        control = _CONTROL.search(self._text)
        if control:
            raise _RefusedError(
                f"the character U+{ord(control[0]):04X} is not allowed in JSON",
                control.start(),
                "remove it, or write it as an escape (\\u0007)",
                Code.ENCODING,
            )
        start = self._skip(0)
        self._mark((), start)
        tree, end = self._value(start, ())
        end = self._skip(end)
        if end < len(self._text):
            hint = "a JSON file holds one document; put others into files of their own"
            raise _RefusedError("the document ends before this place", end, hint)
        return Document(
            tree=tree,
            marks=marks_of(self._path, self._paths, self._packed, self._shapes),
            problems=tuple(self._problems),
        )

    def location(self, at: int) -> Location:
        """Return the place of an index; space at the end of the file counts as its end."""
        at = min(at, self._end)
        line = bisect_right(self._lines, at)
        return Location(self._path, line, at - self._lines[line - 1] + 1)

    def _mark(self, path: Path, at: int) -> None:
        place = self.location(at)
        self._paths.append(path)
        self._packed.append(pack(place.line, place.column))

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _value(self, at: int, path: Path) -> tuple[Tree, int]:
        if len(path) >= DEEPEST:
            raise _RefusedError("", at, "", Code.TOO_DEEP)
        match self._text[at : at + 1]:
            case '"':
                return self._string(at)
            case "{":
                return self._object(at, path)
            case "[":
                return self._array(at, path)
            case "":
                hint = "see that the file is complete"
                raise _RefusedError("the file ends where a value should stand", at, hint)
            case _:
                return self._other(at)

    def _other(self, at: int) -> tuple[Tree, int]:
        found = _NUMBER.match(self._text, at) or _WORD.match(self._text, at)
        if found is None:
            hint = "a value is text in double quotes, a number, true, false, null, {...} or [...]"
            raise _RefusedError("this is no JSON value", at, hint)
        return Plain(found[0]), found.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = _DECODER.raw_decode(self._text, at)
        except JSONDecodeError as error:
            hint = "text stands in double quotes; a backslash in it is written twice"
            message = f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at").rstrip(":")
            raise _RefusedError(message, error.pos, hint) from None
        if "\n" in text and "\n" in self._text[at:end]:
            hint = "write a line break inside text as \\n"
            raise _RefusedError("a line ends inside this text", at, hint)
        if _SURROGATE.search(text):
            hint = "write both halves of the pair, as in \\ud83d\\ude00, or the character itself"
            raise _RefusedError("half a surrogate pair is no text", at, hint, Code.ENCODING)
        return text, end

    def _object(self, at: int, path: Path) -> tuple[Tree, int]:
        tree: dict[str, Tree] = {}
        end = self._skip(at + 1)
        if self._text[end : end + 1] == "}":
            return tree, end + 1
        while True:
            start = end
            if self._text[start : start + 1] != '"':
                hint = _STRAY_COMMA if tree and self._text[start : start + 1] == "}" else ""
                raise _RefusedError(
                    "a key in double quotes is missing here", start, hint or "keys are text"
                )
            key, end = self._string(start)
            below = self._shapes.below(path, (key,))[0]
            if key in tree:
                self._refuse_duplicate(below, start)
            self._mark(below, start)
            end = self._skip(end)
            if self._text[end : end + 1] != ":":
                hint = "write a colon between the key and its value"
                raise _RefusedError("a colon is missing here", end, hint)
            value, after = self._value(self._skip(end + 1), below)
            tree.setdefault(below[-1], value)
            end, more = self._next(after, "}")
            if not more:
                return tree, end

    def _array(self, at: int, path: Path) -> tuple[Tree, int]:
        tree: list[Tree] = []
        end = self._skip(at + 1)
        if self._text[end : end + 1] == "]":
            return tree, end + 1
        while True:
            if tree and self._text[end : end + 1] == "]":
                raise _RefusedError("a value is missing here", end, _STRAY_COMMA)
            below = (*path, str(len(tree)))
            self._mark(below, end)
            value, after = self._value(end, below)
            tree.append(value)
            end, more = self._next(after, "]")
            if not more:
                return tree, end

    def _next(self, after: int, closing: str) -> tuple[int, bool]:
        """Pass a comma or the closing bracket; tell whether another entry follows."""
        at = self._skip(after)
        match self._text[at : at + 1]:
            case ",":
                return self._skip(at + 1), True
            case found if found == closing:
                return at + 1, False
            case "":
                message, after = f"the file ends where , or {closing} should stand", at
            case _:
                message = f"a comma or {closing} is missing here"
        raise _RefusedError(message, after, "write a comma between entries, and close what opens")

    def _refuse_duplicate(self, path: Path, at: int) -> None:
        before = unpack(self._path, self._packed[self._paths.index(path)])
        problem = Problem(
            code=Code.DUPLICATE_KEY,
            message=f'the key "{path[-1]}" is already set on line {before.line}',
            location=self.location(at),
            hint="keep one of the two",
        )
        self._problems.append(problem)
