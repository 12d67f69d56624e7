from datetime import UTC, datetime

from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.live import (
    ClusterIdentity,
    ConnectorKind,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.problem_document import problems_document
from reconcile.report.status_document import statuses_document


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

    assert statuses_document([(live, {"a": "the cause"})]) == {
        "format_version": "1.0",
        "kind": "status",
        "clusters": [
            {
                "cluster": "local",
                "connect_version": "4.3.1",
                "kafka_cluster_id": "k",
                "taken_at": "2027-01-04T12:00:00+00:00",
                "connectors": [
                    {
                        "name": "a",
                        "kind": "sink",
                        "class": "C",
                        "state": "RUNNING",
                        "worker": "w:1",
                        "generated_tasks": 1,
                        "tasks": [{"id": 0, "state": "FAILED", "worker": "w:2"}],
                        "cause": "the cause",
                    },
                    {
                        "name": "b",
                        "kind": "unknown",
                        "class": "",
                        "state": None,
                        "worker": None,
                        "generated_tasks": 0,
                        "tasks": [],
                        "cause": None,
                    },
                ],
            }
        ],
    }
