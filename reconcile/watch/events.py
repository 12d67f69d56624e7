"""What a round is worth a log entry for: what is new in it, each thing once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from reconcile.model.alert import Alert, AlertSeverity
from reconcile.model.health import UNWELL
from reconcile.model.problem import Problem
from reconcile.report.watch_text import drifted_text
from reconcile.watch.budget import Standing
from reconcile.watch.heals import Healing
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Post, Round
from reconcile.watch.telling import doubt_key
from reconcile.watch.trends import Trends


class Happening(StrEnum):
    """The events that watching logs, as they are called in the log."""

    UNWELL = "connector unwell"
    MISSING = "connector missing"
    RECOVERED = "connector recovered"
    WAITING = "restart waiting"
    HELD_BACK = "restart held back"
    RESTART = "restart"
    HOPELESS = "restart cannot help"
    GIVEN_UP = "restarts given up"
    STORM = "storm began"
    STORM_OVER = "storm ended"
    ALERT = "alert began"
    ALERT_OVER = "alert ended"
    UNSENT = "alert not delivered"
    SENT = "alert delivered"
    DRIFT = "drift began"
    DRIFT_OVER = "drift ended"
    SET_BACK = "set back"
    HEAL_GIVEN_UP = "setting back given up"
    LOST = "worker gone"
    FOUND = "worker back"
    LEVEL = "level set"
    LEVEL_REFUSED = "level not set"
    DOUBT = "source not read"
    DOUBT_OVER = "source read again"
    PROBLEM = "problem"
    SOLVED = "problem solved"


LEVELS: Final[Mapping[Happening, str]] = {
    Happening.UNWELL: "warning",
    Happening.MISSING: "warning",
    Happening.RECOVERED: "info",
    Happening.WAITING: "info",
    Happening.HELD_BACK: "info",
    Happening.RESTART: "info",
    Happening.HOPELESS: "warning",
    Happening.GIVEN_UP: "error",
    Happening.STORM: "error",
    Happening.STORM_OVER: "info",
    Happening.ALERT: "warning",
    Happening.ALERT_OVER: "info",
    Happening.UNSENT: "warning",
    Happening.SENT: "info",
    Happening.DRIFT: "warning",
    Happening.DRIFT_OVER: "info",
    Happening.SET_BACK: "info",
    Happening.HEAL_GIVEN_UP: "error",
    Happening.LOST: "warning",
    Happening.FOUND: "info",
    Happening.LEVEL: "info",
    Happening.LEVEL_REFUSED: "warning",
    Happening.DOUBT: "warning",
    Happening.DOUBT_OVER: "info",
    Happening.PROBLEM: "error",
    Happening.SOLVED: "info",
}
"""How much each matters: info for what connectform has in hand, warning for what somebody may have to
look at, error for what it cannot help."""

_ALERTS: Final[Mapping[AlertSeverity, str]] = {
    AlertSeverity.PAGE: "error",
    AlertSeverity.TICKET: "warning",
    AlertSeverity.INFO: "info",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One log entry: what happened, to which connector if to one, and more about it.

    `run` is under which it stands in the history; empty for what does not.
    """

    event: Happening
    at: str
    connector: str = ""
    run: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


def entries_of(before: Round, found: Round) -> Iterator[Entry]:
    """Yield what is new in a round.

    `before` is what was known until then: the last round that could look at the cluster, with the
    problems, and the levels that were not set, of the last one at all; an empty round at first.
    """
    yield from _problems(Happening.PROBLEM, before.trouble, found.trouble)
    if before.trouble and not found.trouble:
        yield _entry(Happening.SOLVED)
    for alert in found.news:
        yield _alert(alert)
    yield from _deliveries(found.posts)
    if found.problems:
        return
    yield from _workers(before.judged.lost, found.judged.lost)
    yield from _health(before, found)
    yield from _restarts(before, found)
    yield from _drift(before.healing, found.healing)
    for one in found.levels:
        fields = {"action": "set-level", "worker": one.worker, "logger": one.logger}
        yield _entry(Happening.LEVEL, before=one.before, after=one.after, **fields)
    yield from _problems(Happening.LEVEL_REFUSED, before.untold, found.untold)
    yield from _problems(Happening.DOUBT, before.flows.problems, found.flows.problems)
    yield from _sources(before.trends, found.trends)


def _deliveries(posts: Mapping[str, Post]) -> Iterator[Entry]:
    for name, post in posts.items():
        if post.anew:
            yield from (_problem(Happening.UNSENT, one, receiver=name) for one in post.problems)
        if post.lasted is not None:
            yield _entry(Happening.SENT, receiver=name, seconds=round(post.lasted.total_seconds()))


def _sources(before: Trends, found: Trends) -> Iterator[Entry]:
    """Yield which sources are read again: all that one code speaks of."""
    for key, since in before.unread.items():
        if key not in found.unread and found.at is not None:
            (code, connector), lasted = key, max(found.at - since, timedelta())
            seconds = round(lasted.total_seconds())
            yield _entry(Happening.DOUBT_OVER, connector, code=code.value, seconds=seconds)


def _workers(before: Mapping[str, int], found: Mapping[str, int]) -> Iterator[Entry]:
    for worker, count in found.items():
        if worker not in before:
            yield _entry(Happening.LOST, worker=worker, assignments=count)
    for worker in before:
        if worker not in found:
            yield _entry(Happening.FOUND, worker=worker)


def _health(before: Round, found: Round) -> Iterator[Entry]:
    ill = {name for name, verdict in before.judged.verdicts.items() if verdict.health in UNWELL}
    ill |= {*before.judged.missing}
    for name, verdict in found.judged.verdicts.items():
        known = before.judged.verdicts.get(name)
        if verdict.health in UNWELL:
            if known is None or (known.health, known.cause) != (verdict.health, verdict.cause):
                fields = {"reason": verdict.reason, "cause": verdict.cause}
                yield _entry(Happening.UNWELL, name, health=verdict.health.value, **fields)
        elif name in ill:
            yield _entry(Happening.RECOVERED, name, health=verdict.health.value)
    for name in found.judged.missing:
        if name not in before.judged.missing:
            yield _entry(Happening.MISSING, name)


def _restarts(before: Round, found: Round) -> Iterator[Entry]:
    if found.breaker is not None and before.breaker is None:
        yield _entry(Happening.STORM)
    if found.breaker is None and before.breaker is not None:
        yield _entry(Happening.STORM_OVER)
    for name, standing in found.standings.items():
        if name in found.restarts:
            if found.result is not None:
                attempts = {"attempts": standing.attempts + 1, "action": "restart"}
                yield replace(_entry(Happening.RESTART, name, **attempts), run=found.run)
            continue
        known = before.standings.get(name)
        if name not in before.restarts and _told(known) == _told(standing):
            continue
        yield from _standing(name, standing)


def _drift(before: Healing | None, found: Healing | None) -> Iterator[Entry]:
    if found is None:
        return
    drifted = before.drift.names if before is not None else ()
    drifting = found.drift.names
    for name in drifting:
        if name not in drifted:
            yield _entry(Happening.DRIFT, name, changed=drifted_text(found.drift, name))
    if found.result is not None:
        for name in found.heals:
            entry = _entry(Happening.SET_BACK, name, action="set-back")
            yield replace(entry, run=found.run)
    for name, standing in found.standings.items():
        known = before.standings.get(name) if before is not None else None
        given_up = known is not None and known.ruling is Ruling.GIVEN_UP
        if standing.ruling is Ruling.GIVEN_UP and not given_up:
            yield _entry(Happening.HEAL_GIVEN_UP, name, attempts=standing.attempts)
    for name in drifted:
        if name not in drifting:
            yield _entry(Happening.DRIFT_OVER, name)


def _standing(name: str, standing: Standing) -> Iterator[Entry]:
    fields: dict[str, object] = {"attempts": standing.attempts}
    match standing.ruling:
        case Ruling.WAITING:
            due = standing.due.isoformat() if standing.due else None
            yield _entry(Happening.WAITING, name, action="restart", due=due, **fields)
        case Ruling.DUE:
            reason = standing.waits_for
            yield _entry(Happening.HELD_BACK, name, action="restart", reason=reason, **fields)
        case Ruling.HOPELESS:
            yield _entry(Happening.HOPELESS, name)
        case Ruling.GIVEN_UP:
            yield _entry(Happening.GIVEN_UP, name, **fields)
        case Ruling.WELL | Ruling.OFF:
            pass


def _told(standing: Standing | None) -> tuple[Ruling, datetime | None, str] | None:
    return None if standing is None else (standing.ruling, standing.due, standing.waits_for)


def _alert(alert: Alert) -> Entry:
    began = alert.ended is None
    return Entry(
        event=Happening.ALERT if began else Happening.ALERT_OVER,
        at=_ALERTS[alert.severity] if began else "info",
        connector=alert.connector,
        fields={
            "alert": alert.name.value,
            "severity": alert.severity.value,
            "summary": alert.summary,
        },
    )


def _problems(
    event: Happening, before: tuple[Problem, ...], found: tuple[Problem, ...]
) -> Iterator[Entry]:
    known = {doubt_key(problem) for problem in before}
    for problem in found:
        if doubt_key(problem) not in known:
            yield _problem(event, problem)


def _problem(event: Happening, problem: Problem, **more: object) -> Entry:
    fields = {"code": problem.code.value, "message": problem.message, "hint": problem.hint}
    place = {"place": str(problem.location)} if problem.location else {}
    return _entry(event, problem.connector, **fields, **place, **more)


def _entry(event: Happening, connector: str = "", **fields: object) -> Entry:
    return Entry(event=event, at=LEVELS[event], connector=connector, fields=fields)
