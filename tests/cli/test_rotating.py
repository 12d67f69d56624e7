"""Secrets that change between a plan made without them and its apply, as whole processes."""

import json

import pytest

from tests.cli.harness import Workplace
from tests.cli.test_trusted import FINGERPRINTS, KEY, PASSWORD_OF_A, apply, saved


@pytest.mark.parametrize(("project", "key"), [("", {}), (FINGERPRINTS, KEY)], ids=["", "keyed"])
def test_a_plan_made_without_secrets_is_applied_and_tells_which_were_rotated(
    workplace: Workplace, project: str, key: dict[str, str]
):
    workplace.write_project(project)
    workplace.write_sink("a", more=PASSWORD_OF_A)
    workplace.write_sink("b", more=PASSWORD_OF_A)
    apply(workplace, PW="first-4711", **key)
    workplace.write_sink("a", file="new.txt", more=PASSWORD_OF_A)
    document = json.loads(saved(workplace, "--no-secrets", **key))

    shown = workplace.run("show", "plan.json")
    result = workplace.run("apply", "plan.json", PW="second-4711", **key)
    live = workplace.cluster.configs()
    history = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]
    told = workplace.run("history", "show", history["runs"][-1]["id"])
    again = workplace.run("plan", "--detailed-exitcode", "--select", "name=a", PW="second-4711")

    assert document["plans"][0]["applyable"] is True
    assert "where one was changed, it is applied as well" in shown.out
    assert "not applied" not in shown.out
    assert result.code == 0, result.both
    assert (live["a"]["db.password"], live["a"]["file"]) == ("second-4711", "new.txt")
    assert live["b"]["db.password"] == "first-4711"
    assert "a: db.password has another value than local has" in result.out
    assert "(sensitive value #1) -> (sensitive value #2)" in result.out
    assert "db.password" in told.out
    assert "4711" not in result.both + told.both
    assert again.code == 0, again.both


def test_a_secret_that_stayed_the_same_is_not_told_of(workplace: Workplace):
    workplace.write_sink("a", more=PASSWORD_OF_A)
    apply(workplace, PW="first-4711")
    workplace.write_sink("a", file="new.txt", more=PASSWORD_OF_A)
    saved(workplace, "--no-secrets")

    result = workplace.run("apply", "plan.json", PW="first-4711")

    assert result.code == 0, result.both
    assert "has another value" not in result.out
    assert "sensitive value" not in result.out
