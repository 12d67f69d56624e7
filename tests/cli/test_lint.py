"""`lint` as a process: offline, with its exit codes and formats; and what plans say of changes."""

import json

import pytest

from reconcile.clock import SystemClock
from tests.cli.harness import Workplace

SILENT = "  errors: {tolerance: all}\n"


def at_noon() -> str:
    """Return working hours, on all days, of a place where it is about noon now."""
    east = 12 - SystemClock().now().hour
    days = "monday, tuesday, wednesday, thursday, friday, saturday, sunday"
    return f'{{days: [{days}], from: "06:00", until: "18:00", zone: "Etc/GMT{-east:+d}"}}'


@pytest.fixture
def alone(tmp_path):
    """A project whose cluster does not exist."""
    place = Workplace(tmp_path, None, "http://127.0.0.1:1")
    place.write_project()
    (tmp_path / "connectors").mkdir()
    return place


def given_eight_tasks(workplace):
    """Put a connector of eight tasks on the cluster; `write_sink` declares one."""
    config = {
        "connector.class": "FileStreamSink",
        "tasks.max": "8",
        "file": "out.txt",
        "topics": "lines",
    }
    workplace.cluster.put("orders", config)


def test_clean_files_are_fine_and_no_cluster_is_asked(alone):
    alone.write_sink("orders")

    done = alone.run("lint")

    assert done.code == 0
    assert done.out.startswith("notice: there is no plugin snapshot of cluster local")
    assert done.err == "1 file, 1 connector: 1 notice.\n"


def test_a_finding_is_told_with_its_place_and_fails(alone):
    alone.write_sink("orders", more=SILENT)

    done = alone.run("lint")

    assert done.code == 1
    first, hint, *_ = done.out.splitlines()
    assert first == (
        "connectors/orders.yaml:10:12: error: records that cannot be converted are dropped, and"
        " nothing tells of it  [CF014]"
    )
    assert hint.startswith("  hint: add a dead letter queue")


@pytest.mark.parametrize(
    ("level", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("warn", "error", 0),
        ("warn", "warn", 1),
        ("info", "warn", 0),
        ("info", "info", 1),
        ("error", "never", 0),
        ("off", "info", 0),
    ],
)
def test_the_exit_code_follows_levels_and_fail_on(alone, level, fail_on, code):
    alone.write_project(f"lint: {{CF014: {level}}}\n")
    alone.write_sink("orders", more=SILENT)

    assert alone.run("lint", "--fail-on", fail_on).code == code


def test_the_json_document_names_code_and_place(alone, tmp_path):
    alone.write_sink("orders", more=SILENT)

    done = alone.run("lint", "--output", "json", "--json-out", "lint.json")

    document = json.loads(done.out)
    assert document == json.loads((tmp_path / "lint.json").read_text())
    apart, problem = document["problems"]
    assert apart["code"] == "CF131"
    assert (problem["code"], problem["path"], problem["line"], problem["column"]) == (
        "CF014",
        "connectors/orders.yaml",
        10,
        12,
    )


def test_a_selection_narrows_what_is_told(alone):
    alone.write_sink("orders", more=SILENT)
    alone.write_sink("returns", file="other.txt")

    assert alone.run("lint", "--select", "name=returns").code == 0
    assert alone.run("lint", "--exclude", "name=returns").code == 1
    assert alone.run("lint", "--select", "returns").code == 64


def test_a_file_that_cannot_be_used_is_told_beside_the_findings(alone):
    alone.write_sink("orders", more=SILENT)
    alone.write("connectors/broken.yaml", "a: [\n")

    done = alone.run("lint", "--fail-on", "never")
    told = alone.run("lint")

    assert done.code == 1
    assert told.code == 1
    assert "[CF101]" in told.out
    assert "[CF014]" in told.out


def test_no_secret_is_asked_for_and_none_is_printed(alone):
    alone.write_sink(
        "orders", more="    db.password: ${{ env.NOT_SET }}\n    api.token: pl4nted-s3cret\n"
    )

    done = alone.run("lint")

    assert "pl4nted" not in done.both
    assert done.both.count("[CF004]") == 1
    assert "api.token" in done.out


def test_hostile_text_in_a_name_does_not_reach_the_terminal(alone):
    alone.write(
        "connectors/a.json",
        '{"name": "a", "config": {"connector.class": "XSink", "topics": "t,\\u001b[31mt,\\u001b[31mt"}}',
    )

    done = alone.run("lint", "--fail-on", "warn")

    assert done.code == 1
    assert "\x1b" not in done.both
    assert "[CF023]" in done.out


def test_a_plan_warns_of_what_its_changes_cost(workplace):
    given_eight_tasks(workplace)
    workplace.write_sink("orders")

    done = workplace.run("plan", "--output", "json")

    (plan,) = json.loads(done.out)["plans"]
    told = [(item["code"], item["severity"], item["connector"]) for item in plan["problems"]]
    assert ("CF084", "warning", "orders") in told
    assert plan["applyable"]


def test_a_rule_that_is_an_error_keeps_a_plan_from_being_applied(workplace):
    given_eight_tasks(workplace)
    workplace.write_project("lint: {CF084: error}\n")
    workplace.write_sink("orders")

    done = workplace.run("apply", "--auto-approve")

    assert done.code == 1
    assert "[CF084]" in done.both
    assert workplace.cluster.configs()["orders"]["tasks.max"] == "8"


def test_a_saved_plan_is_judged_by_the_rules_as_they_are_when_it_is_applied(workplace):
    workplace.cluster.put(
        "orders",
        {"connector.class": "FileStreamSink", "tasks.max": "8", "file": "o", "topics": "lines"},
    )
    workplace.write_sink("orders")
    planned = workplace.run("plan", "--out", "plan.json")
    assert planned.both.count("[CF084]") == 1

    workplace.write_project(f"lint: {{CF083: error, CF084: off, workingHours: {at_noon()}}}\n")
    refused = workplace.run("apply", "plan.json")

    assert refused.code == 1
    assert "[CF083]" in refused.both
    assert "[CF084]" not in refused.both
    assert workplace.cluster.configs()["orders"]["tasks.max"] == "8"

    workplace.write_project("lint: {CF084: error}\n")
    assert workplace.run("apply", "plan.json").code == 1

    workplace.write_project()
    applied = workplace.run("apply", "plan.json")
    assert applied.code == 0, applied.both
    assert applied.both.count("[CF084]") == 1
    assert workplace.cluster.configs()["orders"]["tasks.max"] == "1"


def test_a_comment_in_the_definition_speaks_of_its_change_too(workplace):
    given_eight_tasks(workplace)
    path = workplace.write_sink("orders")
    path.write_text(
        path.read_text().replace(
            "tasksMax: 1", "tasksMax: 1 # connectform:ignore CF084 season over"
        )
    )

    done = workplace.run("plan")

    assert "CF084" not in done.both
    assert workplace.run("lint").code == 0


def test_drift_says_nothing_of_changes(workplace):
    given_eight_tasks(workplace)
    workplace.write_sink("orders")

    assert "CF084" not in workplace.run("drift").both
