"""Help and version are instant: nothing heavy is imported for them."""

import subprocess
import sys

import pytest

from tests.cli.harness import ROOT, clean_environment

ALLOWED = frozenset({"reconcile", "typer", "shellingham", "annotated_doc", "typing_extensions"})
_LIST = """
import sys
from reconcile.cli.app import run
code = run(sys.argv[1:])
print("LOADED", code, *sorted({name.split(".")[0] for name in sys.modules}))
"""


def loaded_by(*arguments: str) -> tuple[int, set[str]]:
    """Run a command in a fresh interpreter; return its code and the packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST, *arguments],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    _, code, *names = done.stdout.splitlines()[-1].split()
    return int(code), set(names)


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("plan", "--help"), ("sandbox", "--help"), ("demo", "--help")],
)
def test_help_and_version_load_nothing_but_typer(arguments):
    code, names = loaded_by(*arguments)
    third_party = {
        name for name in names if name not in sys.stdlib_module_names and not name.startswith("_")
    }

    assert code == 0
    assert third_party - {"sitecustomize", "usercustomize"} <= ALLOWED


def test_help_loads_none_of_our_own_packages_but_the_command_line_and_the_nouns():
    script = (
        "import sys; from reconcile.cli.app import run; run(['--help']); "
        "print('LOADED', *sorted(name for name in sys.modules if name.count('.') == 1 "
        "and name.startswith('reconcile.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name.split(".")[1] for name in done.stdout.splitlines()[-1].split()[1:]}

    heavy = {"http", "connect", "desired", "plan", "apply", "live", "sandbox", "plugins"}
    assert not names & heavy
