"""Odd surroundings: pipes that close, terminals, locales, folders, files that cannot be written."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import Workplace, clean_environment

COMMAND = shlex.join([sys.executable, "-m", "reconcile"])


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A connector to create, with text that not every locale can print."""
    workplace.write_sink("orders-sink", file="größe-✓.txt")
    return workplace


def shell(place: Workplace, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of bash in the folder, where `$run` is connectform."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"run={shlex.quote(COMMAND)}; {script}"],
        cwd=place.folder,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def on_a_terminal(place: Workplace, *arguments: str, **environment: str) -> str:
    """Run a command whose standard output is a terminal; return what it prints there."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconcile", *arguments],
        cwd=place.folder,
        env=clean_environment() | {"TERM": "xterm-256color"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    said = b""
    # Linux ends the reading of a terminal that nobody writes to any more with an error.
    while chunk := read_some(ours):
        said += chunk
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return said.decode()


def read_some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_a_reader_that_goes_away_is_no_error(place: Workplace):
    for number in range(400):  # more than a pipe holds
        place.write_sink(f"sink-{number:03}", file="x" * 200)

    piped = shell(place, "$run plan --validate off | head -n 1")

    assert piped.returncode == 0, piped.stderr
    assert piped.stdout.startswith("Cluster local")
    assert piped.stderr == ""


def test_what_is_applied_does_not_hang_on_who_reads(place: Workplace):
    piped = shell(place, "$run apply --auto-approve 2>&1 | true")

    assert piped.returncode == 0
    assert set(place.cluster.configs()) == {"orders-sink"}
    assert place.outcomes() == {"orders-sink": "applied"}


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "0<&-", "0<&- 1>&- 2>&-"])
def test_streams_that_are_closed_are_no_error(place: Workplace, closed: str):
    done = shell(place, f"$run plan --json-out plan.json {closed}")

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((place.folder / "plan.json").read_text("utf-8"))["kind"] == "plan"


def test_a_terminal_gets_colour_unless_it_is_not_wanted(place: Workplace):
    assert "\x1b[" in on_a_terminal(place, "plan")
    assert "\x1b" not in on_a_terminal(place, "plan", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(place, "plan", TERM="dumb")


def test_a_pipe_gets_no_colour_unless_it_is_asked_for(place: Workplace):
    assert "\x1b" not in place.run("plan").both
    assert "\x1b[" in place.run("plan", FORCE_COLOR="1").out
    assert "\x1b" not in place.run("plan", FORCE_COLOR="1", NO_COLOR="1").both


@pytest.mark.parametrize(
    ("locale", "password"),
    [
        ({"LANG": "C", "LC_ALL": "C"}, "pässwörd-✓"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "all-in-ascii"),
        ({"PYTHONIOENCODING": "ascii"}, "pässwörd-✓"),
        ({"PYTHONIOENCODING": "latin-1"}, "pässwörd-✓"),
    ],
    ids=["C", "C without UTF-8", "ASCII", "Latin-1"],
)
def test_no_locale_makes_a_run_fail_or_changes_what_is_written(
    place: Workplace, locale: dict[str, str], password: str
):
    place.write("connectors/secret.yaml", SECRET)

    applied = shell(place, "$run apply --auto-approve >out.txt", **locale, PASSWORD=password)

    assert applied.returncode == 0, applied.stderr
    configs = place.cluster.configs()
    assert configs["orders-sink"]["file"] == "größe-✓.txt"
    assert configs["secret-sink"]["db.password"] == password
    assert b"orders-sink will be created" in (place.folder / "out.txt").read_bytes()


SECRET = """\
apiVersion: connectform/v1
kind: Connector
metadata: {name: secret-sink}
spec:
  class: FileStreamSink
  config: {file: größe.txt, topics: lines, db.password: "${{ env.PASSWORD }}"}
"""


@pytest.mark.parametrize("result", ["apply-result.json", "connectform.yaml/result.json"])
def test_where_the_result_cannot_be_written_nothing_is_applied(place: Workplace, result: str):
    (place.folder / "apply-result.json").mkdir()

    applied = place.run("apply", "--auto-approve", "--result", result)

    assert applied.code == 1
    place_of_it, _, rest = applied.err.partition(": error: ")
    assert Path(place_of_it) == place.folder / result
    told, hint, *_ = rest.splitlines()
    assert told.startswith("this file cannot be written: ")
    assert told.endswith("  [CF704]")
    assert hint == "  hint: choose another file with --result FILE"
    assert place.cluster.writes == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_in_a_folder_that_is_read_only_nothing_is_applied(place: Workplace):
    place.folder.chmod(0o500)
    try:
        applied = place.run("apply", "--auto-approve")
    finally:
        place.folder.chmod(0o700)

    assert applied.code == 1
    assert "this file cannot be written: Permission denied  [CF704]" in applied.err
    assert place.cluster.writes == 0


def test_a_result_may_go_to_a_new_folder_a_link_or_to_nowhere(place: Workplace):
    (place.folder / "link.json").symlink_to("real.json")
    for result in ("/dev/null", "out/deep/result.json", "link.json"):
        assert place.run("apply", "--auto-approve", "--result", result).code == 0

    assert Path("/dev/null").is_char_device()
    assert (place.folder / "link.json").is_symlink()
    for path in ("out/deep/result.json", "real.json"):
        assert json.loads((place.folder / path).read_text("utf-8"))["kind"] == "outcome"
    assert not [path for path in place.files() if path.endswith(".new")]


@pytest.mark.parametrize(
    "arguments",
    [("plan", "--json-out", "connectform.yaml/plan.json"), ("export", "--dir", "connectform.yaml")],
)
def test_a_document_that_cannot_be_written_is_an_error_with_its_place(place: Workplace, arguments):
    place.cluster.put("live", {"connector.class": "FileStreamSink", "topics": "x"})

    result = place.run(*arguments)

    assert result.code == 1
    assert f"{place.folder}/connectform.yaml/" in result.err
    assert "error: this file cannot be written: " in result.err
    assert "Traceback" not in result.both


def test_a_project_is_found_from_below_and_by_its_path_with_spaces(
    workplace: Workplace, tmp_path: Path
):
    home = Workplace(tmp_path / "my project", workplace.cluster, workplace.url)
    below = Workplace(home.folder / "connectors" / "team a", home.cluster, home.url)
    elsewhere = Workplace(tmp_path / "else where", home.cluster, home.url)
    home.write_project()
    home.write("connectors/team a/secret file.txt", "from a file\n")
    elsewhere.write("unrelated.txt", "")
    home.write(
        "connectors/team a/orders.yaml",
        SECRET.replace("env.PASSWORD", "file.connectors/team a/secret file.txt"),
    )

    planned = [
        below.run("plan"),
        elsewhere.run("plan", "--project", "../my project"),
        elsewhere.run("plan", "-p", str(home.folder / "connectform.yaml")),
    ]
    applied = below.run("apply", "--auto-approve")

    for one in planned:
        assert one.code == 0, one.both
        assert "# connectors/team a/orders.yaml:3" in one.out
    assert applied.code == 0, applied.both
    assert below.outcomes() == {"secret-sink": "applied"}
    assert home.cluster.configs()["secret-sink"]["db.password"] == "from a file"


def test_no_project_anywhere_is_told_with_what_to_do(tmp_path: Path, workplace: Workplace):
    (workplace.folder / "connectform.yaml").unlink()

    result = workplace.run("plan")

    assert result.code == 1
    assert result.err == (
        "error: there is no project file: connectform.yaml in this folder and those above"
        "  [CF117]\n"
        "  hint: run connectform init, or give --project FILE\n"
        "1 error.\n"
    )
