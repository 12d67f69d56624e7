"""Small modules, small functions, two levels of folders."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "reconcile"
LONGEST_MODULE = 350
LONGEST_FUNCTION = 50


def _modules() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text()


def test_no_module_is_longer_than_350_lines() -> None:
    sizes = {name: len(text.splitlines()) for name, text in _modules()}

    assert {name: size for name, size in sizes.items() if size > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_50_lines_without_its_docstring() -> None:
    sizes = {
        f"{name}:{node.lineno} {node.name}": _length(node)
        for name, text in _modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    last = node.end_lineno or node.lineno
    first = node.body[1] if ast.get_docstring(node) and node.body[1:] else node
    return last - first.lineno + 1


def test_packages_stand_two_levels_deep_and_are_named_for_what_they_do() -> None:
    names = [name for name, _ in _modules()]

    assert [name for name in names if name.count("/") > 1] == []
    assert {"utils", "helpers", "common"}.isdisjoint(
        part.removesuffix(".py") for name in names for part in name.split("/")
    )


def test_every_module_says_in_one_sentence_what_passes_through_it() -> None:
    docstrings = {name: ast.get_docstring(ast.parse(text)) or "" for name, text in _modules()}

    assert [name for name, text in docstrings.items() if not text.partition("\n")[0]] == []
