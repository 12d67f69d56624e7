"""How often a cluster is asked: a plan reads a constant number of times, whatever its size."""

from collections import Counter

import pytest

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace

CLASSES = ("FileStreamSink", "FileStreamSource", "MockSink")
SIZES = (3, 30, 300)


@pytest.fixture
def place(tmp_path):
    """A project on a cluster where everything has happened at the next request."""
    cluster = SimulatedCluster(clock=SystemClock(), timing=Timing.instant())
    with serve(cluster) as server:
        found = Workplace(tmp_path, cluster, server.url)
        found.write_project('    ownership: {owns: ["c-*"]}\n    limits: {maxUpdatePercent: 100}\n')
        yield found


def config_of(number: int) -> dict[str, str]:
    return {
        "connector.class": CLASSES[number % len(CLASSES)],
        "file": f"/tmp/c-{number}.txt",  # noqa: S108 - nobody opens it
        "topic": "lines",
        "topics": "lines",
        "tasks.max": "1",
    }


def write_definitions(place: Workplace, count: int, *, changed: int = 0) -> None:
    """Write definitions, the first of which differ from `config_of`."""
    documents = []
    for number in range(count):
        settings = config_of(number) | ({"file": "changed"} if number < changed else {})
        lines = "".join(f"    {key}: {value}\n" for key, value in settings.items())
        documents.append(
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: c-{number}}}\nspec:\n  config:\n{lines}"
        )
    place.write("connectors/all.yaml", "---\n".join(documents))


def in_sync(place: Workplace, count: int, *, changed: int = 0) -> None:
    """Make definitions and their connectors, equal but for some changed ones."""
    write_definitions(place, count, changed=changed)
    for number in range(count):
        place.cluster.put(f"c-{number}", config_of(number))
    place.cluster.settle()
    place.cluster.clear_requests()


def requests(place: Workplace) -> Counter[str]:
    """Count the requests by what they ask, names left out."""
    return Counter(_kind(each.method, each.path) for each in place.cluster.requests)


def _kind(method: str, path: str) -> str:
    bare = path.partition("?")[0]
    if bare.endswith("/config/validate"):
        return "validate"
    if bare.startswith("/connector-plugins/"):
        return "definition"
    return f"{method} {path}"


@pytest.mark.parametrize("command", [("plan",), ("drift",), ("apply", "--auto-approve")])
def test_a_cluster_in_sync_is_read_equally_often_whatever_its_size(place, command):
    counts = []
    for size in SIZES:
        in_sync(place, size)
        place.adopt()
        place.cluster.clear_requests()
        result = place.run(*command)
        assert result.code == 0, result.both
        counts.append(requests(place))

    assert counts[0] == counts[1] == counts[2]
    assert counts[0] == {
        "GET /": 1,
        "GET /connectors": 1,
        "GET /connectors?expand=info&expand=status": 1,
        "GET /connector-plugins": 1,
    }
    assert place.cluster.writes == 0


def test_status_is_read_equally_often_whatever_the_size(place):
    counts = []
    for size in SIZES:
        in_sync(place, size)
        assert place.run("status").code == 0
        counts.append(requests(place))

    assert counts[0] == counts[1] == counts[2]


@pytest.mark.parametrize(("changed", "classes"), [(1, 1), (3, 3), (40, 3)])
def test_changes_cost_a_definition_for_each_class_and_a_validation_each(place, changed, classes):
    in_sync(place, 60)
    assert place.run("plan").code == 0
    untouched = requests(place)
    place.cluster.clear_requests()
    write_definitions(place, 60, changed=changed)

    planned = place.run("plan")

    assert f"Plan: 0 to add, {changed} to change, 0 to destroy." in planned.out, planned.both
    assert requests(place) - untouched == {"definition": classes, "validate": changed}
    assert place.cluster.writes == 0


@pytest.mark.parametrize(("mode", "definitions"), [("schema", 3), ("off", 3)])
def test_without_live_validation_nothing_is_validated(place, mode, definitions):
    in_sync(place, 30, changed=20)

    assert place.run("plan", "--validate", mode).code == 0

    assert requests(place)["validate"] == 0
    assert requests(place)["definition"] == definitions


def test_creates_cost_the_same_as_updates(place):
    write_definitions(place, 30)

    planned = place.run("plan")

    assert "Plan: 30 to add" in planned.out, planned.both
    assert requests(place)["definition"] == len(CLASSES)
    assert requests(place)["validate"] == 30
    assert sum(requests(place).values()) == 30 + len(CLASSES) + 4


def test_deletes_validate_nothing(place):
    in_sync(place, 30)
    place.adopt()
    write_definitions(place, 20)
    place.cluster.clear_requests()

    planned = place.run("plan", "--prune")

    assert "10 to destroy" in planned.out, planned.both
    assert requests(place)["validate"] == 0
    assert requests(place)["definition"] <= len(CLASSES)


def test_a_few_selected_names_are_read_by_name(place):
    in_sync(place, 300)

    planned = place.run("plan", "--select", "name=c-7")

    assert "No changes." in planned.out, planned.both
    assert not any("expand" in each.path for each in place.cluster.requests)
    assert sum(requests(place).values()) <= 6


def test_an_apply_writes_each_change_once(place):
    in_sync(place, 60, changed=7)

    applied = place.run("apply", "--auto-approve")

    assert applied.code == 0, applied.both
    assert place.cluster.writes == 7
    assert requests(place)["GET /connectors?expand=info&expand=status"] <= 2
