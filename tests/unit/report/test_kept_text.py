"""What is left alone is told with who, why and until when."""

from dataclasses import replace
from datetime import timedelta

from reconcile.model.applied import Applied
from reconcile.model.desired import TargetState
from reconcile.model.ledger import ChangeRecord, Run
from reconcile.model.outcome import OutcomeStatus
from reconcile.model.plan import Action, ActiveHold, Cause, WithheldBy
from reconcile.plan.drift import drift_of
from reconcile.plan.history_document import histories_document
from reconcile.plan.saved import matching
from reconcile.report.drift_text import drift_lines
from reconcile.report.history_text import changes_table, holds_table, run_lines, runs_table
from reconcile.report.plan_text import plan_lines
from reconcile.report.spans import plain
from reconcile.report.table import table_lines
from reconcile.report.words import cause_text
from tests.unit.plan.test_document import check
from tests.unit.plan.test_moves import moved
from tests.unit.plan.test_withhold import hold, values
from tests.unit.plan.worlds import (
    NOON,
    definition,
    desired,
    live,
    live_connector,
    memory,
    plan,
    record,
)


def world(**more):
    return plan(
        desired(
            definition("drifted", {"file": "git", "flush.size": "1"}, state=TargetState.RUNNING),
            definition("held", {"file": "x"}),
            definition("gone-by-hand"),
            moved(),
        ),
        live(
            live_connector("drifted", {"flush.size": "9"}),
            live_connector("held", {"file": "hand"}),
            live_connector("old"),
            live_connector("orders-kept"),
            live_connector("audit"),
        ),
        owns=("orders-*",),
        prune=True,
        memory=memory(
            record("drifted", applied=values(**{"flush.size": "1"})),
            record("held"),
            record("gone-by-hand"),
            record("old"),
            record("audit"),
            record("orders-kept", protect=True),
            holds=(hold("held"), hold("other-*", by="", until=None)),
        ),
        **more,
    )


def text(found) -> str:
    return plain(plan_lines(found))


def test_a_plan_says_what_it_leaves_alone_and_why():
    told = text(world())
    assert "Held: 1 connector left alone.\n" in told
    assert "    held is held until 2027-01-04 13:00 UTC by ada: incident 4711\n" in told
    assert "    # held will be updated in-place, but for that\n" in told
    assert "Protected: 1 connector may not be deleted, so apply refuses this plan.\n" in told
    assert "Holds: 2 holds in force.\n" in told
    assert "    other-* is held: incident 4711\n" in told
    assert "Orphaned: 1 connector that this project applied" in told
    assert 'flush.size = "9" -> "1"  # changed by hand' in told
    assert "gone-by-hand will be created again: it was deleted by hand" in told
    assert "new will be moved from old, with its offsets" in told
    assert "Plan: 1 to add, 1 to change, 0 to destroy, 1 to move." in told


def test_only_git_shows_the_drift_it_leaves():
    told = text(world(only_git=True))
    assert "Drift: 3 connectors changed by hand, left alone (--only git).\n" in told
    assert "gone-by-hand will be created again" in told


def test_what_was_not_approved_is_told():
    found = world()
    told = text(matching(found, replace(found, changes=())))
    assert "Not approved: 3 connectors changed otherwise than was approved, left alone." in told
    assert "but for that: it was not approved" in told


def test_nothing_to_do_and_something_left_alone_is_not_called_a_match():
    found = plan(
        desired(definition(config={"file": "x"})),
        live(live_connector()),
        memory=memory(holds=(hold(),)),
    )
    assert text(found).endswith("No changes. 1 difference on local is left alone.\n")


def test_connectors_that_apply_will_record_are_counted():
    found = plan(desired(definition()), live(live_connector()), memory=memory())
    assert "# (1 declared connector is live and not in the ledger yet: apply enters them)" in text(
        found
    )


def test_drift_is_what_was_done_by_hand_and_nothing_that_git_waits_for():
    found = drift_of(world())
    told = plain(drift_lines(found))
    assert found.names == ("drifted", "gone-by-hand")
    assert [key.key for key in found.changed[0].keys] == ["flush.size"]
    assert [item.change.name for item in found.held] == ["held"]
    assert found.orphaned == ("audit",)
    assert "Held: 1 connector not as git declares, left alone.\n    held is held" in told
    assert "Orphaned: 1 connector" in told
    assert "Shown from what was last applied to live." in told


def test_a_state_changed_by_hand_is_drift_and_one_that_git_changed_is_not():
    def drifted(was):
        applied = replace(values(), state=was)
        return drift_of(
            plan(
                desired(definition(state=TargetState.PAUSED)),
                live(live_connector()),
                memory=memory(record(applied=applied)),
            )
        ).has_drift

    assert drifted(TargetState.PAUSED)
    assert not drifted(TargetState.RUNNING)


RUN = Run(
    id="20270104T120000Z-0a1b2c",
    project="shop",
    command="apply",
    actor="ada",
    started_at=NOON,
    finished_at=NOON + timedelta(seconds=9),
    run_url="https://ci.example.com/1",
    commit="0b7cf0ad52b6bb3b",
    plan_digest="sha256:0",
    counts={"applied": 2, "failed": 1},
)
CHANGE = ChangeRecord(
    run=RUN.id,
    name="orders",
    action=Action.UPDATE,
    at=NOON,
    status=OutcomeStatus.FAILED,
    keys={"file": Cause.GIT, "topics": Cause.LIVE, "plain": None},
    state=(TargetState.PAUSED, TargetState.RUNNING),
    applied=Applied(values={}),
    message="it failed",
)
CUT_OFF = replace(CHANGE, status=None, state=None, keys={}, message="", applied=None)


def test_history_tells_who_did_what_and_when():
    table = plain(
        table_lines(runs_table("local", [RUN, replace(RUN, finished_at=None, counts={})]))
    )
    assert "2027-01-04 12:00 UTC  apply    ada" in table
    assert "2 applied, 1 failed" in table
    assert "cut off" in table
    addressed = replace(RUN, actor="Ada Lovelace <ada@engine.example.com>")
    assert "@" not in plain(table_lines(runs_table("local", [addressed])))
    assert "@" not in plain(table_lines(changes_table([CHANGE], [addressed])))
    assert "done" in plain(table_lines(runs_table("local", [replace(RUN, counts={})])))


def test_the_history_of_a_connector_names_keys_and_causes():
    many = {f"k{number}": None for number in range(9)}
    applied = replace(CHANGE, status=OutcomeStatus.APPLIED, keys=many)
    table = plain(table_lines(changes_table([CUT_OFF, applied, CHANGE], [RUN])))
    assert "file, plain, topics (1 changed by hand before)" in table
    assert "9 keys" in table
    assert "cut off" in table


def test_one_run_is_told_in_full():
    told = plain(run_lines("local", RUN, [CHANGE]))
    for part in ("apply on local", "ada", "https://ci.example.com/1", "file  changed in git"):
        assert part in told
    assert "state: paused -> running" in told
    assert "it failed" in told
    empty = plain(run_lines("local", replace(RUN, finished_at=None), []))
    assert "never: it was cut off" in empty


def test_holds_are_listed_with_their_ends():
    holds = [
        ActiveHold(name="a", reason="r", by="ada", until=NOON),
        ActiveHold(name="*", reason="year end", freeze=True, until=NOON),
        ActiveHold(name="b", reason="rolled back"),
    ]
    table = plain(table_lines(holds_table(holds)))
    assert "git declares something else" in table
    assert "the project file" in table


def test_the_history_document_fits_its_schema():
    check("history", histories_document([("local", [RUN], [CHANGE, CUT_OFF])]))


def test_every_cause_has_words():
    assert len({cause_text(cause) for cause in Cause}) == len(Cause)


def test_a_freeze_is_told_as_one():
    found = plan(desired(definition(config={"file": "x"})), live(live_connector()), memory=memory())
    (change,) = found.changes
    from reconcile.model.plan import Withheld

    frozen = Withheld(change=change, why=WithheldBy.FREEZE, reason="year end")
    told = text(replace(found, changes=(), withheld=(frozen,)))
    assert "Frozen: 1 connector left alone." in told
    assert "is frozen: year end" in told
