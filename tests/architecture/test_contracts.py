"""Each contract of the tree is broken once: one that cannot fail protects nothing."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

# For each contract, a module and the forbidden import that is put into it.
BREACHES = {
    "layers": ("model/config.py", "import reconcile.plan"),
    "pure": ("model/config.py", "import time"),
    "door-http": ("report/spans.py", "import httpx"),
    "door-deepdiff": ("report/spans.py", "import deepdiff"),
    "door-apprise": ("report/spans.py", "import apprise"),
    "door-grafana": ("report/spans.py", "import grafana_foundation_sdk"),
    "door-kafka": ("report/spans.py", "import confluent_kafka"),
    "door-prometheus": ("report/spans.py", "import prometheus_client"),
    "door-yaml": ("report/spans.py", "import yaml"),
    "one-writer": ("live/snapshot.py", "import reconcile.connect.writes"),
    "simulator": ("sandbox/spec.py", "import reconcile.plugins"),
    "acyclic": ("model/codes.py", "import reconcile.model.problem"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its contracts, to be broken."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(
        ROOT / "reconcile", folder / "reconcile", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _checked(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *chosen],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_has_a_breach() -> None:
    assert sorted(contract["id"] for contract in CONTRACTS) == sorted(BREACHES)


def test_all_contracts_are_kept() -> None:
    checked = _checked(ROOT)

    assert checked.returncode == 0, checked.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in checked.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_forbidden_import_breaks_its_contract(tree: Path, contract: str) -> None:
    path, breach = BREACHES[contract]
    module = tree / "reconcile" / path
    text = module.read_text()
    module.write_text(f"{text}\n{breach}\n")
    try:
        checked = _checked(tree, contract)
    finally:
        module.write_text(text)

    assert checked.returncode == 1, checked.stdout
    assert "0 kept, 1 broken" in checked.stdout


def test_a_package_without_a_layer_is_refused(tree: Path) -> None:
    stray = tree / "reconcile" / "utils"
    stray.mkdir()
    (stray / "__init__.py").write_text('"""Anything."""\n')
    try:
        checked = _checked(tree, "layers")
    finally:
        shutil.rmtree(stray)

    assert checked.returncode == 1, checked.stdout
    assert "reconcile.utils" in checked.stdout
