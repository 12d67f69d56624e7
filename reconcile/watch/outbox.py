"""Keep what receivers still have to be told, until they have been."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.model.alert import Alert, ReceiverChoice, ReceiverKind

REFRESH: Final = timedelta(minutes=1)
"""How often an Alertmanager is told again of what fires: it forgets what it does not hear of."""

PER_MINUTE: Final = 30
"""How many requests one receiver gets in a minute."""

_MINUTE: Final = timedelta(minutes=1)

_KEEP_ALERTS: Final = frozenset({ReceiverKind.ALERTMANAGER, ReceiverKind.PAGERDUTY})
"""Who knows by itself what fires: the end of what it never heard of means nothing to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What one receiver still has to be told, by the fingerprints of alerts.

    Of each alert the latest news count: its begin, its end, or both, in this order. `failures` in a
    row put off the next attempt to `not_before`; `failing` is since when none has succeeded. `recent`
    are the requests of a minute, `refreshed` when it was told again of all.
    """

    waiting: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    failures: int = 0
    not_before: datetime | None = None
    failing: datetime | None = None
    recent: tuple[datetime, ...] = ()
    refreshed: datetime | None = None


Outbox = Mapping[str, Box]
"""A box for each receiver, by its name."""


def posted(
    outbox: Outbox,
    receivers: Mapping[str, ReceiverChoice],
    news: Iterable[Alert],
    firing: Iterable[Alert],
    now: datetime,
) -> Outbox:
    """Return the outbox with what there is to tell; receivers that are no more lose their box."""
    news, firing = tuple(news), tuple(firing)
    return {
        name: _filled(outbox.get(name, Box()), choice, news, firing, now)
        for name, choice in receivers.items()
    }


def _filled(
    box: Box,
    choice: ReceiverChoice,
    news: tuple[Alert, ...],
    firing: tuple[Alert, ...],
    now: datetime,
) -> Box:
    fresh = [alert for alert in news if alert.severity in choice.severities]
    refreshed = box.refreshed
    if choice.kind is ReceiverKind.ALERTMANAGER and _is_over(refreshed, now):
        refreshed = now
        fresh = [*[one for one in firing if one.severity in choice.severities], *fresh]
    waiting = dict(box.waiting)
    for alert in fresh:
        before = _begin(waiting.get(alert.fingerprint, ()), alert, choice.kind)
        waiting[alert.fingerprint] = (*before, alert)
    return replace(box, waiting=waiting, refreshed=refreshed)


def _begin(waiting: Iterable[Alert], alert: Alert, kind: ReceiverKind) -> tuple[Alert, ...]:
    """Return the begin of an alert that has ended, where that is still to be told."""
    if alert.ended is None or kind in _KEEP_ALERTS:
        return ()
    return tuple(one for one in waiting if one.ended is None and one.started == alert.started)


def _is_over(refreshed: datetime | None, now: datetime) -> bool:
    return refreshed is None or now < refreshed or now - refreshed >= REFRESH


def due(box: Box, now: datetime) -> tuple[Alert, ...]:
    """Return what a receiver may be told now; the end of an alert comes after its begin.

    A wait that began at a time that is yet to come is over: the clock was set back.
    """
    set_back = any(moment > now for moment in box.recent)
    if box.not_before is not None and now < box.not_before and not set_back:
        return ()
    told = (alert for news in box.waiting.values() for alert in news)
    return tuple(sorted(told, key=lambda alert: alert.ended is not None))


def allowed(box: Box, now: datetime) -> int:
    """Return how many requests a receiver may get now."""
    return max(0, PER_MINUTE - sum(_is_recent(moment, now) for moment in box.recent))


def attempted(
    box: Box, delivered: Iterable[Alert], requests: int, now: datetime, wait: float | None
) -> Box:
    """Return a box after an attempt; `wait` is how many seconds to leave the receiver alone.

    `wait` is None where nothing failed. An attempt that got as far as no request counts as one.
    """
    told: dict[str, list[Alert]] = {}
    for alert in delivered:
        told.setdefault(alert.fingerprint, []).append(alert)
    left = {
        key: tuple(one for one in news if one not in told.get(key, ()))
        for key, news in box.waiting.items()
    }
    recent = [moment for moment in box.recent if _is_recent(moment, now)]
    return replace(
        box,
        waiting={key: news for key, news in left.items() if news},
        failures=0 if wait is None else box.failures + 1,
        not_before=None if wait is None else now + timedelta(seconds=wait),
        failing=None if wait is None else _failing(box, now),
        recent=(*recent, *[now] * max(requests, 1)),
    )


def unaddressed(box: Box, now: datetime) -> Box:
    """Return a box after an attempt for which the address of the receiver could not be had."""
    return replace(box, failing=_failing(box, now))


def _failing(box: Box, now: datetime) -> datetime:
    return min(box.failing or now, now)


def _is_recent(moment: datetime, now: datetime) -> bool:
    return timedelta() <= now - moment < _MINUTE
