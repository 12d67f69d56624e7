"""Read on which terms alerts fire, and who gets them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from reconcile.desired.durations import length, milliseconds
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted
from reconcile.desired.unresolved import check_receiver
from reconcile.desired.values import mapping, scalar, switch, texts
from reconcile.model.alert import (
    AlertName,
    AlertSettings,
    AlertSeverity,
    ReceiverChoice,
    ReceiverKind,
    TermsChange,
    TermsChanges,
)
from reconcile.model.codes import Code
from reconcile.model.marks import Path

_RECEIVERS: Final = ("alerts", "receivers")
_OF_HTTP: Final = ("auth", "tls", "headers", "proxy")


def read_alert_settings(tree: Tree | None) -> tuple[AlertSettings, list[Finding]]:
    """Return the checked `alerts` of a project file, and what is wrong with them."""
    written = mapping(tree)
    receivers: dict[str, ReceiverChoice] = {}
    findings: list[Finding] = []
    for name, receiver in receivers_in(tree).items():
        path = (*_RECEIVERS, name)
        kinds = [kind for kind in ReceiverKind if kind.value in receiver]
        if len(kinds) != 1:
            known = ", ".join(kind.value for kind in ReceiverKind)
            code = Code.SETTING_GIVEN_TWICE if kinds else Code.MISSING_FIELD
            message = f"the receiver {name} has to be exactly one of {known}"
            hint = 'for example alertmanager: "http://alertmanager:9093"'
            findings.append(Finding(code, path, message, hint))
            continue
        findings += [*_check(kinds[0], receiver, path), *check_receiver(name, receiver)]
        severities = texts(receiver.get("severities")) or tuple(AlertSeverity)
        receivers[name] = ReceiverChoice(
            kind=kinds[0], severities=frozenset(map(AlertSeverity, severities))
        )
    rules = terms_changes([written.get("rules")])
    return AlertSettings(receivers=receivers, rules=rules), findings


def receivers_in(tree: Tree | None) -> Mapping[str, Mapping[str, Tree]]:
    """Return the receivers in `alerts` of a project file, as they are written."""
    return {name: mapping(item) for name, item in mapping(mapping(tree).get("receivers")).items()}


def terms_changes(layers: Iterable[Tree | None]) -> TermsChanges:
    """Return what checked `alerts` blocks say, of which later ones win field by field.

    A block that is null takes back all that lower layers say.
    """
    merged: dict[str, dict[str, Tree]] = {}
    for layer in layers:
        merged = {} if not isinstance(layer, dict) else merged
        for name, item in mapping(layer).items():
            merged[name] = {**merged.get(name, {}), **item} if isinstance(item, dict) else {}
    return {AlertName(name): _change(item) for name, item in merged.items()}


def _change(tree: Mapping[str, Tree]) -> TermsChange:
    severity = scalar(tree.get("severity"))
    return TermsChange(
        severity=AlertSeverity(severity) if severity is not None else None,
        wait=_length(tree.get("for")),
        keep=_length(tree.get("keepFiringFor")),
        enabled=switch(tree.get("enabled")),
        over=_over(scalar(tree.get("over"))),
    )


def _over(text: str | None) -> float | None:
    """Return seconds of a duration, and the share that a percentage stands for."""
    if text is None:
        return None
    return float(text[:-1]) / 100 if text.endswith("%") else milliseconds(text) / 1000


def _length(tree: Tree | None) -> timedelta | None:
    text = scalar(tree)
    return None if text is None else length(text)


def _check(kind: ReceiverKind, tree: Mapping[str, Tree], path: Path) -> list[Finding]:
    """Check that what is said of a receiver goes with what it is."""
    findings: list[Finding] = []
    if "url" in tree and kind is not ReceiverKind.PAGERDUTY:
        message = f"{dotted((*path, 'url'))} is for PagerDuty alone"
        hint = f"write the address as {kind.value}"
        findings.append(Finding(Code.INVALID_VALUE, (*path, "url"), message, hint))
    for name in _OF_HTTP if kind is ReceiverKind.APPRISE else ():
        if name in tree:
            message = f"{dotted((*path, name))} does not go with {kind.value}"
            hint = "its address says how to get in"
            findings.append(Finding(Code.INVALID_VALUE, (*path, name), message, hint))
    return findings
