"""Evaluate the expressions of GitHub Actions, as far as our workflows use them.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

import re
from collections.abc import Mapping
from typing import Any

_TOKENS = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?P<sign>\(\)|&&|\|\||==|!=|[()!]))"
)
_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
Contexts = Mapping[str, Any]


def filled(text: str, contexts: Contexts) -> str:
    """Return a text with every `${{ }}` in it evaluated."""
    return _PLACE.sub(lambda found: shown(evaluate(found[1], contexts)), text)


def holds(text: str, contexts: Contexts) -> bool:
    """Tell whether an `if` holds; without `always()` and the like, nothing may have failed."""
    inner = _PLACE.fullmatch(text.strip())
    return bool(evaluate(inner[1] if inner else text, contexts))


def shown(value: Any) -> str:
    """Return a value as GitHub puts it into text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def evaluate(text: str, contexts: Contexts) -> Any:
    """Return the value of an expression."""
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKENS.match(text, place)
        assert found, f"no expression that our tests can evaluate: {text!r}"
        tokens.append(found[0].strip())
        place = found.end()
    value, rest = _either(tokens, contexts)
    assert not rest, rest
    return value


def _either(tokens: list[str], contexts: Contexts) -> tuple[Any, list[str]]:
    value, rest = _both(tokens, contexts)
    while rest[:1] == ["||"]:
        other, rest = _both(rest[1:], contexts)
        value = value or other
    return value, rest


def _both(tokens: list[str], contexts: Contexts) -> tuple[Any, list[str]]:
    value, rest = _same(tokens, contexts)
    while rest[:1] == ["&&"]:
        other, rest = _same(rest[1:], contexts)
        value = value and other
    return value, rest


def _same(tokens: list[str], contexts: Contexts) -> tuple[Any, list[str]]:
    value, rest = _one(tokens, contexts)
    while rest[:1] in (["=="], ["!="]):
        sign = rest[0]
        other, rest = _one(rest[1:], contexts)
        value = (shown(value) == shown(other)) == (sign == "==")
    return value, rest


def _one(tokens: list[str], contexts: Contexts) -> tuple[Any, list[str]]:
    first, *rest = tokens
    if first == "!":
        value, rest = _one(rest, contexts)
        return not value, rest
    if first == "(":
        value, rest = _either(rest, contexts)
        return value, rest[1:]
    if first.startswith("'"):
        return first[1:-1].replace("''", "'"), rest
    if rest[:1] == ["()"]:
        return {"cancelled": False, "always": True}[first], rest[1:]
    value: Any = contexts
    for part in first.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value, rest
