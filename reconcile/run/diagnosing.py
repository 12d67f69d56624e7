"""Find out why a connector failed: what its traces say, and what was changed last."""

from collections.abc import Sequence

from reconcile.connect.reads import list_names
from reconcile.desired.project import LoadedProject
from reconcile.errors import LedgerError
from reconcile.health.failures import failures_of
from reconcile.health.rollup import health_of
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.diagnosis import Examination, LastChange
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Problem
from reconcile.plugins.suggest import suggest
from reconcile.run.connections import connect_to
from reconcile.run.context import Context
from reconcile.run.flowing import lag_flows
from reconcile.run.history import read_history
from reconcile.run.reading import answers_from_memory, sights_of

# A change that made a connector fail ends as failed: it is the first to be looked at.
_NOTHING_DONE = frozenset({OutcomeStatus.ALREADY_APPLIED, OutcomeStatus.NOT_ATTEMPTED})


def examine(
    context: Context, loaded: LoadedProject, cluster: str, name: str
) -> Examination | tuple[str, ...]:
    """Return how a connector is, or where there is none of that name, the names that there are.

    Raises ClusterError where the cluster cannot be read.
    """
    with connect_to(context, loaded, cluster) as connection:
        live = take_snapshot(connection, clock=context.clock, names=[name])
        connector = live.connectors.get(name)
        if connector is None:
            return list_names(connection)
        from_memory = answers_from_memory(connection)
    lags = lag_flows(context, loaded, live)
    sight = sights_of(context, loaded, live, from_memory=from_memory, flows=lags)[name]
    last, ledger = _last_change(context, loaded, cluster, name)
    return Examination(
        cluster=cluster,
        name=name,
        kind=connector.kind,
        class_name=connector.class_name,
        verdict=health_of(None, sight, live.taken_at),
        failures=tuple(failures_of(sight.status)) if sight.status else (),
        last_change=last,
        ledger=ledger,
        unread=lags.problems,
    )


def not_there(name: str, clusters: Sequence[str], names: Sequence[str]) -> Problem:
    """Return that no cluster has a connector; `names` are those that they have."""
    close = suggest(name, names)
    return Problem(
        code=Code.UNKNOWN_CONNECTOR,
        message=f"there is no connector {name!r} on {', '.join(clusters)}",
        hint=f"did you mean {close!r}?" if close else "connectform status lists the connectors",
        connector=name,
    )


def _last_change(
    context: Context, loaded: LoadedProject, cluster: str, name: str
) -> tuple[LastChange | None, str]:
    """Return the last change that may have caused something, or why it is not known."""
    try:
        history = read_history(context, loaded, cluster, name)
    except LedgerError as error:
        return None, context.redactor.redact(error.problems[0].message)
    changes = [
        change
        for change in history.changes
        if change.status not in _NOTHING_DONE and change.action is not Action.RESTART
    ]
    if not changes:
        return None, ""
    runs = {run.id: run for run in history.runs}
    return LastChange(change=changes[-1], run=runs.get(changes[-1].run)), ""
