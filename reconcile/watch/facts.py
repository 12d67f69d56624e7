"""Tell what of the alerts holds in one round, and what nobody could see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reconcile.anomaly.profile import Metric
from reconcile.model.alert import OF_CLUSTERS, AlertName
from reconcile.model.health import Condition, Health, Verdict
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.problem import Problem
from reconcile.model.restart import RestartPolicy
from reconcile.report.watch_text import drifted_text
from reconcile.watch.flow_facts import TermsOf, flow_facts, unseen
from reconcile.watch.heals import Healing
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round
from reconcile.watch.telling import placed
from reconcile.watch.unusual import unusual

_OF_CLUSTERS_ANSWERS: Final = "CF3"
_OF_DRIFT: Final = frozenset({AlertName.DRIFTED, AlertName.FIGHTING})
_OF_RUNNING: Final = (AlertName.CONNECTOR_FAILED, AlertName.TASK_FAILED, AlertName.STALLED)
_MANY: Final = 4
LOOP: Final = 3
_UNUSUAL: Final = {
    Metric.THROUGHPUT: AlertName.THROUGHPUT_UNUSUAL,
    Metric.ERROR_RATE: AlertName.ERROR_RATE_UNUSUAL,
    Metric.LAG: AlertName.LAG_UNUSUAL,
}

Subject = tuple[AlertName, str]
"""An alert and its connector, "" for the cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds, in words, and which alerts the round could judge at all.

    `unseen` are those that it could not judge of one connector alone. `restarted` speak of what was
    seen before a restart that the round has made, and that has not failed: what came of it is yet
    to be seen. `connectors` are those that git declares; None where that is not known. `quiet` says
    of a connector why nobody is told of it now.
    """

    holding: Mapping[Subject, str] = field(default_factory=dict)
    judged: frozenset[AlertName] = frozenset()
    unseen: frozenset[Subject] = frozenset()
    restarted: frozenset[Subject] = frozenset()
    connectors: frozenset[str] | None = None
    quiet: Mapping[str, str] = field(default_factory=dict)


def facts_of(found: Round, terms_of: TermsOf, now: datetime, *, storming: bool = False) -> Facts:
    """Return what a round says of the alerts; one that could not be made says little.

    `storming` tells that many failed at once: that goes on until few of them are left.
    """
    if found.problems:
        problem = found.problems[0]
        if is_of_cluster(problem):
            return Facts(
                holding={(AlertName.CLUSTER_UNREACHABLE, ""): problem.message},
                judged=frozenset({AlertName.CLUSTER_UNREACHABLE, AlertName.WATCH_STALE}),
            )
        return Facts(
            holding={(AlertName.WATCH_STALE, ""): placed(problem)},
            judged=frozenset({AlertName.WATCH_STALE}),
        )
    judged = frozenset(AlertName) - (_OF_DRIFT if found.healing is None else frozenset())
    if found.judged.from_memory:
        # What such workers say of connectors is no news, good or bad.
        judged = OF_CLUSTERS
    if found.unkept:
        judged -= frozenset(_UNUSUAL.values())  # nothing is learned meanwhile
    names, trends = found.judged.candidates.keys(), found.trends
    holding = (
        *(((AlertName.WATCH_STALE, ""), placed(one)) for one in found.unkept[:1]),
        *_holding(found, storming=storming),
        *_of_drift(found.healing),
        *flow_facts(found.flows, trends, names, terms_of, now),
    )
    return Facts(
        holding={subject: text for subject, text in holding if subject[0] in judged},
        judged=judged,
        unseen=frozenset(unseen(found.flows, names)),
        restarted=frozenset(_restarted(found)),
        connectors=frozenset(found.judged.definitions),
        quiet=found.judged.kept,
    )


def _restarted(found: Round) -> Iterator[Subject]:
    for outcome in found.result.outcomes if found.result is not None else ():
        if outcome.is_done or outcome.status is OutcomeStatus.UNSETTLED:
            yield from ((alert, outcome.name) for alert in _OF_RUNNING)


def is_of_cluster(problem: Problem) -> bool:
    """Tell whether a problem is that the cluster does not answer as it should."""
    return problem.code.value.startswith(_OF_CLUSTERS_ANSWERS)


def _holding(found: Round, *, storming: bool) -> Iterator[tuple[Subject, str]]:
    if found.judged.from_memory:
        yield (AlertName.BROKERS_LOST, ""), "the workers have lost their brokers"
    if found.judged.lost:
        yield (AlertName.WORKER_GONE, ""), _gone(found.judged.lost)
    loose = [one for name, one in found.judged.verdicts.items() if name not in found.judged.kept]
    failed = sum(verdict.condition is Condition.FAILED for verdict in loose)
    if found.breaker is not None or (storming and failed >= _MANY):
        yield (AlertName.FAIL_TOGETHER, ""), f"{failed} of {len(loose)} connectors have failed"
    for name in found.judged.missing:
        yield (AlertName.MISSING, name), "git declares it, and the cluster does not have it"
    for name in found.judged.candidates:
        verdict = found.judged.verdicts[name]
        text = "; ".join(part for part in (verdict.reason, verdict.cause) if part)
        for alert in _of_verdict(verdict):
            yield (alert, name), text
        standing, policy = found.standings.get(name), found.judged.candidates[name].policy
        if standing is not None and standing.attempts >= LOOP and may_loop(policy):
            yield (AlertName.RESTART_LOOP, name), f"{standing.attempts} restarts; {text}"
        if standing is not None and standing.ruling is Ruling.GIVEN_UP:
            yield (AlertName.GIVEN_UP, name), f"{text}; {standing.attempts} restarts did not help"
        if standing is not None and standing.ruling is Ruling.HOPELESS:
            yield (AlertName.CANNOT_HELP, name), text
        yield from _of_usual(found, name)


def _of_drift(healing: Healing | None) -> Iterator[tuple[Subject, str]]:
    """Yield what was changed by hand; of what is missing another alert tells."""
    if healing is None:
        return
    altered = healing.drift.altered
    for name in healing.drift.names:
        text = "; ".join(
            part for part in (drifted_text(healing.drift, name), healing.left.get(name)) if part
        )
        if name in altered:
            yield (AlertName.DRIFTED, name), text
        standing = healing.standings.get(name)
        if standing is not None and standing.ruling is Ruling.GIVEN_UP:
            yield (AlertName.FIGHTING, name), f"after {standing.attempts} attempts; {text}"


def _gone(lost: Mapping[str, int]) -> str:
    return "; ".join(
        f"{worker} does not answer, and {count} of the connectors and tasks are reported as its own"
        for worker, count in sorted(lost.items())
    )


def _of_usual(found: Round, name: str) -> Iterator[tuple[Subject, str]]:
    for metric, words in unusual(found.known.get(name, {})).items():
        yield (_UNUSUAL[metric], name), words


def may_loop(policy: RestartPolicy) -> bool:
    """Tell whether restarts go on beyond a few: else it is given up, and that is told."""
    return policy.attempts is None or policy.attempts > LOOP


def _of_verdict(verdict: Verdict) -> Iterator[AlertName]:
    match verdict.condition:
        case Condition.FAILED if verdict.health is Health.DEGRADED:
            yield AlertName.TASK_FAILED
        case Condition.FAILED:
            yield AlertName.CONNECTOR_FAILED
        case Condition.UNSETTLED:
            yield AlertName.UNASSIGNED
        case Condition.STALLED:
            yield AlertName.STALLED
        case Condition.WELL | Condition.HALTED | Condition.UNREAD:
            pass
