"""The daily commands, one after the other, as a user types them."""

import json

from tests.cli.harness import Workplace


def state_of(workplace: Workplace, name: str) -> str:
    status = workplace.cluster.state_of(name)
    assert status is not None
    return status["connector"]["state"]


def test_plan_apply_and_plan_again_bring_a_cluster_in_line(workplace: Workplace):
    workplace.write_sink("orders-sink")
    workplace.write_sink("audit-sink", file="audit.txt")

    planned = workplace.run("plan")
    assert planned.code == 0
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in planned.out
    assert workplace.cluster.writes == 0

    applied = workplace.run("apply", "--auto-approve")
    assert applied.code == 0, applied.both
    assert "Apply complete: 2 added, 0 changed, 0 destroyed." in applied.err
    assert set(workplace.cluster.configs()) == {"orders-sink", "audit-sink"}
    assert workplace.cluster.configs()["audit-sink"]["file"] == "audit.txt"

    again = workplace.run("plan", "--detailed-exitcode")
    assert again.code == 0
    assert "No changes." in again.out


def test_a_second_apply_writes_nothing(workplace: Workplace):
    workplace.write_sink("orders-sink")
    workplace.run("apply", "--auto-approve")
    workplace.cluster.clear_requests()

    again = workplace.run("apply", "--auto-approve")

    assert again.code == 0
    assert workplace.cluster.writes == 0


def test_plan_says_with_its_exit_code_that_there_are_changes(workplace: Workplace):
    workplace.write_sink("orders-sink")

    assert workplace.run("plan", "--detailed-exitcode").code == 2


def test_drift_finds_what_was_changed_by_hand_and_apply_heals_it(workplace: Workplace):
    workplace.write_sink("orders-sink", more="  state: running\n")
    workplace.run("apply", "--auto-approve")
    config = dict(workplace.cluster.configs()["orders-sink"])
    workplace.cluster.put("orders-sink", config | {"file": "elsewhere.txt"})

    drifted = workplace.run("drift")
    assert drifted.code == 2
    assert "elsewhere.txt" in drifted.out

    healed = workplace.run("apply", "--auto-approve")
    assert healed.code == 0, healed.both
    assert workplace.cluster.configs()["orders-sink"]["file"] == "out.txt"
    assert workplace.run("drift").code == 0


def test_the_json_documents_are_alone_on_standard_output(workplace: Workplace):
    workplace.write_sink("orders-sink")

    planned = json.loads(workplace.run("plan", "--output", "json").out)
    applied = json.loads(workplace.run("apply", "--auto-approve", "--output", "json").out)
    drifted = json.loads(workplace.run("drift", "--output", "json").out)
    status = json.loads(workplace.run("status", "--output", "json").out)

    assert planned["plans"][0]["summary"]["create"] == 1
    assert applied["results"][0]["summary"]["applied"] == 1
    assert drifted["drifts"][0]["drifted"] is False
    assert status["clusters"][0]["connectors"][0]["name"] == "orders-sink"


def test_a_plan_is_written_to_a_file_beside_the_text(workplace: Workplace):
    workplace.write_sink("orders-sink")

    planned = workplace.run("plan", "--json-out", "plan.json")

    assert "orders-sink will be created" in planned.out
    assert json.loads((workplace.folder / "plan.json").read_text())["kind"] == "plan"


def test_an_export_gives_definitions_that_plan_nothing_once_secrets_are_set(workplace: Workplace):
    workplace.cluster.put(
        "legacy.1",
        {
            "connector.class": "FileStreamSink",
            "topics": "legacy",
            "file": "on",
            "note": 'a "quoted" line\nand ${{ literal }} ünïcode',
            "db.password": 'hunter2-ä/"x',
        },
    )

    exported = workplace.run("export")
    assert exported.code == 0, exported.both
    assert "LEGACY_1_DB_PASSWORD" in exported.out
    assert "hunter2" not in (workplace.folder / "connectors/legacy.1.yaml").read_text()

    planned = workplace.run("plan", LEGACY_1_DB_PASSWORD='hunter2-ä/"x')
    assert "No changes." in planned.out, planned.both


def test_unmanaged_connectors_are_listed_and_never_touched(workplace: Workplace):
    workplace.cluster.put("theirs", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.write_sink("ours")

    applied = workplace.run("apply", "--auto-approve", "--prune")

    assert "theirs" in applied.out
    assert "theirs" in workplace.cluster.configs()


def test_prune_deletes_only_what_the_project_owns(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["orders-*"]}\n')
    workplace.write_sink("orders-a")
    workplace.cluster.put("orders-b", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.cluster.put("audit", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.cluster.put("orders-c", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.adopt("orders-b")

    without = workplace.run("plan")
    assert "0 to destroy" in without.out

    pruned = workplace.run("apply", "--prune", "--auto-approve")
    assert pruned.code == 0, pruned.both
    assert set(workplace.cluster.configs()) == {"orders-a", "audit", "orders-c"}
    assert "orders-c: not deleted, since the ledger does not know it as ours" in pruned.out


def test_deletes_above_the_limit_are_refused_until_the_exact_number_is_given(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["orders-*"], prune: owned}\n')
    workplace.write_sink("orders-a")
    for name in ("orders-b", "orders-c"):
        workplace.cluster.put(name, {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.adopt("orders-b", "orders-c")

    foretold = workplace.run("plan", "--out", "plan.json")
    assert foretold.code == 0, foretold.both
    assert foretold.out.count("--allow-deletes 2") == 1
    assert foretold.out.index("--allow-deletes 2") < foretold.out.index("will be destroyed")
    assert "connectform apply" not in foretold.err

    refused = workplace.run("apply", "--auto-approve")
    assert refused.code == 3
    assert refused.both.count("--allow-deletes 2") == 1
    assert "orders-b" in workplace.cluster.configs()
    assert "orders-a" not in workplace.cluster.configs()

    assert workplace.run("apply", "--auto-approve", "--allow-deletes", "1").code == 3
    allowed = workplace.run("apply", "--auto-approve", "--allow-deletes", "2")
    assert allowed.code == 0, allowed.both
    assert set(workplace.cluster.configs()) == {"orders-a"}


def test_operators_act_by_name_through_small_plans(workplace: Workplace):
    workplace.write_sink("orders-sink", more="  state: running\n")
    workplace.run("apply", "--auto-approve")

    paused = workplace.run("pause", "orders-sink", "--auto-approve")
    assert paused.code == 0, paused.both
    assert "the next apply undoes this" in paused.both
    assert state_of(workplace, "orders-sink") == "PAUSED"

    assert workplace.run("stop", "orders-sink", "--auto-approve").code == 0
    assert state_of(workplace, "orders-sink") == "STOPPED"
    assert workplace.run("resume", "orders-sink", "--auto-approve").code == 0
    assert state_of(workplace, "orders-sink") == "RUNNING"
    assert workplace.run("restart", "orders-sink", "--auto-approve").code == 0


def test_an_unknown_name_is_refused_with_a_suggestion(workplace: Workplace):
    workplace.write_sink("orders-sink")
    workplace.run("apply", "--auto-approve")

    result = workplace.run("restart", "order-sink", "--auto-approve")

    assert result.code == 1
    assert "orders-sink" in result.err
    assert "CF413" in result.both


def test_status_shows_the_root_cause_of_a_failure(workplace: Workplace):
    workplace.write_sink("broken-sink", file="/nonexistent/x")

    applied = workplace.run("apply", "--auto-approve")
    assert applied.code == 5, applied.both
    assert "/nonexistent/x" in applied.err

    status = workplace.run("status")
    assert "FAILED" in status.out or "0/1" in status.out
    assert "/nonexistent/x" in status.out
