"""The ledger of format 1.0, entry by entry: what this release wrote, all later ones must read.

To change it on purpose, rewrite it and look at the difference:

    REWRITE_GOLDEN=1 .venv/bin/python -m pytest tests/ledger/test_golden.py

What only adds asks for a higher minor version of the format, all else for a higher major one; a
new version gets a new file, and the old ones stay and are read.
"""

import json
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from reconcile.errors import LedgerError
from reconcile.ledger import keys, reading, writing
from reconcile.ledger.lease import acquire, break_lease
from reconcile.ledger.store import Store
from reconcile.model.codes import Code
from reconcile.model.desired import OffsetsOnDelete, TargetState
from reconcile.model.ledger import MoveStep
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, Cause
from tests.fake_clock import FakeClock
from tests.golden import remembered
from tests.ledger.places import memory_place

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "ledger-1.0.json"
WORDS: tuple[type[StrEnum], ...] = (
    Action,
    Cause,
    MoveStep,
    OffsetsOnDelete,
    OutcomeStatus,
    TargetState,
)
ADDED = {"later": {"a": [1, None]}}
KEPT_BY = (keys.CONNECTORS, keys.CHANGES, keys.MOVES)
READERS = {
    "memory": reading.read_memory,
    "runs": reading.read_runs,
    "changes": reading.read_changes,
    "offsets": reading.read_offsets,
    "open": reading.read_open,
    "break": break_lease,
    "take": lambda store: acquire(store, remembered.LEASE, clock=FakeClock(), rng=None),
}


def entries_of_today() -> dict[str, str]:
    """Return all entries as the nouns give them."""
    store = memory_place().open()
    store.swap({keys.FORMAT: writing.format_text()}, given={})
    store.swap({keys.LEASE: writing.lease_text(remembered.LEASE)}, given={})
    for entries in (
        {keys.connector_key(one.name): writing.record_text(one) for one in remembered.RECORDS},
        {keys.hold_key(one.name): writing.hold_text(one) for one in remembered.HOLDS},
        {keys.run_key(one.id): writing.run_text(one) for one in remembered.RUNS},
        {
            keys.change_key(one.name, one.run): writing.change_text(one)
            for one in remembered.CHANGES
        },
        {
            keys.move_key(one.to_cluster, one.to_name): writing.move_text(one)
            for one in remembered.MOVES
        },
        {keys.offsets_key(one.name): writing.offsets_text(one) for one in remembered.KEPT},
        {keys.open_key(run): writing.open_text(names) for run, names in remembered.OPEN.items()},
    ):
        store.swap(entries, given={})
    return dict(store.read(""))


def rewritten(store: Store) -> dict[str, str]:
    """Return all entries of a ledger, each read and written again."""
    memory = reading.read_memory(store)
    lease = store.read(keys.LEASE)[keys.LEASE]
    changes = reading.read_changes(store)
    return {
        **store.read(keys.FORMAT),
        keys.LEASE: writing.lease_text(reading.read_lease(store.place, lease)),
        **{
            keys.connector_key(name): writing.record_text(one)
            for name, one in memory.records.items()
        },
        **{keys.hold_key(one.name): writing.hold_text(one) for one in memory.holds},
        **{keys.run_key(one.id): writing.run_text(one) for one in reading.read_runs(store)},
        **{keys.change_key(one.name, one.run): writing.change_text(one) for one in changes},
        **{
            keys.move_key(one.to_cluster, one.to_name): writing.move_text(one)
            for one in memory.moves
        },
        **{
            keys.offsets_key(one.name): writing.offsets_text(one)
            for one in reading.read_offsets(store)
        },
        **{
            keys.open_key(run): writing.open_text(names)
            for run, names in reading.read_open(store).items()
        },
    }


def golden() -> dict[str, str]:
    """Return the entries of the file as a store would hold them."""
    documents = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return {key: compact(document) for key, document in documents.items()}


def compact(document: object) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("\udcff", "\\udcff")


def store_of(entries: Mapping[str, str]) -> Store:
    store = memory_place().open()
    store.swap(entries, given={})
    return store


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def test_a_ledger_of_today_is_the_one_that_was_released() -> None:
    today = entries_of_today()
    if os.environ.get("REWRITE_GOLDEN"):
        documents = {key: json.loads(text) for key, text in sorted(today.items())}
        GOLDEN.write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")
    assert today == golden()


def test_a_released_ledger_is_read_and_written_again_unchanged() -> None:
    assert rewritten(store_of(golden())) == golden()


def test_a_released_ledger_says_what_was_remembered() -> None:
    store = store_of(golden())
    memory = reading.read_memory(store)
    assert dict(memory.records) == {one.name: one for one in remembered.RECORDS}
    assert memory.holds == remembered.HOLDS
    assert {one.name: one for one in memory.moves} == {one.name: one for one in remembered.MOVES}
    assert reading.read_runs(store) == remembered.RUNS
    assert reading.read_changes(store) == remembered.CHANGES
    assert reading.read_offsets(store) == remembered.KEPT
    assert reading.read_open(store) == remembered.OPEN


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.__name__)
def test_a_released_ledger_holds_every_word_there_is(words: type[StrEnum]) -> None:
    held = {text for entry in golden().values() for text in texts_in(json.loads(entry))}
    assert {word.value for word in words} <= held


def test_what_a_later_minor_version_added_is_read_and_kept() -> None:
    later = {key: compact({**json.loads(text), **ADDED}) for key, text in golden().items()}
    later[keys.FORMAT] = '{"format_version":"1.9","later":1}'
    again = rewritten(store_of(later))

    assert again.keys() == later.keys()
    kept = {key for key in later if key.startswith(KEPT_BY)}
    assert {key: again[key] for key in kept} == {key: later[key] for key in kept}
    assert {key: again[key] for key in again.keys() - kept - {keys.FORMAT}} == {
        key: text for key, text in golden().items() if key not in kept | {keys.FORMAT}
    }


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("version", ["2.0", "10.3"])
def test_a_later_major_version_is_refused_by_all_and_left_alone(reader: str, version: str) -> None:
    later = {**golden(), keys.FORMAT: f'{{"format_version":"{version}"}}'}
    store = store_of(later)
    with pytest.raises(LedgerError) as caught:
        READERS[reader](store)
    assert [problem.code for problem in caught.value.problems] == [Code.LEDGER_NEWER]
    assert dict(store.read("")) == later
