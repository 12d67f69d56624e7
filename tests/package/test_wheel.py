"""The wheel, installed outside the checkout without extras, is all that a user needs."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
SHIPPED = ("schemas", "connectors")


def run(*command, folder, **environment):
    """Run a command far from the checkout, as a user's shell would."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**kept, "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pins = ("--build-constraint", CONSTRAINTS)
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        *pins,
        "-w",
        ".",
        ROOT,
        folder=folder,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel, tmp_path_factory):
    """The commands of an environment that holds the wheel and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    binaries = folder / "venv" / "bin"
    run(binaries / "pip", "install", "-q", "--constraint", CONSTRAINTS, wheel, folder=folder)
    return binaries


def test_the_wheel_holds_the_package_and_what_it_ships_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"reconcile"}
    for folder in SHIPPED:
        ours = {path.name for path in (ROOT / folder).iterdir()}
        assert {Path(name).name for name in names if f"reconcile/{folder}/" in name} == ours
    assert {"reconcile/sandbox/plugins.json", "reconcile/py.typed"} <= set(names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if "test" in name.lower() or "__pycache__" in name]
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "reconcile").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules


def test_it_is_found_outside_the_checkout_and_says_its_version(bin_folder, tmp_path):
    said = run(bin_folder / "connectform", "--version", folder=tmp_path)
    place = run(
        *(bin_folder / "python", "-c", "import reconcile; print(reconcile.__file__)"),
        folder=tmp_path,
    )

    assert said.startswith("connectform 0.")
    assert str(bin_folder.parent) in place


def test_what_is_installed_fits_together(bin_folder, tmp_path):
    run(bin_folder / "pip", "check", folder=tmp_path)


def test_a_new_repository_is_valid_from_the_start(bin_folder, tmp_path):
    run(bin_folder / "connectform", "init", "new", folder=tmp_path)

    said = run(bin_folder / "connectform", "validate", folder=tmp_path / "new")

    assert "1 definition" in said
    shipped = {path.name for path in (tmp_path / "new" / "schemas").iterdir()}
    assert shipped == {"definition.schema.json", "project.schema.json"}


def test_the_demo_runs_without_the_checkout(bin_folder, tmp_path):
    said = run(bin_folder / "connectform", "demo", folder=tmp_path)

    assert "No changes." in said
    assert "Drift: 1 changed, 0 missing, 1 in another state." in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_pipelines_are_written_without_the_checkout(bin_folder, tmp_path, forge):
    pin = {
        "github": ("--action", "acme/connectform@" + "f" * 40),
        "gitlab": ("--wheel", "connectform[kafka]==0.1.0"),
    }

    said = run(bin_folder / "connectform", "init", "--ci", forge, *pin[forge], folder=tmp_path)

    assert said.count("wrote .git") == {"github": 4, "gitlab": 2}[forge]  # and .gitignore
    assert not [path for path in tmp_path.rglob("*.yml") if "@ACTION@" in path.read_text()]
    assert not [path for path in tmp_path.rglob("*.yml") if "@WHEEL@" in path.read_text()]
