"""What several plans approve, in one."""

import json
from dataclasses import replace

import pytest

from reconcile.plan.approvals import approvals_document
from reconcile.plan.change_parse import read_change
from reconcile.plan.document import plans_document
from reconcile.plan.options import NO_MEMORY
from reconcile.plan.saved import changes_digest, matching, read_plans
from tests.unit.plan.test_withhold import hold
from tests.unit.plan.worlds import definition, desired, live, live_connector, memory, plan


def planned(ledger=NO_MEMORY, **files):
    """Return a plan that brings these connectors to these files; the live ones have old.txt."""
    wanted = [definition(name, {"file": file, "token": "t"}) for name, file in files.items()]
    found = [live_connector(name, {"file": "old.txt"}) for name in files if name != "new"]
    return plan(desired(*wanted), live(*found), memory=ledger)


def document(*plans):
    return json.loads(json.dumps(plans_document(plans)))


def approved(*documents):
    """Return what a reader makes of the sum, the newest first."""
    return read_plans(json.dumps(approvals_document(documents)), "approved.json")


def test_what_any_plan_approves_is_approved():
    newer, older = planned(a="a.txt"), planned(b="b.txt", new="n.txt")

    (found,) = approved(document(newer), document(older))

    both = planned(a="a.txt", b="b.txt", new="n.txt")
    assert matching(both, found.plan).withheld == ()
    assert found.plan.digest == both.digest


def test_of_a_connector_the_newest_plan_counts():
    (found,) = approved(document(planned(a="later.txt")), document(planned(a="a.txt", b="b.txt")))

    fresh = planned(a="a.txt", b="b.txt")

    assert [item.change.name for item in matching(fresh, found.plan).withheld] == ["a"]


def test_what_a_newer_plan_leaves_alone_for_a_hold_no_older_one_approves():
    held = planned(memory(holds=(hold("a"),)), a="a.txt")
    assert [item.change.name for item in held.withheld] == ["a"]

    (found,) = approved(document(held), document(planned(a="a.txt", b="b.txt")))

    assert [change.name for change in found.plan.changes] == ["b"]


def test_what_a_plan_between_leaves_alone_for_a_hold_no_older_one_approves():
    held = planned(memory(holds=(hold("a"),)), a="a.txt")
    newest, oldest = planned(b="b.txt"), planned(a="a.txt")

    (found,) = approved(document(newest), document(held), document(oldest))

    assert [change.name for change in found.plan.changes] == ["b"]


def test_a_plan_that_was_made_up_with_names_that_are_none_hinders_no_other():
    odd = document(planned(b="b.txt"))
    odd["plans"][0]["cluster"]["name"] = ["local"]
    odd["plans"][0]["changes"][0]["name"] = ["b"]
    odd["plans"][0]["digest"] = changes_digest(map(read_change, odd["plans"][0]["changes"]))

    found = approved(document(planned(a="a.txt")), odd)

    assert [each.plan.cluster for each in found] == ["local", "['local']"]


def test_one_plan_stays_as_it_is():
    content = document(planned(a="a.txt"))

    assert approvals_document([content]) == content


def test_the_summary_counts_what_is_approved():
    sum_of_both = approvals_document([document(planned(a="a")), document(planned(new="n"))])

    assert sum_of_both["plans"][0]["summary"]["create"] == 1
    assert sum_of_both["plans"][0]["summary"]["update"] == 1


@pytest.mark.parametrize(
    ("older", "clusters"),
    [
        ({"cluster": "other"}, ["local", "other"]),
        ({"project": "another"}, ["local"]),
        ({"cluster": "other", "project": "another"}, ["local"]),
    ],
)
def test_each_cluster_has_its_own_and_another_project_none(older, clusters):
    newest = planned(a="a.txt")
    before = replace(planned(b="b.txt"), **older)

    found = approved(document(newest), document(before))

    assert [each.plan.cluster for each in found] == clusters
    assert [change.name for change in found[0].plan.changes] == ["a"]
