"""Read the times in which nothing is written."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted, place
from reconcile.desired.values import mapping, scalar, texts
from reconcile.model.codes import Code
from reconcile.model.marks import Marks, Path
from reconcile.model.project import Freeze

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


def read_freezes(
    tree: Tree | None, marks: Marks, path: Path
) -> tuple[tuple[Freeze, ...], list[Finding]]:
    """Return checked freezes that stand at `path`, and times among them that make no sense."""
    freezes: list[Freeze] = []
    findings: list[Finding] = []
    for index, item in enumerate(tree if isinstance(tree, list) else ()):
        entry, below = mapping(item), (*path, str(index))
        begins = _moment(entry, below, "from", findings)
        ends = _moment(entry, below, "until", findings)
        if begins is None or ends is None:
            continue
        if begins >= ends:
            message = f"{dotted(below)} ends before it begins"
            findings.append(
                Finding(Code.INVALID_VALUE, (*below, "until"), message, "from comes first")
            )
            continue
        freezes.append(
            Freeze(
                reason=scalar(entry["reason"]) or "",
                begins=begins,
                ends=ends,
                connectors=texts(entry["connectors"]) if "connectors" in entry else ("*",),
                by=scalar(entry.get("by")) or "",
                location=place(marks, below),
            )
        )
    return tuple(freezes), findings


def parse_moment(text: str, *, ends: bool = False) -> datetime:
    """Return a time in UTC: a day, or a date and time with its zone.

    A day begins at midnight UTC; with `ends` it is the end of that day, and the last day there is
    ends with time itself. Raises ValueError for anything else.
    """
    if _DAY.fullmatch(text):
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
        if not ends:
            return day
        return day + timedelta(days=1) if day.date() < date.max else _FOR_EVER
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside of all calendars") from error


def _moment(
    entry: Mapping[str, Tree], below: Path, key: str, findings: list[Finding]
) -> datetime | None:
    text = scalar(entry.get(key)) or ""
    try:
        return parse_moment(text, ends=key == "until")
    except ValueError:
        path = (*below, key)
        hint = "write a day (2027-01-31), or a time with its zone (2027-01-31T18:00:00Z)"
        finding = Finding(Code.INVALID_VALUE, path, f"{dotted(path)}: {text} is no time", hint)
        findings.append(finding)
        return None
