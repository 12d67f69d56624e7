"""Updates that fail go back to what was applied last, as whole processes."""

import json
import subprocess

import pytest

from tests.cli.harness import Result, Workplace

FAILS = "/nonexistent/x"
LITERAL = "    api.token: lit3ral-tok\n"
REFERENCE = '    api.token: "${{ env.TOKEN }}"\n'


def apply(place: Workplace, *arguments: str, **environment: str) -> Result:
    return place.run("apply", "--auto-approve", *arguments, **environment)


def commit_all(place: Workplace) -> None:
    git = ["git", "-C", str(place.folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (("init", "-q"), ("add", "*.yaml"), ("commit", "-q", "-m", "next")):
        subprocess.run([*git, *arguments], check=True, capture_output=True)


def stored(place: Workplace) -> dict[str, str]:
    return place.cluster.configs()["a"]


def tasks(place: Workplace) -> list[str]:
    place.cluster.settle()
    status = place.cluster.state_of("a")
    return [task["state"] for task in status["tasks"]]


def saved_and_applied(place: Workplace, **environment: str) -> Result:
    planned = place.run("plan", "--out", "plan.json", **environment)
    assert planned.code == 0, planned.both
    return place.run("apply", "plan.json", "--rollback-on-failure", **environment)


def planned_and_applied(place: Workplace, **environment: str) -> Result:
    return apply(place, "--rollback-on-failure", **environment)


BOTH_WAYS = pytest.mark.parametrize(
    "failing_apply",
    [planned_and_applied, saved_and_applied],
    ids=["planned now", "from a plan file"],
)


@BOTH_WAYS
def test_an_update_that_fails_goes_back_and_the_next_plan_shows_it_again(
    workplace: Workplace, failing_apply
):
    workplace.write_sink("a", more=REFERENCE)
    apply(workplace, TOKEN="tok-0001")
    workplace.write_sink("a", file=FAILS, more=REFERENCE)

    result = failing_apply(workplace, TOKEN="tok-0001")
    history = json.loads(workplace.run("history", "a", "--output", "json").out)["histories"][0]
    again = workplace.run("plan", TOKEN="tok-0001")

    assert result.code == 5, result.both
    assert "a was set back to the definition that was applied last" in result.err
    assert "[CF508]" in result.err
    assert (stored(workplace)["file"], stored(workplace)["api.token"]) == ("out.txt", "tok-0001")
    assert tasks(workplace) == ["RUNNING"]
    assert history["changes"][-1]["status"] == "failed"
    assert "set back" in history["changes"][-1]["message"]
    assert f'"out.txt" -> "{FAILS}"' in again.out
    assert "by hand" not in again.out


def test_without_a_record_it_is_said_that_nothing_is_known(workplace: Workplace):
    workplace.write_sink("a")
    apply(workplace)
    (workplace.folder / ".connectform/local.db").unlink()
    workplace.write_sink("a", file=FAILS)

    result = apply(workplace, "--rollback-on-failure")

    assert result.code == 5, result.both
    assert "a was not set back: the ledger does not know what was applied before" in result.err
    assert "[CF429]" in result.err
    assert stored(workplace)["file"] == FAILS


@BOTH_WAYS
def test_a_secret_that_stood_in_git_comes_from_its_commit(workplace: Workplace, failing_apply):
    workplace.write_sink("a", more=LITERAL)
    commit_all(workplace)
    apply(workplace)
    workplace.write_sink("a", file=FAILS, more=LITERAL.replace("-tok", "-new"))
    commit_all(workplace)

    result = failing_apply(workplace)

    assert "[CF508]" in result.err, result.both
    assert (stored(workplace)["file"], stored(workplace)["api.token"]) == ("out.txt", "lit3ral-tok")
    assert "lit3ral" not in result.both


def test_a_secret_that_stood_in_git_and_in_no_commit_is_refused(workplace: Workplace):
    workplace.write_sink("a", more=LITERAL)
    apply(workplace)
    workplace.write_sink("a", file=FAILS, more=LITERAL)

    result = apply(workplace, "--rollback-on-failure")

    assert result.code == 5, result.both
    assert "api.token was a secret that stood in git itself, and no commit says which" in result.err
    assert stored(workplace)["file"] == FAILS


@pytest.mark.parametrize("key", [{"KEY": "the key for all fingerprints"}, {}], ids=["key", "none"])
def test_a_commit_that_holds_another_secret_than_was_applied_is_not_believed(
    workplace: Workplace, key: dict[str, str]
):
    workplace.write_project('fingerprintKey: "${{ env.KEY }}"\n' if key else "")
    workplace.write_sink("a", more=LITERAL)
    commit_all(workplace)
    workplace.write_sink("a", more=LITERAL.replace("-tok", "-uncommitted"))
    apply(workplace, **key)
    workplace.write_sink("a", file=FAILS, more=LITERAL)

    result = apply(workplace, "--rollback-on-failure", **key)

    assert result.code == 5, result.both
    assert "api.token was a secret that stood in git itself, and no commit says which" in result.err
    assert stored(workplace)["file"] == FAILS


def test_what_was_rolled_back_is_remembered_with_the_commit_it_came_from(workplace: Workplace):
    for number in ("1", "2", "3"):
        workplace.write_sink("a", file=f"{number}.txt", more=LITERAL.replace("-tok", f"-{number}"))
        commit_all(workplace)
        assert apply(workplace).code == 0
    told = workplace.run("history", "--output", "json")
    runs = [run["id"] for run in json.loads(told.out)["histories"][0]["runs"]]

    for target in (runs[1], runs[0], "a"):
        back = workplace.run("rollback", target, "--auto-approve")
        assert back.code == 0, back.both
        workplace.run("hold", "a", "--release")
        assert stored(workplace)["api.token"] == f"lit3ral-{stored(workplace)['file'][0]}"


def test_a_plan_file_says_of_which_secret_it_cannot_know_that_it_is_the_planned_one(
    workplace: Workplace,
):
    workplace.write_sink("a", more=LITERAL)
    commit_all(workplace)
    assert workplace.run("plan", "--out", "plan.json").code == 0
    unsure = "a: api.token stands in git itself, and nothing tells whether it is what the plan"

    workplace.write_sink("a", more=LITERAL.replace("-tok", "-new"))
    changed = workplace.run("apply", "plan.json")
    told = json.loads(workplace.run("history", "a", "--output", "json").out)["histories"][0]
    workplace.write_sink("a", more=LITERAL)
    same = workplace.run("apply", "plan.json")

    assert (changed.code, same.code) == (0, 4), changed.both + same.both
    assert unsure in changed.out
    assert told["changes"][-1]["applied"]["commit"] == ""
    assert unsure not in same.both


def test_a_reference_that_is_no_longer_filled_keeps_it_from_going_back(workplace: Workplace):
    workplace.write_sink("a", more=REFERENCE)
    apply(workplace, TOKEN="tok-0001")
    workplace.write_sink("a", file=FAILS)

    result = apply(workplace, "--rollback-on-failure")

    assert result.code == 5, result.both
    assert "a was not set back: api.token: " in result.err
    assert stored(workplace)["file"] == FAILS


def test_ignored_keys_and_a_number_of_tasks_in_its_range_stay_as_they_are_live(
    workplace: Workplace,
):
    rules = '  ignore: [{keys: ["snapshot.*"], reason: incidents}]\n'
    text = rules + "  tasksMax: {min: 1, max: 4}\n"

    def definition(file: str) -> None:
        path = workplace.write_sink("a", file=file, more="    snapshot.mode: initial\n")
        path.write_text(path.read_text().replace("  tasksMax: 1\n", text))

    definition("out.txt")
    apply(workplace)
    workplace.cluster.put("a", stored(workplace) | {"snapshot.mode": "never", "tasks.max": "3"})
    workplace.cluster.settle()
    definition(FAILS)

    result = apply(workplace, "--rollback-on-failure")

    assert "[CF508]" in result.err, result.both
    kept = [stored(workplace)[key] for key in ("file", "snapshot.mode", "tasks.max")]
    assert kept == ["out.txt", "never", "3"]


def test_what_only_git_leaves_as_it_was_changed_by_hand_is_left_on_the_way_back_too(
    workplace: Workplace,
):
    workplace.write_sink("a")
    apply(workplace)
    workplace.cluster.put("a", stored(workplace) | {"topics": "other"})
    workplace.cluster.settle()
    workplace.write_sink("a", file=FAILS)

    result = apply(workplace, "--rollback-on-failure", "--only", "git")

    assert "[CF508]" in result.err, result.both
    assert (stored(workplace)["file"], stored(workplace)["topics"]) == ("out.txt", "other")


def test_what_was_applied_before_and_is_what_fails_is_not_written_again(workplace: Workplace):
    workplace.write_sink("a", file=FAILS)
    apply(workplace)
    workplace.cluster.put("a", stored(workplace) | {"file": "out.txt"})
    workplace.cluster.settle()

    result = apply(workplace, "--rollback-on-failure")

    assert result.code == 5, result.both
    assert "a was not set back: what was applied before is what fails now" in result.err
    assert stored(workplace)["file"] == FAILS
