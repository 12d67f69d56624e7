"""Failures provoked on real workers are classified; RECORD_FAILURES=1 keeps their traces."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.health.classify import diagnose
from reconcile.model.health import FailureClass
from reconcile.sandbox.state import Sandbox
from tests.failures.provoked import MISTAKEN, PROVOCATIONS, recording
from tests.real import stand as stands
from tests.real.stand import Stand
from tests.sandbox_command import wait_for

pytestmark = pytest.mark.real

STRING = "org.apache.kafka.connect.storage.StringConverter"


@pytest.fixture
def real_stand(real_cluster: Sandbox, tmp_path: Path) -> Iterator[Stand]:
    """Return a project on the real cluster, which has a topic with lines that are no JSON."""
    (tmp_path / "in.txt").write_text('hello\n{"a":1}\n', encoding="ascii")
    with stands.real(real_cluster.spec.version, real_cluster.url, tmp_path) as stand:
        feed = {
            "connector.class": "FileStreamSource",
            "file": str(tmp_path / "in.txt"),
            "topic": f"{stand.prefix}-lines",
            "value.converter": STRING,
        }
        stand.put(f"{stand.prefix}-feed", feed)
        yield stand


def test_what_is_provoked_is_classified(real_stand: Stand, tmp_path: Path) -> None:
    wanted = offered(real_stand)
    assert len(wanted) >= 26
    names = {what: f"{real_stand.prefix}-{at:02}" for at, what in enumerate(wanted)}
    for what, name in names.items():
        filled = {"folder": tmp_path, "topic": f"{real_stand.prefix}-lines", "name": name}
        config = PROVOCATIONS[what].config
        real_stand.put(name, {key: value.format(**filled) for key, value in config.items()})
    found: dict[str, FailureClass] = {}

    def all_have_failed() -> bool:
        for what in names.keys() - found.keys():
            trace = trace_of(real_stand, names[what])
            if trace is not None:
                found[what] = diagnose(trace).failure
                if os.environ.get("RECORD_FAILURES"):
                    text = trace.replace(str(tmp_path), "/tmp/provoked")  # noqa: S108 - a text
                    recording(what).write_text(text, encoding="utf-8")
        return found.keys() == names.keys()

    assert wait_for(all_have_failed), names.keys() - found.keys()
    labels = {what: PROVOCATIONS[what].failure for what in wanted}
    assert found == labels | MISTAKEN


def offered(stand: Stand) -> list[str]:
    """Return what can be provoked here: Kafka 3.6 has no mock connectors outside its tests."""
    plugins = {plugin["class"] for plugin in stand.ask("GET", "/connector-plugins")}
    classes = {what: one.config["connector.class"] for what, one in PROVOCATIONS.items()}
    return [what for what, name in classes.items() if "." not in name or name in plugins]


def trace_of(stand: Stand, name: str) -> str | None:
    """Return the first trace of a connector or its tasks, None while nothing has failed."""
    if not stand.state(name):
        return None
    status = stand.ask("GET", f"/connectors/{name}/status")
    for part in (status["connector"], *status["tasks"]):
        if part["state"] == "FAILED":
            return str(part.get("trace", ""))
    return None
