import pytest

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.plan import Selection
from reconcile.model.problem import Location
from reconcile.model.project import Limits
from reconcile.plan.limits import blockers, check_limits
from tests.unit.plan.worlds import definition, desired, live, live_connector, plan, plan_one


def planned(*, kept=0, updates=0, deletes=0, creates=0, states=0, **more):
    """Return a plan of so many changes beside so many connectors in sync."""
    names = [f"orders-{number:02}" for number in range(kept + updates + states)]
    topics = {name: {"topics": name} for name in names}
    wanted = [definition(name, topics[name]) for name in names[:kept]]
    wanted += [
        definition(name, {**topics[name], "file": "x"}) for name in names[kept : kept + updates]
    ]
    wanted += [
        definition(name, topics[name], state=TargetState.PAUSED) for name in names[kept + updates :]
    ]
    wanted += [definition(f"new-{number}", {"topics": "n"}) for number in range(creates)]
    found = [live_connector(name, topics[name]) for name in names]
    found += [live_connector(f"old-{number}", {"topics": "o"}) for number in range(deletes)]
    return plan(desired(*wanted), live(*found), **({"owns": ("*",), "prune": True} | more))


def refusals(found, limits=None, **more):
    return [
        (problem.message, problem.hint)
        for problem in check_limits(found, limits or Limits(), **more)
    ]


def test_a_plan_within_its_limits_passes():
    assert refusals(planned(kept=10, deletes=1, updates=2, creates=9)) == []


def test_too_many_deletes_name_the_setting_and_the_override():
    assert refusals(planned(kept=20, deletes=3)) == [
        (
            "plan deletes 3 connectors, the limit is 1 (limits.maxDeletes of cluster local)",
            "to allow exactly this: --allow-deletes 3",
        )
    ]


def test_a_share_of_deletes_names_its_own_setting():
    found = planned(kept=7, deletes=3)
    assert refusals(found, Limits(max_deletes=5)) == [
        (
            (
                "plan deletes 3 connectors, the limit is 20% of 10"
                " (limits.maxDeletePercent of cluster local)"
            ),
            "to allow exactly this: --allow-deletes 3",
        )
    ]


@pytest.mark.parametrize(
    ("kept", "deletes", "refused"), [(6, 3, False), (8, 2, False), (7, 3, True), (7, 4, True)]
)
def test_percentages_count_from_ten_owned_connectors_on(kept, deletes, refused):
    found = planned(kept=kept, deletes=deletes)
    assert bool(check_limits(found, Limits(max_deletes=9))) is refused


def test_what_is_owned_and_undeclared_counts_as_owned():
    found = planned(kept=8, updates=1, deletes=1, prune=False)
    assert found.undeclared == ("old-0",)
    assert check_limits(found, Limits(max_update_percent=9))


def test_too_many_updates_are_refused_states_included():
    assert refusals(planned(kept=4, updates=4, states=2)) == [
        (
            (
                "plan updates 6 connectors, the limit is 50% of 10"
                " (limits.maxUpdatePercent of cluster local)"
            ),
            "to allow exactly this: --allow-updates 6",
        )
    ]
    assert refusals(planned(kept=5, updates=4, states=1)) == []


@pytest.mark.parametrize(("kept", "refused"), [(2, False), (3, True)])
def test_new_connectors_do_not_count_as_owned(kept, refused):
    found = planned(kept=kept, updates=7, creates=50)
    assert bool(check_limits(found, Limits(max_update_percent=69))) is refused


@pytest.mark.parametrize(("allowed", "refused"), [(3, False), (2, True), (4, True), (None, True)])
def test_the_override_must_be_the_exact_number(allowed, refused):
    found = planned(kept=20, deletes=3, updates=0)
    assert bool(check_limits(found, Limits(), allow_deletes=allowed)) is refused


def test_a_wrong_override_is_named():
    found = planned(kept=4, updates=6)
    ((message, hint),) = refusals(found, allow_updates=5)
    assert message.endswith(", and --allow-updates says 5")
    assert hint == "to allow exactly this: --allow-updates 6"


def test_both_limits_can_be_exceeded_at_once():
    found = planned(kept=1, updates=8, deletes=3)
    problems = check_limits(found, Limits(max_deletes=1))
    assert [problem.code for problem in problems] == [Code.LIMIT_EXCEEDED] * 3
    assert check_limits(found, Limits(), allow_deletes=3, allow_updates=8) == ()


@pytest.mark.parametrize(("deletes", "counted"), [(1, "1 connector"), (2, "2 connectors")])
def test_an_empty_set_of_definitions_never_deletes(deletes, counted):
    found = planned(deletes=deletes)
    (problem,) = check_limits(found, Limits(max_deletes=9), allow_deletes=deletes)
    assert problem.code is Code.NOTHING_DESIRED
    assert problem.message == (
        f"git declares no connector for local, and plan deletes {counted}:"
        " an empty set of definitions never deletes anything"
    )
    assert problem.hint == (
        "check `definitions` in the project file; to delete the last connectors, select them"
        " by name"
    )


def test_the_last_connector_can_be_deleted_by_name():
    found = planned(deletes=1, selection=Selection(select=("name=old-0",)))
    assert len(found.changes) == 1
    assert check_limits(found, Limits()) == ()


def test_a_limit_of_none_refuses_a_single_delete():
    assert refusals(planned(kept=1, deletes=1), Limits(max_deletes=0))[0][0].startswith(
        "plan deletes 1 connector, the limit is 0"
    )


def test_errors_and_unresolved_secrets_keep_a_plan_from_being_applied():
    assert blockers(plan_one(definition())) == ()
    odd = plan_one(definition(config={"connector.class": "Nothing"}))
    assert [problem.code for problem in blockers(odd)] == [Code.UNKNOWN_CLASS]
    unresolved = plan_one(definition(references={"token": "${{ env.T }}"}))
    assert [problem.code for problem in blockers(unresolved)] == [Code.SECRETS_NOT_RESOLVED]
    assert blockers(plan_one(definition(state=TargetState.PAUSED), live_connector())) == ()


def test_a_secret_that_was_not_resolved_is_told_with_the_place_of_its_connector():
    (problem,) = blockers(plan_one(definition(references={"token": "${{ env.T }}"})))
    assert problem.message == "orders cannot be written: its secrets were not resolved"
    assert problem.hint == "plan without --no-secrets where the secrets are"
    assert problem.connector == "orders"
    assert problem.location == Location("connectors/orders.yaml", 1, 1)
