import pytest

from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from tests.unit.plan.worlds import definition, desired, draft, live, live_connector


@pytest.mark.parametrize(
    ("wanted", "connector"), [(("orders",), ""), (("orders", "a/b"), "a/b")], ids=["stray", "ours"]
)
def test_a_name_that_no_request_reaches_is_told_and_whose_it_is(wanted, connector):
    found = draft(desired(*map(definition, wanted)), live(*map(live_connector, ["orders", "a/b"])))
    assert found.problems == (
        Problem(
            code=Code.UNMANAGEABLE_NAME,
            message="'a/b' exists, but Connect 4.3.1 rejects every request for a connector of this"
            " name",
            hint="only a worker older than 4.0 can change or delete it",
            severity=Severity.WARNING,
            connector=connector,
        ),
    )


def test_deletes_held_back_are_told_with_the_reason():
    wanted = desired(definition(), complete=False)
    found = draft(wanted, live(live_connector(), live_connector("old")), owns=("old",), prune=True)
    assert found.problems == (
        Problem(
            code=Code.PRUNE_HELD_BACK,
            message="nothing is deleted on local: some files could not be used, and what they"
            " declare looks like something that git no longer declares",
            hint="repair the files, or leave out --keep-going to see all that is wrong",
            severity=Severity.WARNING,
        ),
    )


@pytest.mark.parametrize(
    ("owns", "prune", "noticed"),
    [
        ((), False, True),
        ((), True, True),
        (("old",), False, True),
        (("old",), True, False),
    ],
)
def test_that_git_declares_nothing_is_noticed_unless_a_limit_refuses_the_plan(owns, prune, noticed):
    found = draft(desired(), live(live_connector("old")), owns=owns, prune=prune)
    assert [problem.code for problem in found.problems] == [Code.NOTHING_DESIRED] * noticed


def test_where_no_definition_was_found_is_told():
    place = Location("connectform.yaml", 6, 3)
    missing = Problem(code=Code.NO_DEFINITIONS, message="no file matches", location=place)
    found = draft(desired(problems=(missing,)), live())
    assert found.problems == (
        Problem(
            code=Code.NOTHING_DESIRED,
            message="git declares no connector for local",
            location=place,
            hint="check `definitions` in the project file, and `clusters` in the definitions",
            severity=Severity.NOTICE,
        ),
    )


def test_masked_values_are_told_with_what_to_do():
    found = draft(
        desired(definition(config={"token": "ours"})),
        live(live_connector(config={"token": "********"})),
    )
    assert found.problems == (
        Problem(
            code=Code.MASKED_VALUE,
            message="the server masks 1 value of orders: they cannot be compared, so a change to"
            " them alone is not seen",
            hint="set fingerprintKey in the project file: then a change of ours is noticed",
            severity=Severity.NOTICE,
        ),
    )


def test_values_not_compared_for_want_of_secrets_are_told_with_what_to_do():
    found = draft(
        desired(definition(references={"token": "${{ env.T }}", "pin": "${{ env.P }}"})),
        live(live_connector(config={"token": "theirs", "pin": "theirs"})),
    )
    assert found.problems == (
        Problem(
            code=Code.SECRETS_NOT_RESOLVED,
            message="this plan was made without secrets: those of orders were not compared, and"
            " where one was changed, it is applied as well",
            hint="a pipeline plans again with secrets once this is merged; to apply from here, plan"
            " without --no-secrets",
            severity=Severity.NOTICE,
        ),
    )
