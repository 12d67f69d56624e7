"""What the package promises to those who import it, and what it loads for that."""

import subprocess
import sys
import tomllib
from pathlib import Path

import reconcile

ROOT = Path(__file__).parents[2]


def test_the_public_names_are_all_there_and_sorted() -> None:
    assert list(reconcile.__all__) == sorted(reconcile.__all__)
    assert all(hasattr(reconcile, name) for name in reconcile.__all__)


def test_nothing_else_is_public() -> None:
    program = "import reconcile; print(*sorted(set(vars(reconcile)) - set(reconcile.__all__)))"
    names = _output(program).split()

    assert [name for name in names if not name.startswith("__")] == ["Final"]


def test_the_version_is_the_one_that_is_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert reconcile.__version__ == project["version"]


def test_importing_the_package_loads_the_standard_library_alone() -> None:
    program = (
        "import sys; before = set(sys.modules); import reconcile; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )

    assert set(_output(program).split()) - sys.stdlib_module_names == {"reconcile"}


def _output(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
