"""Read YAML into plain data that keeps its text and its places."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import yaml
from yaml.nodes import Node, ScalarNode
from yaml.reader import ReaderError

from reconcile.desired.nodes import (
    DEEPEST,
    LONGEST,
    Document,
    Reading,
    Shapes,
    too_deep,
    too_large,
)
from reconcile.desired.yaml_tree import build_tree, position
from reconcile.errors import ConnectformError
from reconcile.model.codes import Code
from reconcile.model.marks import unpack
from reconcile.model.problem import Location, Problem

try:
    from yaml._yaml import CParser
except ImportError:
    CParser = object  # type: ignore[assignment,misc]  # PyYAML was built without libyaml

HAS_LIBYAML: Final = hasattr(CParser, "check_node")
"""Whether PyYAML can use libyaml."""

_SEPARATOR: Final = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_UNREADABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_HINTS: Final = {
    "found character that cannot start any token": "indent with spaces, and quote values that "
    "start with @, `, % or a tab",
    "mapping values are not allowed in this context": "quote values that hold a colon and a "
    "space, and check the indentation",
    "could not find expected ':'": "check the indentation, and quote keys and values that hold "
    "special characters",
    "found undefined alias": "quote values that start with *",
    "did not find expected key": "check the indentation, the quotes and the commas",
}


_NO_LIBYAML: Final = Problem(
    code=Code.EXTRA_MISSING,
    message="PyYAML is installed without libyaml, which reads the files here",
    hint="install libyaml with its headers, then: pip install --force-reinstall --no-cache-dir"
    " --no-binary pyyaml pyyaml",
)


class _TooDeepError(Exception):
    """Stop composing before the stack ends."""

    def __init__(self, node: Node | None) -> None:
        super().__init__()
        self.node = node


class _Composer(CParser):
    """Compose nodes with libyaml, decide no types meanwhile, and count the levels.

    PyYAML's own Python never stands in: it refuses tabs and question marks that libyaml reads, and
    what a file means must not depend on how PyYAML was built.
    """

    depth = 0

    def __init__(self, text: str) -> None:
        if not HAS_LIBYAML:
            raise ConnectformError(_NO_LIBYAML)
        super().__init__(text)

    def resolve(self, _kind: type[Node], _value: object, _implicit: object) -> None:
        """Give no tag, so that a tag on a node is one that was written."""

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooDeepError(parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def read_yaml(text: str, path: str, shapes: Shapes) -> Reading:
    """Return the documents of a YAML text.

    `path` names the file in places. Empty documents are left out. Raises ConnectformError where
    PyYAML was built without libyaml.
    """
    if len(text) > LONGEST:
        problems = _too_large(text, path)
        if problems:
            return Reading(problems=problems)
    documents: list[Document] = []
    try:
        for node in compose(text):
            documents.append(build_tree(node, path, shapes))  # noqa: PERF401  # kept up to an error
    except _TooDeepError as error:
        problem = too_deep(unpack(path, position(error.node)))
    except yaml.YAMLError as error:
        problem = _problem(error, text, path)
    else:
        return Reading(documents=tuple(documents))
    return Reading(documents=tuple(documents), problems=(problem,))


def compose(text: str) -> Iterator[Node]:
    """Yield the root of each document of a YAML text, empty ones left out."""
    composer = _Composer(text)
    while composer.check_node():
        node = composer.get_node()
        if node is not None and not _is_empty(node):
            yield node


def scalar_marks(text: str) -> Iterator[tuple[yaml.Mark, yaml.Mark]]:
    """Yield where each scalar of a YAML text begins and ends; raise YAMLError at a fault."""
    scanner = _Composer(text)
    while scanner.check_token():
        token = scanner.get_token()
        if isinstance(token, yaml.ScalarToken):
            yield token.start_mark, token.end_mark


def _too_large(text: str, path: str) -> tuple[Problem, ...]:
    """Find documents that are too long before a parser sees them.

    `---` and `...` at the start of a line end a document wherever they stand.
    """
    starts = [0, *(found.start() for found in _SEPARATOR.finditer(text)), len(text)]
    return tuple(
        too_large(Location(path, text.count("\n", 0, start) + 1, 1))
        for start, end in pairwise(starts)
        if end - start > LONGEST
    )


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.value and not node.style


def _problem(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """Return what a parser's exception says, with a place inside the file."""
    if isinstance(error, ReaderError):
        return _unreadable(text, path)
    message, line, column = "this is no YAML", 1, 1
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            line, column = mark.line + 1, mark.column + 1
        message = error.problem or error.context or message
    lines = text.splitlines() or [""]
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    hint = _HINTS.get(message, "see what stands at this place, and just before it")
    return Problem(
        code=Code.SYNTAX, message=message, location=Location(path, line, column), hint=hint
    )


def _unreadable(text: str, path: str) -> Problem:
    """Return the place of the first character that YAML does not allow."""
    found = _UNREADABLE.search(text)
    start = found.start() if found else 0
    return Problem(
        code=Code.ENCODING,
        message=f"the character U+{ord(text[start]):04X} is not allowed in YAML",
        location=Location(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)),
        hint='remove it, or write it as an escape inside double quotes ("\\u0007")',
    )
