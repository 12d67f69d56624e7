"""Close the records of runs that were cut off, by what is live now."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from reconcile.ledger import keys, writing
from reconcile.ledger.reading import parsed_change, read_memory, read_open, read_runs
from reconcile.ledger.store import Store
from reconcile.model.ledger import ChangeRecord, Memory, Move, MoveStep
from reconcile.model.live import LiveConnector, LiveState
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action
from reconcile.plan.base import Base
from reconcile.plan.fingerprints import Fingerprints
from reconcile.run.ledgers import OpenLedger
from reconcile.run.moving import Entries, departure_entries, move_entries

_DONE = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


def healed(
    ledger: OpenLedger,
    live: LiveState,
    fingerprints: Fingerprints,
    aliases: Mapping[str, str],
) -> OpenLedger:
    """Return a ledger in which no run is open but ours.

    What a run was about to do and what is live now counts as applied; what is not live stays
    pending, since a request that timed out can still take effect. A run of which all is known to be
    applied ended with the last of it; others stay cut off.
    """
    if ledger.lease is None:
        return ledger
    opened = read_open(ledger.store)
    if not opened:
        return ledger
    entries: Entries = {}
    for run, names in opened.items():
        entries[keys.open_key(run)] = None
        for name in names:
            connector = live.connectors.get(name)
            base = _pending(ledger.memory, name, fingerprints, aliases)
            entries.update(_closed(ledger.store, ledger.memory, run, name, connector, base))
    entries.update(_runs_ended(ledger.store, opened, entries))
    ledger.lease.swap(entries)
    return replace(ledger, memory=read_memory(ledger.store))


def with_moves_closed(
    ledgers: Mapping[str, OpenLedger],
    lives: Mapping[str, LiveState],
    *,
    project: str,
    now: datetime,
) -> Mapping[str, OpenLedger]:
    """Return ledgers, by cluster, without the moves that lack nothing but their last record.

    A run can end after the old connector is deleted and before that is recorded. Moves of which
    one end was not read stay open, and so do all where we may not write.
    """

    def closed(cluster: str, ledger: OpenLedger) -> OpenLedger:
        over = [move for move in ledger.memory.moves if _is_over(move, lives, project)]
        if ledger.lease is None or not over:
            return ledger
        entries: Entries = {}
        for move in over:
            entries.update(move_entries(replace(move, step=MoveStep.DONE)))
            if move.cluster == cluster:
                entries.update(departure_entries(move, now))
        ledger.lease.swap(entries)
        return replace(ledger, memory=read_memory(ledger.store))

    return {cluster: closed(cluster, ledger) for cluster, ledger in ledgers.items()}


def _is_over(move: Move, lives: Mapping[str, LiveState], project: str) -> bool:
    """Tell whether a move was recorded up to the delete, and the delete has happened."""
    origin, target = lives.get(move.cluster), lives.get(move.to_cluster)
    if origin is None or target is None or move.project != project:
        return False
    gone = move.name not in origin.connectors and move.to_name in target.connectors
    return gone and move.step is MoveStep.STARTED


def _pending(
    memory: Memory, name: str, fingerprints: Fingerprints, aliases: Mapping[str, str]
) -> Base:
    record = memory.records.get(name)
    pending = (record.pending,) if record is not None and record.pending is not None else ()
    return Base(name=name, applied=pending, fingerprints=fingerprints, aliases=aliases)


def _closed(
    store: Store,
    memory: Memory,
    run: str,
    name: str,
    connector: LiveConnector | None,
    base: Base,
) -> Entries:
    key = keys.change_key(name, run)
    text = store.read(key).get(key)
    change = parsed_change(store.place, key, text) if text is not None else None
    record = memory.records.get(name)
    if connector is None and change is not None and change.action is Action.DELETE:
        done: Entries = {keys.connector_key(name): None}
    elif connector is not None and record is not None and base.is_live(connector.config):
        settled = replace(record, applied=record.pending, pending=None)
        done = {keys.connector_key(name): writing.record_text(settled)}
    else:
        done = {}
    return {**done, **_ended(key, change, done=bool(done))}


def _runs_ended(store: Store, opened: Collection[str], entries: Entries) -> Entries:
    """Return the runs that lack nothing but the record of their end."""
    changes = dict(store.read(keys.CHANGES))
    changes.update({key: text for key, text in entries.items() if key in changes and text})
    parsed = [parsed_change(store.place, key, text) for key, text in changes.items()]
    ended: Entries = {}
    for run in read_runs(store):
        mine = [change for change in parsed if change.run == run.id]
        counts = Counter(change.status for change in mine)
        if run.id in opened and run.finished_at is None and mine and counts.keys() <= _DONE:
            last = max(change.at for change in mine)
            done = {status.value: count for status, count in counts.items() if status is not None}
            closed = replace(run, finished_at=last, counts=done)
            ended[keys.run_key(run.id)] = writing.run_text(closed)
    return ended


def _ended(key: str, change: ChangeRecord | None, *, done: bool) -> Entries:
    if change is None or change.status is not None:
        return {}
    status = OutcomeStatus.APPLIED if done else OutcomeStatus.UNSETTLED
    message = "the run was cut off; a later one looked what came of it"
    return {key: writing.change_text(replace(change, status=status, message=message))}
