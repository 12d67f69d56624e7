"""Alerting rules for Prometheus: the pack of alerts on the terms that git declares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from reconcile.alert.payloads import alert_labels, label_name
from reconcile.desired.durations import duration
from reconcile.generate.own_causes import WHATEVER_STATE, own_cause
from reconcile.generate.public_causes import public_cause
from reconcile.generate.scope import Declared, Scope, Sheet
from reconcile.measure.dialects import NAMINGS, Naming
from reconcile.model.alert import OF_CLUSTERS, AlertName, Terms
from reconcile.model.desired import Definition, TargetState
from reconcile.report.links import links_of
from reconcile.watch.facts import may_loop
from reconcile.watch.pack import PACK, terms_of

Document = dict[str, object]

_LIMITS: Final = {
    AlertName.LAG_FAR_OVER: AlertName.LAG_SECONDS,
    AlertName.LAG_GROWING: AlertName.LAG_SECONDS,
}
"""Whose `over` an alert goes by, where it is not its own."""

_CONNECTOR: Final = "{{ $labels.connector }}"
_IN_ADDRESS: Final = "{{ $labels.connector | urlquery }}"


def rules_document(sheet: Sheet, naming: Naming) -> Document:
    """Return a rule file for Prometheus 2.42 and later, with one group for each cluster.

    Connectors on the same terms and with the same labels share a rule, so that its alerts carry
    both; alerts that the metrics cannot tell of are left out.
    """
    return {
        "groups": [
            {
                "name": f"{sheet.project} on {declared.scope.cluster}",
                "rules": list(_rules(sheet, declared, naming)),
            }
            for declared in sheet.declared
        ]
    }


def cause(name: AlertName, scope: Scope, naming: Naming) -> str | None:
    """Return the expression of an alert; None where the metrics cannot tell."""
    if naming is Naming.OURS:
        return own_cause(name, scope)
    return public_cause(name, scope, NAMINGS[naming])


def _rules(sheet: Sheet, declared: Declared, naming: Naming) -> Iterator[Document]:
    scope = declared.scope
    for name in PACK:
        for terms, labels, alike in _alike(name, sheet, declared):
            expression = cause(name, alike, naming)
            if terms.enabled and expression is not None:
                yield {
                    "alert": name.value,
                    "expr": expression,
                    **_times(terms),
                    "labels": _labels(labels, scope.cluster, terms),
                    "annotations": _annotations(sheet, scope.cluster, name),
                }


def _alike(
    name: AlertName, sheet: Sheet, declared: Declared
) -> list[tuple[Terms, Mapping[str, str], Scope]]:
    """Return the connectors of which an alert can tell, those with the same terms and labels together.

    An alert of the cluster has no connectors.
    """
    if name in OF_CLUSTERS:
        return [(terms_of(name, sheet.rules), {}, declared.scope)]
    groups: dict[tuple[Terms, float, frozenset[tuple[str, str]]], list[Definition]] = {}
    for definition in declared.definitions.values():
        if _can_fire(name, definition):
            terms = terms_of(name, sheet.rules, definition.alerts)
            over = terms_of(_LIMITS.get(name, name), sheet.rules, definition.alerts).over or 0.0
            key = (terms, over, frozenset(definition.labels.items()))
            groups.setdefault(key, []).append(definition)
    return [
        (terms, alike[0].labels, replace(declared.scope, connectors=_names(alike), over=over))
        for (terms, over, _), alike in groups.items()
    ]


def _can_fire(name: AlertName, definition: Definition) -> bool:
    if name is AlertName.RESTART_LOOP and not may_loop(definition.restart):
        return False
    return name in WHATEVER_STATE or definition.state in {None, TargetState.RUNNING}


def _names(definitions: Iterable[Definition]) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in definitions))


def _times(terms: Terms) -> dict[str, str]:
    named = (("for", terms.wait), ("keep_firing_for", terms.keep))
    return {name: duration(int(time / timedelta(milliseconds=1))) for name, time in named if time}


def _labels(labels: Mapping[str, str], cluster: str, terms: Terms) -> dict[str, str]:
    found = alert_labels(labels, {"cluster": cluster, "severity": terms.severity.value})
    return {name: literal(value) for name, value in found.items()}


def _annotations(sheet: Sheet, cluster: str, name: AlertName) -> dict[str, str]:
    rule, of_cluster = PACK[name], name in OF_CLUSTERS
    subject = literal(cluster) if of_cluster else f"{_CONNECTOR} on {literal(cluster)}"
    found = {
        "summary": f"{subject}: {name.value}",
        "description": literal(rule.meaning),
        "cause": literal(rule.cause),
        "remedy": literal(rule.remedy),
    }
    if sheet.docs:
        found["runbook_url"] = f"{literal(sheet.docs)}/alerts.md#{name.lower()}"
    if not of_cluster:
        addresses = {
            label: literal(url).replace("{connector}", _IN_ADDRESS)
            for label, url in sheet.links.items()
        }
        for link in links_of(addresses, cluster=cluster, connector=""):
            found[f"link_{label_name(link.label)}"] = link.url
    return found


def literal(text: str) -> str:
    """Return a text that Prometheus, which reads labels and annotations as templates, shows as it is."""
    return text.replace("{{", '{{"{{"}}')
