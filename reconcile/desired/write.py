"""Write a definition as YAML that reads well, and reads back the same."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.desired.kinds import OURS
from reconcile.desired.references import escape
from reconcile.desired.sugar import CLASS, TASKS, VERSION
from reconcile.model.config import is_added_by_server
from reconcile.model.desired import TargetState

_NOTHING: Final[Mapping[str, str]] = {}
_PLAIN: Final = re.compile(
    r"[A-Za-z_/$](?:[\w./$+=;@~,()*^?<>|{}\[\]&!-]|:(?=[\w./$])| (?=[\w({}]))*", re.ASCII
)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][\w.$-]*", re.ASCII)
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_TASKS: Final = re.compile(r"[1-9][0-9]{0,8}")
_OTHER_MEANINGS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_GROUPS: Final = (
    re.compile(r"(?:key|value|header)\.converter(?:\.|$)"),
    re.compile(r"(?:transforms|predicates)(?:\.|$)"),
    re.compile(r"topic\.creation\."),
    re.compile(r"errors\."),
    re.compile(r"(?:producer|consumer|admin)\.override\."),
)


def render_definition(
    *,
    name: str,
    config: Mapping[str, str],
    references: Mapping[str, str] = _NOTHING,
    without: Iterable[str] = (),
    state: TargetState | None = None,
    stateless: bool = False,
    clusters: Iterable[str] = (),
    labels: Mapping[str, str] = _NOTHING,
    comment: str = "",
) -> str:
    """Return one document of kind Connector as YAML text.

    `references` holds, by key, texts to be written as they are; they take the place of values.
    In all other values `${{` is escaped. `connector.class`, `tasks.max` and
    `connector.plugin.version` become fields of the spec. `without` are keys, and `stateless` says
    that the state is one, that defaults would add and that are removed again with null.
    """
    texts: dict[str, str | None] = {
        key: escape(value) for key, value in config.items() if not is_added_by_server(key)
    }
    texts |= {key: text for key, text in references.items() if not is_added_by_server(key)}
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [
        f"apiVersion: {OURS}",
        "kind: Connector",
        "metadata:",
        f"  name: {scalar_text(name, 2)}",
    ]
    if listed := list(clusters):
        lines += ["  clusters:", *(f"    - {scalar_text(cluster, 6)}" for cluster in listed)]
    if labels:
        lines += ["  labels:", *_entries(labels, 4)]
    texts |= dict.fromkeys(without)
    lines += ["spec:", *_fields(texts, state), *(["  state: null"] if stateless else [])]
    ordered = {key: texts[key] for key in sorted(texts, key=_order)}
    lines += ["  config:", *_entries(ordered, 4)] if ordered else ["  config: {}"]
    return "\n".join(lines) + "\n"


def _fields(texts: dict[str, str | None], state: TargetState | None) -> list[str]:
    """Take the settings that are fields of the spec out of `texts`; return their lines."""
    fields: list[tuple[str, str | None]] = []
    if texts.get(CLASS):
        fields.append(("class", texts.pop(CLASS)))
    if texts.get(VERSION):
        fields.append(("version", texts.pop(VERSION)))
    if _TASKS.fullmatch(texts.get(TASKS) or ""):
        fields.append(("tasksMax", texts.pop(TASKS)))
    if state is not None:
        fields.append(("state", state.value))
    return [f"  {key}: {scalar_text(value, 4)}" for key, value in fields]


def _order(key: str) -> tuple[int, list[str]]:
    """Sort the connector's own settings first, and what belongs together side by side."""
    group = next((index for index, group in enumerate(_GROUPS, 1) if group.match(key)), 0)
    return group, key.split(".")


def _entries(texts: Mapping[str, str | None], indent: int) -> list[str]:
    space = " " * indent
    return [
        f"{space}{key_text(key)}: {scalar_text(text, indent + 2)}" for key, text in texts.items()
    ]


def key_text(key: str) -> str:
    """Return a key as it stands in a mapping, in quotes where it needs them."""
    if _PLAIN_KEY.fullmatch(key) and key.lower() not in _OTHER_MEANINGS:
        return key
    return quoted_text(key)


def scalar_text(text: str | None, indent: int) -> str:
    """Return a text as a scalar of block style; lines after the first get the indent."""
    if text is None:
        return "null"
    if _WHOLE.fullmatch(text) or text in {"true", "false"}:
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _OTHER_MEANINGS:
        return text
    return literal_text(text, indent) if fits_literal(text) else quoted_text(text)


def quoted_text(text: str) -> str:
    """Return a text as a scalar in quotes, on one line."""
    if text.isprintable() and ("\\" in text or '"' in text):
        return single_quoted(text)
    return double_quoted(text)


def single_quoted(text: str) -> str:
    """Return a printable text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def double_quoted(text: str) -> str:
    """Return any text in double quotes."""
    escaped = json.dumps(text, ensure_ascii=False)
    if escaped.isprintable():
        return escaped
    return "".join(
        character if character.isprintable() else _escaped(character) for character in escaped
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # four digits


def fits_literal(text: str) -> bool:
    """Tell whether a literal block keeps every character of a text."""
    lines = text.split("\n")
    body = lines[:-1] if lines[-1] == "" else lines
    return len(body) > 1 and all(
        line.isprintable() and not line.startswith(" ") and (line or 0 < index < len(body) - 1)
        for index, line in enumerate(body)
    )


def literal_text(text: str, indent: int) -> str:
    """Return a text that `fits_literal` as a literal block with lines at an indent."""
    space = " " * indent
    chomping = "" if text.endswith("\n") else "-"
    lines = text.removesuffix("\n").split("\n")
    return "\n".join((f"|{chomping}", *(f"{space}{line}" if line else "" for line in lines)))
