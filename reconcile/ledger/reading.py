"""Read what a ledger remembers from JSON text: properties that are not known are kept, and mean nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from reconcile.errors import LedgerError
from reconcile.ledger import keys
from reconcile.ledger.store import Store
from reconcile.ledger.writing import FORMAT_VERSION
from reconcile.model.codes import Code
from reconcile.model.desired import OffsetsOnDelete, TargetState
from reconcile.model.ledger import (
    ChangeRecord,
    Hold,
    KeptOffsets,
    Lease,
    Memory,
    Move,
    MoveStep,
    Position,
    Record,
    Run,
)
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Cause
from reconcile.model.problem import Problem
from reconcile.plan.applied_document import read_applied

T = TypeVar("T")

_MAJOR: Final = FORMAT_VERSION.partition(".")[0]
_BEGIN_ANEW: Final = (
    "restore the ledger, or remove it: without one, plans compare git and live alone, and `adopt`"
    " begins it anew"
)


def read_memory(store: Store, before: Memory | None = None) -> Memory:
    """Return what a ledger says about a cluster; records are parsed when they are asked for.

    Those whose text is as it was in `before`, an earlier reading, are not parsed again. Raises
    LedgerError where the ledger is of a newer format, or an entry cannot be read.
    """
    entries = store.read(keys.FORMAT, keys.CONNECTORS, keys.HOLDS, keys.MOVES)
    check_format(store.place, entries)
    records = {key: text for key, text in entries.items() if key.startswith(keys.CONNECTORS)}
    return Memory(
        place=store.place,
        exists=bool(entries),
        records=_Records(store.place, records, before.records if before is not None else {}),
        holds=tuple(_all(store.place, entries, keys.HOLDS, _hold)),
        moves=tuple(_all(store.place, entries, keys.MOVES, _move)),
    )


def read_runs(store: Store) -> tuple[Run, ...]:
    """Return all runs, the newest last."""
    entries = store.read(keys.FORMAT, keys.RUNS)
    check_format(store.place, entries)
    found = _all(store.place, entries, keys.RUNS, _run)
    return tuple(sorted(found, key=lambda run: (run.started_at, run.id)))


def read_changes(store: Store, name: str | None = None) -> tuple[ChangeRecord, ...]:
    """Return what was done to one connector, or to all, the newest last."""
    prefix = keys.CHANGES if name is None else keys.changes_of(name)
    entries = store.read(keys.FORMAT, prefix)
    check_format(store.place, entries)
    found = _all(store.place, entries, prefix, _change)
    return tuple(sorted(found, key=lambda change: (change.at, change.run, change.name)))


def read_offsets(store: Store) -> tuple[KeptOffsets, ...]:
    """Return the offsets that deleted connectors had."""
    entries = store.read(keys.FORMAT, keys.OFFSETS)
    check_format(store.place, entries)
    return tuple(_all(store.place, entries, keys.OFFSETS, _kept_offsets))


def read_open(store: Store) -> Mapping[str, tuple[str, ...]]:
    """Return, for each run that did not come to its end, the connectors it was writing."""
    entries = store.read(keys.FORMAT, keys.OPEN)
    check_format(store.place, entries)
    found = {}
    for key in sorted(entries.keys() - {keys.FORMAT}):
        text = entries[key]
        names = parsed(store.place, key, text, lambda document: list(document["names"]))
        found[keys.unquoted(key.removeprefix(keys.OPEN))] = tuple(map(str, names))
    return found


def parsed_change(place: str, key: str, text: str) -> ChangeRecord:
    """Return what one run did to one connector; raise LedgerError where it cannot be read."""
    return parsed(place, key, text, _change)


def read_hold(place: str, key: str, text: str) -> Hold:
    """Return a hold; raise LedgerError where it cannot be read."""
    return parsed(place, key, text, _hold)


def read_lease(place: str, text: str) -> Lease:
    """Return a lease; raise LedgerError where it cannot be read."""
    return parsed(place, keys.LEASE, text, _lease)


def check_format(place: str, entries: Mapping[str, str]) -> None:
    """Refuse a ledger that a newer connectform wrote in a form that this one cannot read."""
    text = entries.get(keys.FORMAT)
    if text is None:
        return
    version = parsed(place, keys.FORMAT, text, lambda document: str(document["format_version"]))
    major = version.partition(".")[0]
    if major == _MAJOR:
        return
    newer = major.isdecimal() and int(major) > int(_MAJOR)
    raise LedgerError(
        Problem(
            code=Code.LEDGER_NEWER if newer else Code.LEDGER_UNREADABLE,
            message=f"the ledger {place} has format {version}, and this connectform reads"
            f" {FORMAT_VERSION}",
            hint="upgrade connectform here: a newer one has written to this ledger"
            if newer
            else f"no connectform wrote that; {_BEGIN_ANEW}",
        )
    )


def parsed(place: str, key: str, text: str, read: Callable[[Mapping[str, Any]], T]) -> T:
    """Return what an entry says; raise LedgerError, naming it, where it cannot be read."""
    try:
        return read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LedgerError(
            Problem(
                code=Code.LEDGER_UNREADABLE,
                message=f"the entry {key} of the ledger {place} cannot be read",
                hint=_BEGIN_ANEW,
            )
        ) from error


def renewed(before: Memory, after: Memory) -> frozenset[str]:
    """Return the connectors of which a ledger remembers something else than it did before."""
    one, other = before.records, after.records
    if isinstance(one, _Records) and isinstance(other, _Records):
        return frozenset(name for name, _ in one.texts.items() ^ other.texts.items())
    return frozenset({*one, *other})


class _Records(Mapping[str, Record]):
    """Records by connector, each parsed when it is first asked for: few of many ever are."""

    def __init__(
        self, place: str, entries: Mapping[str, str], before: Mapping[str, Record]
    ) -> None:
        self._place = place
        self.texts = {
            keys.unquoted(key.removeprefix(keys.CONNECTORS)): text for key, text in entries.items()
        }
        self._parsed = before.still_as_in(self.texts) if isinstance(before, _Records) else {}

    def __getitem__(self, name: str) -> Record:
        found = self._parsed.get(name)
        if found is None:
            text = self.texts[name]
            found = parsed(self._place, keys.connector_key(name), text, _record)
            self._parsed[name] = found
        return found

    def still_as_in(self, texts: Mapping[str, str]) -> dict[str, Record]:
        """Return the parsed records whose text is the same in another reading."""
        return {
            name: record
            for name, record in self._parsed.items()
            if texts.get(name) == self.texts[name]
        }

    def __contains__(self, name: object) -> bool:
        return name in self.texts

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


def _all(
    place: str, entries: Mapping[str, str], prefix: str, read: Callable[[Mapping[str, Any]], T]
) -> Iterator[T]:
    return (
        parsed(place, key, text, read)
        for key, text in sorted(entries.items())
        if key.startswith(prefix)
    )


def _record(document: Mapping[str, Any]) -> Record:
    applied, pending = document["applied"], document.get("pending")
    return Record(
        name=str(document["name"]),
        project=str(document["project"]),
        applied=read_applied(applied) if applied is not None else None,
        pending=read_applied(pending) if pending is not None else None,
        at=_time(document["at"]),
        actor=str(document.get("actor", "")),
        run=str(document.get("run", "")),
        protect=document.get("protect") is True,
        on_delete=OffsetsOnDelete(document.get("on_delete", "keep")),
        labels={str(key): str(value) for key, value in document.get("labels", {}).items()},
        more=_more(document, Record),
    )


def _hold(document: Mapping[str, Any]) -> Hold:
    until = document.get("until")
    return Hold(
        name=str(document["name"]),
        reason=str(document["reason"]),
        by=str(document.get("by", "")),
        since=_time(document["since"]),
        until=_time(until) if until is not None else None,
        while_declared=str(document.get("while_declared", "")),
    )


def _run(document: Mapping[str, Any]) -> Run:
    finished = document.get("finished_at")
    return Run(
        id=str(document["id"]),
        project=str(document["project"]),
        command=str(document["command"]),
        actor=str(document.get("actor", "")),
        started_at=_time(document["started_at"]),
        finished_at=_time(finished) if finished is not None else None,
        run_url=str(document.get("run_url", "")),
        commit=str(document.get("commit", "")),
        plan_digest=str(document.get("plan_digest", "")),
        counts={str(key): int(value) for key, value in document.get("counts", {}).items()},
    )


def _change(document: Mapping[str, Any]) -> ChangeRecord:
    status, applied, state = (document.get(key) for key in ("status", "applied", "state"))
    before = state["before"] if state is not None else None
    return ChangeRecord(
        run=str(document["run"]),
        name=str(document["name"]),
        action=Action(document["action"]),
        at=_time(document["at"]),
        status=OutcomeStatus(status) if status is not None else None,
        keys={
            str(key): Cause(cause) if cause is not None else None
            for key, cause in document.get("keys", {}).items()
        },
        state=(TargetState(before) if before else None, TargetState(state["after"]))
        if state is not None
        else None,
        applied=read_applied(applied) if applied is not None else None,
        message=str(document.get("message", "")),
        more=_more(document, ChangeRecord),
    )


def _move(document: Mapping[str, Any]) -> Move:
    return Move(
        name=str(document["name"]),
        to_name=str(document["to_name"]),
        cluster=str(document["cluster"]),
        to_cluster=str(document["to_cluster"]),
        project=str(document["project"]),
        state=TargetState(document["state"]),
        step=MoveStep(document["step"]),
        offsets=_offsets(document["offsets"]),
        at=_time(document["at"]),
        run=str(document.get("run", "")),
        more=_more(document, Move),
    )


def _kept_offsets(document: Mapping[str, Any]) -> KeptOffsets:
    return KeptOffsets(
        name=str(document["name"]),
        run=str(document["run"]),
        at=_time(document["at"]),
        offsets=_offsets(document["offsets"]),
    )


def _lease(document: Mapping[str, Any]) -> Lease:
    return Lease(
        id=str(document["id"]),
        project=str(document["project"]),
        actor=str(document["actor"]),
        command=str(document["command"]),
        host=str(document["host"]),
        process=str(document["process"]),
        since=_time(document["since"]),
        expires=_time(document["expires"]),
        run_url=str(document.get("run_url", "")),
    )


def _more(
    document: Mapping[str, Any], noun: type[Record | ChangeRecord | Move]
) -> Mapping[str, Any]:
    """Return the properties that a later version added: no noun has a field for them."""
    known = {one.name for one in fields(noun)} - {"more"}
    return {key: value for key, value in document.items() if key not in known}


def _offsets(entries: Any) -> tuple[tuple[Position, Position | None], ...]:  # noqa: ANN401  # JSON
    return tuple((dict(entry["partition"]), _position(entry["offset"])) for entry in entries)


def _position(offset: Mapping[str, object] | None) -> Position | None:
    return None if offset is None else dict(offset)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
