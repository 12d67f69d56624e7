"""What real workers of three releases answered to some 350 questions each, asked again here.

Recorded on Kafka 4.3.1, 3.9.1 and 3.6.2, one broker and one worker each. Left out is what depends
on records in topics, on the loggers of a JVM, or on MirrorMaker reaching a cluster. Left out too
is what the simulated cluster does differently: it refuses every null, where Connect stores a null
under a key that the connector itself defines; it knows no classes but those of its plugins; and two
messages about dead letter topics have the words of 3.9 also on 3.6.
"""

import json
import re
from pathlib import Path

import pytest

from reconcile.sandbox.simulated_answers import Answer, Request
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_providers import Providers
from tests.fake_clock import FakeClock

RECORDED = Path(__file__).parent / "recorded"
VERSIONS = ("4.3.1", "3.9.1", "3.6.2")
STRING_CONVERTER = "org.apache.kafka.connect.storage.StringConverter"
FAMILIES = re.compile(
    r"(transforms|predicates|(key|value|header)\.converter|(consumer|producer|admin)\.override)\."
)
DEFINITION = (
    "name",
    "type",
    "required",
    "default_value",
    "importance",
    "group",
    "order",
    "width",
    "display_name",
)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_is_that_of_the_real_worker(version):
    cluster = SimulatedCluster(
        clock=FakeClock(),
        version=version,
        group_id="connect-test",
        brokers=1,
        converters={"value.converter": STRING_CONVERTER},
        providers=Providers(
            files={"/data/secret.properties": {"f": "/data/in.txt"}},
            env={"HOME": "/home"},
        ),
    )
    differences = []
    lines = (RECORDED / f"connect-{version}.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        recorded = json.loads(line)
        cluster.settle()
        found = comparable(cluster.respond(request(recorded)))
        if normal(found) != normal({"type": "application/json", **recorded}):
            differences.append(f"{line[:700]}\n  {json.dumps(found)[:700]}")
    assert not differences, "\n".join(differences)
    assert len(lines) > 340


def request(recorded: dict) -> Request:
    method, _, target = recorded["ask"].partition(" ")
    body = recorded.get("body")
    sent = "application/json" if body is not None else ""
    return Request(
        method=method,
        target=target,
        body=(body or "").encode(),
        content_type=recorded.get("as", sent),
    )


def comparable(answer: Answer) -> dict:
    """Return an answer in the form in which the recordings hold theirs."""
    return {
        "status": answer.status,
        "type": answer.content_type,
        "location": answer.headers.get("Location"),
        "answer": summary(answer.body.decode()),
    }


def summary(body: str) -> object:
    try:
        value = json.loads(body)
    except ValueError:
        title = re.search(r"<title>(.*?)</title>", body)
        return title[1] if title else body
    if isinstance(value, dict) and "configs" in value:
        return summary_of_validation(value)
    if isinstance(value, list) and value and "default_value" in value[0]:
        return [
            [entry.get(key, entry.get("order_in_group")) for key in DEFINITION] for entry in value
        ]
    return without_chance(value)


def summary_of_validation(value: dict) -> dict:
    entries = [entry["value"] for entry in value["configs"]]
    return {
        "name": value["name"],
        "error_count": value["error_count"],
        "groups": value["groups"],
        "settings": [entry["name"] for entry in entries if FAMILIES.match(entry["name"])],
        "count": len(entries),
        "errors": [
            [entry["name"], entry["value"], entry["errors"]] for entry in entries if entry["errors"]
        ],
    }


def without_chance(value: object) -> object:
    """Return a document without ids and frames, and without Jackson's columns."""
    if isinstance(value, list):
        return [without_chance(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    chance = {"commit", "kafka_cluster_id", "last_modified"}
    kept = {key: without_chance(entry) for key, entry in value.items() if key not in chance}
    if "trace" in kept:
        kept["trace"] = kept["trace"].partition("\n")[0]
    if "message" in kept:
        text = re.sub(r"column: \d+", "column: ?", kept["message"])
        kept["message"] = re.sub(r"PluginDesc\{.*", "PluginDesc", text)
    return kept


def normal(found: dict) -> dict:
    """Return an answer with what has no order in Connect brought into one."""
    answer = found["answer"]
    if isinstance(answer, list) and all(isinstance(entry, str) for entry in answer):
        answer = sorted(answer)
    if isinstance(answer, dict) and isinstance(answer.get("tasks"), list):
        answer = {**answer, "tasks": sorted(answer["tasks"], key=json.dumps)}
    if isinstance(answer, str) and "," in answer:
        answer = sorted(answer.split(", "))
    keys = ("status", "type", "location")
    return {**{key: found.get(key) for key in keys}, "answer": answer}
