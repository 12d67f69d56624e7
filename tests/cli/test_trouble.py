"""Trouble with the cluster: told as it is, and the next run finishes what this one could not."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import (
    Conflict,
    Effect,
    Fault,
    bad_gateway,
    conflict,
    dropped,
    forbidden,
    late,
    silent,
    starting,
    timed_out,
    unavailable,
    unhealthy,
)
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Result, Workplace, workplace_on
from tests.sandbox_command import wait_for
from tests.unit.http.certificates import Authority, server_context

SINK = {"connector.class": "FileStreamSink", "tasks.max": "1", "file": "out.txt", "topics": "lines"}
PLACE = "connectform.yaml:6:3"
WRITES = (
    "POST /connectors",
    "PUT /connectors/*/config",
    "PUT /connectors/*/pause",
    "DELETE /connectors/*",
)
# Asked to come back later than any patience lasts, connectform gives up at once.
LATER_THAN_PATIENCE = {"Retry-After": "3600"}


def apply(place: Workplace, **environment: str) -> Result:
    return place.run("apply", "--auto-approve", **environment)


def lasting(fault: Fault) -> Fault:
    """Return a fault that stays, and that asks to come back much later."""
    assert fault.answer is not None
    return replace(fault, answer=replace(fault.answer, headers=LATER_THAN_PATIENCE), times=None)


def assert_told(result: Result, told: str, hint: str) -> None:
    """Check that a run ended with one problem, and said nothing else on standard error."""
    assert result.err == f"{told}\n  hint: {hint}\n1 error in 1 file.\n"
    assert "Traceback" not in result.both


def assert_untouched(place: Workplace, code: str) -> None:
    """Check that nothing was written, and that the result says why."""
    assert place.cluster.writes == 0
    assert place.result()["outcomes"] == []
    (problem,) = place.result()["problems"]
    assert problem["code"] == code


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A connector to create."""
    workplace.write_sink("orders-sink")
    return workplace


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_a_worker_that_cannot_be_reached(place: Workplace):
    url = f"http://127.0.0.1:{free_port()}"
    project = (place.folder / "connectform.yaml").read_text()
    place.write("connectform.yaml", project.replace(place.url, url))

    result = apply(place)

    assert result.code == 1
    assert_told(
        result,
        f"{PLACE}: error: cluster local: cannot reach {url}: Connection refused  [CF301]",
        "check clusters.local.url, and that a worker listens there",
    )
    assert_untouched(place, "CF301")


def test_of_several_workers_one_that_answers_is_enough(place: Workplace):
    urls = f'urls: ["http://127.0.0.1:{free_port()}", "{place.url}"]'
    project = (place.folder / "connectform.yaml").read_text()
    place.write("connectform.yaml", project.replace(f'url: "{place.url}"', urls))

    result = apply(place)

    assert result.code == 0, result.both
    assert place.outcomes() == {"orders-sink": "applied"}


def test_a_cluster_that_cannot_be_planned_keeps_all_others_from_being_written(place: Workplace):
    dead = f"http://127.0.0.1:{free_port()}"
    with (place.folder / "connectform.yaml").open("a") as project:
        project.write(f'  other:\n    url: "{dead}"\n')

    planned = place.run("plan")
    result = place.run("apply", "--auto-approve", "--all-clusters")

    for one in (planned, result):
        assert one.code == 1
        assert "orders-sink will be created" in one.out
        assert_told(
            one,
            f"connectform.yaml:8:3: error: cluster other: cannot reach {dead}: Connection refused"
            "  [CF301]",
            "check clusters.other.url, and that a worker listens there",
        )
    assert place.cluster.writes == 0
    results = json.loads(place.files()["apply-result.json"])["results"]
    assert [one["cluster"] for one in results] == ["local", "other"]
    assert [problem["code"] for one in results for problem in one["problems"]] == ["CF301"] * 2
    assert [one["summary"]["not_attempted"] for one in results] == [1, 0]


def test_a_worker_that_still_starts_is_waited_for(place: Workplace):
    place.cluster.inject(starting(times=4))

    assert apply(place).code == 0
    assert set(place.cluster.configs()) == {"orders-sink"}


def test_a_worker_that_never_comes_up(place: Workplace):
    place.cluster.inject(lasting(starting()))

    result = apply(place)

    assert result.code == 1
    assert_told(
        result,
        f"{PLACE}: error: cluster local: the worker at {place.url} has not started yet  [CF302]",
        "wait until it is up; if it is, clusters.local.url leads to something else",
    )
    assert_untouched(place, "CF302")


@pytest.mark.parametrize(
    "auth",
    ["", "    auth: {basic: {username: ci, password: '${{ file.password }}'}}\n"],
    ids=["none", "wrong"],
)
def test_credentials_that_are_missing_or_wrong(tmp_path: Path, auth: str):
    cluster = SimulatedCluster(clock=SystemClock(), users={"ci": "right-one"})
    with workplace_on(cluster, tmp_path) as place:
        place.write_project(auth)
        place.write("password", "wrong-one")
        place.write_sink("orders-sink")

        result = apply(place)

        assert result.code == 1
        assert_told(
            result,
            f"{PLACE}: error: cluster local: {place.url} does not accept the credentials: User"
            " cannot access the resource.  [CF303]",
            "check clusters.local.auth, and that its variables are set",
        )
        assert_untouched(place, "CF303")


def test_reading_that_is_not_allowed(place: Workplace):
    place.cluster.inject(forbidden("GET /connectors*"))

    result = apply(place)

    assert result.code == 1
    assert_told(
        result,
        f"{PLACE}: error: cluster local: GET /connectors of {place.url} is not allowed: User is"
        " denied operation on this resource  [CF304]",
        "ask for the permission, or use other credentials",
    )
    assert_untouched(place, "CF304")


def test_writing_that_is_not_allowed(place: Workplace):
    place.cluster.inject(forbidden("POST /connectors"))

    result = apply(place)

    assert result.code == 1
    assert (
        "  connectors/orders-sink.yaml:3:12: error: cannot create orders-sink: cluster local: POST"
        f" /connectors of {place.url} is not allowed: User is denied operation on this resource"
        "  [CF304]\n    hint: ask for the permission, or use other credentials\n"
    ) in result.err
    assert place.outcomes() == {"orders-sink": "failed"}
    assert place.cluster.configs() == {}


@pytest.mark.parametrize(
    ("tls", "told", "hint"),
    [
        (
            "",
            "certificate verify failed: unable to get local issuer certificate",
            "set clusters.local.tls.ca to the CA certificate of the worker's (PEM)",
        ),
        (
            "    tls: {ca: other.pem}\n",
            "certificate verify failed: unable to get local issuer certificate",
            "set clusters.local.tls.ca to the CA certificate of the worker's (PEM)",
        ),
        (
            "    tls: {ca: right.pem}\n",
            (
                "certificate verify failed: IP address mismatch, certificate is not valid for"
                " '127.0.0.1'."
            ),
            "use a host name that the certificate is made out for",
        ),
    ],
    ids=["none", "of another authority", "for another host"],
)
def test_a_certificate_that_does_not_fit(tmp_path: Path, tls: str, told: str, hint: str):
    Authority(tmp_path, "other")
    server = server_context(Authority(tmp_path, "right").sign("worker", address="127.0.0.9"))
    cluster = SimulatedCluster(clock=SystemClock())
    with workplace_on(cluster, tmp_path, tls=server) as place:
        place.write_project(tls)
        place.write_sink("orders-sink")

        result = apply(place)

        assert result.code == 1
        message = f"{PLACE}: error: cluster local: no TLS with {place.url}: {told}  [CF305]"
        assert_told(result, message, hint)
        assert_untouched(place, "CF305")


def test_http_spoken_to_a_port_that_wants_tls_and_the_other_way_round(place: Workplace, tmp_path):
    project = (place.folder / "connectform.yaml").read_text()
    place.write("connectform.yaml", project.replace("http://", "https://"))

    result = apply(place)

    assert result.code == 1
    assert "the server speaks no TLS on this port: use http:// in clusters.local.url" in result.err
    assert "[CF305]" in result.err
    assert place.cluster.writes == 0


@pytest.mark.parametrize("path", ["*", "GET /connectors*"], ids=["at first", "later"])
def test_a_proxy_that_answers_for_the_worker(place: Workplace, path: str):
    place.cluster.inject(lasting(bad_gateway(path)))

    result = apply(place)

    assert result.code == 1
    asked = "GET /" if path == "*" else "GET /connectors"
    assert_told(
        result,
        f"{PLACE}: error: cluster local: {asked} of {place.url} was answered with 502: HTTP ERROR"
        " 502 Bad Gateway  [CF310]",
        "a proxy answers for the worker: see whether the worker is up",
    )
    assert_untouched(place, "CF310")


def test_a_storm_of_conflicts_and_passing_answers_of_proxies_is_sat_out(place: Workplace):
    place.write_sink("audit-sink")
    for fault in (
        bad_gateway(times=2),
        conflict("GET *", times=2),
        conflict("PUT /connector-plugins/*", times=2),
        conflict("POST /connectors", Conflict.STALE, times=2),
        conflict("POST /connectors", Conflict.NO_LEADER),
        conflict("POST /connectors", times=2),
        unavailable("POST /connectors", times=2),
    ):
        place.cluster.inject(fault)

    result = apply(place)

    assert result.code == 0, result.both
    assert place.outcomes() == {"audit-sink": "applied", "orders-sink": "applied"}
    assert place.cluster.writes == 7 + 2


def test_a_storm_of_conflicts_that_does_not_end(place: Workplace):
    place.cluster.inject(lasting(conflict("POST /connectors")))

    result = apply(place)

    assert result.code == 1
    assert (
        "  connectors/orders-sink.yaml:3:12: error: cannot create orders-sink: cluster local: busy"
        f" with something else: {Conflict.REBALANCE}  [CF307]\n"
        "    hint: wait until the cluster has settled, and run again\n"
    ) in result.err
    assert place.outcomes() == {"orders-sink": "failed"}
    assert place.cluster.configs() == {}


def test_a_cluster_that_calls_itself_unhealthy_is_not_written_to(place: Workplace):
    place.write_sink("audit-sink")
    place.cluster.inject(unhealthy())

    result = apply(place)

    assert result.code == 1
    assert result.err == (
        f"{PLACE}: error: cluster local takes no writes now: its worker is unhealthy: GET /health"
        f" of {place.url} was answered with 500: Worker was unable to handle this request."
        "  [CF312]\n"
        "  hint: see whether the workers reach their brokers; nothing was written\n"
        "\n"
        "Apply incomplete: 0 applied, 2 not attempted.\n"
        "Run again to carry out the rest, once what stands in its way is settled.\n"
    )
    assert place.cluster.writes == 0
    assert place.outcomes() == {"audit-sink": "not-attempted", "orders-sink": "not-attempted"}


@pytest.fixture
def four(workplace: Workplace) -> Workplace:
    """One change of each kind: a create, an update, a state to set, a delete."""
    workplace.write_project(
        '    ownership: {owns: ["*"], prune: owned}\n    timeouts: {write: 1s}\n'
    )
    workplace.write_sink("create")
    workplace.write_sink("update", file="new.txt")
    workplace.write_sink("pause", more="  state: paused\n")
    for name in ("update", "pause"):
        workplace.cluster.put(name, SINK)
    # Nothing like the one to be created, or it would look like a rename.
    workplace.cluster.put("delete", {"connector.class": "FileStreamSource", "topic": "x"})
    workplace.cluster.settle()
    workplace.adopt("delete")
    workplace.cluster.clear_requests()
    return workplace


def assert_as_wanted(place: Workplace) -> None:
    configs = place.cluster.configs()
    assert set(configs) == {"create", "update", "pause"}
    assert configs["update"]["file"] == "new.txt"
    assert place.cluster.target_of("pause") is Target.PAUSED


@pytest.mark.parametrize(
    "fault",
    [
        timed_out("", effect=Effect.NOW),
        dropped("", effect=Effect.NOW),
        silent("", 3.0, effect=Effect.NOW),
        replace(bad_gateway(), effect=Effect.NOW),
    ],
    ids=["500 after Connect's own time-out", "a broken connection", "no answer", "a proxy's 502"],
)
def test_writes_without_an_answer_that_happened_are_found_and_not_repeated(
    four: Workplace, fault: Fault
):
    for match in WRITES:
        four.cluster.inject(replace(fault, match=match))

    result = apply(four)

    assert result.code == 0, result.both
    assert set(four.outcomes().values()) == {"applied"}
    assert four.cluster.writes == len(WRITES) + 1  # the stop before the delete is answered
    assert_as_wanted(four)


def test_writes_that_timed_out_and_did_not_happen_are_sent_once_more(four: Workplace):
    for match in WRITES:
        four.cluster.inject(timed_out(match, effect=Effect.NEVER))

    result = apply(four)

    assert result.code == 0, result.both
    assert set(four.outcomes().values()) == {"applied"}
    assert four.cluster.writes == 2 * len(WRITES) + 1
    assert_as_wanted(four)


def test_writes_that_happen_later_are_unsettled_until_the_next_run(four: Workplace):
    for match in WRITES:
        four.cluster.inject(timed_out(match, effect=Effect.LATER, after=3600.0))
    # Well before the first write, unwell after it: nothing is repeated then.
    four.cluster.inject(replace(unhealthy(), skip=1))

    first = apply(four)

    assert first.code == 5, first.both
    unsettled = dict.fromkeys(("create", "update", "pause"), "unsettled")
    assert four.outcomes() == {**unsettled, "delete": "not-attempted"}
    assert "  connectors/create.yaml:3:12: error: cannot tell whether the request to create" in (
        first.err
    )
    assert "[CF505]" in first.err
    assert "hint: a write that timed out can take effect minutes later" in first.err
    assert "3 changes may still take effect: run again in a while to see." in first.err
    assert (
        "delete was left as it is: the cluster takes no writes now, its worker calls itself"
        " unhealthy  [CF506]"
    ) in first.err

    four.cluster.clear_faults()
    four.cluster.settle()
    four.cluster.clear_requests()
    second = apply(four)

    assert second.code == 0, second.both
    assert "Plan: 0 to add, 0 to change, 1 to destroy." in second.out
    assert_as_wanted(four)
    assert {seen.path for seen in four.cluster.requests if seen.method in {"POST", "DELETE"}} == {
        "/connectors/delete"
    }


def test_a_connect_without_a_health_check_leaves_such_writes_unsettled(tmp_path: Path):
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.quick(), version="3.6.2")
    with workplace_on(cluster, tmp_path) as place:
        place.write_sink("orders-sink")
        cluster.inject(timed_out("POST /connectors", effect=Effect.NEVER))

        assert apply(place).code == 5
        assert place.outcomes() == {"orders-sink": "unsettled"}
        assert cluster.writes == 1

        assert apply(place).code == 0
        assert place.outcomes() == {"orders-sink": "applied"}


class Gate(SystemClock):
    """A clock on which answers that come late come when they are let go."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def sleep(self, seconds: float) -> None:
        del seconds
        assert self._open.wait(60)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def meanwhile(tmp_path: Path) -> Iterator[tuple[Workplace, Gate]]:
    """A cluster whose validation takes until the gate is opened: after reading, before writing."""
    gate = Gate()
    cluster = SimulatedCluster(clock=gate, timing=Timing.quick())
    cluster.inject(late("PUT /connector-plugins/*", 1.0, times=None))
    with workplace_on(cluster, tmp_path) as place:
        yield place, gate


def test_what_somebody_changes_between_plan_and_apply_is_left_alone(
    meanwhile: tuple[Workplace, Gate],
):
    place, gate = meanwhile
    cluster = place.cluster
    for name in ("changed", "paused", "deleted", "untouched"):
        cluster.put(name, SINK)
        place.write_sink(name, file="new.txt")
    for name in ("taken", "same"):
        place.write_sink(name)
    cluster.settle()
    process = place.start("apply", "--auto-approve")
    assert wait_for(lambda: any("/validate" in seen.path for seen in cluster.requests))

    cluster.put("changed", SINK | {"file": "theirs.txt"})
    cluster.set_target("paused", Target.PAUSED)
    cluster.remove("deleted")
    cluster.put("taken", SINK | {"file": "theirs.txt"})
    cluster.put("same", SINK)
    cluster.settle()
    gate.open()
    out, err = process.communicate(timeout=120)

    assert process.returncode == 5, out + err
    assert place.outcomes() == {
        "changed": "failed",
        "deleted": "failed",
        "paused": "failed",
        "same": "already-applied",
        "taken": "failed",
        "untouched": "applied",
    }
    for name, what in {
        "changed": "changed",
        "deleted": "deleted",
        "paused": "changed to paused",
        "taken": "created with other settings",
    }.items():
        assert (
            f"  connectors/{name}.yaml:3:12: error: {name} was {what} since the plan was made"
            "  [CF502]\n    hint: plan again, and look at what changed before applying\n"
        ) in err
    configs = cluster.configs()
    assert configs["changed"]["file"] == configs["taken"]["file"] == "theirs.txt"
    assert configs["paused"]["file"] == "out.txt"
    assert configs["untouched"]["file"] == "new.txt"
    assert "deleted" not in configs


def test_nothing_applied_because_all_was_changed_meanwhile_is_an_error(
    meanwhile: tuple[Workplace, Gate],
):
    place, gate = meanwhile
    place.cluster.put("changed", SINK)
    place.write_sink("changed", file="new.txt")
    process = place.start("apply", "--auto-approve")
    assert wait_for(lambda: any("/validate" in seen.path for seen in place.cluster.requests))
    place.cluster.put("changed", SINK | {"file": "theirs.txt"})
    gate.open()
    process.communicate(timeout=120)

    assert process.returncode == 1
    assert place.cluster.writes == 0
    assert place.outcomes() == {"changed": "failed"}


def test_a_task_that_fails_after_apply_does_not_hide_what_went_well(place: Workplace):
    place.write_sink("broken-sink", file="/nonexistent/x")

    result = apply(place)

    assert result.code == 5
    assert (
        "  connectors/broken-sink.yaml:3:12: error: broken-sink was created and fails: RUNNING, 1"
        " of 1 task failed: NoSuchFileException: /nonexistent/x  [CF503]\n"
        "    hint: correct the definition or what it connects to, then apply or restart\n"
    ) in result.err
    assert "Apply incomplete: 1 applied, 1 failed." in result.err
    assert place.outcomes() == {"broken-sink": "failed", "orders-sink": "applied"}


def test_an_update_that_mends_a_failed_connector_is_not_blamed_for_the_old_failure(tmp_path: Path):
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.real())
    with workplace_on(cluster, tmp_path) as place:
        cluster.put("orders-sink", SINK | {"file": "/nonexistent/x"})
        assert wait_for(lambda: task_states(place) == ["FAILED"])
        place.write_sink("orders-sink")

        result = apply(place)

        assert result.code == 0, result.both
        assert place.outcomes() == {"orders-sink": "applied"}
        assert task_states(place) == ["RUNNING"]


def task_states(place: Workplace) -> list[str]:
    status = place.cluster.state_of("orders-sink")
    return [task["state"] for task in status["tasks"]] if status else []
