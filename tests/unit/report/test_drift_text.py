import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.drift import Drift, NotCompared, Remedies, Unhealthy
from reconcile.model.live import ClusterIdentity, State
from reconcile.model.plan import (
    Action,
    Change,
    Effect,
    EffectKind,
    Part,
    PartChange,
    Selection,
    StateChange,
    Withheld,
    WithheldBy,
)
from reconcile.model.problem import Problem, Severity
from reconcile.report.drift_text import drift_lines, not_compared_line
from reconcile.report.spans import plain
from tests.unit.report.plans import NOON, change, key_change


def _text(**more: object) -> str:
    values: dict[str, object] = {
        "project": "shop",
        "cluster": "local",
        "identity": ClusterIdentity(version="4.3.1"),
        "created_at": NOON,
    }
    return plain(drift_lines(Drift(**(values | more))))  # type: ignore[arg-type]


def _halted(before: TargetState, after: TargetState, name: str = "c") -> Change:
    return change(
        Action.SET_STATE,
        name,
        location=None,
        state=StateChange(before=before, after=after),
        effects=(Effect(EffectKind.REBALANCE),),
    )


PAUSED = _halted(TargetState.PAUSED, TargetState.RUNNING)


def test_a_report_runs_from_what_git_says_to_what_is_live() -> None:
    changed = change(
        keys=(
            key_change("batch.size", "500", "100"),
            key_change("by.hand", "1", None),
            key_change("removed", None, "2"),
        ),
        unchanged=31,
        effects=(Effect(EffectKind.RESTARTS_TASKS, 4),),
    )
    missing = change(Action.CREATE, "audit", keys=(key_change("file", None, "a.txt"),))

    text = _text(
        changed=(changed,), missing=(missing,), state=(PAUSED,), in_sync=9, commit="1a2b3c4d5e6f7a"
    )

    assert text == (
        "Cluster local (Connect 4.3.1, commit 1a2b3c4d5e6f)\n"
        "\n"
        "  # audit is missing\n"
        "  - audit (FileStreamSink)  # connectors/orders.yaml:12\n"
        "\n"
        "  # c has been paused\n"
        "  ~ c (FileStreamSink)\n"
        "      ~ state = running -> paused\n"
        "\n"
        "  # orders-sink has changed\n"
        "  ~ orders-sink (FileStreamSink)  # connectors/orders.yaml:12\n"
        '      ~ batch.size = "100" -> "500"\n'
        '      + by.hand    = "1"\n'
        '      - removed    = "2"\n'
        "        # (31 unchanged keys hidden)\n"
        "\n"
        "# (9 connectors in sync hidden)\n"
        "Drift: 1 changed, 1 missing, 1 in another state. Shown from git to live.\n"
    )


@pytest.mark.parametrize(
    ("drifted", "sentence"),
    [
        (PAUSED, "c has been paused"),
        (_halted(TargetState.STOPPED, TargetState.RUNNING), "c has been stopped"),
        (_halted(TargetState.RUNNING, TargetState.PAUSED), "c has been resumed"),
    ],
)
def test_a_state_that_drifted_is_told_in_words(drifted: Change, sentence: str) -> None:
    assert f"  # {sentence}\n" in _text(state=(drifted,))


def test_a_connector_that_drifted_in_two_ways_is_shown_once() -> None:
    both = change(
        keys=(key_change("a", "1", "2"),),
        state=StateChange(before=TargetState.PAUSED, after=TargetState.RUNNING),
    )

    text = _text(changed=(both,), state=(both,))

    assert text.count("orders-sink has changed") == 1
    assert "~ state = running -> paused" in text
    assert "Drift: 1 changed, 0 missing, 1 in another state." in text


def test_parts_of_a_value_are_turned_round_too() -> None:
    parts = (
        PartChange(part=Part.ADDED, path="", after="git"),
        PartChange(part=Part.REMOVED, path="", before="hand"),
        PartChange(part=Part.CHANGED, path="p", before="live", after="declared"),
    )
    long = change(keys=(key_change("topics", "a" * 200, "b" * 300, parts=parts),))

    text = _text(changed=(long,))

    assert "~ topics = (300 characters) -> (200 characters)\n" in text
    assert '          - "git"\n          + "hand"\n' in text
    assert '          ~ p = "declared" -> "live"\n' in text


def test_no_drift_says_what_matches() -> None:
    assert _text(declared=12, in_sync=12).endswith(
        "No drift. All 12 connectors on local match git.\n"
    )
    assert "Only a part of the cluster was compared (selected: name=a)." in _text(
        selection=Selection(select=("name=a",))
    )


def test_unmanaged_connectors_are_listed_and_are_no_drift() -> None:
    text = _text(unmanaged=("by-hand", "orders-x"), undeclared=("orders-x",), declared=1)

    assert "    by-hand\n    orders-x  # matches ownership.owns\n" in text
    assert "No drift." in text


def test_problems_stand_with_their_connector_or_apart() -> None:
    problems = tuple(
        Problem(code=Code.MASKED_VALUE, message=f"about {name}", connector=name, severity=severity)
        for name, severity in (
            ("c", Severity.WARNING),
            ("gone", Severity.NOTICE),
            ("", Severity.NOTICE),
        )
    )
    gone = change(Action.CREATE, "gone", location=None)

    text = _text(state=(PAUSED,), missing=(gone,), problems=problems)

    assert "      warning: about c  [CF407]\n" in text
    assert "      notice: about gone  [CF407]\n" in text
    assert "\nnotice: about   [CF407]\n" in text


def test_an_error_is_never_reported_as_no_drift() -> None:
    error = Problem(code=Code.UNKNOWN_CLASS, message="no such class")

    text = _text(problems=(error,), declared=1)

    assert "No drift" not in text
    assert text.endswith("Cannot tell: 1 error.\n")


def test_each_difference_comes_with_the_two_commands_that_settle_it() -> None:
    gone = change(Action.CREATE, "gone")

    text = _text(
        state=(PAUSED,),
        missing=(gone,),
        remedies={
            "c": Remedies(take_back="connectform apply c", accept="connectform export c"),
            "gone": Remedies(take_back="connectform apply gone"),
        },
    )

    assert (
        "      ~ state = running -> paused\n"
        "      take it back:  connectform apply c\n"
        "      accept it:     connectform export c\n"
    ) in text
    assert (
        "      take it back:  connectform apply gone\n"
        "      accept it:     remove it from connectors/orders.yaml\n"
    ) in text


def test_unhealthy_connectors_are_told_with_their_root_cause_and_are_no_drift() -> None:
    text = _text(
        unhealthy=(
            Unhealthy(name="a", state=State.FAILED, cause="ConnectException: no broker"),
            Unhealthy(name="b", state=State.RUNNING, failed=(0, 2), tasks=3, cause="\x1b[31mX"),
        ),
        declared=2,
        managed=2,
    )

    assert (
        "Unhealthy: 2 declared connectors have failed, or tasks of them; that is no drift.\n"
        "    a: FAILED: ConnectException: no broker\n"
        "    b: RUNNING, 2 of 3 tasks failed: \\x1b[31mX\n"
    ) in text
    assert "Coverage: 2 of 2 connectors are managed, 100 %.\nNo drift." in text


def test_held_connectors_are_told_with_who_and_why() -> None:
    held = Withheld(change=PAUSED, why=WithheldBy.HOLD, reason="incident", by="ada", until=NOON)

    text = _text(held=(held,))

    assert "    c is held until 2027-01-04 12:00 UTC by ada: incident\n" in text


def test_coverage_is_told_as_a_share_of_what_is_live() -> None:
    unmanaged = tuple(f"x{number}" for number in range(4))

    assert "Coverage: 37 of 41 connectors are managed, 90 %.\n" in _text(
        managed=37, unmanaged=unmanaged
    )
    assert "Coverage" not in _text()


def test_clusters_that_were_not_compared_are_named() -> None:
    failed = [NotCompared(project="shop", cluster=name, problems=()) for name in ("eu", "us")]

    assert plain([not_compared_line(failed)]) == "Cannot tell: not compared: eu, us.\n"
