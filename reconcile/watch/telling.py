"""Say what a round means for each connector, in words for people."""

from reconcile.model.codes import Code
from reconcile.model.health import UNWELL
from reconcile.model.problem import Problem
from reconcile.report.watch_text import WatchedRow
from reconcile.watch.budget import Standing
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round
from reconcile.watch.unusual import unusual

_NOTES = {
    Ruling.WELL: "",
    Ruling.WAITING: "",
    Ruling.OFF: "restarts are not enabled for it",
    Ruling.HOPELESS: "a restart cannot help",
    Ruling.GIVEN_UP: "given up: all attempts are spent",
}


def watched_rows(found: Round) -> tuple[WatchedRow, ...]:
    """Return a row for each connector that git declares and that is live."""
    return tuple(
        WatchedRow(
            name=name,
            verdict=verdict,
            restarts=standing.attempts if (standing := found.standings.get(name)) else 0,
            next_restart=standing.due
            if standing is not None and standing.ruling is Ruling.WAITING
            else None,
            note=_note(found, name, standing),
        )
        for name, verdict in found.judged.verdicts.items()
    )


def _note(found: Round, name: str, standing: Standing | None) -> str:
    if name in found.restarts:
        return "restarted" if found.result is not None else "would be restarted"
    if standing is None:
        return ""
    if standing.ruling is Ruling.DUE:
        return f"its restart waits: {standing.waits_for}"
    strange = unusual(found.known.get(name, {})).values()
    return _NOTES[standing.ruling] or "; ".join(strange)


def doubt_key(problem: Problem) -> tuple[str, str]:
    """Return what tells one trouble from others, for those who tell of each once.

    What cannot be true in metrics is counted anew each round: it is one trouble, whatever the
    numbers.
    """
    counted_anew = problem.code is Code.METRICS_DOUBTFUL
    return problem.code.value, "" if counted_anew else problem.message


def is_well(found: Round) -> bool:
    """Tell whether nothing is wrong: all was read, all that is declared is there and works."""
    verdicts = found.judged.verdicts.values()
    return not (
        found.problems
        or found.judged.missing
        or found.judged.lost
        or any(verdict.health in UNWELL for verdict in verdicts)
    )
