"""Read the `lint` part of a project file."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, time, tzinfo
from typing import Final

from reconcile.desired.findings import Finding, unknown_cluster
from reconcile.desired.nodes import Tree, dotted, place
from reconcile.desired.values import mapping, scalar, texts, whole
from reconcile.model.codes import Code
from reconcile.model.lint import (
    ClientOverrides,
    ClusterFacts,
    LintException,
    LintLevel,
    LintSettings,
    WorkingHours,
)
from reconcile.model.marks import Marks, Path
from reconcile.model.regexes import TOO_SLOW, runs_away

_LINT: Final = ("lint",)
_RULE: Final = re.compile(r"CF0\d\d")
_CODES: Final = {code.value: code for code in Code if _RULE.fullmatch(code.value)}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DEFAULT: Final = LintSettings()
_HOURS: Final = WorkingHours()
_PAGE: Final = "see docs/lint-rules.md for all rules"


def read_lint_settings(
    tree: Tree | None, marks: Marks, clusters: Sequence[str]
) -> tuple[LintSettings, list[Finding]]:
    """Return the checked `lint` part, and what in it makes no sense."""
    entries = mapping(tree)
    findings: list[Finding] = []
    levels = {
        _CODES[key]: LintLevel(scalar(value) or "")
        for key, value in entries.items()
        if key in _CODES
    }
    findings += [
        _no_rule(key, (*_LINT, key))
        for key in entries
        if _RULE.fullmatch(key) and key not in _CODES
    ]
    exceptions = _read_exceptions(entries.get("exceptions"), marks, findings)
    hours = _read_hours(entries.get("workingHours"), findings)
    labels = texts(entries["ownerLabels"]) if "ownerLabels" in entries else _DEFAULT.owner_labels
    settings = LintSettings(
        levels=levels,
        exceptions=exceptions,
        owner_labels=labels,
        names=_read_names(entries.get("names"), findings),
        hours=hours,
        clusters=_read_facts(entries.get("clusters"), clusters, findings),
    )
    return settings, findings


def _no_rule(code: str, path: Path) -> Finding:
    return Finding(Code.INVALID_VALUE, path, f"there is no lint rule {code}", _PAGE)


def _read_exceptions(
    tree: Tree | None, marks: Marks, findings: list[Finding]
) -> tuple[LintException, ...]:
    exceptions: list[LintException] = []
    for index, item in enumerate(tree if isinstance(tree, list) else ()):
        entry, path = mapping(item), (*_LINT, "exceptions", str(index))
        codes = texts(entry["codes"])
        findings += [
            _no_rule(code, (*path, "codes", str(number)))
            for number, code in enumerate(codes)
            if code not in _CODES
        ]
        written = scalar(entry["expires"]) or ""
        try:
            expires = date.fromisoformat(written)
        except ValueError:
            where = (*path, "expires")
            message = f"{dotted(where)}: there is no day {written}"
            hint = "write a date such as 2027-01-31"
            findings.append(Finding(Code.INVALID_VALUE, where, message, hint))
            continue
        exceptions.append(
            LintException(
                codes=codes,
                reason=scalar(entry["reason"]) or "",
                expires=expires,
                connectors=texts(entry["connectors"]) if "connectors" in entry else ("*",),
                location=place(marks, path),
            )
        )
    return tuple(exceptions)


def _read_hours(tree: Tree | None, findings: list[Finding]) -> WorkingHours | None:
    if tree is None:
        return None
    entry, path = mapping(tree), (*_LINT, "workingHours")
    days = texts(entry["days"]) if "days" in entry else None
    begins = _read_time(entry, "from", _HOURS.begins, findings)
    ends = _read_time(entry, "until", _HOURS.ends, findings)
    if begins >= ends:
        message = f"{dotted(path)}: from {begins:%H:%M} is not before until {ends:%H:%M}"
        findings.append(
            Finding(Code.INVALID_VALUE, path, message, "working hours lie within a day")
        )
    return WorkingHours(
        days=frozenset(map(_DAYS.index, days)) if days is not None else _HOURS.days,
        begins=begins,
        ends=ends,
        zone=_read_zone(scalar(entry.get("zone")), (*path, "zone"), findings),
    )


def _read_time(entry: Mapping[str, Tree], key: str, default: time, findings: list[Finding]) -> time:
    written = scalar(entry.get(key))
    if written is None:
        return default
    try:
        return time.fromisoformat(written)
    except ValueError:
        path = (*_LINT, "workingHours", key)
        message = f"{dotted(path)}: {written} is no time"
        findings.append(Finding(Code.INVALID_VALUE, path, message, 'write "08:00"'))
        return default


def _read_zone(name: str | None, path: Path, findings: list[Finding]) -> tzinfo:
    if name is None or name.upper() == "UTC":
        return UTC
    # Most projects name no zone, and need not load the data of zones.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = f'{dotted(path)}: the time zone "{name}" is not known on this machine'
        hint = "write a name such as Europe/Berlin; where none is known, install tzdata"
        findings.append(Finding(Code.INVALID_VALUE, path, message, hint))
        return UTC


def _read_names(tree: Tree | None, findings: list[Finding]) -> str:
    pattern = scalar(tree) or ""
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"lint.names is no regular expression: {error}"
        findings.append(
            Finding(Code.INVALID_VALUE, (*_LINT, "names"), message, "[a-z0-9-]+ is one")
        )
        return ""
    if runs_away(pattern):
        message = "lint.names could take hours to match a name"
        findings.append(Finding(Code.INVALID_VALUE, (*_LINT, "names"), message, TOO_SLOW))
        return ""
    return pattern


def _read_facts(
    tree: Tree | None, known: Sequence[str], findings: list[Finding]
) -> Mapping[str, ClusterFacts]:
    facts: dict[str, ClusterFacts] = {}
    for name, item in mapping(tree).items():
        if name not in known:
            findings.append(unknown_cluster(name, known, (*_LINT, "clusters", name)))
        entry = mapping(item)
        overrides = scalar(entry.get("clientOverrides"))
        facts[name] = ClusterFacts(
            brokers=whole(entry["brokers"]) if "brokers" in entry else None,
            overrides=ClientOverrides(overrides) if overrides else None,
        )
    return facts
