"""What watching logs: each decision once, with whom it is about, and no secret."""

import ast
import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.cli.logs import open_log
from reconcile.cli.options import LogFormat, LogLevel
from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.sandbox.simulated_answers import error
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import Fault
from reconcile.watch.diary import Diary
from reconcile.watch.events import LEVELS, Happening
from reconcile.watch.heals import Healing
from reconcile.watch.loop import Course, watch_cluster
from reconcile.watch.rounds import Round
from tests.cli.harness import Workplace, workplace_on
from tests.unit.watch.test_events import CHANGED
from tests.watch.post import BAD_RECORD, REFUSED, Post
from tests.watch.sources import READ

ROOT = Path(__file__).parents[2]
STRICT = "{enabled: true, maxAttempts: 1, backoff: {initial: 30s, jitter: 0}}"
NOISE = {"request", "waiting"}


def logged(
    post: Post, monkeypatch: pytest.MonkeyPatch, *steps, level: LogLevel = LogLevel.INFO
) -> list[dict[str, object]]:
    """Watch for a round, and another after each step; return the entries that were logged."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    seat = post.seat
    log = open_log(level, LogFormat.JSON, seat.context.redactor)
    seat = replace(seat, context=replace(seat.context, log=log))
    diary = Diary(seat.context, "run-1", str(post.folder))
    rounds = []

    def tell(found) -> None:
        diary.write(found)
        rounds.append(found)

    def wait(_seconds: float) -> bool:
        if len(rounds) > len(steps):
            return True
        steps[len(rounds) - 1]()
        return False

    reload = lambda before: load_project(None, post.folder, before)  # noqa: E731
    watch_cluster(seat, Course(tell=tell, wait=wait, reload=reload))
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [entry for entry in entries if entry["event"] not in NOISE]


def short(entries: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        (entry["level"], entry.get("alert") or entry["event"], entry.get("connector"))
        for entry in entries
    ]


def test_a_failure_its_restart_and_its_end_are_each_logged_once(post, monkeypatch):
    post.write_project(restart=STRICT)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)

    def later(seconds: float):
        return lambda: post.clock.advance(seconds)

    entries = logged(post, monkeypatch, later(1), later(29), later(1), later(1))

    assert short(entries) == [
        ("warning", "connector unwell", "a"),
        ("info", "restart waiting", "a"),
        ("info", "outcome", "a"),
        ("info", "restart", "a"),
        ("info", "connector recovered", "a"),
    ]
    assert {entry["cluster"] for entry in entries} == {"local"}
    unwell, waiting, outcome, restart, recovered = entries
    assert [unwell["run"], waiting["run"], recovered["run"]] == ["run-1"] * 3
    assert outcome["run"] == restart["run"] != "run-1", "the history has it under this"
    assert [waiting["action"], outcome["action"], restart["action"]] == ["restart"] * 3
    assert (outcome["status"], restart["attempts"]) == ("applied", 1)
    assert "Connection refused" in unwell["cause"]
    assert all("commit" in entry and entry["timestamp"] for entry in entries)


def test_giving_up_and_what_a_restart_cannot_help_are_told_with_their_alerts(post, monkeypatch):
    post.write_project(
        restart=STRICT, alerts="{rules: {RestartsGivenUp: {for: 0s}, RestartCannotHelp: {for: 0s}}}"
    )
    for name, trace in {"a": REFUSED, "b": BAD_RECORD, "c": None, "d": None, "e": None}.items():
        post.declare(name)
        if trace:
            post.cluster.fail_task(name, 0, trace, for_good=True)

    entries = logged(
        post, monkeypatch, *[lambda: post.clock.advance(31)] * 4, level=LogLevel.WARNING
    )

    found = [one for one in short(entries) if one[1] != "connector unwell"]
    assert ("error", "restarts given up", "a") in found
    assert ("warning", "restart cannot help", "b") in found
    alerts = [(entry["alert"], entry["connector"]) for entry in entries if "alert" in entry]
    assert ("RestartsGivenUp", "a") in alerts
    assert ("RestartCannotHelp", "b") in alerts
    assert len(found) == len(set(found)), "each once"


def test_a_cluster_that_is_gone_is_a_problem_once_and_solved_once(post, monkeypatch):
    post.declare("a")

    def gone() -> None:
        post.cluster.inject(
            Fault(match="GET /connectors*", answer=error(403, "\x1b[31mno"), times=None)
        )

    entries = logged(post, monkeypatch, gone, lambda: None, post.cluster.clear_faults, lambda: None)

    told = [one for one in short(entries) if one[1].startswith("problem")]
    assert told == [("error", "problem", None), ("info", "problem solved", None)]
    problem = next(entry for entry in entries if entry["event"] == "problem")
    assert (problem["code"], "\x1b" in problem["message"]) == ("CF304", False)


def test_a_receiver_that_is_down_is_told_once_and_once_it_takes_alerts_again(
    post, box, monkeypatch
):
    tell = f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {{ConnectorFailed: {{for: 0s}}}}}}"
    post.write_project(restart="{enabled: false}", alerts=tell)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)
    box.status = 500

    def later() -> None:
        post.clock.advance(300)

    def back() -> None:
        later()
        box.status = 200

    entries = logged(post, monkeypatch, later, later, back, later)

    told = [
        entry for entry in entries if entry["event"].startswith("alert ") and "receiver" in entry
    ]
    assert [(one["event"], one["level"], one["receiver"]) for one in told] == [
        ("alert not delivered", "warning", "main"),
        ("alert delivered", "info", "main"),
    ]
    assert (told[0]["code"], told[1]["seconds"]) == ("CF812", 900)


def test_a_receiver_that_was_down_before_watching_began_is_not_told_again(post, box, monkeypatch):
    """What is logged of a receiver is in the store: also `--once` tells each thing once."""
    tell = "{receivers: {main: {webhook: '${{ env.HOOK }}'}}, rules: {ConnectorFailed: {for: 0s}}}"
    post.write_project(restart="{enabled: false}", alerts=tell)
    post.declare("a")
    post.cluster.fail_task("a", 0, REFUSED)

    events = []
    for address in ("", "", box.url):
        post.clock.advance(60)
        post.environment = {"HOOK": address} if address else {}
        entries = logged(post, monkeypatch)
        events += [one["event"] for one in entries if "receiver" in one]
    assert events == ["alert not delivered", "alert delivered"]


def test_a_source_that_is_not_read_is_told_once_and_once_it_is_read_again(post, page, monkeypatch):
    post.write_project(more=page.more)
    post.declare("a")
    page.text, page.status = "starting", 503

    def later() -> None:
        post.clock.advance(300)

    def back() -> None:
        later()
        page.say(READ, a=100)
        page.status = 200

    entries = logged(post, monkeypatch, later, later, back, later)

    told = [entry for entry in entries if entry["event"].startswith("source")]
    assert [(one["event"], one["level"], one["code"]) for one in told] == [
        ("source not read", "warning", "CF315"),
        ("source read again", "info", "CF315"),
    ]
    assert told[1]["seconds"] == 900


def test_secrets_that_a_trace_quotes_are_masked(post, monkeypatch):
    post.declare("a", more=", state: running")
    config = post.cluster.configs()["a"] | {"database.password": "s3cr3t-hush"}
    post.cluster.put("a", config)
    post.cluster.fail_task("a", 0, f"{REFUSED} for s3cr3t-hush")

    entries = logged(post, monkeypatch, level=LogLevel.DEBUG)

    assert any(entry["event"] == "connector unwell" for entry in entries)
    assert "s3cr3t-hush" not in json.dumps(entries)


def test_drift_is_not_told_again_after_workers_answered_from_memory(post):
    events = []
    context = replace(post.seat.context, log=lambda event, **_fields: events.append(event))
    diary = Diary(context, "run-1", str(post.folder))
    drifted = Round(cluster="local", healing=Healing(drift=CHANGED))

    for found in (drifted, Round(cluster="local"), drifted):
        diary.write(found)
    assert events == ["drift began"]


@pytest.mark.parametrize("way", ["--once", "--dry-run"])
def test_programs_find_nothing_but_json_on_standard_error(tmp_path: Path, way: str):
    place = Workplace(folder=tmp_path, cluster=None, url="http://127.0.0.1:1")
    place.write_project()
    (tmp_path / "connectors").mkdir()

    found = place.run("watch", way, "--log-format", "json")

    entries = [json.loads(line) for line in found.err.splitlines()]
    told = [entry for entry in entries if entry["event"] == "problem"]
    assert (found.code, [entry["code"] for entry in told]) == (1, ["CF301"])


def test_a_rehearsal_logs_what_it_could_not_read_and_prints_what_it_would_do(tmp_path: Path):
    with workplace_on(SimulatedCluster(clock=SystemClock()), tmp_path) as place:
        place.write_project("    metrics: {prometheus: 'http://127.0.0.1:1'}\n")
        place.write_sink("orders-sink")

        found = place.run("watch", "--dry-run", "--log-format", "json")

    (entry,) = [json.loads(line) for line in found.err.splitlines()]
    assert (entry["event"], entry["code"]) == ("source not read", "CF315")
    assert "1 missing" in found.out


def test_every_event_is_in_the_table_of_the_documentation_with_its_level():
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `([a-z ]+)` \| ([a-z, ]+) \|", page, re.MULTILINE))

    assert table == {event.value: table.get(event.value) for event in Happening} | {
        name: table.get(name) for name in plain_events()
    }
    for event in Happening:
        assert LEVELS[event] in table[event.value], event


def plain_events() -> set[str]:
    """Return the events that are logged by name, anywhere in the package."""
    found = set()
    for path in (ROOT / "reconcile").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "log"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found
