"""The examples of this repository: what a new user copies."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.desired.load import check_files, load_desired
from reconcile.desired.project import load_project, read_access
from reconcile.model.desired import TargetState

ROOT = Path(__file__).parents[3]


@pytest.fixture
def loaded():
    return load_project(None, ROOT)


def test_the_examples_have_no_problem(loaded):
    checked = check_files(loaded, clusters=("local",))

    assert checked.problems == ()
    assert len(checked.desired["local"].definitions) == 4


def test_the_examples_need_no_environment_and_one_plugin(loaded):
    definitions = (
        load_desired(loaded, clusters=("local",), environment={}).clusters["local"].definitions
    )

    assert all("FileStream" in definition.class_name for definition in definitions.values())
    assert all(name.startswith("example-") for name in definitions)
    assert TargetState.PAUSED in {definition.state for definition in definitions.values()}
    assert definitions["example-orders-sink"].config.get("errors.deadletterqueue.topic.name") == (
        "example-orders-sink.dlq"
    )


def test_the_examples_run_on_this_machine(loaded):
    assert read_access(loaded, "local", {}).urls == ("http://127.0.0.1:8083",)


def test_good_files_are_loaded_without_the_import_of_jsonschema():
    program = (
        "import sys, pathlib\n"
        "from reconcile.desired.load import check_files\n"
        "from reconcile.desired.project import load_project\n"
        "loaded = load_project(None, pathlib.Path('.'))\n"
        "assert check_files(loaded, clusters=('local',)).problems == ()\n"
        "print('jsonschema' in sys.modules, 'httpx' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False False\n"
