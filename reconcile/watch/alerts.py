"""Decide which alerts fire, once a round: with the semantics of Prometheus' rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from reconcile.model.alert import OF_CLUSTERS, Alert, Terms
from reconcile.watch.facts import Facts, Subject
from reconcile.watch.flow_facts import TermsOf
from reconcile.watch.pack import PACK

_BRIEF: Final = 500
_NOT_OVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What is remembered of one alert.

    `since` is when its cause was first seen. `alert` is None while it waits; `lapsed` is since
    when the cause is gone, while it fires on. `told` once people know of it. `patient` once it has
    waited to see what comes of a restart, which it does once.
    """

    since: datetime
    summary: str
    alert: Alert | None = None
    lapsed: datetime | None = None
    told: bool = False
    patient: bool = False


Board = Mapping[Subject, Tracked]
"""All alerts of one cluster that wait or fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What is remembered after a round, and the alerts that people are to be told of: their begin or end."""

    board: Board = field(default_factory=dict)
    news: tuple[Alert, ...] = ()


Begin = Callable[[Subject, Terms, str, datetime], Alert]


def fold(board: Board, facts: Facts, terms_of: TermsOf, begin: Begin, now: datetime) -> Folded:
    """Return the board after a round; `begin` makes the alert that begins to fire.

    As in Prometheus an alert fires once its cause has been seen for as long as declared, without a
    gap, and goes on for a while after it is gone, if people know of it. What a round could not see
    stays as it is. One that is to begin in a round that has restarted its connector waits once, for
    the round that sees what came of that. An alert ends at once where its connector is no longer
    declared, or the alert is turned off.
    """
    after: dict[Subject, Tracked] = {}
    news: list[Alert] = []
    for subject in sorted({*board, *facts.holding}):
        terms = terms_of(subject)
        before = board.get(subject)
        tracked = (
            _step(before, facts, subject, terms, begin, now)
            if terms.enabled and _is_declared(subject, facts)
            else None
        )
        if tracked is not None:
            after[subject] = tracked
        elif before is not None and before.alert is not None and before.told:
            news.append(before.alert.resolved(now))
    muted = _muted_by(after)
    for subject, tracked in after.items():
        if tracked.alert is None or tracked.told or subject[1] in facts.quiet:
            continue
        if not _is_muted(subject, tracked.since, muted):
            after[subject] = replace(tracked, told=True)
            news.append(tracked.alert)
    return Folded(board=after, news=tuple(news))


def _muted_by(board: Board) -> Mapping[Subject, datetime]:
    """Return what other alerts that fire say already, and of what began until when they do.

    Of a connector "" stands for all of them. What begins once a cluster's trouble is over does not
    come of it, though the alert goes on for a while.
    """
    muted: dict[Subject, datetime] = {}
    for (other, where), tracked in board.items():
        if tracked.alert is not None:
            over = tracked.lapsed if other in OF_CLUSTERS else None
            for name in PACK[other].mutes - {other}:
                subject = (name, "" if other in OF_CLUSTERS else where)
                muted[subject] = max(over or _NOT_OVER, muted.get(subject, _NEVER))
    return muted


def _is_muted(subject: Subject, since: datetime, muted: Mapping[Subject, datetime]) -> bool:
    """Tell whether another alert that fires says what has been the case since then."""
    return any(since <= muted.get(one, _NEVER) for one in (subject, (subject[0], "")))


def firing(board: Board) -> tuple[Alert, ...]:
    """Return the alerts that fire and that people know of."""
    return tuple(one.alert for one in board.values() if one.alert is not None and one.told)


def _is_declared(subject: Subject, facts: Facts) -> bool:
    return subject[0] in OF_CLUSTERS or facts.connectors is None or subject[1] in facts.connectors


def _step(
    before: Tracked | None,
    facts: Facts,
    subject: Subject,
    terms: Terms,
    begin: Begin,
    now: datetime,
) -> Tracked | None:
    """Return what is remembered of one alert, None for nothing."""
    if subject[0] not in facts.judged or subject in facts.unseen:
        return before
    text = facts.holding.get(subject)
    if text is None:
        return _without_cause(before, terms, now)
    summary = text if len(text) <= _BRIEF else f"{text[: _BRIEF - 1]}…"
    tracked = (
        Tracked(since=now, summary=summary)
        if before is None
        else replace(before, since=min(before.since, now), lapsed=None)
    )
    if tracked.alert is not None or now - tracked.since < terms.wait:
        return tracked
    if subject in facts.restarted and not tracked.patient:
        return replace(tracked, patient=True)
    return replace(tracked, summary=summary, alert=begin(subject, terms, summary, now))


def _without_cause(before: Tracked | None, terms: Terms, now: datetime) -> Tracked | None:
    if before is None or before.alert is None or not before.told:
        return None
    lapsed = min(before.lapsed or now, now)
    return None if now - lapsed >= terms.keep else replace(before, lapsed=lapsed)
