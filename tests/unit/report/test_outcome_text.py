import pytest

from reconcile.model.codes import Code
from reconcile.model.outcome import ApplyResult, Outcome, OutcomeStatus
from reconcile.model.plan import Action
from reconcile.model.problem import Problem
from reconcile.report.outcome_text import outcome_line, outcome_word, result_lines, result_text
from reconcile.report.spans import plain
from tests.unit.report.plans import NOON


def _outcome(
    status: OutcomeStatus = OutcomeStatus.APPLIED,
    action: Action = Action.UPDATE,
    **more: object,
) -> Outcome:
    return Outcome(name="orders-sink", action=action, status=status, **more)  # type: ignore[arg-type]


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
