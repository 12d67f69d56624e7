"""Saved plans, ledgers, locks, holds and the way back, as whole processes."""

import json
import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from reconcile.clock import SystemClock
from reconcile.ledger import keys
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.writing import lease_text
from reconcile.model.ledger import Lease
from reconcile.plan.digest import digest_of
from reconcile.redact import forms_of
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import silent
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Result, Workplace
from tests.sandbox_command import wait_for

SECRET = 'hun"ter/é-2'
KEY = {"CONNECTFORM_FINGERPRINT_KEY": "the key for all fingerprints"}
FINGERPRINTS = 'fingerprintKey: "${{ env.CONNECTFORM_FINGERPRINT_KEY }}"\n'
PASSWORD_OF_A = '    db.password: "${{ env.PW }}"\n'
SINK = {"connector.class": "FileStreamSink", "tasks.max": "1", "file": "out.txt", "topics": "lines"}


def apply(place: Workplace, *arguments: str, **environment: str) -> Result:
    return place.run("apply", "--auto-approve", *arguments, **environment)


def by_hand(place: Workplace, name: str, **settings: str) -> None:
    place.cluster.put(name, SINK | settings)
    place.cluster.settle()


def ledger(place: Workplace) -> SqliteStore:
    return SqliteStore(place.folder / ".connectform/local.db", place="local.db")


def runs_of(place: Workplace) -> list[dict[str, Any]]:
    """Return the runs that a ledger knows, the newest last."""
    told = place.run("history", "--output", "json").out
    return json.loads(told)["histories"][0]["runs"]


def saved(place: Workplace, *arguments: str, **environment: str) -> str:
    done = place.run("plan", "--out", "plan.json", *arguments, **environment)
    assert done.code == 0, done.both
    return (place.folder / "plan.json").read_text(encoding="utf-8")


def test_a_saved_plan_is_applied_exactly_and_running_it_again_finds_it_done(workplace: Workplace):
    workplace.write_sink("a")
    saved(workplace)
    workplace.write_sink("b")

    shown = workplace.run("show", "plan.json")
    first = workplace.run("apply", "plan.json")
    again = workplace.run("apply", "plan.json")

    assert "Plan: 1 to add, 0 to change, 0 to destroy." in shown.out
    assert (first.code, again.code) == (0, 0), first.both + again.both
    assert "1 already applied" in again.err
    assert set(workplace.cluster.configs()) == {"a"}


def test_show_prints_what_plan_printed_of_what_is_held_and_what_is_unrecorded(
    workplace: Workplace,
):
    for name in ("a", "b"):
        workplace.write_sink(name)
    apply(workplace)
    workplace.write_sink("c")
    apply(workplace)
    assert workplace.run("forget", "c").code == 0
    for name in ("a", "b"):
        workplace.write_sink(name, file="new.txt")
    workplace.run("hold", "a", "--reason", "incident 4711", "--until", "4h")
    planned = workplace.run("plan", "--out", "plan.json")

    shown = workplace.run("show", "plan.json")

    assert "Holds: 1 hold in force." in shown.out
    assert "# (1 declared connector is live and not in the ledger yet" in shown.out
    assert shown.out == planned.out


def test_a_stale_plan_writes_nothing_and_lists_all_that_moved(workplace: Workplace):
    for name in ("a", "b", "c"):
        workplace.write_sink(name)
    apply(workplace)
    for name in ("a", "b", "c"):
        workplace.write_sink(name, file="new.txt")
    saved(workplace)
    by_hand(workplace, "a", file="hand.txt")
    workplace.cluster.remove("b")
    workplace.cluster.clear_requests()

    result = workplace.run("apply", "plan.json")

    assert result.code == 4
    assert "a was changed since the plan was made  [CF418]" in result.err
    assert "b was deleted since the plan was made  [CF418]" in result.err
    assert "c was" not in result.err
    assert workplace.cluster.writes == 0


def test_a_saved_plan_is_judged_by_the_limits_of_now(workplace: Workplace):
    owned = '    ownership: {owns: ["*"], prune: owned}\n'
    workplace.write_project(owned)
    for name in ("a", "b", "c"):
        workplace.write_sink(name)
    assert apply(workplace).code == 0
    for name in ("b", "c"):
        (workplace.folder / f"connectors/{name}.yaml").unlink()
    assert "limits.maxDeletes" in saved(workplace)

    refused = workplace.run("apply", "plan.json")
    shown = workplace.run("show", "plan.json")
    workplace.write_project(f"{owned}    limits: {{maxDeletes: 2}}\n")
    allowed = workplace.run("apply", "plan.json")

    assert refused.code == 3
    assert refused.both.count("limits.maxDeletes") == 1
    assert "limits.maxDeletes" in shown.out
    assert (allowed.code, "limits.maxDeletes" in allowed.both) == (0, False), allowed.both
    assert set(workplace.cluster.configs()) == {"a"}


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (lambda text: text[:-100], 1, "it is no JSON, or was cut off"),
        (lambda text: text.replace("out.txt", "etc.txt"), 1, "it was changed since it was written"),
        (lambda _: "{}", 1, "it holds no plan"),
    ],
    ids=["cut off", "edited", "something else"],
)
def test_a_spoiled_plan_file_is_refused(workplace: Workplace, spoil, code, told):
    workplace.write_sink("a")
    workplace.write("plan.json", spoil(saved(workplace)))

    result = workplace.run("apply", "plan.json")

    assert result.code == code
    assert told in result.err
    assert "[CF419]" in result.err
    assert workplace.cluster.writes == 0


def test_an_old_plan_and_options_of_planning_are_refused(workplace: Workplace):
    workplace.write_sink("a")
    saved(workplace)

    old = workplace.run("apply", "plan.json", "--max-age", "0")
    pruned = workplace.run("apply", "plan.json", "--prune")
    endless = workplace.run("apply", "plan.json", "--max-age", "inf")

    assert (old.code, pruned.code, endless.code) == (4, 64, 64)
    assert old.err.startswith("plan.json: error: the plan of local was made at ")
    assert "plans are good for 0 h  [CF420]" in old.err
    assert workplace.cluster.writes == 0


def test_a_plan_from_the_future_is_refused_unless_clocks_may_differ_by_so_much(
    workplace: Workplace,
):
    workplace.write_sink("a")
    document = json.loads(saved(workplace))
    now = SystemClock().now()

    def dated(ahead: timedelta, *arguments: str) -> Result:
        document["plans"][0]["created_at"] = (now + ahead).isoformat()
        content = {key: value for key, value in document.items() if key != "checksum"}
        document["checksum"] = digest_of(content)
        workplace.write("plan.json", json.dumps(document))
        return workplace.run("apply", *arguments)

    for arguments in (("plan.json",), ("--auto-approve", "--expect", "plan.json")):
        refused = dated(timedelta(hours=2), *arguments)
        assert refused.code == 4, refused.both
        assert "plan.json: error: the plan of local was made at " in refused.err
        assert "nobody can tell how old it is  [CF420]\n  hint: set the clocks (NTP)" in refused.err
    assert workplace.cluster.writes == 0
    assert dated(timedelta(minutes=4), "plan.json").code == 0


def test_only_what_was_approved_is_applied_and_the_rest_is_left(workplace: Workplace):
    workplace.write_sink("a")
    workplace.write_sink("b")
    saved(workplace)
    workplace.write_sink("b", file="changed-since.txt")

    result = apply(workplace, "--expect", "plan.json")

    assert result.code == 5, result.both
    assert "Not approved: 1 connector changed otherwise than was approved" in result.out
    assert set(workplace.cluster.configs()) == {"a"}


def test_what_was_approved_and_is_held_since_is_left_and_the_exit_code_says_so(
    workplace: Workplace,
):
    workplace.write_sink("a")
    apply(workplace)
    workplace.write_sink("a", file="new.txt")
    saved(workplace)
    workplace.run("hold", "a", "--reason", "incident 4711", "--until", "4h")

    alone = apply(workplace, "--expect", "plan.json")
    workplace.write_sink("b")
    saved_with_hold = saved(workplace)
    known = apply(workplace, "--expect", "plan.json")

    assert alone.code == 4, alone.both
    assert "a was approved, and is not applied: it is held since" in alone.out
    assert workplace.cluster.configs()["a"]["file"] != "new.txt"
    assert "incident 4711" in saved_with_hold
    assert known.code == 0, known.both
    assert set(workplace.cluster.configs()) == {"a", "b"}


def test_a_digest_is_expected_or_nothing_is_applied(workplace: Workplace):
    workplace.write_sink("a")
    digest = json.loads(saved(workplace))["plans"][0]["digest"]
    other = "sha256:" + "0" * 64

    refused = apply(workplace, "--expect", other)
    taken = apply(workplace, "--expect", digest)

    assert (refused.code, taken.code) == (4, 0)
    assert "[CF428]" in refused.err
    assert set(workplace.cluster.configs()) == {"a"}


def test_a_plan_made_without_secrets_has_the_digest_of_one_made_with_them(workplace: Workplace):
    workplace.write_sink("a", more='    db.password: "${{ env.PW }}"\n')
    without = json.loads(saved(workplace, "--no-secrets"))["plans"][0]["digest"]
    with_them = json.loads(saved(workplace, PW=SECRET))["plans"][0]["digest"]

    assert without == with_them
    saved(workplace, "--no-secrets")
    assert workplace.run("apply", "plan.json", PW=SECRET).code == 0
    assert workplace.cluster.configs()["a"]["db.password"] == SECRET


def test_a_secret_that_was_changed_by_hand_makes_a_plan_stale_where_fingerprints_are_keyed(
    workplace: Workplace,
):
    def ready(project: str, **environment: str) -> Result:
        workplace.write_project(project)
        workplace.write_sink("a", more=PASSWORD_OF_A)
        apply(workplace, PW=SECRET, **environment)
        workplace.write_sink("a", file="new.txt", more=PASSWORD_OF_A)
        saved(workplace, PW=SECRET, **environment)
        config = workplace.cluster.configs()["a"] | {"db.password": "by-hand-4711"}
        workplace.cluster.put("a", config)
        workplace.cluster.settle()
        return workplace.run("apply", "plan.json", PW=SECRET, **environment)

    keyed = ready(FINGERPRINTS, **KEY)
    text = (workplace.folder / "plan.json").read_text(encoding="utf-8")
    unkeyed = ready("")

    assert keyed.code == 4, keyed.both
    assert "a was changed since the plan was made  [CF418]" in keyed.err
    assert unkeyed.code == 0, unkeyed.both
    assert json.loads(text)["plans"][0]["changes"][0]["precondition"]["secrets"]
    assert not any(form in text for form in forms_of(SECRET))


def test_no_file_that_is_left_behind_holds_a_secret(workplace: Workplace):
    workplace.write_sink("a", more='    db.password: "${{ env.PW }}"\n    api.token: lit3ral-tok\n')
    workplace.write_project(FINGERPRINTS)
    saved(workplace, PW=SECRET, **KEY)
    assert apply(workplace, PW=SECRET, **KEY).code == 0
    workplace.run("history", "--output", "json")

    left = b"".join(
        path.read_bytes()
        for path in workplace.folder.rglob("*")
        if path.is_file() and path.suffix != ".yaml"
    )
    for form in {*forms_of(SECRET), "lit3ral-tok", KEY["CONNECTFORM_FINGERPRINT_KEY"]}:
        assert form.encode() not in left, form


def test_what_git_changed_and_nobody_applied_is_no_drift(workplace: Workplace):
    workplace.write_sink("a")
    apply(workplace)
    workplace.write_sink("a", file="merged.txt")
    clean = workplace.run("drift")
    by_hand(workplace, "a", topics="other")
    drifted = workplace.run("drift", "--output", "json")

    assert (clean.code, drifted.code) == (0, 2), clean.both
    (changed,) = json.loads(drifted.out)["drifts"][0]["changed"]
    assert [(key["key"], key["cause"]) for key in changed["keys"]] == [("topics", "live")]


def test_drift_is_shown_from_what_was_applied_and_not_from_what_git_says_since(
    workplace: Workplace,
):
    workplace.write_sink("a", file="t3", more="  state: running\n")
    apply(workplace)
    workplace.write_sink("a", file="t3b", more="  state: paused\n")
    by_hand(workplace, "a", file="thand")
    workplace.cluster.set_target("a", Target.STOPPED)
    workplace.cluster.settle()

    drifted = workplace.run("drift")
    planned = workplace.run("plan")

    assert '"t3" -> "thand"' in drifted.out
    assert "running -> stopped" in drifted.out.replace('"', "")
    assert "t3b" not in drifted.out
    assert '"thand" -> "t3b"' in planned.out


def test_only_git_is_applied_where_only_git_counts(workplace: Workplace):
    workplace.write_sink("a")
    apply(workplace)
    workplace.write_sink("a", file="merged.txt")
    by_hand(workplace, "a", topics="other")

    result = apply(workplace, "--only", "git")
    left = workplace.run("drift")

    assert result.code == 0, result.both
    assert workplace.cluster.configs()["a"]["file"] == "merged.txt"
    assert workplace.cluster.configs()["a"]["topics"] == "other"
    assert left.code == 2


def test_protection_outlives_the_file_that_declared_it(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["*"], prune: owned}\n')
    workplace.write_sink("kept")
    path = workplace.write_sink("a", more="  protect: true\n")
    apply(workplace)
    text = path.read_text()
    path.unlink()

    refused = apply(workplace)
    assert refused.code == 3
    assert "a may not be deleted" in refused.err

    path.write_text(text.replace("protect: true", "protect: false"))
    assert apply(workplace).code == 0
    path.unlink()
    assert apply(workplace).code == 0
    assert set(workplace.cluster.configs()) == {"kept"}


def test_the_offsets_of_what_is_deleted_are_in_the_ledger(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["*"], prune: owned}\n')
    workplace.write_sink("kept")
    path = workplace.write(
        "connectors/a.yaml",
        "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: a}\n"
        "spec: {class: FileStreamSource, config: {file: in.txt, topic: lines}}\n",
    )
    apply(workplace)
    path.unlink()
    assert apply(workplace).code == 0

    with sqlite3.connect(workplace.folder / ".connectform/local.db") as ledger:
        ((text,),) = ledger.execute("SELECT value FROM entries WHERE key = 'offsets/a'")
    assert json.loads(text)["offsets"][0]["partition"] == {"filename": "in.txt"}


def test_a_held_connector_is_left_alone_by_every_writer(workplace: Workplace):
    workplace.write_sink("a")
    apply(workplace)
    held = workplace.run("hold", "a", "--reason", "incident 4711", "--until", "4h", USER="ada")
    workplace.write_sink("a", file="new.txt")
    workplace.cluster.clear_requests()

    planned = workplace.run("plan")
    applied = apply(workplace)
    stopped = workplace.run("stop", "a", "--auto-approve")

    assert held.code == 0, held.both
    assert "incident 4711" in planned.out
    assert (applied.code, stopped.code) == (0, 1)
    assert "[CF424]" in stopped.err
    assert workplace.cluster.writes == 0
    assert workplace.run("hold", "a", "--release").code == 0
    assert apply(workplace).code == 0
    assert workplace.cluster.configs()["a"]["file"] == "new.txt"


FREEZE = "    freezes:\n      - {from: 2020-01-01, until: 2099-01-01, reason: year end, by: fin}\n"


@pytest.mark.parametrize("by", ["hold", "freeze"])
def test_a_plan_is_not_applied_by_halves_where_a_hold_or_a_freeze_came_after_it(
    workplace: Workplace, by: str
):
    for name in ("a", "b"):
        workplace.write_sink(name)
    saved(workplace)
    if by == "hold":
        workplace.run("hold", "a", "--reason", "incident 4711", "--until", "4h", USER="ada")
    else:
        workplace.write_project(FREEZE)

    stale = workplace.run("apply", "plan.json")
    writes = workplace.cluster.writes
    if by == "hold":
        workplace.run("hold", "a", "--release")
    else:
        workplace.write_project()
    free = workplace.run("apply", "plan.json")

    assert (stale.code, writes) == (4, 0), stale.both
    assert "error: a is left alone until " in stale.err
    assert "[CF424]" in stale.err
    assert free.code == 0, free.both
    assert set(workplace.cluster.configs()) == {"a", "b"}


def test_what_was_held_when_a_plan_was_made_is_not_said_to_match_git(workplace: Workplace):
    workplace.write_sink("a")
    workplace.run("hold", "a", "--reason", "incident 4711", "--until", "4h")
    saved(workplace)
    workplace.run("hold", "a", "--release")

    applied = workplace.run("apply", "plan.json")

    assert applied.code == 0, applied.both
    assert "match" not in applied.out
    assert "notice: a is not in this plan: it was held when the plan was made" in applied.both
    assert workplace.cluster.writes == 0


def test_a_pause_with_a_hold_outlasts_the_next_apply(workplace: Workplace):
    workplace.write_sink("a", more="  state: running\n")
    apply(workplace)
    arguments = ("pause", "a", "--auto-approve", "--hold", "maintenance", "--until", "1h")
    assert workplace.run(*arguments).code == 0
    assert apply(workplace).code == 0
    assert workplace.cluster.target_of("a").value == "PAUSED"


def test_a_rollback_goes_back_holds_and_says_what_lasts(workplace: Workplace):
    workplace.write_sink("a", file="good.txt")
    apply(workplace)
    workplace.write_sink("a", file="bad.txt")
    apply(workplace)

    back = workplace.run("rollback", "a", "--auto-approve")
    again = apply(workplace)
    unknown = workplace.run("rollback", "nobody", "--auto-approve")

    assert (back.code, again.code, unknown.code) == (0, 0, 64), back.both
    assert workplace.cluster.configs()["a"]["file"] == "good.txt"
    assert "held until git declares something else" in back.err
    assert "[CF429]" in unknown.err
    workplace.write_sink("a", file="fixed.txt")
    assert apply(workplace).code == 0
    assert workplace.cluster.configs()["a"]["file"] == "fixed.txt"


def test_a_rollback_to_a_run_brings_back_what_was_then(workplace: Workplace):
    workplace.write_sink("a", file="one.txt")
    apply(workplace)
    (run,) = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]
    workplace.write_sink("a", file="two.txt")
    workplace.write_sink("b")
    apply(workplace)

    back = workplace.run("rollback", run["id"], "--auto-approve")

    assert back.code == 0, back.both
    assert "b did not exist then" in back.out
    assert workplace.cluster.configs()["a"]["file"] == "one.txt"
    assert "b" in workplace.cluster.configs()


def test_history_tells_runs_connectors_and_one_run_in_full(workplace: Workplace):
    workplace.write_sink("a")
    environment = {"GITHUB_ACTOR": "ada", "GITHUB_RUN_ID": "17", "GITHUB_REPOSITORY": "shop/c"}
    apply(workplace, **environment)
    document = json.loads(workplace.run("history", "--output", "json").out)
    run = document["histories"][0]["runs"][0]

    assert (run["actor"], run["counts"]) == ("ada", {"applied": 1})
    assert run["run_url"] == "https://github.com/shop/c/actions/runs/17"
    assert "create" in workplace.run("history", "a").out
    full = workplace.run("history", "show", run["id"])
    assert "apply on local" in full.out
    assert workplace.run("history", "nobody").code == 1


def test_history_show_says_that_it_wants_a_run_and_a_connector_of_that_name_can_be_had(
    workplace: Workplace,
):
    for file in ("a.txt", "b.txt"):
        workplace.write_sink("show", file=file)
        workplace.write_sink("other", file=file)
        apply(workplace)

    def document(*arguments: str):
        told = workplace.run("history", *arguments, "--output", "json")
        return told.code, json.loads(told.out)["histories"][0]

    runs = document()[1]["runs"]
    missing = workplace.run("history", "show")
    named = workplace.run("history", "--connector", "show")
    both = workplace.run("history", "other", "--connector", "show")
    code, one = document("show", runs[0]["id"])

    assert (missing.code, named.code, both.code) == (64, 0, 64)
    assert "history show wants a run" in missing.err
    assert "connectform history --connector show" in missing.err
    assert [line.split()[4] for line in named.out.splitlines()[1:]] == ["update", "create"]
    assert (code, [run["id"] for run in one["runs"]]) == (0, [runs[0]["id"]])
    assert {change["action"] for change in one["changes"]} == {"create"}
    assert [run["id"] for run in document("--limit", "1")[1]["runs"]] == [runs[1]["id"]]
    assert document("nobody")[0] == document("show", "nobody")[0] == 1


def test_adopt_and_forget_touch_the_ledger_alone(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["orders-*"]}\n')
    workplace.write_sink("a")
    for name in ("a", "orders-x", "audit"):
        by_hand(workplace, name)
    workplace.cluster.clear_requests()

    adopted = workplace.run("adopt", "--auto-approve")
    named = workplace.run("adopt", "orders-x", "--auto-approve")
    foreign = workplace.run("adopt", "audit", "--auto-approve")
    twice = workplace.run("adopt", "a", "--auto-approve")
    forgotten = workplace.run("forget", "a")
    unknown = workplace.run("forget", "nobody")

    assert adopted.out == "a\n"
    assert named.out == "orders-x\n"
    assert "a is in the ledger already\nNothing to adopt." in twice.err
    assert (foreign.code, forgotten.code, unknown.code) == (3, 0, 64)
    assert "Orphaned: 1 connector" in workplace.run("plan").out
    assert workplace.cluster.writes == 0


def test_two_applies_never_interleave_and_one_is_told_of_the_other(workplace: Workplace):
    workplace.write_sink("a")
    workplace.cluster.inject(silent("POST /connectors", 3.0))
    first = workplace.start("apply", "--auto-approve", USER="ada")
    assert wait_for(lambda: any(r.method == "POST" for r in workplace.cluster.requests))
    told = apply(workplace, USER="grace")
    waited = apply(workplace, "--lock-timeout", "60")
    first.communicate(timeout=120)

    assert told.code == 1
    assert "is writing to this cluster since" in told.err
    assert "[CF804]" in told.err
    assert waited.code == 0, waited.both


def test_a_killed_run_holds_nobody_up_and_is_finished_by_the_same_command(workplace: Workplace):
    workplace.write_sink("a")
    workplace.cluster.inject(silent("POST /connectors", 600.0))
    process = workplace.start("apply", "--auto-approve")
    assert wait_for(lambda: any(r.method == "POST" for r in workplace.cluster.requests))
    process.kill()
    process.communicate()
    workplace.cluster.clear_faults()

    again = apply(workplace)

    assert again.code == 0, again.both
    assert "No changes." in workplace.run("plan").out
    runs = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]
    assert [run["finished_at"] is None for run in runs] == [True, False]


def test_a_lock_that_nobody_gives_back_can_be_broken(workplace: Workplace):
    assert "Nobody holds the lock" in workplace.run("unlock", "--auto-approve").err


def test_a_lock_that_is_broken_in_the_middle_of_an_apply_is_told_once(workplace: Workplace):
    workplace.write_sink("a")
    with workplace.start("apply", "--auto-approve") as process:
        wait_for(lambda: "a" in workplace.cluster.configs())
        store = SqliteStore(workplace.folder / ".connectform/local.db", place="local.db")
        store.swap({keys.LEASE: None}, given={})
        _, err = process.communicate(timeout=120)

    assert process.returncode == 5, err
    assert err.count("[CF805]") == 1


def test_a_lock_that_has_expired_by_the_clock_here_is_taken_over_and_told(workplace: Workplace):
    now = SystemClock().now()
    live = Lease(
        id="other",
        project="tests",
        actor="ada",
        command="apply",
        host="elsewhere",
        process="1",
        since=now - timedelta(seconds=400),
        expires=now - timedelta(seconds=100),
    )
    store = SqliteStore(workplace.folder / ".connectform/local.db", place="local.db")
    store.swap({keys.LEASE: lease_text(live)}, given={})
    workplace.write_sink("a")

    result = apply(workplace)

    assert result.code == 0, result.both
    assert "Took over the lock of cluster local that ada held for apply of tests" in result.err
    assert "one of the two clocks is wrong" in result.err
    assert "Took over" not in apply(workplace).err


def test_a_hold_leaves_the_format_of_a_later_version_as_it_is(workplace: Workplace):
    store = SqliteStore(workplace.folder / ".connectform/local.db", place="local.db")
    workplace.write_sink("a")
    ask = ("hold", "a", "--reason", "incident 4711", "--until", "4h")
    for version, code in (("1.9", 0), ("2.0", 1)):
        format_entry = {keys.FORMAT: f'{{"format_version":"{version}"}}'}
        store.swap(format_entry, given={})
        held = workplace.run(*ask)
        assert held.code == code, held.both
        assert dict(store.read(keys.FORMAT)) == format_entry

    assert "[CF802]" in held.err
    for command in (("hold", "a", "--release"), ("unlock", "--auto-approve")):
        assert "[CF802]" in workplace.run(*command).err
    assert set(store.read(keys.HOLDS)) == {keys.hold_key("a")}


def test_in_a_pipeline_a_ledger_in_a_file_must_be_meant(workplace: Workplace):
    workplace.write_sink("a")
    refused = apply(workplace, CI="true")
    meant = apply(workplace, "--local-ledger", CI="true")

    assert (refused.code, meant.code) == (3, 0), meant.both
    assert "[CF806]" in refused.err


def test_in_a_pipeline_a_lock_in_a_file_is_not_broken_unless_it_is_meant(workplace: Workplace):
    refused = workplace.run("unlock", "--auto-approve", CI="true")
    meant = workplace.run("unlock", "--auto-approve", "--local-ledger", CI="true")

    assert (refused.code, meant.code) == (3, 0), refused.both + meant.both
    assert "[CF806]" in refused.err
    assert "Nobody holds the lock" in meant.err


def test_a_lock_that_nobody_can_read_is_broken_all_the_same(workplace: Workplace):
    workplace.write_sink("a")
    ledger(workplace).swap({keys.LEASE: "{"}, given={})

    blocked = apply(workplace)
    broken = workplace.run("unlock", "--auto-approve")

    assert blocked.code == 1, blocked.both
    assert "connectform unlock --cluster local breaks it" in blocked.err
    assert broken.code == 0, broken.both
    assert "its record was damaged" in broken.err
    assert apply(workplace).code == 0


def test_a_run_whose_end_could_not_be_recorded_is_closed_by_the_next(workplace: Workplace):
    workplace.write_sink("a")
    apply(workplace)
    workplace.write_sink("a", file="new.txt")
    with closing(sqlite3.connect(workplace.folder / ".connectform/local.db")) as database:
        database.execute(
            "CREATE TRIGGER lost BEFORE INSERT ON entries WHEN NEW.key LIKE 'run/%'"
            " AND NEW.value NOT LIKE '%\"finished_at\":null%'"
            " BEGIN SELECT RAISE(ABORT, 'lost'); END"
        )
        database.commit()
        apply(workplace)
        lost = runs_of(workplace)[-1]
        database.execute("DROP TRIGGER lost")
        database.commit()

    again = apply(workplace)

    assert lost["finished_at"] is None
    assert again.code == 0, again.both
    (closed,) = [run for run in runs_of(workplace) if run["id"] == lost["id"]]
    assert closed["finished_at"] is not None
    assert closed["counts"] == {"applied": 1}


def test_a_ledger_in_git_outlives_the_clone(workplace: Workplace, tmp_path_factory):
    remote = tmp_path_factory.mktemp("remote")
    run = lambda *arguments: subprocess.run(  # noqa: E731
        ["git", "-C", str(workplace.folder), *arguments], check=True, capture_output=True
    )
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    run("init", "-q")
    run("remote", "add", "origin", str(remote))
    workplace.write_project("    ledger: git\n")
    workplace.write_sink("a")
    run("remote", "rename", "origin", "unplugged")
    run("remote", "add", "other", str(remote))
    alone = workplace.run("plan")
    run("remote", "remove", "other")
    run("remote", "rename", "unplugged", "origin")
    first = apply(workplace, CI="true")
    run("update-ref", "-d", "refs/connectform/local")
    by_hand(workplace, "a", file="hand.txt")

    planned = workplace.run("plan")

    assert first.code == 0, first.both
    assert "notice: the ledger refs/connectform/local is in this clone alone" in alone.both
    assert "[CF808]" not in first.both
    assert '"hand.txt" -> "out.txt"  # changed by hand' in planned.out


def test_a_commit_says_what_was_applied_where_there_is_no_ledger(workplace: Workplace):
    git = ["git", "-C", str(workplace.folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    workplace.write_sink("a")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "one")):
        subprocess.run([*git, *arguments], check=True)
    by_hand(workplace, "a", topics="hand")
    workplace.write_sink("a", file="new.txt")

    planned = workplace.run("plan", "--base", "HEAD")
    unknown = workplace.run("plan", "--base", "no-such-ref")

    assert '~ topics = "hand" -> "lines"  # changed by hand' in planned.out
    assert '~ file   = "out.txt" -> "new.txt"\n' in planned.out
    assert unknown.code == 64
    assert "fetch-depth: 0" in unknown.err


def test_a_rename_with_moved_from_moves_and_then_there_is_nothing_to_do(workplace: Workplace):
    workplace.write_sink("old").unlink()
    path = workplace.write_sink("old")
    apply(workplace)
    path.unlink()
    workplace.write_sink("new", more="  movedFrom: old\n")

    moved = apply(workplace)

    assert moved.code == 0, moved.both
    assert "1 to move" in moved.out
    assert set(workplace.cluster.configs()) == {"new"}
    assert "No changes." in workplace.run("plan").out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(format_version="2.0"), "its format is 2.0"),
        (lambda one: one["tool"].update(version="1.0.0"), "connectform 1.0.0 made it"),
        (lambda one: one["plans"][0].update(project="others"), "it is of project others"),
        (lambda one: one["plans"][0]["cluster"].update(name="prod"), "has no cluster prod"),
    ],
    ids=["another format", "another tool", "another project", "another cluster"],
)
def test_a_plan_made_elsewhere_is_refused(workplace: Workplace, change, told):
    workplace.write_sink("a")
    document = json.loads(saved(workplace))
    change(document)
    del document["checksum"]
    document["checksum"] = digest_of(document)
    workplace.write("plan.json", json.dumps(document))

    result = workplace.run("apply", "plan.json")

    assert result.code == 1
    assert told in result.err
    assert "[CF419]" in result.err
    assert workplace.cluster.writes == 0


def test_a_plan_for_a_connect_cluster_on_another_kafka_is_stale(workplace: Workplace):
    workplace.write_sink("a")
    saved(workplace)
    other = SimulatedCluster(clock=SystemClock(), timing=Timing.quick(), cluster_id="another")

    with serve(other) as server:
        Workplace(workplace.folder, other, server.url).write_project()
        result = workplace.run("apply", "plan.json")

    assert result.code == 4, result.both
    assert "the plan is for the Connect cluster on Kafka simulated-kafka" in result.err
    assert other.writes == 0


def test_a_secret_that_was_rotated_since_the_plan_is_applied_and_told(workplace: Workplace):
    workplace.write_project(FINGERPRINTS)
    workplace.write_sink("a", more=PASSWORD_OF_A)
    saved(workplace, PW=SECRET, **KEY)

    gone = workplace.run("apply", "plan.json", **KEY)
    written = workplace.cluster.writes
    result = workplace.run("apply", "plan.json", PW="rotated-4711", **KEY)

    assert (gone.code, written) == (4, 0), gone.both
    assert "the secret db.password that the plan was made with cannot be had any more" in gone.err
    assert result.code == 0, result.both
    assert "a: db.password has another value than when the plan was made" in result.out
    assert workplace.cluster.configs()["a"]["db.password"] == "rotated-4711"
