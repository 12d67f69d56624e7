"""Files for Prometheus and Grafana, written by the command: in this process, for speed."""

import json
import os
from pathlib import Path

import pytest

from reconcile.cli.app import run
from tests.cli.harness import ROOT, Result, Workplace

CLUSTERS = """\
apiVersion: connectform/v1
kind: Project
metadata: {{name: tests}}
clusters:
  staging: {{url: "http://127.0.0.1:1"}}
  prod: {{url: "http://127.0.0.1:1"{more}}}
"""
MATCH = ', metrics: {prometheus: "http://127.0.0.1:1", match: {env: prod}}'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A project on two clusters that nobody can reach."""
    monkeypatch.chdir(tmp_path)
    found = Workplace(tmp_path, None, "http://127.0.0.1:1")
    found.write("connectform.yaml", CLUSTERS.format(more=MATCH))
    found.write_sink("orders", file="${{ env.NOT_SET }}")
    return found


@pytest.fixture
def generate(place: Workplace, capsys: pytest.CaptureFixture[str]):
    """The command, on that project."""

    def generate(*arguments: str) -> Result:
        code = run(["generate", *arguments])
        return Result(code, *capsys.readouterr())

    return generate


def clusters_of(text: str) -> set[str]:
    groups = json.loads(text)["groups"]
    return {rule["labels"]["cluster"] for group in groups for rule in group["rules"]}


def test_rules_are_written_without_a_cluster_or_a_secret(place, generate):
    printed = generate("prometheus-rules")
    written = generate("prometheus-rules", "--out", "out/rules.json")

    assert (printed.code, printed.err) == (0, "")
    assert (written.code, written.both) == (0, "")
    assert (place.folder / "out/rules.json").read_text() == printed.out
    assert clusters_of(printed.out) == {"staging", "prod"}


def test_one_cluster_can_be_chosen(place, generate):
    printed = generate("prometheus-rules", "--cluster", "prod")

    assert clusters_of(printed.out) == {"prod"}


def test_clusters_whose_metrics_look_the_same_are_refused(place, generate):
    place.write("connectform.yaml", CLUSTERS.format(more=""))

    refused = generate("prometheus-rules", "--dialect", "confluent")
    chosen = generate("prometheus-rules", "--dialect", "confluent", "-c", "prod")

    assert (refused.code, refused.out) == (64, "")
    assert "nothing tells the metrics of cluster prod from those of staging" in refused.err
    assert chosen.code == 0


def test_a_bad_definition_writes_nothing(place, generate):
    place.write("connectors/bad.yaml", "kind: Connector\n")

    failed = generate("prometheus-rules", "--out", "rules.json")

    assert failed.code == 1
    assert not (place.folder / "rules.json").exists()


def test_a_dashboard_is_written_for_each_dialect(place, generate):
    titles = [
        json.loads(generate("grafana-dashboard", *more).out)["title"]
        for more in ((), ("--dialect", "strimzi-reporter", "--label", "tier"))
    ]

    assert titles == ["Kafka Connect: tests"] * 2


def test_without_the_extra_a_dashboard_says_what_to_install(place, tmp_path):
    place.write("no/grafana_foundation_sdk.py", "raise ModuleNotFoundError\n")
    path = f"{tmp_path / 'no'}{os.pathsep}{ROOT}"

    failed = place.run("generate", "grafana-dashboard", PYTHONPATH=path)

    assert (failed.code, failed.out) == (1, "")
    assert "pip install 'connectform[grafana]'" in failed.err
