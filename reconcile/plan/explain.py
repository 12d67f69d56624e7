"""Explain a change inside a structured value; whether it is one was decided before."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from reconcile.model.plan import Part, PartChange

_LONGEST: Final = 50_000
_SEPARATOR: Final = ","


def explain(before: str, after: str) -> tuple[PartChange, ...]:
    """Return what differs inside two values that are both JSON text, or both comma lists.

    Anything else, very long values, and lists with nothing in common have no parts.
    """
    if max(len(before), len(after)) > _LONGEST:
        return ()
    left, right = _json(before), _json(after)
    if type(left) is type(right) and isinstance(left, dict | list):
        return _json_parts(left, right)
    return _list_parts(_items(before), _items(after))


def _json(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_parts(left: object, right: object) -> tuple[PartChange, ...]:
    # DeepDiff costs a quarter of a second to import, and few plans need it. The threshold is set
    # to 0 since it would otherwise report two unlike objects as one change of the whole.
    from deepdiff import DeepDiff  # noqa: PLC0415

    tree = DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0)
    parts = [
        *_parts(Part.REMOVED, tree, "dictionary_item_removed", "iterable_item_removed"),
        *_parts(Part.ADDED, tree, "dictionary_item_added", "iterable_item_added"),
        *_parts(Part.CHANGED, tree, "values_changed", "type_changes"),
    ]
    return tuple(sorted(parts, key=lambda part: (part.path, part.part)))


def _parts(part: Part, tree: Any, *reports: str) -> list[PartChange]:  # noqa: ANN401  # DeepDiff has no types
    return [
        PartChange(
            part=part,
            path=_path(level.path(output_format="list")),
            before="" if part is Part.ADDED else _text(level.t1),
            after="" if part is Part.REMOVED else _text(level.t2),
        )
        for report in reports
        for level in tree.get(report, ())
    ]


def _path(steps: Iterable[str | int]) -> str:
    """Return a path as in JavaScript: `mappings[0].field`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(_SEPARATOR)]


def _list_parts(left: list[str], right: list[str]) -> tuple[PartChange, ...]:
    if max(len(left), len(right)) < 2 or not set(left) & set(right):  # noqa: PLR2004  # a list has two items
        return ()
    removed, added = Counter(left) - Counter(right), Counter(right) - Counter(left)
    return (
        *(PartChange(part=Part.REMOVED, path="", before=item) for item in removed.elements()),
        *(PartChange(part=Part.ADDED, path="", after=item) for item in added.elements()),
    )
