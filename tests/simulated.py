"""Speak to a simulated cluster without a socket."""

import json
from dataclasses import dataclass

from reconcile.sandbox.simulated_answers import Answer, Request
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from tests.fake_clock import FakeClock

SOURCE = {"connector.class": "FileStreamSource", "file": "in.txt", "topic": "lines"}
SINK = {"connector.class": "FileStreamSink", "file": "out.txt", "topics": "lines", "tasks.max": "2"}


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with its body read."""

    status: int
    value: object
    answer: Answer

    @property
    def message(self) -> str:
        return self.value["message"] if isinstance(self.value, dict) else ""


def ask(cluster: SimulatedCluster, line: str, body: object = None, **request: object) -> Asked:
    """Send `METHOD /target` with a JSON body and return the answer."""
    method, _, target = line.partition(" ")
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = cluster.respond(Request(method=method, target=target, body=sent, **request))
    try:
        value = json.loads(answer.body)
    except ValueError:
        value = answer.body.decode()
    return Asked(answer.status, value, answer)


def summary(cluster: SimulatedCluster, name: str) -> str:
    """Return the states of a connector as `RUNNING: RUNNING FAILED`, or an empty text."""
    status = cluster.state_of(name)
    if status is None:
        return ""
    tasks = " ".join(task["state"] for task in status["tasks"])
    return f"{status['connector']['state']}: {tasks}".strip()


def states_over(
    cluster: SimulatedCluster, clock: FakeClock, name: str, *, seconds: float = 5.0
) -> list[str]:
    """Return the summaries that a connector passes through, each once in a row."""
    seen: list[str] = []
    for _ in range(int(seconds / 0.005)):
        found = summary(cluster, name)
        if seen[-1:] != [found]:
            seen.append(found)
        clock.advance(0.005)
    return seen
