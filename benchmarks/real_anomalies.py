"""Judge the detection of anomalies on the metrics of a real cluster, with faults of our making.

`python -m benchmarks.real_anomalies` takes a quarter of an hour: a second stands for 20 minutes, so
that the cluster's week is learned in 8 minutes of its true rates, with all their noise.
"""

import math
import random
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from confluent_kafka import Producer

from reconcile.anomaly.detect import Sample, State, step
from reconcile.anomaly.profile import Metric, profile_for
from reconcile.anomaly.words import explain
from reconcile.clock import SystemClock
from reconcile.measure.rates import throughputs
from reconcile.metrics.reading import read_metrics_once
from reconcile.model.metrics import Samples, Throughput
from reconcile.model.project import Access, MetricsAccess, MetricsKind
from reconcile.redact import Redactor
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import RealSpec
from reconcile.sandbox.state import Sandbox
from reconcile.watch.unusual import UNITS
from tests.traffic import MONDAY

STANDS_FOR = 1200.0
DAY = 72
LEARNING = 9 * DAY
LASTS = 15
CALM = 60


@dataclass(slots=True)
class Traffic:
    """A producer whose rate has the shape of a day; what goes wrong is set from outside."""

    servers: str
    times: float = 1.0
    poison: float = 0.01
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Produce until it is told to end, ten times a second."""
        producer = Producer({"bootstrap.servers": self.servers})
        chance = random.Random(1)  # noqa: S311  # noise, not secrecy
        began, owed = time.monotonic(), 0.0
        while not self.ended.wait(0.1):
            day = (time.monotonic() - began) / DAY
            owed += self.times * chance.gauss(30, 2) * (1 + 0.5 * math.sin(2 * math.pi * day))
            for _ in range(int(owed)):
                producer.produce("orders", b"{" if chance.random() < self.poison else b"{}")
            owed -= int(owed)
            producer.poll(0)
        producer.flush(10)


@dataclass(slots=True)
class Judge:
    """One series: what was found, and at which sample."""

    metric: Metric
    state: State | None = None
    found: list[tuple[int, str]] = field(default_factory=list)

    def see(self, number: int, rates: Throughput) -> None:
        """Judge one more sample."""
        value = rates.records if self.metric is Metric.THROUGHPUT else rates.errors
        if value is None:
            return
        sample = Sample(MONDAY + number * STANDS_FOR, value)
        self.state, finding = step(self.state, sample, profile_for(self.metric))
        if finding:
            self.found.append((number, explain(finding, UNITS[self.metric])))


FAULTS: tuple[tuple[str, Metric, float, float], ...] = (
    ("the producer stops", Metric.THROUGHPUT, 0.0, 0.01),
    ("half of the records", Metric.THROUGHPUT, 0.5, 0.01),
    ("four times the records", Metric.THROUGHPUT, 4.0, 0.01),
    ("ten times the bad records", Metric.ERROR_RATE, 1.0, 0.1),
)


def main() -> None:
    """Print what was found, and when."""
    with (
        tempfile.TemporaryDirectory() as folder,
        real_sandbox(RealSpec(metrics=True), directory=Path(folder) / "sandbox") as sandbox,
    ):
        _create(sandbox, Path(folder))
        traffic = Traffic(sandbox.bootstrap_servers)
        thread = threading.Thread(target=traffic.run)
        thread.start()
        try:
            print(*_judged(sandbox, traffic), sep="\n")
        finally:
            traffic.ended.set()
            thread.join()


def _judged(sandbox: Sandbox, traffic: Traffic) -> list[str]:
    judges = [Judge(Metric.THROUGHPUT), Judge(Metric.ERROR_RATE)]
    look = _looker(sandbox)
    number = 0

    def watch(samples: int) -> None:
        nonlocal number
        for _ in range(samples):
            rates = look()
            for judge in judges:
                judge.see(number, rates)
            number += 1

    watch(LEARNING)
    rows = ["| fault | found after | in words |", "|---|---|---|"]
    for name, metric, times, poison in FAULTS:
        before = number
        traffic.times, traffic.poison = times, poison
        watch(LASTS)
        traffic.times, traffic.poison = 1.0, 0.01
        (judge,) = (one for one in judges if one.metric is metric)
        found = next((one for one in judge.found if one[0] >= before), None)
        rows.append(
            f"| {name} | {found[0] - before + 1} samples | {found[1]} |"
            if found
            else f"| {name} | not | |"
        )
        watch(CALM)
    early = sum(number < LEARNING for judge in judges for number, _ in judge.found)
    total = sum(len(judge.found) for judge in judges)
    return [*rows, "", f"{total} findings in all, {early} of them before the first fault."]


def _looker(sandbox: Sandbox) -> Callable[[], Throughput]:
    """Return what reads the rates over a second, on a grid of seconds."""
    (page,) = sandbox.clusters[0].pages
    metrics = MetricsAccess(kind=MetricsKind.PAGES, access=Access(cluster="x", urls=(page,)))
    clock, redactor = SystemClock(), Redactor()
    due = time.monotonic()
    before: Samples | None = None

    def look() -> Throughput:
        nonlocal due, before
        due += 1
        time.sleep(max(0.0, due - time.monotonic()))
        after = read_metrics_once(metrics, clock=clock, redactor=redactor).samples
        rates = throughputs(before, after) if before else {}
        before = after
        return rates.get("orders-sink", Throughput())

    return look


def _create(sandbox: Sandbox, folder: Path) -> None:
    config = {
        "connector.class": "FileStreamSink",
        "topics": "orders",
        "file": str(folder / "orders.txt"),
        "tasks.max": "1",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "errors.tolerance": "all",
    }
    url = f"{sandbox.url}/connectors/orders-sink/config"
    httpx.put(url, json=config, timeout=30).raise_for_status()


if __name__ == "__main__":
    main()
