"""Keep the offsets of connectors that are about to be deleted, and compare offsets; writes nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconcile.apply.context import Context
from reconcile.apply.flight import Flight
from reconcile.apply.problems import offsets_not_kept, unrecorded
from reconcile.connect.answers import ConnectorOffset
from reconcile.connect.reads import get_offsets
from reconcile.errors import ClusterError, LedgerError
from reconcile.model.outcome import OutcomeStatus


def keep_offsets(flights: Sequence[Flight], context: Context) -> list[Flight]:
    """Record the offsets of connectors before they are deleted: one record for all of them.

    Where they cannot be read the delete goes on with a warning; where they cannot be recorded
    nothing is deleted.
    """
    read = list(context.pool.map(lambda flight: _read(flight, context), flights))
    found = {
        flight.name: offsets
        for flight, offsets in zip(flights, read, strict=True)
        # None at all are not kept: an earlier run may have kept some before it reset them.
        if not isinstance(offsets, str) and held(offsets)
    }
    try:
        if found:
            context.journal.keep_offsets(found)
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
        return [_left(flight, error, context) for flight in flights]
    return [_noted(flight, offsets) for flight, offsets in zip(flights, read, strict=True)]


def held(offsets: Iterable[ConnectorOffset]) -> tuple[ConnectorOffset, ...]:
    """Return the positions without those that were erased."""
    return tuple(one for one in offsets if one.offset is not None)


def same_offsets(live: Iterable[ConnectorOffset], wanted: Iterable[ConnectorOffset]) -> bool:
    """Tell whether these are the same positions; an erased one is as good as none."""
    return _by_partition(live) == _by_partition(wanted)


def to_write(
    live: Iterable[ConnectorOffset], wanted: Iterable[ConnectorOffset]
) -> tuple[ConnectorOffset, ...]:
    """Return what makes the live positions the wanted ones; nothing where they are already.

    Positions that Connect kept of an earlier connector of the same name are erased: where the
    wanted ones have none, records would be skipped.
    """
    live, wanted = tuple(live), held(wanted)
    if same_offsets(live, wanted):
        return ()
    kept = _by_partition(wanted)
    erased = (one for one in held(live) if _text(one.partition) not in kept)
    return (*wanted, *(replace(one, offset=None) for one in erased))


def _read(flight: Flight, context: Context) -> tuple[ConnectorOffset, ...] | str:
    """Return the offsets of a connector, or why they cannot be had."""
    try:
        found = get_offsets(context.connection, flight.name)
    except ClusterError as error:
        return str(error)
    return "it is not there any more" if found is None else found


def _noted(flight: Flight, offsets: tuple[ConnectorOffset, ...] | str) -> Flight:
    passed = replace(flight, steps=flight.steps[1:], sent=(*flight.sent, flight.steps[0]))
    if not isinstance(offsets, str):
        return passed
    return replace(passed, notes=(*passed.notes, offsets_not_kept(flight.change, offsets)))


def _left(flight: Flight, error: LedgerError, context: Context) -> Flight:
    problems = [unrecorded(flight.change, problem) for problem in error.problems]
    status = OutcomeStatus.UNSETTLED if flight.written else OutcomeStatus.NOT_ATTEMPTED
    return context.conclude(flight, status, *problems)


def _by_partition(offsets: Iterable[ConnectorOffset]) -> dict[str, str]:
    return {_text(one.partition): _text(one.offset) for one in held(offsets)}


def _text(position: Mapping[str, object] | None) -> str:
    return json.dumps(position, sort_keys=True)
