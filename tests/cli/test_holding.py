"""Holds, and the commands that meet or set them, as whole processes."""

import json
import signal

import pytest

from reconcile.sandbox.simulated_faults import forbidden, silent
from tests.cli.harness import Workplace
from tests.sandbox_command import wait_for

SINK = {"connector.class": "FileStreamSink", "tasks.max": "1", "file": "out.txt", "topics": "lines"}


def applied(place: Workplace, *, file: str = "out.txt", more: str = "") -> None:
    place.write_sink("orders-sink", file=file, more=more)
    done = place.run("apply", "--auto-approve")
    assert done.code == 0, done.both


def held_names(place: Workplace) -> set[str]:
    listed = place.run("hold")
    assert listed.code == 0, listed.both
    return {line.split()[0] for line in listed.out.splitlines()[1:]}


def asked_for(place: Workplace, method_and_path: str) -> bool:
    return any(f"{one.method} {one.path}" == method_and_path for one in place.cluster.requests)


def test_every_command_that_names_a_held_connector_fails_and_says_who_holds_it(
    workplace: Workplace,
):
    applied(workplace)
    runs = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]["runs"]
    applied(workplace, file="new.txt")
    ask = ("hold", "orders-*", "--reason", "incident 4711", "--until", "2099-01-31")
    assert workplace.run(*ask, USER="ada", GITHUB_ACTOR="ada").code == 0
    workplace.cluster.clear_requests()

    told = [
        workplace.run(*command, "--auto-approve")
        for command in (
            ("pause", "orders-sink"),
            ("restart", "orders-sink"),
            ("rollback", "orders-sink"),
            ("rollback", runs[0]["id"]),
        )
    ]

    for one in told:
        assert one.code == 1, one.both
        assert (
            "error: orders-sink is left alone until 2099-02-01 00:00 UTC, for a hold by ada: "
            in (one.err)
        )
        assert "connectform hold --release 'orders-*' --cluster local ends it" in one.err
    assert workplace.cluster.writes == 0


def test_only_what_git_or_the_ledger_or_the_cluster_knows_can_be_held(workplace: Workplace):
    applied(workplace)
    workplace.cluster.remove("orders-sink")
    (workplace.folder / "connectors" / "orders-sink.yaml").unlink()
    workplace.write_sink("declared")
    workplace.cluster.put("by-hand", SINK)
    workplace.cluster.settle()

    def hold(name: str):
        return workplace.run("hold", name, "--reason", "incident 4711", "--until", "4h")

    codes = {name: hold(name).code for name in ("orders-sink", "declared", "by-hand", "by-*")}
    typo, nothing = hold("orders-snik"), hold("audit-*")

    assert codes == {"orders-sink": 0, "declared": 0, "by-hand": 0, "by-*": 0}
    assert (typo.code, nothing.code) == (64, 64)
    assert "error: local has no connector orders-snik  [CF413]" in typo.err
    assert "did you mean orders-sink?" in typo.err
    assert held_names(workplace) == codes.keys()


@pytest.mark.parametrize(
    ("command", "request_of_it"),
    [("pause", "PUT /connectors/orders-sink/pause"), ("stop", "PUT /connectors/orders-sink/stop")],
)
def test_a_run_that_is_killed_while_it_pauses_leaves_the_hold_that_was_asked_for(
    workplace: Workplace, command: str, request_of_it: str
):
    applied(workplace, more="  state: running\n")
    workplace.cluster.inject(silent(request_of_it, 600.0))
    ask = (command, "orders-sink", "--auto-approve", "--hold", "incident 4711", "--until", "4h")
    process = workplace.start(*ask)
    assert wait_for(lambda: asked_for(workplace, request_of_it))
    process.kill()
    process.communicate()

    assert held_names(workplace) == {"orders-sink"}


def test_a_pause_that_was_broken_off_says_that_its_hold_stands_and_how_it_ends(
    workplace: Workplace,
):
    applied(workplace)
    request = "PUT /connectors/orders-sink/pause"
    workplace.cluster.inject(silent(request, 600.0))
    ask = ("pause", "orders-sink", "--auto-approve", "--hold", "incident 4711", "--until", "4h")
    process = workplace.start(*ask)
    assert wait_for(lambda: asked_for(workplace, request))
    for number in (signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 130, err
    release = "connectform hold --release orders-sink --cluster local"
    assert f"orders-sink stays held: {release} ends that." in err
    assert held_names(workplace) == {"orders-sink"}


def test_a_pause_that_was_refused_leaves_no_hold(workplace: Workplace):
    applied(workplace)
    workplace.cluster.inject(forbidden("PUT *"))

    ask = ("pause", "orders-sink", "--auto-approve", "--hold", "incident 4711", "--until", "4h")
    refused = workplace.run(*ask)
    workplace.cluster.clear_faults()

    assert refused.code == 1, refused.both
    assert "stays held" not in refused.err
    assert held_names(workplace) == set()


def test_what_is_paused_already_is_held_as_asked(workplace: Workplace):
    applied(workplace, more="  state: running\n")
    assert workplace.run("pause", "orders-sink", "--auto-approve").code == 0

    ask = ("pause", "orders-sink", "--auto-approve", "--hold", "incident 4711", "--until", "4h")
    assert workplace.run(*ask).code == 0
    assert workplace.run("apply", "--auto-approve").code == 0
    assert workplace.cluster.target_of("orders-sink").value == "PAUSED"
