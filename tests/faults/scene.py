"""A project on a real cluster, and what somebody does to the two of them."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from reconcile.clock import SystemClock, until
from reconcile.kafka.client import quiet
from reconcile.model.alert import AlertName, Terms
from reconcile.sandbox.real_cluster import kill_worker, start_broker, start_worker, stop_broker
from reconcile.sandbox.state import Sandbox
from reconcile.watch.pack import PACK
from tests.alerts_page import text_of
from tests.real.stand import Stand, real
from tests.sandbox_command import wait_for

CLOCK = SystemClock()
EVERY = timedelta(seconds=1)
REBALANCED = 180.0
# What workers answer while one of them has just come back.
_MOMENTARY = (HTTPStatus.CONFLICT, HTTPStatus.INTERNAL_SERVER_ERROR)
# What the pack of alerts waits for in minutes is waited for in seconds.
FASTER = 60
# ... but for what is asked once in a while: a source that did not answer is left alone for minutes.
AS_ALWAYS = frozenset({AlertName.METRICS_UNREADABLE})
RESTARTS = (
    "{enabled: true, backoff: {initial: 5s, factor: 2, max: 20s, jitter: 0}, "
    "maxAttempts: 3, resetAfter: 20s}"
)
STRING = "org.apache.kafka.connect.storage.StringConverter"
JSON = "org.apache.kafka.connect.json.JsonConverter"
LONG = "org.apache.kafka.connect.converters.LongConverter"


def terms_of(name: AlertName) -> Terms:
    """Return the terms of an alert in scenes."""
    terms = PACK[name].terms
    if name in AS_ALWAYS:
        return terms
    return replace(terms, wait=terms.wait / FASTER, keep=terms.keep / FASTER)


@dataclass(slots=True)
class Scene:
    """Where faults happen; names are short ones here, and on the cluster what `name` returns."""

    stand: Stand
    sandbox: Sandbox
    inbox: str
    killed: int = 0
    _applying: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        terms = {name: terms_of(name) for name in PACK}
        rules = ", ".join(
            f"{name}: {{for: {text_of(one.wait)}, keepFiringFor: {text_of(one.keep)}}}"
            for name, one in terms.items()
        )
        urls = ", ".join(f"'{url}'" for url in self.sandbox.urls)
        brokers = self.sandbox.bootstrap_servers
        self.stand.place.write(
            "connectform.yaml",
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: faults}\n"
            f"watch: {{every: {text_of(EVERY)}}}\n"
            f"clusters:\n  here: {{urls: [{urls}], kafka: {{bootstrap.servers: '{brokers}'}}}}\n"
            f"alerts:\n  receivers: {{inbox: {{webhook: '{self.inbox}'}}}}\n  rules: {{{rules}}}\n"
            f"defaults: [{{spec: {{restart: {RESTARTS}}}}}]\n",
        )
        self.folder.joinpath("out").mkdir()

    @property
    def folder(self) -> Path:
        return self.stand.place.folder

    def name(self, short: str) -> str:
        return f"{self.stand.prefix}-{short}"

    def define(self, short: str, config: dict[str, str], **spec: object) -> None:
        """Write a definition, as somebody who merges it does."""
        document = {
            "apiVersion": "connectform/v1",
            "kind": "Connector",
            "metadata": {"name": self.name(short)},
            "spec": {"config": config, "tasksMax": 1, **spec},
        }
        self.stand.place.write(f"connectors/{short}.yaml", json.dumps(document, indent=1))

    def define_sink(self, short: str, config: dict[str, str] | None = None, **spec: object) -> None:
        """Write a definition of a sink that writes the text of a topic of its own to a file."""
        given = {
            "topics": self.name(short),
            "file": str(self.folder / "out" / f"{short}.txt"),
            "key.converter": STRING,
            "value.converter": STRING,
        }
        self.define(short, given | (config or {}), **{"class": "FileStreamSink"} | spec)

    def apply(self, short: str, key: str) -> None:
        """Apply what is defined, and return once a key of a connector has its new value."""
        text = self.folder.joinpath(f"connectors/{short}.yaml").read_text("utf-8")
        wanted = json.loads(text)["spec"]["config"].get(key)
        # What waits for a connector to settle keeps the lock, and others from restarting it.
        self._applying.append(
            self.stand.place.start(
                "apply", "--auto-approve", "--settle-timeout", "1", "--lock-timeout", "60"
            )
        )
        name = self.name(short)
        if not wait_for(lambda: self._has(name, key, wanted)):
            raise TimeoutError(f"{key} of {short} was not applied: {self.await_applied()}")

    def apply_all(self) -> None:
        """Apply what is defined, and wait until it runs."""
        result = self.stand.place.run("apply", "--auto-approve")
        if result.code:
            raise RuntimeError(result.both)

    def await_applied(self) -> str:
        """Wait until all that applies has ended, and return what it said: a fault may be in that."""
        said = [process.communicate(timeout=200) for process in self._applying]
        self._applying.clear()
        return "\n".join(out + err for out, err in said)

    def ask(self, method: str, short: str, path: str) -> None:
        """Ask Connect itself to do something to a connector; a rebalance refuses it for a moment."""
        where = f"/connectors/{self.name(short)}{path}"
        if not wait_for(lambda: self.stand.accepts(method, where)):
            raise TimeoutError(f"{method} {where} was refused")

    def statuses(self) -> dict[str, Any]:
        """Return the statuses of connectors as the first worker tells them."""
        found = self.stand.ask("GET", "/connectors?expand=status")
        return {
            name: one["status"] for name, one in found.items() if name.startswith(self.stand.prefix)
        }

    def restart(self, short: str) -> None:
        self.ask("POST", short, "/restart?includeTasks=true")

    def write(self, short: str, *lines: str) -> None:
        """Write records to the topic of a connector."""
        producer = Producer(self._brokers())
        for line in lines:
            producer.produce(self.name(short), line.encode())
        if producer.flush(30):
            raise TimeoutError(f"no record was taken for {short}")

    def make_topic(self, short: str) -> None:
        """Make the topic of a connector where it is not there."""
        admin, name = AdminClient(self._brokers()), self.name(short)
        try:
            admin.create_topics([NewTopic(name, 1)])[name].result(30)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise

    def drop_topic(self, short: str) -> None:
        """Delete the topic of a connector."""
        admin, name = AdminClient(self._brokers()), self.name(short)
        admin.delete_topics([name])[name].result(30)

    def lead(self, link: str, target: Path) -> None:
        """Let a link in the folder of the project lead elsewhere."""
        path, fresh = self.folder / link, self.folder / f"{link}.new"
        fresh.symlink_to(target, target_is_directory=True)
        fresh.rename(path)

    def await_spread(self) -> None:
        """Wait until every worker has tasks: brokers that come back find all of them on one."""
        spread = until(
            CLOCK, lambda: all(self._tasks_of_workers()), timeout=REBALANCED, interval=0.5
        )
        if not spread:
            raise TimeoutError(f"a worker has no tasks: {self._tasks_of_workers()}")

    def kill_busy_worker(self) -> None:
        """Kill the worker with the most tasks, but for the first, which we ask ourselves."""
        tasks = self._tasks_of_workers()
        self.killed = max(range(2, len(tasks) + 1), key=lambda at: tasks[at - 1])
        kill_worker(self.sandbox, self.killed, CLOCK)

    def start_killed_worker(self) -> None:
        start_worker(self.sandbox, self.killed, CLOCK)

    def stop_broker(self) -> None:
        stop_broker(self.sandbox, CLOCK)

    def start_broker(self) -> None:
        start_broker(self.sandbox, CLOCK)

    def shown(self, text: str) -> str:
        """Return a text without what is of this scene alone: names, folders and ports."""
        for number, url in enumerate(self.sandbox.urls, start=1):
            text = text.replace(url.removeprefix("http://"), f"connect-{number}:8083")
        text = text.replace(self.sandbox.bootstrap_servers, "kafka:9092")
        return text.replace(f"{self.stand.prefix}-", "").replace(str(self.folder), "/data")

    def _has(self, name: str, key: str, value: str | None) -> bool:
        try:
            return self.stand.config(name).get(key) == value
        except HTTPError as error:
            if error.code not in _MOMENTARY:
                raise
            return False

    def _tasks_of_workers(self) -> list[int]:
        tasks = [task["worker_id"] for one in self.statuses().values() for task in one["tasks"]]
        return [tasks.count(url.removeprefix("http://")) for url in self.sandbox.urls]

    def _brokers(self) -> dict[str, object]:
        return quiet({"bootstrap.servers": self.sandbox.bootstrap_servers})


@contextmanager
def scene_on(sandbox: Sandbox, folder: Path, inbox: str) -> Iterator[Scene]:
    """Yield a scene in an empty folder, and take its connectors away in the end."""
    with real(sandbox.spec.version, sandbox.url, folder) as stand:
        yield Scene(stand, sandbox, inbox)
