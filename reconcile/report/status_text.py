"""The connectors of a cluster as a table."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconcile.model.desired import TargetState
from reconcile.model.health import Health, Verdict
from reconcile.model.live import LiveConnector, LiveState, LiveStatus, State
from reconcile.model.metrics import Flows
from reconcile.model.restart import Restarts
from reconcile.report.flow_text import COLUMNS, flow_cells
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.status_more import NOTHING_MORE, RESTART_COLUMNS, restart_cells
from reconcile.report.table import Row, Table
from reconcile.report.words import counted

_COLUMNS: Final = ("NAME", "KIND", "HEALTH", "STATE", "TASKS", "WORKER", "CAUSE")
_FLOW: Final = _COLUMNS.index("WORKER")
_WORST_FIRST: Final = tuple(reversed(Health))
_NO_STATUS: Final = "no status"


def status_table(
    live: LiveState,
    verdicts: Mapping[str, Verdict],
    names: Iterable[str],
    flows: Flows | None = None,
    restarts: Mapping[str, Restarts] = NOTHING_MORE.restarts,
) -> Table:
    """Return the table of the named connectors: states, and why one is not well.

    With `flows` there are columns of what flows, with `restarts` columns of those.
    """
    found = [live.connectors[name] for name in sorted(names)]
    columns: tuple[str, ...] = ()
    cells: dict[str, Row] = {connector.name: () for connector in found}
    if flows is not None:
        columns = COLUMNS
        cells = {name: flow_cells(flows.connectors.get(name)) for name in cells}
    if restarts.keys() & cells.keys():
        columns = (*columns, *RESTART_COLUMNS)
        cells = {name: (*row, *restart_cells(restarts.get(name))) for name, row in cells.items()}
    rows = {connector.name: _row(connector, verdicts[connector.name]) for connector in found}
    return Table(
        (*_COLUMNS[:_FLOW], *columns, *_COLUMNS[_FLOW:]),
        tuple((*row[:_FLOW], *cells[name], *row[_FLOW:]) for name, row in rows.items()),
    )


def status_summary(live: LiveState, verdicts: Mapping[str, Verdict], names: Iterable[str]) -> Line:
    """Return how many connectors are how well, and how many tasks run and failed."""
    found = [live.connectors[name] for name in names]
    healths = [verdicts[connector.name].health for connector in found]
    counts = {health: healths.count(health) for health in _WORST_FIRST}
    words = "".join(f", {count} {health.value}" for health, count in counts.items() if count)
    running = sum(_count(connector.status, State.RUNNING) for connector in found)
    failed = sum(_count(connector.status, State.FAILED) for connector in found)
    tasks = f"{running} of {counted(sum(map(_total, found)), 'task')} running"
    alarm = Span(f", {failed} failed" if failed else "", Style.ERROR)
    return line(
        bold(f"{counted(len(found), 'connector')} on {live.cluster}"),
        f"{words}; {tasks}",
        alarm,
        ".",
    )


def _row(connector: LiveConnector, verdict: Verdict) -> Row:
    running, total = _count(connector.status, State.RUNNING), _total(connector)
    text = _state_text(connector)
    return (
        Span(connector.name),
        Span(connector.kind.value),
        Span(verdict.health.value, health_style(verdict.health)),
        Span(text, _style(connector.status.state if connector.status else State.UNKNOWN)),
        Span(f"{running}/{total}", _tasks_style(connector)),
        dim(_workers(connector.status)),
        _why(verdict),
    )


def health_style(health: Health) -> Style:
    """Return how a health is shown."""
    match health:
        case Health.HEALTHY:
            return Style.GOOD
        case Health.SUSPENDED:
            return Style.DIM
        case Health.PROGRESSING | Health.UNKNOWN:
            return Style.WARNING
        case Health.STALLED | Health.DEGRADED | Health.UNHEALTHY:
            return Style.ERROR


def _why(verdict: Verdict) -> Span:
    if verdict.cause or verdict.health in (Health.HEALTHY, Health.SUSPENDED):
        return Span(verdict.cause, Style.ERROR)
    return Span(verdict.reason, Style.WARNING)


def _state_text(connector: LiveConnector) -> str:
    return connector.status.state.value if connector.status else _NO_STATUS


def _style(state: State) -> Style:
    match state:
        case State.RUNNING:
            return Style.GOOD
        case State.FAILED:
            return Style.ERROR
        case State.PAUSED | State.STOPPED:
            return Style.DIM
        case State.UNASSIGNED | State.RESTARTING | State.UNKNOWN:
            return Style.WARNING


def _tasks_style(connector: LiveConnector) -> Style:
    if _count(connector.status, State.FAILED):
        return Style.ERROR
    halted = connector.target_state is not TargetState.RUNNING
    if halted or _count(connector.status, State.RUNNING) == _total(connector):
        return Style.PLAIN
    return Style.WARNING


def _count(status: LiveStatus | None, state: State) -> int:
    return sum(task.state is state for task in status.tasks) if status else 0


def _total(connector: LiveConnector) -> int:
    reported = len(connector.status.tasks) if connector.status else 0
    return max(connector.generated_tasks, reported)


def _workers(status: LiveStatus | None) -> str:
    if status is None:
        return ""
    workers = sorted({status.worker, *(task.worker for task in status.tasks)} - {""})
    if not workers:
        return ""
    more = f" +{len(workers) - 1}" if workers[1:] else ""
    return workers[0] + more
