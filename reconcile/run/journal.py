"""Keep the record of a run in the ledger, while it writes to the cluster."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.clock import Clock
from reconcile.connect.answers import ConnectorOffset
from reconcile.ledger import keys, writing
from reconcile.ledger.lease import HeldLease
from reconcile.model.codes import Code
from reconcile.model.desired import OffsetsOnDelete
from reconcile.model.ledger import ChangeRecord, KeptOffsets, Memory, Move, MoveStep, Record, Run
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, Plan
from reconcile.run.identity import Identity
from reconcile.run.moving import Entries, begun_move, departure_entries, ends_of, move_entries

_APPLIED = frozenset({OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED})


@dataclass(slots=True, kw_only=True, eq=False)
class LedgerJournal:
    """The journal of one plan on one cluster.

    `margin` is how many seconds a write may take: a lock that ends sooner lets none begin.
    `elsewhere` are the locks of the other clusters that connectors move from. `on_delete` says
    what was declared of each connector's offsets.
    """

    plan: Plan
    identity: Identity
    lease: HeldLease
    memory: Memory
    clock: Clock
    margin: float
    redact: Callable[[str], str]
    elsewhere: Mapping[str, HeldLease] = field(default_factory=dict)
    on_delete: Mapping[str, OffsetsOnDelete] = field(default_factory=dict)
    _run: Run | None = None
    _moves: dict[frozenset[tuple[str, str]], Move] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def intend(self, changes: Sequence[Change]) -> None:
        """Record changes that are about to be sent: one record for all of them."""
        now = self.clock.now()
        entries: Entries = {
            keys.open_key(self.identity.run): writing.open_text(change.name for change in changes)
        }
        with self._lock:
            if self._run is None:
                self._run = self._begun()
                entries[keys.run_key(self._run.id)] = writing.run_text(self._run)
        for change in changes:
            entries[keys.change_key(change.name, self.identity.run)] = writing.change_text(
                self._change_record(change, None)
            )
            if change.applied is not None and not self.plan.asked:
                before = self.memory.records.get(change.name)
                record = self._record(change, before)
                pending = replace(record, pending=change.applied, at=now)
                entries[keys.connector_key(change.name)] = writing.record_text(pending)
        self.lease.swap(entries)

    def conclude(self, outcomes: Sequence[tuple[Change, Outcome]]) -> None:
        """Record what came of changes: one record for all of them."""
        if self._run is None:
            return  # nothing was intended, so nothing was done
        # It writes nothing just now, and stays open to its end: a later run closes what we cannot.
        entries: Entries = {keys.open_key(self.identity.run): writing.open_text(())}
        for change, outcome in outcomes:
            record = self._change_record(change, outcome)
            entries[keys.change_key(change.name, self.identity.run)] = writing.change_text(record)
            if not self.plan.asked:
                entries.update(self._concluded(change, outcome))
        self.lease.swap(entries)

    def keep_offsets(self, offsets: Mapping[str, Sequence[ConnectorOffset]]) -> None:
        """Record the offsets of connectors that are about to be deleted, by name."""
        now, run = self.clock.now(), self.identity.run
        self.lease.swap(
            {
                keys.offsets_key(name): writing.offsets_text(
                    KeptOffsets(name=name, run=run, at=now, offsets=_positions(found))
                )
                for name, found in offsets.items()
            }
        )

    def move_of(self, change: Change) -> Move | None:
        """Return how far a move has come that was begun before, by this run or an earlier one."""
        recorded = self._moves.get(ends_of(change, self.plan.cluster))
        return recorded or begun_move(self.memory, change, self.plan.cluster)

    def advance(self, changes: Mapping[Change, Sequence[ConnectorOffset]], step: MoveStep) -> None:
        """Record that moves have come to a step: in the ledgers of both of their clusters.

        The cluster that a connector comes from is told of the end last: until then its ledger says
        where the connector went.
        """
        here: Entries = {}
        there: dict[str, Entries] = {}
        for change, offsets in changes.items():
            move = self._move(change, offsets, step)
            self._moves[ends_of(change, self.plan.cluster)] = move
            source = there.setdefault(move.cluster, {}) if move.cluster in self.elsewhere else here
            for entries in (here, source):
                entries.update(move_entries(move))
            if step is MoveStep.DONE:
                here[keys.connector_key(change.name)] = writing.record_text(
                    replace(self._record(change, None), applied=change.applied)
                )
                source.update(departure_entries(move, move.at))
        self.lease.swap(here)
        for cluster, entries in there.items():
            if step is MoveStep.DONE:
                run = self._seen_from(cluster)
                entries[keys.run_key(run.id)] = writing.run_text(run)
            self.elsewhere[cluster].swap(entries)

    def obstacle(self) -> str:
        """Return why nothing more may be sent, such as a lock that is about to end, or nothing."""
        leases = (self.lease, *self.elsewhere.values())
        if all(lease.remaining() > self.margin for lease in leases):
            return ""
        return "the lock is lost, or ends before another write could"

    def finish(self, result: ApplyResult, records: Sequence[Record], gone: Sequence[str]) -> None:
        """Record the end of the run, what it found to be as it should, and what is no more."""
        entries: Entries = {
            keys.connector_key(record.name): writing.record_text(record) for record in records
        }
        entries.update({keys.connector_key(name): None for name in gone})
        if self._run is None and not entries:
            return
        counts = {
            status.value: count for status in OutcomeStatus if (count := result.count(status))
        }
        run = replace(self._run or self._begun(), finished_at=self.clock.now(), counts=counts)
        entries[keys.run_key(run.id)] = writing.run_text(run)
        entries[keys.open_key(run.id)] = None
        self.lease.swap(entries)

    def _seen_from(self, cluster: str) -> Run:
        """Return this run as the history of a cluster tells it that connectors moved away from."""
        left = [
            move
            for move in self._moves.values()
            if move.cluster == cluster and move.step is MoveStep.DONE
        ]
        counts = {OutcomeStatus.APPLIED.value: len(left)}
        return replace(self._run or self._begun(), finished_at=self.clock.now(), counts=counts)

    def _begun(self) -> Run:
        plan, identity = self.plan, self.identity
        return Run(
            id=identity.run,
            project=plan.project,
            command=identity.command,
            actor=identity.actor,
            started_at=self.clock.now(),
            run_url=identity.run_url,
            commit=plan.commit,
            plan_digest=plan.digest,
        )

    def _record(self, change: Change, before: Record | None) -> Record:
        return Record(
            name=change.name,
            project=self.plan.project,
            applied=before.applied if before is not None else None,
            at=self.clock.now(),
            actor=self.identity.actor,
            run=self.identity.run,
            protect=change.protect,
            on_delete=self.on_delete.get(change.name, OffsetsOnDelete.KEEP),
            labels=change.labels,
            more=before.more if before is not None else {},
        )

    def _concluded(self, change: Change, outcome: Outcome) -> Entries:
        """Return what is remembered of a connector after its change.

        What may have been written and was not seen stays pending: it may still take effect.
        """
        key = keys.connector_key(change.name)
        before = self.memory.records.get(change.name)
        done = outcome.status in _APPLIED
        if change.action is Action.DELETE:
            return {key: None} if done else {}
        if change.applied is None:
            return {}
        failed_after = any(problem.code is Code.TASK_FAILED for problem in outcome.problems)
        record = self._record(change, before)
        if done or (failed_after and not outcome.rolled_back):
            return {key: writing.record_text(replace(record, applied=change.applied))}
        if outcome.written and not outcome.rolled_back:
            return {key: writing.record_text(replace(record, pending=change.applied))}
        return {key: writing.record_text(before) if before is not None else None}

    def _change_record(self, change: Change, outcome: Outcome | None) -> ChangeRecord:
        state = change.state
        message = _message(outcome) if outcome is not None else ""
        return ChangeRecord(
            run=self.identity.run,
            name=change.name,
            action=change.action,
            at=self.clock.now(),
            status=outcome.status if outcome is not None else None,
            keys={key.key: key.cause for key in change.keys},
            state=(state.before, state.after) if state is not None else None,
            applied=change.applied,
            message=self.redact(message),
        )

    def _move(self, change: Change, offsets: Sequence[ConnectorOffset], step: MoveStep) -> Move:
        origin = change.origin
        if origin is None:
            raise ValueError("a move comes from somewhere")
        return Move(
            name=origin.name,
            to_name=change.name,
            cluster=origin.cluster,
            to_cluster=self.plan.cluster,
            project=self.plan.project,
            state=origin.state,
            step=step,
            offsets=_positions(offsets),
            at=self.clock.now(),
            run=self.identity.run,
            more=before.more if (before := self.move_of(change)) is not None else {},
        )


def _message(outcome: Outcome) -> str:
    """Return what went wrong, and what was done about it."""
    told = outcome.problems[:1]
    if outcome.rolled_back:
        told = (*told, *(one for one in outcome.problems if one.code is Code.ROLLED_BACK))
    return "; ".join(problem.message for problem in told)


def _positions(
    offsets: Sequence[ConnectorOffset],
) -> tuple[tuple[Mapping[str, object], Mapping[str, object] | None], ...]:
    return tuple((one.partition, one.offset) for one in offsets)
