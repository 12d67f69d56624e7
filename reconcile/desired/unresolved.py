"""Check how servers are reached, as far as it can be told without secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconcile.desired.access import make_access, make_kafka, make_metrics, make_receiver
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree
from reconcile.desired.references import UNREAD, Kind
from reconcile.desired.values import mapping, scalar
from reconcile.model.project import MetricsKind


def check_cluster(name: str, tree: Mapping[str, Tree]) -> Iterator[Finding]:
    """Yield what is wrong with the ways to a cluster, its metrics and its brokers."""
    variables = {key: scalar(value) or "" for key, value in mapping(tree.get("vars")).items()}
    names = {Kind.VARIABLE: variables, Kind.CLUSTER: {"name": name}}
    sources = replace(UNREAD, names=names)
    yield from make_access(name, tree, sources)[1]
    metrics = mapping(tree.get("metrics"))
    if any(kind.value in metrics for kind in MetricsKind):
        yield from make_metrics(name, metrics, sources)[1]
    yield from make_kafka(name, mapping(tree.get("kafka")), sources)[1]


def check_receiver(name: str, tree: Mapping[str, Tree]) -> Iterator[Finding]:
    """Yield what is wrong with the way to a receiver of one kind."""
    yield from make_receiver(name, tree, UNREAD)[1]
