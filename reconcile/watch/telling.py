"""Say what a round means for each connector, in words for people."""

from collections.abc import Mapping

from reconcile.model.codes import Code
from reconcile.model.health import UNWELL
from reconcile.model.outcome import ApplyResult
from reconcile.model.problem import Problem
from reconcile.report.spans import Line
from reconcile.report.watch_text import WatchedRow, drifted_line
from reconcile.watch.budget import Standing
from reconcile.watch.heals import Healing
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
    if standing is not None and standing.ruling is Ruling.DUE:
        return f"its restart waits: {standing.waits_for}"
    strange = "; ".join(unusual(found.known.get(name, {})).values())
    said = (_NOTES[standing.ruling] or strange) if standing is not None else ""
    return "; ".join(filter(None, (said, found.judged.kept.get(name))))


def drifted_lines(found: Round) -> Mapping[str, Line]:
    """Return a line for each connector that somebody changed by hand, by its name."""
    healing = found.healing
    if healing is None:
        return {}
    return {
        name: drifted_line(healing.drift, name, _heal_note(healing, name))
        for name in healing.drift.names
    }


def _heal_note(healing: Healing, name: str) -> str:
    """Return what becomes of a connector that was changed by hand; nothing without self-heal."""
    standing = healing.standings.get(name)
    if standing is None:
        return ""
    if name in healing.left:
        return f"not set back: {healing.left[name]}"
    if name in healing.heals:
        return _outcome_note(healing.result, name)
    return _standing_note(standing)


def _standing_note(standing: Standing) -> str:
    match standing.ruling:
        case Ruling.WAITING if standing.due is not None:
            return f"is set back at {standing.due:%H:%M:%S} UTC"
        case Ruling.DUE:
            return f"its setting back waits: {standing.waits_for}"
        case Ruling.GIVEN_UP:
            return f"given up after {standing.attempts} attempts to set it back"
        case _:
            return ""


def _outcome_note(result: ApplyResult | None, name: str) -> str:
    if result is None:
        return "would be set back to what was last applied"
    outcome = next((one for one in result.outcomes if one.name == name), None)
    if outcome is None:
        return "it is as it was applied again"
    if outcome.is_done:
        return "set back to what was last applied"
    reason = next((problem.message for problem in outcome.problems), outcome.status.value)
    return f"could not be set back: {reason}"


def drifted_count(found: Round) -> int:
    """Return how many connectors somebody changed by hand, those that are missing apart."""
    if found.healing is None:
        return 0
    drift = found.healing.drift
    return len({change.name for change in (*drift.changed, *drift.state)})


def doubt_key(problem: Problem) -> tuple[str, str]:
    """Return what tells one trouble from others, for those who tell of each once.

    What cannot be true in metrics is counted anew each round: it is one trouble, whatever the
    numbers.
    """
    counted_anew = problem.code is Code.METRICS_DOUBTFUL
    return problem.code.value, "" if counted_anew else placed(problem)


def placed(problem: Problem) -> str:
    """Return what is wrong, and before it where if that is a place in a file."""
    return f"{problem.location}: {problem.message}" if problem.location else problem.message


def is_well(found: Round) -> bool:
    """Tell whether nothing is wrong: all was read, is there and as applied, and nothing failed."""
    verdicts = found.judged.verdicts.values()
    return not (
        found.trouble
        or found.judged.missing
        or drifted_count(found)
        or found.judged.lost
        or any(verdict.health in UNWELL for verdict in verdicts)
    )
