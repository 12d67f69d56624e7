"""Turn a mapping of settings as written into the texts that Connect stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import LONGEST, Tree, config_text, dotted
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.model.problem import Severity

_NAME: Final = "name"


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """The settings of one layer; None removes what lower layers set."""

    values: dict[str, str | None] = field(repr=False)
    findings: tuple[Finding, ...] = ()


def read_settings(tree: Mapping[str, Tree], path: Path, name: str = "") -> Settings:
    """Return the settings written at `path` for the connector of the given name.

    `name` among them is dropped where it is the connector's own, since Connect adds it. Without
    a name (defaults) it is refused.
    """
    values: dict[str, str | None] = {}
    findings: list[Finding] = []
    for key, value in tree.items():
        if type(value) is str:
            values[key] = value
        elif isinstance(value, str):
            values[key] = config_text(value)
        elif isinstance(value, list):
            values[key] = _join(value, (*path, key), findings)
        else:
            findings.append(_mapping(value, (*path, key)))
    if _NAME in values:
        written = values.pop(_NAME)
        if (written or "").strip() not in {"", name.strip()} or not name:
            findings.append(_other_name(path, name))
    if not _are_ordinary(tree):
        findings += [finding for key in tree for finding in _check_key(key, path)]
    return Settings(values, tuple(findings))


def _join(items: list[Tree], path: Path, findings: list[Finding]) -> str | None:
    """Return a list as Kafka writes one: its items with commas between them."""
    texts = [config_text(item) if isinstance(item, str) else None for item in items]
    joined = [text for text in texts if text is not None]
    if len(joined) < len(texts):
        message = f"{dotted(path)} holds more than plain values"
        hint = "a setting is text: list plain values, or write JSON text in quotes"
        findings.append(Finding(Code.CONFIG_VALUE_NOT_TEXT, path, message, hint))
        return None
    if sum(map(len, joined)) > LONGEST:
        message = f"{dotted(path)} has more than {LONGEST:,} characters"
        findings.append(Finding(Code.TOO_LARGE, path, message, "shorten the list"))
        return None
    return ",".join(joined)


def _mapping(value: Mapping[str, Tree], path: Path) -> Finding:
    inner = next(iter(value), "key")
    return Finding(
        Code.CONFIG_VALUE_NOT_TEXT,
        path,
        f"{dotted(path)} is a mapping, and a setting is text",
        f"write flat keys ({path[-1]}.{inner}: ...), or JSON text in quotes",
    )


def _other_name(path: Path, name: str) -> Finding:
    return Finding(
        Code.INVALID_VALUE,
        (*path, _NAME),
        f'the setting "name" is not the name of the connector{f", {name}" if name else ""}',
        "remove it: Connect adds the name by itself",
    )


def _are_ordinary(tree: Mapping[str, Tree]) -> bool:
    joined = "".join(tree)
    return joined.isascii() and joined.isprintable() and " " not in joined and "" not in tree


def _check_key(key: str, path: Path) -> tuple[Finding, ...]:
    """Warn of keys that no plugin can know: the setting would be ignored in silence."""
    odd = [character for character in key if not character.isprintable() or character.isspace()]
    if key and not odd:
        return ()
    message = (
        f'the key "{key.encode("unicode_escape").decode("ascii")}" holds the character '
        f"U+{ord(odd[0]):04X}"
        if odd
        else "this key is empty"
    )
    hint = "remove it: no plugin knows a setting of that name"
    return (Finding(Code.INVALID_VALUE, (*path, key), message, hint, Severity.WARNING),)
