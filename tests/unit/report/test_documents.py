import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconcile.health.rollup import Sight, health_of
from reconcile.model.alert import Alert, AlertName, AlertSeverity
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.health import Health, tally
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.metrics import Flow, Flows, Measure, Throughput, WorkerSample
from reconcile.model.plugin import Setting, SettingType
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.restart import Restarts
from reconcile.plan.diagnosis_document import diagnosis_document
from reconcile.plan.document import drifts_document, plans_document, results_document
from reconcile.report.alert_text import Listed, alerts_document
from reconcile.report.json_text import json_text
from reconcile.report.problem_document import problems_document
from reconcile.report.setting_text import settings_document
from reconcile.report.status_document import statuses_document
from reconcile.report.status_more import More
from tests.golden import nouns
from tests.hostile import HOSTILE, poisoned

SCHEMAS = Path(__file__).parents[3] / "schemas"


def test_problems_are_written_with_their_places() -> None:
    placed = Problem(
        code=Code.WRONG_TYPE,
        message="m",
        location=Location("a.yaml", 3, 5),
        hint="h",
        connector="c",
    )
    bare = Problem(code=Code.USAGE, message="n", severity=Severity.WARNING)

    assert problems_document([placed, bare]) == {
        "format_version": "1.0",
        "kind": "problems",
        "problems": [
            {
                "code": "CF104",
                "severity": "error",
                "message": "m",
                "hint": "h",
                "connector": "c",
                "path": "a.yaml",
                "line": 3,
                "column": 5,
            },
            {
                "code": "CF701",
                "severity": "warning",
                "message": "n",
                "hint": "",
                "connector": None,
                "path": None,
                "line": None,
                "column": None,
            },
        ],
    }


def test_states_are_written_for_every_connector_and_no_config_with_them() -> None:
    failed = LiveStatus(
        state=State.RUNNING,
        worker="w:1",
        tasks=(LiveTask(id=0, state=State.FAILED, worker="w:2", trace="a trace"),),
    )
    live = LiveState(
        cluster="local",
        url="http://127.0.0.1:8083",
        identity=ClusterIdentity(version="4.3.1", kafka_cluster_id="k"),
        connectors={
            "b": LiveConnector(name="b", config=Config({"password": "hunter2"})),
            "a": LiveConnector(
                name="a",
                config=Config({"connector.class": "C"}),
                kind=ConnectorKind.SINK,
                status=failed,
                generated_tasks=1,
            ),
        },
        taken_at=datetime(2027, 1, 4, 12, 0, tzinfo=UTC),
    )

    verdicts = {
        name: health_of(
            None, Sight(status=one.status, generated=one.generated_tasks), live.taken_at
        )
        for name, one in live.connectors.items()
    }
    flows = Flows(
        connectors={"a": Flow(throughput=Throughput(records=2.5))},
        workers=(WorkerSample(worker="w:9", values={Measure.HEAP_BYTES: 5.0}),),
    )

    more = More(
        restarts={"a": Restarts(count=2, last=live.taken_at)},
        label="team",
        tallies={"": tally([Health.UNHEALTHY]), "x": tally([Health.PROGRESSING])},
    )

    assert statuses_document([(live, verdicts)], flows={"local": flows}, more={"local": more}) == {
        "format_version": "1.2",
        "kind": "status",
        "clusters": [
            {
                "cluster": "local",
                "connect_version": "4.3.1",
                "kafka_cluster_id": "k",
                "taken_at": "2027-01-04T12:00:00+00:00",
                "health": "unhealthy",
                "counts": {"progressing": 1, "unhealthy": 1},
                "connectors": [
                    {
                        "name": "a",
                        "kind": "sink",
                        "class": "C",
                        "health": "unhealthy",
                        "reason": "RUNNING, 1 of 1 task failed",
                        "state": "RUNNING",
                        "worker": "w:1",
                        "generated_tasks": 1,
                        "tasks": [{"id": 0, "state": "FAILED", "worker": "w:2"}],
                        "cause": "a trace",
                        "task_counts": {"running": 0, "failed": 1, "total": 1},
                        "flow": {
                            "records_per_second": 2.5,
                            "errors_per_second": None,
                            "moved": None,
                            "lag": None,
                        },
                        "restarts": {
                            "count": 2,
                            "last": "2027-01-04T12:00:00+00:00",
                            "next": None,
                        },
                    },
                    {
                        "name": "b",
                        "kind": "unknown",
                        "class": "",
                        "health": "progressing",
                        "reason": "no status yet",
                        "state": None,
                        "worker": None,
                        "generated_tasks": 0,
                        "tasks": [],
                        "cause": None,
                        "task_counts": {"running": 0, "failed": 0, "total": 0},
                        "flow": None,
                        "restarts": None,
                    },
                ],
                "workers": [{"worker": "w:9", "heap_bytes": 5.0}],
                "problems": [],
                "groups": {
                    "label": "team",
                    "values": [
                        {"value": "", "health": "unhealthy", "counts": {"unhealthy": 1}},
                        {"value": "x", "health": "progressing", "counts": {"progressing": 1}},
                    ],
                },
            }
        ],
        "failures": [],
    }


def _more_of(live: LiveState) -> More:
    """Return something to be shown beside each connector."""
    moment = live.taken_at
    return More(
        restarts={name: Restarts(count=1, last=moment, next=moment) for name in live.connectors},
        label="team",
        tallies={"a": tally([Health.HEALTHY])},
    )


ALERT = Listed(
    alert=Alert(
        name=AlertName.TASK_FAILED,
        cluster="local",
        connector="a",
        severity=AlertSeverity.PAGE,
        summary="a task failed",
        started=datetime(2027, 1, 4, 12, 0, tzinfo=UTC),
        labels={"team": "payments"},
        links={"logs": "https://logs.example.com"},
    ),
    told=True,
)


def document_of(kind: str, text: str | None = None) -> Any:
    def made(noun: Any) -> Any:
        return noun if text is None else poisoned(noun, text)

    readings = [(live, verdicts) for live, verdicts, _ in made(nouns.readings())]
    setting = Setting(name="topics", type=SettingType.LIST, default="a", documentation="what")
    flows = {live.cluster: made(nouns.FLOWS) for live, _ in readings}
    more = {live.cluster: made(_more_of(live)) for live, _ in readings}
    documents: dict[str, Callable[[], Any]] = {
        "plan": lambda: plans_document(made(nouns.plans())),
        "outcome": lambda: results_document(made(nouns.results())),
        "drift": lambda: drifts_document(made(nouns.drifts()), [made(nouns.NOT_COMPARED)]),
        "status": lambda: statuses_document(readings, [made(nouns.NOT_COMPARED)], flows, more),
        "alerts": lambda: alerts_document([made(ALERT)]),
        "diagnosis": lambda: diagnosis_document(made(nouns.examinations())),
        "problems": lambda: problems_document(made(nouns.PROBLEMS)),
        "settings": lambda: settings_document("a.B", [made(setting)]),
    }
    return documents[kind]()


KINDS = (
    "plan",
    "outcome",
    "drift",
    "status",
    "alerts",
    "diagnosis",
    "problems",
    "settings",
)


@cache
def validator(kind: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def shape_of(kind: str) -> Draft202012Validator:
    """Return what checks all of a document but digests, whose texts are hostile here like others."""

    def without(schema: Any) -> Any:
        if isinstance(schema, dict):
            kept = {key: item for key, item in schema.items() if key != "pattern"}
            return {key: without(item) for key, item in kept.items()}
        return [without(item) for item in schema] if isinstance(schema, list) else schema

    return Draft202012Validator(without(validator(kind).schema))


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_what_its_schema_says_and_no_other_one_is(kind: str) -> None:
    document = json.loads(json_text(document_of(kind)))

    validator(kind).validate(document)
    for other in KINDS:
        assert validator(other).is_valid(document) == (other == kind)
    for name in document:
        if name in validator(kind).schema["required"]:
            less = {key: value for key, value in document.items() if key != name}
            assert not validator(kind).is_valid(less), name


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_text_says_json_means_it_and_shows_nothing_that_acts(kind: str) -> None:
    for name, text in HOSTILE.items():
        document = document_of(kind, text)

        written = json_text(document)

        assert json.loads(written) == json.loads(json.dumps(document)), name
        shape_of(kind).validate(json.loads(written))
        written.encode("utf-8")
        assert all(row.isprintable() for row in written.splitlines()), name
        assert not any(row.lstrip().startswith("::") for row in written.splitlines()), name
        assert "##[" not in written, name
        assert "##vso[" not in written, name
