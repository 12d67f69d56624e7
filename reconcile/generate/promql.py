"""Write PromQL: selectors of series, with every name and value quoted."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")
_PLAIN_IN_JMX: Final = re.compile(r"[A-Za-z0-9_%. \t-]*")


def series(names: str | Iterable[str], *conditions: str) -> str:
    """Return a selector of the series that have one of the names and meet all conditions."""
    every = (names,) if isinstance(names, str) else tuple(names)
    if len(every) == 1:
        return f"{every[0]}{{{','.join(conditions)}}}" if conditions else every[0]
    return f"{{{','.join((is_one_of('__name__', every), *conditions))}}}"


def counted(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that a counter can have: exporters add `_total`, or take it away."""
    bare = dict.fromkeys(name.removesuffix("_total") for name in names)
    return tuple(name for stem in bare for name in (stem, f"{stem}_total"))


def equals(label: str, value: str) -> str:
    """Return the condition that a label has a value."""
    return f"{label}={quoted(value)}"


def matching(labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the conditions that labels have their values."""
    return tuple(equals(label, value) for label, value in labels.items())


def is_one_of(label: str, values: Collection[str]) -> str:
    """Return the condition that a label has one of the values."""
    if len(values) == 1:
        return equals(label, *values)
    return f"{label}=~{quoted(any_of(values))}"


def any_of(values: Iterable[str]) -> str:
    """Return a regular expression, of RE2, for texts that are meant as they are."""
    return "|".join(_SPECIAL.sub(r"\\\1", value) for value in values)


def any_in_jmx(names: Iterable[str]) -> str:
    """Return a regular expression for names as JMX has them: unusual ones with quotes around."""
    return "|".join(
        any_of((name,)) if _PLAIN_IN_JMX.fullmatch(name) else f'"?{any_of((name,))}"?'
        for name in names
    )


def quoted(text: str) -> str:
    """Return a text as a string of PromQL, whose escapes are those of JSON and more."""
    return json.dumps(text, ensure_ascii=False)
