"""The data of a document as both readers give it, with the place of each part."""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from reconcile.model.codes import Code
from reconcile.model.marks import Marks, Path
from reconcile.model.problem import Location, Problem

DEEPEST: Final = 64
"""How many levels a document may have."""

LONGEST: Final = 1_000_000
"""How many characters one document may have."""

MOST_NODES: Final = 100_000
"""How many parts one document may have once its aliases are expanded."""

BLANK: Final = "\u2026"
"""What stands for free text where its characters do not matter."""

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_SWITCHES: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_SHOWN: Final = 40


class Plain(str):
    """A scalar that may be no text: without quotes in YAML, or no string in JSON.

    It keeps the characters of the file, so that `0777` and `1.50` stay what was written.
    """

    __slots__ = ()


Tree: TypeAlias = str | list["Tree"] | dict[str, "Tree"]
Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """One document of a file; with problems it is looked at, but never used."""

    tree: Tree = field(repr=False)
    marks: Marks
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """The documents of one file; with problems the file breaks off and none may be used."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()


class Shapes:
    """Share what documents of one shape have in common: the texts of keys and tuples of paths."""

    __slots__ = ("_children", "_documents")

    def __init__(self) -> None:
        self._children: dict[tuple[Path, tuple[str, ...]], tuple[Path, ...]] = {}
        self._documents: dict[tuple[Path, ...], tuple[Path, ...]] = {}

    def below(self, path: Path, keys: tuple[str, ...]) -> tuple[Path, ...]:
        """Return the paths of the keys of one mapping."""
        shape = (path, keys)
        known = self._children.get(shape)
        if known is None:
            known = self._children[shape] = tuple((*path, key) for key in keys)
        return known

    def whole(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Return the paths of one document."""
        shape = tuple(paths)
        return self._documents.setdefault(shape, shape)


def marks_of(path: str, paths: Iterable[Path], packed: "array[int]", shapes: Shapes) -> Marks:
    """Return the marks of one document."""
    return Marks(path, shapes.whole(paths), packed)


def place(marks: Marks, path: Path) -> Location:
    """Return where a path stands, or the nearest place above it."""
    for length in range(len(path), -1, -1):
        found = marks.locate(path[:length])
        if found is not None:
            return found
    return Location(marks.path)


def is_null(tree: Tree) -> bool:
    """Tell whether a value is null."""
    return type(tree) is Plain and tree in _NULLS


def config_text(scalar: str) -> str | None:
    """Return a scalar as Connect stores it, or None for null.

    Only null, true and false have a meaning of their own; numbers, dates, `on` and `no` keep
    their text.
    """
    if type(scalar) is not Plain:
        return scalar
    if scalar in _NULLS:
        return None
    switch = _SWITCHES.get(scalar)
    return str(scalar) if switch is None else str(switch).lower()


def typed_scalar(scalar: str) -> bool | int | str | None:
    """Return a scalar with its type; no field of ours is a fraction, so those stay text."""
    if type(scalar) is not Plain:
        return scalar
    if scalar in _NULLS:
        return None
    if scalar in _SWITCHES:
        return _SWITCHES[scalar]
    return int(scalar) if _WHOLE.fullmatch(scalar) else str(scalar)


def describe(value: Json) -> str:
    """Return a value as a message may name it."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    if not isinstance(value, str):
        return "null" if value is None else str(value).lower()
    if value == BLANK:
        return "text"
    return f'"{value}"' if len(value) <= _SHOWN else f'"{value[:_SHOWN]}..."'


def dotted(path: Path) -> str:
    """Return a path as people write it: `spec.ignore[0].keys`."""
    text = ""
    for part in path:
        text += f"[{part}]" if part.isdecimal() else f".{part}" if text else part
    return text


def too_large(location: Location) -> Problem:
    """Return the problem of a document that is too long."""
    return Problem(
        code=Code.TOO_LARGE,
        message=f"this document has more than {LONGEST:,} characters",
        location=location,
        hint="one document holds one connector; move large values elsewhere",
    )


def too_deep(location: Location) -> Problem:
    """Return the problem of a document that is nested too deeply."""
    return Problem(
        code=Code.TOO_DEEP,
        message=f"this document is nested more than {DEEPEST} levels deep",
        location=location,
        hint="a definition needs fewer than ten levels",
    )


def fits_pattern(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern of a schema, where `$` is the very end of it."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None
