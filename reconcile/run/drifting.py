"""Report drift: what a plan says of it, and which declared connectors are not well."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reconcile.health.judge import judge
from reconcile.health.rollup import Sight, health_of
from reconcile.model.desired import Definition
from reconcile.model.drift import Aside, Drift, NotCompared, Unhealthy
from reconcile.model.health import Health
from reconcile.model.live import LiveConnector
from reconcile.model.problem import Problem
from reconcile.plan.drift import drift_of
from reconcile.redact import Redactor
from reconcile.run.asking import sensitive_values
from reconcile.run.context import Context
from reconcile.run.planning import NotPlanned, Planned
from reconcile.run.reading import redacted_status


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drifts:
    """What was found out about the clusters of a run; they stand in the order of the project."""

    found: tuple[Drift, ...] = ()
    failed: tuple[NotCompared, ...] = ()


def drifts_of(
    context: Context, items: Sequence[Planned | NotPlanned], *, fail_on: Iterable[Aside] = ()
) -> Drifts:
    """Return how each cluster drifted, and those of which nobody can tell."""
    also = tuple(fail_on)
    return Drifts(
        found=tuple(
            drift_of(item.plan, unhealthy=_unhealthy(context, item), fail_on=also)
            for item in items
            if isinstance(item, Planned)
        ),
        failed=tuple(
            not_compared(context, item.project, item.cluster.name, item.problems)
            for item in items
            if isinstance(item, NotPlanned)
        ),
    )


def not_compared(
    context: Context, project: str, cluster: str, problems: Iterable[Problem]
) -> NotCompared:
    """Return that a cluster could not be compared, with secrets masked in the reasons."""
    return NotCompared(project=project, cluster=cluster, problems=tuple(masked(context, problems)))


def masked(context: Context, problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with secrets masked."""
    return [_redacted(problem, context.redactor) for problem in problems]


def _unhealthy(context: Context, planned: Planned) -> Iterator[Unhealthy]:
    failing = [*_failing(planned)]
    for connector in failing:
        definition = planned.desired.definitions.get(connector.name)
        context.redactor.learn(_secrets_of(connector, definition))
    for connector in failing:
        if connector.status is None:
            continue  # without a status nothing has failed
        found = judge(redacted_status(connector.status, context.redactor))
        yield Unhealthy(
            name=connector.name,
            state=connector.status.state,
            failed=found.failed,
            tasks=found.tasks,
            cause=found.cause,
        )


def _failing(planned: Planned) -> Iterator[LiveConnector]:
    """Yield the declared connectors that are not well, as far as one reading can tell."""
    for name, definition in sorted(planned.desired.definitions.items()):
        connector = planned.live.connectors.get(name)
        if connector is None:
            continue
        sight = Sight(
            status=connector.status,
            generated=connector.generated_tasks,
            desired=definition.state,
        )
        verdict = health_of(None, sight, planned.live.taken_at)
        if verdict.health in (Health.DEGRADED, Health.UNHEALTHY):
            yield connector


def _secrets_of(connector: LiveConnector, definition: Definition | None) -> Iterator[str]:
    """Yield what a trace may quote of a connector and nobody may see."""
    yield from sensitive_values(connector.config)
    for key in definition.config.references() if definition else ():
        value = connector.config.get(key)
        if value is not None:
            yield value


def _redacted(problem: Problem, redactor: Redactor) -> Problem:
    return replace(
        problem, message=redactor.redact(problem.message), hint=redactor.redact(problem.hint)
    )
