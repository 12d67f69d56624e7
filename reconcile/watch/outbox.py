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


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What one receiver still has to be told, by the fingerprints of alerts.

    Of each alert the latest news count. `failures` in a row put off the next attempt to
    `not_before`. `recent` are the requests of a minute, `refreshed` when it was told again of all.
    """

    waiting: Mapping[str, Alert] = field(default_factory=dict)
    failures: int = 0
    not_before: datetime | None = None
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
    waiting = {**box.waiting, **{alert.fingerprint: alert for alert in fresh}}
    return replace(box, waiting=waiting, refreshed=refreshed)


def _is_over(refreshed: datetime | None, now: datetime) -> bool:
    return refreshed is None or now < refreshed or now - refreshed >= REFRESH


def due(box: Box, now: datetime) -> tuple[Alert, ...]:
    """Return what a receiver may be told now."""
    if box.not_before is not None and now < box.not_before:
        return ()
    return tuple(box.waiting.values())


def allowed(box: Box, now: datetime) -> int:
    """Return how many requests a receiver may get now."""
    return max(0, PER_MINUTE - sum(_is_recent(moment, now) for moment in box.recent))


def attempted(
    box: Box, delivered: Iterable[Alert], requests: int, now: datetime, wait: float | None
) -> Box:
    """Return a box after an attempt; `wait` is how many seconds to leave the receiver alone.

    `wait` is None where nothing failed.
    """
    told = {alert.fingerprint: alert for alert in delivered}
    recent = [moment for moment in box.recent if _is_recent(moment, now)]
    return replace(
        box,
        waiting={key: one for key, one in box.waiting.items() if told.get(key) != one},
        failures=0 if wait is None else box.failures + 1,
        not_before=None if wait is None else now + timedelta(seconds=wait),
        recent=(*recent, *[now] * requests),
    )


def _is_recent(moment: datetime, now: datetime) -> bool:
    return timedelta() <= now - moment < _MINUTE
