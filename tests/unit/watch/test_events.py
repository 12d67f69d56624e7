"""What is worth a log entry: what is new in a round, each thing once."""

from dataclasses import replace
from datetime import UTC, datetime

from reconcile.model.drift import Drift
from reconcile.watch.events import Happening, entries_of
from reconcile.watch.heals import Healing
from reconcile.watch.rounds import Round
from tests.golden.nouns import IDENTITY, UPDATED
from tests.unit.expose.rounds import DONE

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
NOTHING = Drift(project="shop", cluster="prod", identity=IDENTITY, created_at=NOW)
CHANGED = replace(NOTHING, changed=(replace(UPDATED, name="a"),))


def told(*healings: Healing) -> list[list[tuple[Happening, str]]]:
    before, found = Round(cluster="prod"), []
    for healing in healings:
        this = Round(cluster="prod", healing=healing)
        found.append([(one.event, one.connector) for one in entries_of(before, this)])
        before = this
    return found


def test_drift_is_told_when_it_begins_when_it_is_set_back_and_when_it_is_over():
    assert told(
        Healing(drift=CHANGED),
        Healing(drift=CHANGED),
        Healing(drift=CHANGED, heals=("a",), result=DONE),
        Healing(drift=NOTHING),
        Healing(drift=NOTHING),
    ) == [
        [(Happening.DRIFT, "a")],
        [],
        [(Happening.SET_BACK, "a")],
        [(Happening.DRIFT_OVER, "a")],
        [],
    ]


def test_what_was_not_written_is_not_told_as_set_back():
    assert told(Healing(drift=CHANGED, heals=("a",))) == [[(Happening.DRIFT, "a")]]
