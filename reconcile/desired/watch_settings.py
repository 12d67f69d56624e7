"""Read how a project is watched."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from reconcile.desired.durations import length
from reconcile.desired.findings import Finding
from reconcile.desired.ledger_choice import brokers
from reconcile.desired.listening import EXPECTED, parse_address
from reconcile.desired.nodes import Tree
from reconcile.desired.values import mapping, scalar, texts, whole
from reconcile.model.codes import Code
from reconcile.model.exposure import Exposure, StateEncoding
from reconcile.model.project import LedgerChoice, LedgerKind, WatchSettings
from reconcile.model.restart import RestartBudget

_PATH: Final = ("watch",)
_EXPOSE: Final = (*_PATH, "expose")
_NO_NAME: Final = re.compile(r"[^a-zA-Z0-9_]")
_DEFAULT: Final = WatchSettings()
_SHORTEST: Final = timedelta(seconds=1)


def read_watch_settings(
    tree: Tree | None, clusters: Mapping[str, Mapping[str, Tree]]
) -> tuple[WatchSettings, list[Finding]]:
    """Return checked settings of `watch`, and what is wrong with them.

    What is kept in Kafka is kept beside each cluster, so that each has to say where that is.
    """
    written = mapping(tree)
    kind, _, topic = (scalar(written.get("store")) or "sqlite").partition(":")
    every = scalar(written.get("every"))
    exposure, wrong = _read_exposure(mapping(written.get("expose")))
    settings = WatchSettings(
        every=length(every) if every else _DEFAULT.every,
        store=LedgerChoice(LedgerKind(kind), topic),
        budget=_budget(mapping(written.get("restarts")), _DEFAULT.budget),
        heals=_budget(mapping(written.get("heals")), _DEFAULT.heals),
        expose=exposure,
    )
    findings = wrong if settings.every >= _SHORTEST else [*wrong, _too_often(every or "")]
    if settings.store.kind is LedgerKind.KAFKA:
        findings += [_nowhere(name) for name, cluster in clusters.items() if not brokers(cluster)]
    return settings, findings


def _budget(tree: Mapping[str, Tree], otherwise: RestartBudget) -> RestartBudget:
    return RestartBudget(
        per_minute=whole(tree["perMinute"]) if "perMinute" in tree else otherwise.per_minute,
        concurrent=whole(tree["concurrent"]) if "concurrent" in tree else otherwise.concurrent,
    )


def _read_exposure(written: Mapping[str, Tree]) -> tuple[Exposure, list[Finding]]:
    listen = scalar(written.get("listen"))
    address = None if listen is None else parse_address(listen)
    findings: list[Finding] = []
    if listen is not None and address is None:
        message = f"watch.expose.listen: {listen} {EXPECTED}"
        hint = 'for example listen: "127.0.0.1:9464"'
        findings.append(Finding(Code.INVALID_VALUE, (*_EXPOSE, "listen"), message, hint))
    labels: dict[str, str] = {}
    for number, label in enumerate(texts(written.get("labels"))):
        name = f"label_{_NO_NAME.sub('_', label)}"
        if name in labels:
            message = f"watch.expose.labels: {labels[name]} and {label} are both {name} in metrics"
            path = (*_EXPOSE, "labels", str(number))
            findings.append(Finding(Code.INVALID_VALUE, path, message, "leave one of them out"))
        labels[name] = label
    encoding = StateEncoding(scalar(written.get("states")) or StateEncoding.ALL)
    return Exposure(listen=address, encoding=encoding, labels=labels), findings


def _too_often(every: str) -> Finding:
    message = f"watch.every: {every} is more often than workers can answer"
    return Finding(Code.INVALID_VALUE, (*_PATH, "every"), message, "look every 1s or less often")


def _nowhere(cluster: str) -> Finding:
    return Finding(
        Code.MISSING_FIELD,
        (*_PATH, "store"),
        f"watch keeps what it remembers in Kafka, and cluster {cluster} does not say where that is",
        'add kafka: {bootstrap.servers: "kafka:9092"} to the cluster',
    )
