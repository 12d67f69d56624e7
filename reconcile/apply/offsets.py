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
        if not isinstance(offsets, str)
    }
    try:
        context.journal.keep_offsets(found)
    except LedgerError as error:
        context.unrecorded.extend(error.problems)
        return [_left(flight, error, context) for flight in flights]
    return [_noted(flight, offsets) for flight, offsets in zip(flights, read, strict=True)]


def holds_offsets(live: Iterable[ConnectorOffset], wanted: Iterable[ConnectorOffset]) -> bool:
    """Tell whether positions read back include all that were written."""
    found = {_text(one.partition): _text(one.offset) for one in live}
    return all(found.get(_text(one.partition)) == _text(one.offset) for one in wanted)


def _read(flight: Flight, context: Context) -> tuple[ConnectorOffset, ...] | str:
    """Return the offsets of a connector, or why they cannot be had."""
    try:
        return get_offsets(context.connection, flight.name) or ()
    except ClusterError as error:
        return str(error)


def _noted(flight: Flight, offsets: tuple[ConnectorOffset, ...] | str) -> Flight:
    passed = replace(flight, steps=flight.steps[1:], sent=(*flight.sent, flight.steps[0]))
    if not isinstance(offsets, str):
        return passed
    return replace(passed, notes=(*passed.notes, offsets_not_kept(flight.change, offsets)))


def _left(flight: Flight, error: LedgerError, context: Context) -> Flight:
    problems = [unrecorded(flight.change, problem) for problem in error.problems]
    status = OutcomeStatus.UNSETTLED if flight.written else OutcomeStatus.NOT_ATTEMPTED
    return context.conclude(flight, status, *problems)


def _text(position: Mapping[str, object] | None) -> str:
    return json.dumps(position, sort_keys=True)
