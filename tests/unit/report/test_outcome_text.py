from dataclasses import replace

import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action, Change, StateChange
from reconcile.model.problem import Problem
from reconcile.report.outcome_text import (
    outcome_line,
    outcome_word,
    result_lines,
    result_text,
    results_lines,
)
from reconcile.report.spans import plain
from tests.unit.report.plans import NOON, change


def _outcome(
    status: OutcomeStatus = OutcomeStatus.APPLIED,
    action: Action = Action.UPDATE,
    **more: object,
) -> Outcome:
    return Outcome(name="orders-sink", action=action, status=status, **more)  # type: ignore[arg-type]


def _set_to(state: TargetState) -> Change:
    return change(Action.SET_STATE, state=StateChange(before=None, after=state))


def _result(*outcomes: Outcome, interrupted: bool = False) -> ApplyResult:
    return ApplyResult(
        project="shop",
        cluster="local",
        plan_digest="sha256:0",
        started_at=NOON,
        finished_at=NOON,
        outcomes=outcomes,
        interrupted=interrupted,
    )


@pytest.mark.parametrize("status", OutcomeStatus)
@pytest.mark.parametrize("action", Action)
def test_every_end_of_every_action_has_a_word(status: OutcomeStatus, action: Action) -> None:
    assert outcome_word(_outcome(status, action))


def test_an_outcome_is_one_line_with_the_time_it_took() -> None:
    assert plain([outcome_line(_outcome(seconds=4.21))]) == "orders-sink: updated (4.2 s)\n"
    assert plain([outcome_line(_outcome(OutcomeStatus.NOT_ATTEMPTED))]) == (
        "orders-sink: not attempted\n"
    )


def test_a_complete_apply_is_summed_up_by_action() -> None:
    result = _result(
        _outcome(action=Action.CREATE),
        _outcome(action=Action.UPDATE),
        _outcome(action=Action.SET_STATE),
        _outcome(action=Action.RESTART),
    )

    assert plain(result_lines(result)) == "Apply complete: 1 added, 3 changed, 0 destroyed.\n"


def test_moves_are_counted_where_there_are_any() -> None:
    result = _result(_outcome(action=Action.MOVE), _outcome(OutcomeStatus.ALREADY_APPLIED))

    assert result_text(result) == (
        "Apply complete: 0 added, 0 changed, 0 destroyed, 1 moved, 1 already applied."
    )


def test_changes_that_were_there_already_are_counted_apart() -> None:
    result = _result(_outcome(action=Action.DELETE), _outcome(OutcomeStatus.ALREADY_APPLIED))

    assert result_text(result) == (
        "Apply complete: 0 added, 0 changed, 1 destroyed, 1 already applied."
    )


def test_an_incomplete_apply_shows_each_problem_and_what_to_do_next() -> None:
    problem = Problem(code=Code.TASK_FAILED, message="task 0 failed: no route", hint="mend it")
    result = _result(
        *[_outcome()] * 3,
        _outcome(OutcomeStatus.FAILED, seconds=12.0, problems=(problem,)),
        _outcome(OutcomeStatus.UNSETTLED),
        *[_outcome(OutcomeStatus.NOT_ATTEMPTED)] * 2,
    )

    assert plain(result_lines(result)) == (
        "orders-sink: failed (12.0 s)\n"
        "  error: task 0 failed: no route  [CF503]\n"
        "    hint: mend it\n"
        "\n"
        "Apply incomplete: 3 applied, 1 failed, 1 unsettled, 2 not attempted.\n"
        "Mend what failed and run again: what is applied is left alone.\n"
        "1 change may still take effect: run again in a while to see.\n"
    )


def test_an_interrupted_apply_says_so() -> None:
    result = _result(_outcome(), _outcome(OutcomeStatus.NOT_ATTEMPTED), interrupted=True)

    assert plain(result_lines(result)) == (
        "Apply interrupted: 1 applied, 1 not attempted.\nRun again to carry out the rest.\n"
    )


def test_an_interruption_after_the_last_change_is_still_told() -> None:
    assert result_text(_result(_outcome(), interrupted=True)) == "Apply interrupted: 1 applied."


def test_what_was_applied_and_not_recorded_is_not_called_complete() -> None:
    lost = Problem(code=Code.LEDGER_UNWRITABLE, message="the ledger does not answer")
    result = replace(_result(_outcome()), problems=(lost,))
    assert result_text(result) == "Apply incomplete: 1 applied, not all of it recorded."


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (change(Action.RESTART), "Done: 1 restarted."),
        (_set_to(TargetState.PAUSED), "Done: 1 paused."),
        (_set_to(TargetState.RUNNING), "Done: 1 resumed."),
        (_set_to(TargetState.STOPPED), "Done: 1 stopped."),
    ],
)
def test_what_an_operator_asked_for_is_summed_up_in_its_own_words(asked: Change, text: str) -> None:
    assert result_text(_result(_outcome(action=asked.action)), asked=[asked]) == text


def test_what_was_there_already_is_told_to_an_operator_too() -> None:
    asked = [_set_to(TargetState.PAUSED)]
    result = _result(
        _outcome(action=Action.SET_STATE),
        _outcome(OutcomeStatus.ALREADY_APPLIED, Action.SET_STATE),
    )

    assert result_text(result, asked=asked) == "Done: 1 paused, 1 already as wanted."


def test_what_an_operator_asked_for_and_did_not_get_is_incomplete() -> None:
    result = _result(_outcome(OutcomeStatus.FAILED, Action.RESTART))

    assert (
        result_text(result, asked=[change(Action.RESTART)])
        == "Apply incomplete: 0 applied, 1 failed."
    )


def test_what_nobody_approved_is_named_and_nothing_counts_as_complete() -> None:
    left = replace(_result(), not_approved=("orders-a", "orders-b"))

    assert plain(result_lines(left)) == (
        "Apply incomplete: 0 applied, 2 not approved.\n"
        "Not approved, and left as they are: orders-a, orders-b.\n"
    )


def test_what_stands_in_the_way_of_a_whole_plan_is_told_once() -> None:
    problem = Problem(code=Code.CLUSTER_UNHEALTHY, message="no writes now", hint="wait")
    left = [_outcome(OutcomeStatus.NOT_ATTEMPTED)] * 2

    assert plain(result_lines(replace(_result(*left), problems=(problem,)))) == (
        "error: no writes now  [CF312]\n"
        "  hint: wait\n"
        "\n"
        "Apply incomplete: 0 applied, 2 not attempted.\n"
        "Run again to carry out the rest, once what stands in its way is settled.\n"
    )


def test_several_clusters_end_with_one_sum_and_trouble_stands_under_its_cluster() -> None:
    problem = Problem(code=Code.TASK_FAILED, message="it fails")
    failed = _outcome(OutcomeStatus.FAILED, problems=(problem,))
    results = [_result(_outcome()), replace(_result(failed), cluster="prod")]

    text = plain(results_lines(results))

    assert text.splitlines() == [
        "Cluster prod",
        "  orders-sink: failed",
        "    error: it fails  [CF503]",
        "",
        "local: Apply complete: 0 added, 1 changed, 0 destroyed.",
        "prod: Apply incomplete: 0 applied, 1 failed.",
        "Apply incomplete: 1 applied, 1 failed. (2 clusters)",
        "Mend what failed and run again: what is applied is left alone.",
    ]
    assert plain(results_lines([results[0]])) == plain(result_lines(results[0]))
    assert results_lines([]) == []
