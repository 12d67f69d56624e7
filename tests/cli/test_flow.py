"""What `status` shows of the flow, by pages, by offsets, and where there is nothing to go by."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.harness import Workplace
from tests.unit.http.canned_server import answer, canned_server, in_turn

SINK = {"connector.class": "FileStreamSink", "file": "out.txt", "topics": "lines", "tasks.max": "1"}
SCHEMA = Path(__file__).parents[2] / "schemas" / "status.schema.json"


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A project on a cluster with one sink."""
    workplace.cluster.put("orders-sink", SINK)
    workplace.cluster.settle()
    return workplace


def page(read: int, errors: int) -> str:
    labels = '{connector="orders-sink",task="0"}'
    return (
        f"kafka_connect_sink_task_sink_record_read_total{labels} {read}\n"
        f"kafka_connect_task_error_total_record_errors{labels} {errors}\n"
        "kafka_connect_worker_task_count 1\n"
        'jvm_memory_used_bytes{area="heap"} 1000\n'
    )


def test_pages_tell_records_and_errors_a_second(place):
    replies = in_turn(answer(200, page(100, 0)), answer(200, page(100_000_100, 7)))
    with canned_server(replies) as server:
        place.write_project(f"    metrics: {{scrape: ['{server.url}/metrics']}}\n")
        shown = place.run("status", "--over", "10ms", "--report", "json=status.json")

    assert (shown.code, shown.err) == (0, "")
    heading, row = shown.out.splitlines()[:2]
    assert heading.split() == [
        *("NAME", "KIND", "HEALTH", "STATE", "TASKS", "RECORDS/S", "ERRORS/S", "LAG"),
        *("WORKER", "CAUSE"),
    ]
    document = json.loads((place.folder / "status.json").read_text())
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    (cluster,) = document["clusters"]
    (connector,) = cluster["connectors"]
    flow = connector["flow"]
    assert flow["records_per_second"] / flow["errors_per_second"] == pytest.approx(1e8 / 7)
    assert row.split()[7] == "-"
    assert [(one["tasks"], one["heap_bytes"]) for one in cluster["workers"]] == [(1.0, 1000.0)]
    assert connector["task_counts"] == {"running": 1, "failed": 0, "total": 1}


def test_a_source_that_is_down_hides_no_state(place):
    place.write_project("    metrics: {scrape: ['http://127.0.0.1:1/metrics']}\n")
    shown = place.run("status", "--over", "10ms")

    assert shown.code == 0
    assert "warning: cluster local: no metrics from http://127.0.0.1:1/metrics" in shown.err
    assert "[CF315]" in shown.err
    assert shown.out.splitlines()[1].split()[:8] == [
        *("orders-sink", "sink", "healthy", "RUNNING", "1/1", "-", "-", "-")
    ]


def test_offsets_tell_what_moves_where_nothing_else_does(place):
    place.write_project()
    shown = place.run("status", "--over", "10ms")

    assert shown.code == 0
    assert "RECORDS/S" in shown.out


def test_without_a_source_there_is_nothing_of_it(place):
    place.write_project()

    assert "RECORDS/S" not in place.run("status").out


def test_a_length_of_time_that_is_none_is_wrong_usage(place):
    place.write_project()
    shown = place.run("status", "--over", "soon")

    assert shown.code == 64
    assert "soon is no duration" in shown.err
