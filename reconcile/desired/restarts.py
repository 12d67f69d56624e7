"""Read when a connector is restarted."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from reconcile.desired.durations import length
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted, typed_scalar
from reconcile.desired.values import mapping, scalar, switch, texts
from reconcile.model.codes import Code
from reconcile.model.health import FailureClass
from reconcile.model.marks import Path
from reconcile.model.regexes import TOO_SLOW, runs_away
from reconcile.model.restart import (
    NO_RESTART,
    STRIMZI,
    Backoff,
    RestartPolicy,
    RestartRule,
    StrimziBackoff,
)

_BACKOFF: Final = Backoff()


def check_restart(tree: Tree | None, path: Path) -> list[Finding]:
    """Return what is wrong with the rules of a checked `restart` block."""
    findings = [*_check_waits(mapping(mapping(tree).get("backoff")), (*path, "backoff"))]
    rules = mapping(tree).get("classify")
    for index, item in enumerate(rules if isinstance(rules, list) else ()):
        below = (*path, "classify", str(index))
        pattern = scalar(mapping(item).get("match"))
        if pattern is None and not mapping(item).get("failures"):
            message = f"{dotted(below)} says of no failure what to do with it"
            findings.append(Finding(Code.MISSING_FIELD, below, message, "add match or failures"))
            continue
        try:
            re.compile(pattern or "")
        except re.error as error:
            message = f"{dotted((*below, 'match'))} is no regular expression: {error}"
            hint = "write a plain word, or escape what has a meaning: \\( for ("
            findings.append(Finding(Code.INVALID_VALUE, (*below, "match"), message, hint))
            continue
        if runs_away(pattern or ""):
            message = f"{dotted((*below, 'match'))} could take hours to search a trace"
            findings.append(Finding(Code.INVALID_VALUE, (*below, "match"), message, TOO_SLOW))
    return findings


def _check_waits(tree: Mapping[str, Tree], path: Path) -> Iterator[Finding]:
    initial, longest = scalar(tree.get("initial")), scalar(tree.get("max"))
    if initial is not None and longest is not None and length(longest) < length(initial):
        message = f"{dotted((*path, 'max'))} is {longest}, shorter than the first wait, {initial}"
        hint = f"max: {initial}, or longer"
        yield Finding(Code.INVALID_VALUE, (*path, "max"), message, hint)


def restart_policy(layers: Iterable[Tree | None]) -> RestartPolicy:
    """Return the policy of checked `restart` blocks, of which later ones win field by field.

    A block that is null takes back all that lower layers say.
    """
    merged: Mapping[str, Tree] = {}
    for layer in layers:
        merged = _merged(merged, layer) if isinstance(layer, dict) else {}
    base = STRIMZI if scalar(merged.get("preset")) == "strimzi" else NO_RESTART
    rules = merged.get("classify")
    within = scalar(mapping(merged.get("verify")).get("progressWithin"))
    return RestartPolicy(
        enabled=switch(merged.get("enabled")) or False,
        backoff=_backoff(mapping(merged.get("backoff")), base.backoff),
        attempts=_attempts(merged["maxAttempts"]) if "maxAttempts" in merged else base.attempts,
        reset_after=_reset(scalar(merged.get("resetAfter")), base.reset_after),
        rules=tuple(_rule(mapping(item)) for item in rules) if isinstance(rules, list) else (),
        progress_within=None if within is None else length(within),
    )


def _merged(below: Mapping[str, Tree], above: Mapping[str, Tree]) -> Mapping[str, Tree]:
    merged = {**below, **above}
    for name, other in above.items():
        one = below.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = {**one, **other}
    return merged


def _backoff(
    tree: Mapping[str, Tree], otherwise: Backoff | StrimziBackoff
) -> Backoff | StrimziBackoff:
    if not tree:
        return otherwise
    return Backoff(
        initial=_length(tree.get("initial"), _BACKOFF.initial),
        factor=float(scalar(tree.get("factor")) or _BACKOFF.factor),
        maximum=_length(tree.get("max"), _BACKOFF.maximum),
        jitter=float(scalar(tree.get("jitter")) or _BACKOFF.jitter),
    )


def _rule(tree: Mapping[str, Tree]) -> RestartRule:
    pattern = scalar(tree.get("match"))
    return RestartRule(
        retry=scalar(tree["action"]) == "retry",
        failures=frozenset(FailureClass(text) for text in texts(tree.get("failures"))),
        match=re.compile(pattern) if pattern is not None else None,
    )


def _attempts(tree: Tree) -> int | None:
    number = typed_scalar(tree) if isinstance(tree, str) else None
    return number if isinstance(number, int) else None


def _reset(text: str | None, otherwise: timedelta | None) -> timedelta | None:
    if text is None:
        return otherwise
    return None if text == "auto" else length(text)


def _length(tree: Tree | None, otherwise: timedelta) -> timedelta:
    text = scalar(tree)
    return otherwise if text is None else length(text)
