from pathlib import Path

import pytest

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.sandbox.real_jars import cache_directory, fetch_jars, maven_errors
from reconcile.sandbox.spec import RealSpec, parse_plugin
from tests.fake_clock import FakeClock

# A Maven that copies one jar to where it is told to, and counts its runs.
MAVEN = """#!/bin/sh
echo run >> "{runs}"
for argument in "$@"; do
  case "$argument" in -DoutputDirectory=*) target="${{argument#*=}}" ;; esac
done
{body}
"""
WORKS = 'mkdir -p "$target" && echo jar > "$target/some.jar"'
FAILS = "echo '[ERROR] Could not find artifact a:b:jar:1 -> [Help 1]'; echo '[ERROR] '; exit 1"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "/home/me/.cache/connectform"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/connectform"),
        ({"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/connectform"),
        ({"XDG_CACHE_HOME": "/xdg", "CONNECTFORM_CACHE": "/mine"}, "/mine"),
        ({"CONNECTFORM_CACHE": ""}, "/home/me/.cache/connectform"),
    ],
)
def test_the_cache_lies_where_the_user_wants_it(environment, expected):
    assert cache_directory(environment, Path("/home/me")) == Path(expected)


def test_maven_is_quoted_without_its_advice_and_without_passwords():
    output = (
        "\x1b[31m[ERROR]\x1b[0m ignored colour\n"
        "[ERROR] Could not transfer x from https://me:hush@mirror.example/maven -> [Help 1]\n"
        "[ERROR] \n"
        "[ERROR] Re-run Maven using the -X switch to enable full debug logging.\n"
    )
    said = maven_errors(output)
    assert said == "ignored colour\nCould not transfer x from https://***@mirror.example/maven"


def test_output_without_errors_is_quoted_by_its_end():
    assert maven_errors("mvn: line 3: java: not found\n") == "mvn: line 3: java: not found"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with Java and a Maven whose behaviour the test chooses."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "java").write_text("#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n", "utf-8")
    (tools / "java").chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    def install_maven(body):
        text = MAVEN.format(runs=tmp_path / "runs", body=body)
        (tools / "mvn").write_text(text, encoding="utf-8")
        (tools / "mvn").chmod(0o755)

    return install_maven


def fetch(tmp_path, *plugins):
    spec = RealSpec(plugins=tuple(map(parse_plugin, plugins)))
    return fetch_jars(spec, tmp_path / "cache", FakeClock(), report=lambda _line: None)


def test_jars_are_fetched_once_each_into_a_folder_of_its_own(machine, tmp_path):
    machine(WORKS)
    first = fetch(tmp_path, "a:b:1")
    assert fetch(tmp_path, "a:b:1") == first
    for folder in (first.runtime, *first.plugins):
        assert [jar.name for jar in folder.iterdir()] == ["some.jar"]
    assert (tmp_path / "runs").read_text().count("run") == 2


def test_a_failed_fetch_leaves_nothing_behind_and_is_explained(machine, tmp_path):
    machine(FAILS)
    with pytest.raises(SandboxError) as raised:
        fetch(tmp_path)
    (problem,) = raised.value.problems
    assert problem.code is Code.SANDBOX_START_FAILED
    assert problem.message.splitlines()[1] == "Could not find artifact a:b:jar:1"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_what_a_killed_fetch_left_is_cleared_away(machine, tmp_path):
    machine(WORKS)
    (tmp_path / "cache" / ".fetching-x").mkdir(parents=True)
    jars = fetch(tmp_path)
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {".lock", jars.runtime.name}
