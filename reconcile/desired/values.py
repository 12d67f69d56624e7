"""Take the values out of a tree that fits its schema."""

from collections.abc import Mapping
from typing import Final

from reconcile.desired.nodes import Tree, config_text, typed_scalar

_NOTHING: Final[Mapping[str, Tree]] = {}


def mapping(tree: Tree | None) -> Mapping[str, Tree]:
    """Return a checked mapping; null and nothing are empty."""
    return tree if isinstance(tree, dict) else _NOTHING


def scalar(tree: Tree | None) -> str | None:
    """Return the text of a checked scalar; null and nothing are None."""
    return config_text(tree) if isinstance(tree, str) else None


def texts(tree: Tree | None) -> tuple[str, ...]:
    """Return the texts of a checked list of scalars."""
    items = tree if isinstance(tree, list) else ()
    return tuple([scalar(item) or "" for item in items])


def whole(tree: Tree | None) -> int:
    """Return a checked whole number."""
    number = typed_scalar(tree) if isinstance(tree, str) else None
    return number if isinstance(number, int) else 0


def switch(tree: Tree | None) -> bool | None:
    """Return a checked true or false; null and nothing are None."""
    value = typed_scalar(tree) if isinstance(tree, str) else None
    return value if isinstance(value, bool) else None
