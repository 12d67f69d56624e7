"""Parse and check config values the way Kafka's ConfigDef does, with its messages."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

_INTEGER_BITS = {"SHORT": 16, "INT": 32, "LONG": 64}
_PLAIN_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One setting of a plugin; `check` names the validator in the words of plugins.json."""

    name: str
    type: str
    required: bool
    default: str | None
    importance: str
    documentation: str
    group: str | None = None
    order: int = -1
    width: str = "NONE"
    display_name: str = ""
    check: str = ""
    since: tuple[int, int] = (0, 0)
    until: tuple[int, int] = (99, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A setting with the value found for it; `definition` is None for extra keys with errors."""

    name: str
    definition: Definition | None
    value: str | None
    errors: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    visible: bool = True


def definition_json(definition: Definition, *, order_field: str) -> dict[str, object]:
    """Return a definition as the REST API shows it."""
    return {
        "name": definition.name,
        "type": definition.type,
        "required": definition.required,
        "default_value": definition.default,
        "importance": definition.importance,
        "documentation": definition.documentation,
        "group": definition.group,
        order_field: definition.order,
        "width": definition.width,
        "display_name": definition.display_name or definition.name,
        "dependents": [],
    }


def invalid(name: str, value: object, reason: str) -> str:
    """Return the message of a ConfigException."""
    shown = "null" if value is None else value
    return f"Invalid value {shown} for configuration {name}: {reason}"


def check_value(
    definition: Definition,
    config: Mapping[str, str | None],
    *,
    prefix: str = "",
    embedded: bool = True,
) -> Checked:
    """Return what Kafka makes of one setting, read under `prefix` and reported by its full name.

    As in Kafka a validator also sees the null that a failed parse leaves behind, so that one bad
    value can bring two errors. Validators of nested plugins name the key without its prefix; where
    the plugin is not `embedded` but checked by itself, every message does.
    """
    full = prefix + definition.name
    named = full if embedded else definition.name
    errors: list[str] = []
    value: str | None = None
    if full in config:
        value, problem = _parse(definition, config[full])
        if problem:
            errors.append(invalid(named, config[full], problem))
    elif definition.required:
        errors.append(f'Missing required configuration "{named}" which has no default value.')
    else:
        value = definition.default
    for check in _split_checks(definition.check):
        problem = _violation(check, value)
        if problem:
            errors.append(_complaint(definition, check, value, problem))
            break
    if definition.type == "PASSWORD" and value is not None:
        value = "[hidden]"
    shown_definition = replace(
        definition, name=full, display_name=definition.display_name or definition.name
    )
    return Checked(name=full, definition=shown_definition, value=value, errors=tuple(errors))


def _complaint(definition: Definition, check: str, value: str | None, problem: str) -> str:
    """Return the message of a violation; some validators do not quote the value."""
    if check == "list":
        return f"Configuration '{definition.name}' values must not be {problem}."
    listed = f"[{', '.join(items(value))}]" if definition.type == "LIST" else value
    if check in {"cast", "pairs"}:
        return invalid("renames", listed, problem) if value else problem
    return invalid(definition.name, listed, problem)


def items(value: str | None) -> list[str]:
    """Return the elements of a list setting."""
    return re.split(r"\s*,\s*", value.strip()) if value and value.strip() else []


def _parse(definition: Definition, raw: str | None) -> tuple[str | None, str]:
    """Return the text of the parsed value, or None and what is wrong with it."""
    if raw is None or definition.type == "PASSWORD":
        return raw, ""
    text = raw.strip()
    match definition.type:
        case "BOOLEAN":
            known = text.lower() in {"true", "false"}
            parsed, reason = text.lower(), "Expected value to be either true or false"
        case "SHORT" | "INT" | "LONG":
            known = _fits(text, _INTEGER_BITS[definition.type])
            parsed = str(int(text)) if known else ""
            reason = f"Not a number of type {definition.type}"
        case "DOUBLE":
            known = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None
            parsed = str(float(text)) if known else ""
            reason = "Not a number of type DOUBLE"
        case "LIST":
            known, parsed, reason = True, ",".join(items(raw)), ""
        case _:
            known, parsed, reason = True, text, ""
    return (parsed, "") if known else (None, reason)


def _fits(text: str, bits: int) -> bool:
    whole = re.fullmatch(r"[+-]?[0-9]+", text) is not None
    return whole and -(1 << (bits - 1)) <= int(text) < 1 << (bits - 1)


def _split_checks(checks: str) -> Sequence[str]:
    return ("non-empty", "regex") if checks == "non-empty regex" else (checks,)


def _violation(  # noqa: C901, PLR0911, PLR0912 - one branch for each validator
    check: str, value: str | None
) -> str:
    """Return what a validator says against a value, or nothing."""
    kind, _, argument = check.partition(":")
    match kind:
        case "min-or-null":
            return "" if value is None else _below(value, int(argument))
        case "range":
            return _outside(value, *argument.split(":"))
        case "min":
            return _below(value, int(argument))
        case "in":
            fine = value is None or value in argument.split(",")
            return "" if fine else f"String must be one of: {argument.replace(',', ', ')}"
        case "in-any-case":
            return _not_among(value, argument.split(","))
        case "non-empty":
            return "String must be non-empty" if value == "" else ""
        case "non-null":
            return "entry must be non null" if value is None else ""
        case "non-empty-list":
            return "" if value is None or items(value) else "Empty list"
        case "name":
            return _bad_name(value)
        case "regex":
            return _bad_regex(value)
        case "aliases":
            listed = items(value)
            return "Duplicate alias provided." if len(set(listed)) < len(listed) else ""
        case "pairs":
            return _bad_pairs(value, parts=(2,))
        case "cast":
            return (
                _bad_pairs(value, parts=(1, 2))
                if value
                else "Must specify at least one field to cast."
            )
        case "list":
            return _bad_list(value)
        case "reachable":
            away = value is not None and value.endswith(".invalid")
            return "Connection refused. Check that the host is correct." if away else ""
        case "jdbc-url":
            fine = value is None or value.startswith("jdbc:")
            return "" if fine else "A JDBC URL begins with jdbc:"
        case _:
            return ""


def _below(value: str | None, least: int) -> str:
    if value is None:
        return "Value must be non-null"
    return "" if int(value) >= least else f"Value must be at least {least}"


def _outside(value: str | None, least: str, most: str) -> str:
    if value is None:
        return "Value must be non-null"
    if float(value) < float(least):
        return f"Value must be at least {least}"
    return f"Value must be no more than {most}" if float(value) > float(most) else ""


def _not_among(value: str | None, allowed: list[str]) -> str:
    known = value is None or value.upper() in {entry.upper() for entry in allowed}
    return "" if known else f"String must be one of (case insensitive): {', '.join(allowed)}"


def _bad_name(value: str | None) -> str:
    if value is None:
        return ""
    if not value:
        return "String may not be empty"
    found = _PLAIN_CONTROL.findall(value)
    if not found:
        return ""
    codes = ", ".join(str(ord(letter)) for letter in found)
    return f"String may not contain control sequences but had the following ASCII chars: {codes}"


def _bad_regex(value: str | None) -> str:
    if value is None:
        return 'Invalid regex: Cannot invoke "String.isEmpty()" because "this.pattern" is null'
    try:
        re.compile(value)
    except re.error as error:
        return f"Invalid regex: {_java_reason(value, str(error), error.pos or 0)}"
    return ""


def _java_reason(pattern: str, reason: str, position: int) -> str:
    """Return what Java says about a pattern that Python refuses too."""
    if "unterminated subpattern" in reason:
        said, index = "Unclosed group", len(pattern)
    elif "unterminated character set" in reason:
        said, index = "Unclosed character class", len(pattern) - 1
    elif "nothing to repeat" in reason:
        said, index = f"Dangling meta character '{pattern[position]}'", position
    else:
        said, index = "Illegal pattern", position
    caret = f"\n{' ' * index}^" if index < len(pattern) else ""
    return f"{said} near index {index}\n{pattern}{caret}"


def _bad_pairs(value: str | None, *, parts: tuple[int, ...]) -> str:
    broken = [pair for pair in items(value) if len(pair.split(":")) not in parts]
    return f"Invalid rename mapping: {broken[0]}" if broken else ""


def _bad_list(value: str | None) -> str:
    listed = items(value)
    if len(set(listed)) < len(listed):
        return "duplicated"
    return "empty" if "" in listed else ""


def definition_from(row: Mapping[str, object]) -> Definition:
    """Return the definition that a row of plugins.json describes."""
    default = row.get("default")
    order = row.get("order", -1)
    group = row.get("group")
    return Definition(
        name=str(row["name"]),
        type=str(row["type"]),
        required="default" not in row,
        default=default if isinstance(default, str) or default is None else json.dumps(default),
        importance=str(row["importance"]),
        documentation=str(row["doc"]),
        group=None if group is None else str(group),
        order=order if isinstance(order, int) else -1,
        width=str(row.get("width", "NONE")),
        display_name=str(row.get("display", row["name"])),
        check=str(row.get("check", "")),
        since=release_bound(row.get("since"), (0, 0)),
        until=release_bound(row.get("until"), (99, 0)),
    )


def release_bound(text: object, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Return a `4.1` of plugins.json as numbers."""
    if not isinstance(text, str):
        return otherwise
    major, _, minor = text.partition(".")
    return (int(major), int(minor))
