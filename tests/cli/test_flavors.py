"""The Connect of others, end to end: masks, counted writes, two addresses."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from reconcile.clock import SystemClock
from reconcile.model.flavor import Flavor
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Result, Workplace, workplace_on
from tests.sandbox_command import run

PASSWORD = "consumer.override.sasl.jaas.config"
KEY = {"CONNECTFORM_FINGERPRINT_KEY": "a key of thirty-two characters.."}
MASK = "•"
# by flavour and version of Apache Kafka
MASKING = [(Flavor.CONFLUENT_PLATFORM, "3.9.1"), (Flavor.CONFLUENT_PLATFORM, "4.3.1")]
CLUSTERS = [
    *MASKING,
    (Flavor.CONFLUENT_PLATFORM, "3.6.2"),
    (Flavor.AIVEN, "3.9.1"),
    (Flavor.APACHE, "4.3.1"),
]


@contextmanager
def a_project(folder: Path, flavor: Flavor, version: str) -> Iterator[Workplace]:
    cluster = SimulatedCluster(
        clock=SystemClock(), timing=Timing.quick(), flavor=flavor, version=version
    )
    with workplace_on(cluster, folder) as place:
        place.write(
            "connectform.yaml",
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: tests}\n"
            'fingerprintKey: "${{ env.CONNECTFORM_FINGERPRINT_KEY }}"\n'
            f'definitions: [connectors]\nclusters:\n  local: {{url: "{place.url}"}}\n',
        )
        yield place


def define(place: Workplace, file: str) -> None:
    place.write_sink("a", file=file, more=f'    {PASSWORD}: "${{{{ env.JAAS }}}}"\n')


def apply(place: Workplace, secret: str) -> Result:
    done = place.run("apply", "--auto-approve", JAAS=secret, **KEY)
    assert done.code == 0, done.both
    return done


def shown(place: Workplace) -> str:
    """Return the config as the cluster answers it."""
    with urlopen(f"{place.url}/connectors/a/config") as answer:  # noqa: S310 - loopback
        return str(json.load(answer)[PASSWORD])


@pytest.mark.parametrize(("flavor", "version"), CLUSTERS)
def test_a_secret_is_applied_rotated_and_rolled_back_and_no_mask_is_written(
    tmp_path: Path, flavor: Flavor, version: str
):
    masks = (flavor, version) in MASKING
    with a_project(tmp_path, flavor, version) as place:
        define(place, "one.txt")
        apply(place, "secret-one")
        assert (MASK in shown(place)) is masks
        assert "No changes." in place.run("plan", JAAS="secret-one", **KEY).out

        rotated = place.run("plan", JAAS="secret-two", **KEY)
        assert "1 to change" in rotated.out, rotated.both
        assert "secret-two" not in rotated.both
        apply(place, "secret-two")
        assert place.cluster.configs()["a"][PASSWORD] == "secret-two"
        assert "No changes." in place.run("plan", JAAS="secret-two", **KEY).out

        define(place, "two.txt")
        apply(place, "secret-two")
        rolled = place.run("rollback", "a", "--auto-approve", JAAS="secret-two", **KEY)
        assert rolled.code == 0, rolled.both
        stored = place.cluster.configs()["a"]
        assert (stored["file"], stored[PASSWORD]) == ("one.txt", "secret-two")
        assert MASK not in json.dumps(stored, ensure_ascii=False)


@pytest.mark.parametrize(("flavor", "version"), CLUSTERS)
def test_without_a_key_a_plan_says_what_it_cannot_know_where_the_server_masks(
    tmp_path: Path, flavor: Flavor, version: str
):
    masks = (flavor, version) in MASKING
    with a_project(tmp_path, flavor, version) as place:
        define(place, "one.txt")
        assert place.run("apply", "--auto-approve", JAAS="secret-one").code == 0

        planned = place.run("plan", JAAS="secret-two")

        assert ("1 to change" in planned.out) is not masks
        assert ("the server masks 1 value of a" in planned.both) is masks
        assert ("set fingerprintKey" in planned.both) is masks


def test_the_count_of_writes_is_nobodys_drift(tmp_path: Path):
    with a_project(tmp_path, Flavor.CONFLUENT_PLATFORM, "4.3.1") as place:
        define(place, "one.txt")
        apply(place, "secret-one")
        for _ in range(3):
            place.cluster.put("a", place.cluster.configs()["a"])

        drifted = place.run("drift", JAAS="secret-one", **KEY)
        planned = place.run("plan", JAAS="secret-one", **KEY)

        assert drifted.code == 0, drifted.both
        assert "No changes." in planned.out
        assert "__internal" not in drifted.both + planned.both


def test_an_export_writes_neither_masks_nor_what_the_server_counts(tmp_path: Path):
    with a_project(tmp_path, Flavor.CONFLUENT_PLATFORM, "4.3.1") as place:
        config = {"connector.class": "FileStreamSink", "topics": "lines", "file": "x"}
        place.cluster.put("a", {**config, PASSWORD: "secret-one"})

        exported = place.run("export", **KEY)

        text = (place.folder / "connectors" / "a.yaml").read_text()
        assert exported.code == 0, exported.both
        assert MASK not in text
        assert "__internal" not in text
        assert "${{ env." in text


def test_the_platform_api_of_aiven_is_refused_with_the_address_to_take(tmp_path: Path):
    with a_project(tmp_path, Flavor.AIVEN, "3.9.1") as place:
        file = place.folder / "connectform.yaml"
        platform = f"{place.url}/v1/project/shop/service/connect"
        file.write_text(file.read_text().replace(place.url, platform))
        place.cluster.clear_requests()

        planned = place.run("plan", **KEY)

        assert planned.code == 1
        assert (
            "connectform.yaml:7:11: error: clusters.local.url leads to Aiven's platform API, which"
            " is not Kafka Connect  [CF105]"
        ) in planned.err
        assert "https://NAME-PROJECT.aivencloud.com:PORT" in planned.err
        assert "avnadmin" in planned.err
        assert place.cluster.requests == []


def test_a_sandbox_of_a_flavor_is_started_and_kept_as_that(tmp_path: Path):
    code, out, err = run(tmp_path, "up", "--flavor", "aiven", "--kafka-version", "3.9.1")
    try:
        assert code == 0, err
        assert 'username: "avnadmin"' in out
        assert "flavor: aiven" in out
        document = json.loads(run(tmp_path, "status", "--output", "json")[1])
        assert document["sandboxes"][0]["flavor"] == "aiven"
        assert run(tmp_path, "reset")[1] == out
    finally:
        run(tmp_path, "down", "--all")


@pytest.mark.parametrize(
    "arguments", [("--real", "--flavor", "confluent-platform"), ("--flavor", "redpanda")]
)
def test_a_flavor_that_is_not_on_offer_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]):
    code, out, _ = run(tmp_path, "up", *arguments)
    assert (code, out) == (64, "")
