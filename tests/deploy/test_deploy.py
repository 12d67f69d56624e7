"""What runs watch all the time is checked by the tools of its trade, and calls what there is."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from yaml import safe_load, safe_load_all

from reconcile.cli.app import app
from tests.cli.harness import ROOT, Workplace
from tests.requirements import require

UNITS = sorted((ROOT / "deploy/systemd").iterdir())
KUBERNETES = ROOT / "deploy/kubernetes"
WORKLOADS = [KUBERNETES / "deployment.yaml", KUBERNETES / "cronjob.yaml"]
TOOLS = "checking deploy/kubernetes; .ci/kubernetes brings it"
PROGRAM = "/opt/connectform/bin/connectform"
EXPOSED_AT_MOST = 13  # tenths; what is left is that it uses the network


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units, with a program that is on this machine."""
    folder = tmp_path_factory.mktemp("units")
    here = str(Path(sys.executable).with_name("connectform"))
    for unit in UNITS:
        (folder / unit.name).write_text(unit.read_text().replace(PROGRAM, here))
    return folder


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All that is sent to Kubernetes, as it is sent."""
    built = run(require("kustomize", TOOLS), "build", KUBERNETES)
    assert built.returncode == 0, built.stderr
    path = tmp_path_factory.mktemp("kubernetes") / "all.yaml"
    path.write_text(built.stdout)
    return [path, KUBERNETES / "cronjob.yaml"]


def test_systemd_takes_the_units(units: Path):
    analyze = require("systemd-analyze", "checking the units")
    done = run(analyze, "verify", "--man=no", *sorted(units.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_refuses_a_unit_that_is_wrong(units: Path, tmp_path: Path):
    unit = tmp_path / "connectform-watch.service"
    shutil.copy(units / unit.name, unit)
    unit.write_text(unit.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
    done = run(require("systemd-analyze", "checking the units"), "verify", "--man=no", unit)
    assert "ProtectSystm" in done.stderr


@pytest.mark.parametrize("name", [unit.name for unit in UNITS if unit.suffix == ".service"])
def test_a_service_is_exposed_to_little(units: Path, name: str):
    analyze = require("systemd-analyze", "checking the units")
    offline = ("security", "--offline=true", "--no-pager", f"--threshold={EXPOSED_AT_MOST}")
    done = run(analyze, *offline, units / name)
    assert done.returncode == 0, done.stdout


def test_kubernetes_knows_every_field_and_its_type(manifests: list[Path]):
    done = run(require("kubernetes-validate", TOOLS), "--strict", *manifests)
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = {document["kind"] for path in manifests for document in safe_load_all(path.read_text())}
    assert kinds == {
        *("Namespace", "ServiceAccount", "ConfigMap", "Service", "Deployment"),
        *("PodDisruptionBudget", "NetworkPolicy", "CronJob"),
    }


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("concurrencyPolicy", "concurencyPolicy"), ("backoffLimit: 0", "backoffLimit: never")],
)
def test_a_field_that_is_wrong_is_found(tmp_path: Path, right: str, wrong: str):
    path = tmp_path / "cronjob.yaml"
    path.write_text((KUBERNETES / "cronjob.yaml").read_text().replace(right, wrong))
    assert run(require("kubernetes-validate", TOOLS), "--strict", path).returncode != 0


def test_kube_score_finds_nothing(manifests: list[Path]):
    done = run(require("kube-score", TOOLS), "score", "--output-format", "ci", *manifests)
    found = [
        line for line in done.stdout.splitlines() if not line.startswith(("[OK]", "[SKIPPED]"))
    ]
    assert (done.returncode, found) == (0, [])


def pods() -> Iterator[dict[str, object]]:
    for path in WORKLOADS:
        spec = safe_load(path.read_text())["spec"]
        yield spec.get("jobTemplate", {}).get("spec", spec)["template"]["spec"]


def test_pods_keep_the_restricted_standard_of_kubernetes():
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        for volume in pod["volumes"]:
            assert volume.keys() <= {"name", "configMap", "emptyDir"}
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def calls() -> dict[str, list[str]]:
    """Return how connectform is called, by who calls it."""
    unit = (ROOT / "deploy/systemd/connectform-watch.service").read_text()
    line = re.search(rf"^ExecStart={PROGRAM} (.*)$", unit, re.MULTILINE)
    image = re.search(r"^CMD (\[.*\])$", (ROOT / "Containerfile").read_text(), re.MULTILINE)
    assert line
    assert image
    found = {"systemd": shlex.split(line[1]), "image": safe_load(image[1])}
    for path, pod in zip(WORKLOADS, pods(), strict=True):
        found[path.name] = pod["containers"][0]["args"]
    return found


@pytest.mark.parametrize("caller", ["systemd", "image", "deployment.yaml", "cronjob.yaml"])
def test_the_command_that_is_called_has_these_options(caller: str):
    name, *arguments = calls()[caller]
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, arguments)


def test_the_project_in_the_config_map_is_one(tmp_path: Path):
    place = Workplace(folder=tmp_path, cluster=None, url="")
    for pod in pods():
        (volume,) = (volume for volume in pod["volumes"] if "configMap" in volume)
        for item in volume["configMap"]["items"]:
            place.write(item["path"], (KUBERNETES / item["key"]).read_text())
    done = place.run("validate")
    assert (done.code, "1 definition" in done.both) == (0, True), done.both
