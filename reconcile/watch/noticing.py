"""Judge what flows by what is usual, and keep what was learned."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from zlib import crc32

from reconcile.anomaly.profile import Metric
from reconcile.anomaly.saved import from_saved, to_saved
from reconcile.ledger.keys import quoted, unquoted
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.model.health import Condition
from reconcile.watch.rounds import Round, Seat
from reconcile.watch.unusual import Known, Series, notice

USUAL: Final = "watch/usual/"
"""Under which keys it is kept what is usual for a connector."""

_HOUR: Final = 3600
_AT_ONCE: Final = 50
_WELL: Final = frozenset({Condition.WELL, Condition.STALLED})


def notice_round(
    seat: Seat, found: Round, before: Round | None, store: Store, lease: HeldLease
) -> Round:
    """Return a round with what is unusual about it; `before` is the last round that was made.

    What was learned is kept every hour, of each connector at its own minute, and at the first
    round: a crash forgets an hour of weeks. Raises LedgerError where it cannot be kept.
    """
    if found.problems:
        return found
    verdicts = found.judged.verdicts
    known = _kept(store) if before is None else before.known
    after = notice(
        known,
        found.flows.connectors,
        declared=found.judged.definitions.keys(),
        well={name for name, verdict in verdicts.items() if verdict.condition in _WELL},
        now=seat.context.clock.now(),
    )
    changes: list[tuple[str, str | None]] = [
        (_key(name), _text(after[name]))
        for name in after
        if before is None or _is_due(name, known.get(name, {}), after[name])
    ]
    changes += [(_key(name), None) for name in known if name not in after]
    for first in range(0, len(changes), _AT_ONCE):
        lease.swap(dict(changes[first : first + _AT_ONCE]))
    return replace(found, known=after)


def _is_due(name: str, before: Mapping[Metric, Series], after: Mapping[Metric, Series]) -> bool:
    """Tell whether the moment of the hour in which a connector is kept lies between two samples."""
    moment = crc32(name.encode("utf-8", "surrogatepass")) % _HOUR
    return (_newest(after) - moment) // _HOUR != (_newest(before) - moment) // _HOUR


def _newest(series: Mapping[Metric, Series]) -> float:
    return max((one.state.at for one in series.values() if one.state is not None), default=0.0)


def _key(name: str) -> str:
    return USUAL + quoted(name)


def _kept(store: Store) -> Known:
    """Return what is remembered; what cannot be read is learned anew."""
    return {
        unquoted(key.removeprefix(USUAL)): dict(_series(text))
        for key, text in store.read(USUAL).items()
    }


def _text(series: Mapping[Metric, Series]) -> str:
    document = {
        metric.value: {"state": to_saved(one.state), "words": one.words}
        for metric, one in series.items()
        if one.state is not None
    }
    return json.dumps(document, separators=(",", ":"))


def _series(text: str) -> Iterator[tuple[Metric, Series]]:
    try:
        document: Mapping[str, Any] = json.loads(text)
        for metric, one in document.items():
            state = from_saved(one["state"])
            lasts = state is not None and state.incident is not None
            yield Metric(metric), Series(state=state, words=str(one["words"]) if lasts else "")
    except (KeyError, TypeError, ValueError, AttributeError):
        return
