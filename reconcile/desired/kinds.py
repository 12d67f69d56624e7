"""Tell by its kind what a document is, and read it as that."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from reconcile.desired.checks import Checker
from reconcile.desired.connect_json import is_connect_json, read_connect_json
from reconcile.desired.findings import Finding, problems_of
from reconcile.desired.manifest import Found, read_manifest
from reconcile.desired.nodes import Document, Tree
from reconcile.desired.strimzi import from_strimzi
from reconcile.desired.values import scalar
from reconcile.model.codes import Code
from reconcile.model.problem import Severity
from reconcile.plugins.suggest import suggest

OURS: Final = "connectform/v1"
STRIMZI: Final = "kafka.strimzi.io"

_CUT_SHORT: Final = frozenset({Code.TOO_MANY_ALIASES, Code.TOO_LARGE})
_CONNECTOR: Final = "Connector"
_KAFKA_CONNECTOR: Final = "KafkaConnector"
_OF_OUR_OWN: Final = frozenset(
    {"plan", "outcome", "drift", "problems", "plugin", "plugin_snapshots"}
)
"""What we write ourselves, perhaps into the very folder that definitions are read from."""

_STRIMZI_KINDS: Final = frozenset(
    {
        *("Kafka", "KafkaBridge", "KafkaConnect", "KafkaMirrorMaker", "KafkaMirrorMaker2"),
        *("KafkaNodePool", "KafkaRebalance", "KafkaTopic", "KafkaUser"),
    }
)
_EXPECTED: Final = (
    "a definition has apiVersion: connectform/v1 and kind: Connector, or is a KafkaConnector of "
    "Strimzi, or Connect's JSON with name and config"
)


class Format(StrEnum):
    """How a document says what it declares."""

    OURS = "ours"
    STRIMZI = "strimzi"
    CONNECT_JSON = "connect-json"


def format_of(tree: Tree) -> Format | None:
    """Return the format of a document that declares a connector; None where it declares none."""
    if not isinstance(tree, dict):
        return None
    version, kind = scalar(tree.get("apiVersion")), scalar(tree.get("kind"))
    if version == OURS and kind == _CONNECTOR:
        return Format.OURS
    if version and version.startswith(f"{STRIMZI}/") and kind == _KAFKA_CONNECTOR:
        return Format.STRIMZI
    return Format.CONNECT_JSON if is_connect_json(tree) else None


def read_document(document: Document, checker: Checker) -> Found:
    """Return what a document declares."""
    if any(problem.code in _CUT_SHORT for problem in document.problems):
        # What is left of its tree was never written so: findings in it would only mislead.
        return Found(None, document.problems)
    tree = document.tree
    if not isinstance(tree, dict):
        return _refused(document, (), "this document is no mapping", _EXPECTED)
    match format_of(tree):
        case Format.OURS:
            return read_manifest(tree, document, checker)
        case Format.STRIMZI:
            ours, notes = from_strimzi(tree)
            return read_manifest(ours, document, checker, notes)
        case Format.CONNECT_JSON:
            return read_connect_json(tree, document)
        case None:
            return _not_a_connector(tree, document)


def _not_a_connector(tree: Mapping[str, Tree], document: Document) -> Found:
    version, kind = scalar(tree.get("apiVersion")), scalar(tree.get("kind"))
    if kind in _OF_OUR_OWN and "format_version" in tree:
        return _passed_over(document, kind)
    if version is None or kind is None:
        return _without_kind(tree, document)
    group = version.partition("/")[0]
    if group == OURS.partition("/")[0] or kind == _CONNECTOR:
        return _ours_misspelt(document, version, kind)
    return _foreign(document, group, kind)


def _without_kind(tree: Mapping[str, Tree], document: Document) -> Found:
    missing = [key for key in ("apiVersion", "kind") if scalar(tree.get(key)) is None]
    if len(missing) == 1:
        message = f"this document has no {missing[0]}"
    else:
        message = "this document is no definition"
    return _refused(document, (), message, _EXPECTED)


def _ours_misspelt(document: Document, version: str, kind: str) -> Found:
    if version != OURS:
        message = f'the format "{version}" is not known'
        return _refused(document, ("apiVersion",), message, f"write apiVersion: {OURS}")
    guess = suggest(kind, (_CONNECTOR,))
    hint = f"did you mean {guess}?" if guess else f"write kind: {_CONNECTOR}"
    if kind == "Project":
        hint = "the project file is connectform.yaml, in the folder above the definitions"
    return _refused(document, ("kind",), f'the kind "{kind}" is not known here', hint)


def _foreign(document: Document, group: str, kind: str) -> Found:
    """Pass over other kinds of Kubernetes, but not over a misspelt KafkaConnector or a list."""
    if kind == "List":
        hint = "write its items as documents of their own, with --- between them"
        return _refused(document, ("kind",), "a List is not looked into", hint)
    if group == STRIMZI and kind not in _STRIMZI_KINDS:
        guess = suggest(kind, (_KAFKA_CONNECTOR,))
        hint = f"did you mean {guess}?" if guess else _EXPECTED
        return _refused(document, ("kind",), f'Strimzi has no kind "{kind}"', hint)
    return _passed_over(document, kind)


def _passed_over(document: Document, kind: str) -> Found:
    message = f"this {kind} is not read: it declares no connector"
    note = Finding(Code.UNKNOWN_KIND, ("kind",), message, "", Severity.NOTICE)
    return Found(None, (*document.problems, *problems_of((note,), document.marks)))


def _refused(document: Document, path: tuple[str, ...], message: str, hint: str) -> Found:
    finding = Finding(Code.UNKNOWN_KIND, path, message, hint)
    return Found(None, (*document.problems, *problems_of((finding,), document.marks)))
