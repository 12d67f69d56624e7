"""Turn a Strimzi KafkaConnector into a tree of our own, at the same paths."""

from collections.abc import Mapping
from typing import Final

from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, typed_scalar
from reconcile.desired.sugar import CLASS, TASKS, VERSION
from reconcile.desired.values import mapping, scalar
from reconcile.model.codes import Code
from reconcile.model.problem import Severity
from reconcile.plugins.suggest import suggest

_KEPT: Final = ("class", "config", "state", "tasksMax", "version")
_OPERATORS: Final = ("alterOffsets", "listOffsets")
_SETTINGS: Final = {"class": CLASS, "tasksMax": TASKS, "version": VERSION}


def from_strimzi(tree: Mapping[str, Tree]) -> tuple[dict[str, Tree], list[Finding]]:
    """Return what a KafkaConnector of any version says in our format, and notes on the rest.

    Status, annotations and namespace are the cluster's business and left out in silence.
    """
    findings: list[Finding] = []
    metadata = mapping(tree.get("metadata"))
    kept: dict[str, Tree] = {key: metadata[key] for key in ("name", "labels") if key in metadata}
    if not mapping(kept.get("labels")):
        kept.pop("labels", None)
    ours: dict[str, Tree] = {
        "apiVersion": "connectform/v1",
        "kind": "Connector",
        "metadata": kept if isinstance(tree.get("metadata"), dict) else tree.get("metadata", ""),
    }
    if "spec" in tree:
        spec = tree["spec"]
        ours["spec"] = _spec(spec, findings) if isinstance(spec, dict) else spec
    if "metadata" not in tree:
        del ours["metadata"]
    return ours, findings


def _spec(tree: Mapping[str, Tree], findings: list[Finding]) -> dict[str, Tree]:
    spec = {key: tree[key] for key in _KEPT if key in tree}
    if typed_scalar(scalar_of(tree.get("pause"))) is True and "state" not in spec:
        spec["state"] = "paused"
    if "autoRestart" in tree:
        spec["restart"] = _restart(tree["autoRestart"])
    for key in tree:
        if key in _OPERATORS:
            findings.append(_operators(key))
        elif key not in _KEPT and key not in {"pause", "autoRestart"}:
            findings.append(_unknown(key))
    config = spec.get("config")
    if isinstance(config, dict):
        spec["config"] = _without_repeated(config, spec, findings)
    return spec


def _restart(tree: Tree) -> Tree:
    """Return what restarts as Strimzi's operator does; what is malformed is left for the schema."""
    if not isinstance(tree, dict):
        return tree
    kept = {"enabled": "enabled", "maxRestarts": "maxAttempts"}
    written = {kept[key]: value for key, value in tree.items() if key in kept}
    return {"preset": "strimzi", **written}


def scalar_of(tree: Tree | None) -> str:
    """Return a scalar as it was written, or nothing."""
    return tree if isinstance(tree, str) else ""


def _operators(key: str) -> Finding:
    message = f"spec.{key} is an order to the Strimzi operator and not taken over"
    return Finding(Code.UNKNOWN_FIELD, ("spec", key), message, "", Severity.NOTICE)


def _unknown(key: str) -> Finding:
    guess = suggest(key, _KEPT)
    return Finding(
        Code.UNKNOWN_FIELD,
        ("spec", key),
        f'"{key}" is no field of a KafkaConnector; Kubernetes drops it, and so do we',
        f"did you mean {guess}?" if guess else "settings of the connector belong into spec.config",
        Severity.WARNING,
    )


def _without_repeated(
    config: dict[str, Tree], spec: Mapping[str, Tree], findings: list[Finding]
) -> dict[str, Tree]:
    """Leave out settings that fields of the spec give as well: there the field wins, as in Strimzi."""
    repeated = {
        setting: field
        for field, setting in _SETTINGS.items()
        if setting in config and scalar(spec.get(field)) is not None
    }
    for setting, field in repeated.items():
        if scalar(config[setting]) != scalar(spec[field]):
            message = f"{setting} is set here, and otherwise by spec.{field}, which wins"
            path = ("spec", "config", setting)
            findings.append(
                Finding(
                    Code.SETTING_GIVEN_TWICE, path, message, "keep one of the two", Severity.WARNING
                )
            )
    return {key: value for key, value in config.items() if key not in repeated}
