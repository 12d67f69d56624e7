import json
import signal
from urllib.request import urlopen

import pytest
import yaml

from reconcile.sandbox.spec import VERSIONS
from tests.sandbox_command import left_running, run, start, wait_for


@pytest.fixture
def folder(tmp_path):
    """A project folder whose sandboxes are all down after the test."""
    yield tmp_path
    assert run(tmp_path, "down", "--all")[0] == 0
    assert left_running(tmp_path) == []


def test_a_simulated_sandbox_lives_from_up_to_down(folder):
    code, out, err = run(folder, "up", "--workers", "2")
    assert code == 0, err
    urls, _, block = out.partition("\n\n")
    assert yaml.safe_load(block) == {"clusters": {"sandbox": {"urls": urls.splitlines()}}}
    assert len(left_running(folder)) == 1
    for url in urls.splitlines():
        with urlopen(f"{url}/connectors") as answer:  # noqa: S310 - loopback
            assert json.load(answer) == []
    assert run(folder, "status")[1].startswith("default: simulated, Kafka 4.3.1, 2 workers, up\n")

    code, out, _ = run(folder, "reset")
    assert (code, out.partition("\n\n")[0]) == (0, urls)

    assert run(folder, "down")[0] == 0
    assert left_running(folder) == []
    assert run(folder, "status")[:2] == (0, "")


def test_the_status_is_a_document_too(folder):
    run(folder, "up", "--name", "one", "--kafka-version", "3.9.1")
    run(folder, "up", "--name", "two")
    document = json.loads(run(folder, "status", "--output", "json")[1])
    assert [each["name"] for each in document["sandboxes"]] == ["one", "two"]
    assert [each["kafka_version"] for each in document["sandboxes"]] == ["3.9.1", "4.3.1"]
    assert {each["state"] for each in document["sandboxes"]} == {"up"}


def test_sandboxes_can_live_elsewhere(folder):
    assert run(folder, "up", "--dir", "elsewhere")[0] == 0
    assert [path.name for path in folder.iterdir()] == ["elsewhere"]
    assert run(folder, "status")[1] == ""
    assert run(folder, "down", "--dir", "elsewhere")[0] == 0
    assert left_running(folder) == []


@pytest.mark.parametrize(
    ("arguments", "expected", "code"),
    [
        (("down",), 1, "CF603"),
        (("down", "--name", "other"), 1, "CF603"),
        (("reset",), 1, "CF603"),
        (("logs",), 1, "CF603"),
        (("status", "--name", "other"), 1, "CF603"),
        (("up", "--kafka-version", "2.8.0"), 64, "CF701"),
        (("up", "--workers", "9"), 64, "CF701"),
        (("up", "--plugin", "io.debezium:x:1"), 64, "CF701"),
        (("up", "--plugin", "nonsense"), 64, "CF701"),
        (("up", "--name", "../x"), 64, "CF701"),
    ],
)
def test_what_cannot_be_done_is_refused(folder, arguments, expected, code):
    exit_code, out, err = run(folder, *arguments)
    assert (exit_code, out) == (expected, "")
    assert code in err
    assert "hint:" in err


def test_up_twice_is_an_error_that_says_what_to_do(folder):
    run(folder, "up")
    code, out, err = run(folder, "up")
    assert (code, out) == (1, "")
    assert "CF604" in err
    assert "sandbox down" in err


def test_a_second_interrupt_does_not_stop_the_clearing_up(folder):
    process = start(folder, "up", "--tls")
    assert wait_for((folder / ".connectform" / "sandboxes" / "default").exists)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert left_running(folder) == []
    assert run(folder, "status")[1] == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_maven_too(folder, number):
    tools = folder / "tools"
    tools.mkdir()
    for name, text in {
        "java": "echo 'openjdk version \"17.0.1\"' >&2",
        "mvn": f"touch {folder}/fetching; sleep 60; : {folder}",
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    process = start(
        *(folder, "up", "--real"),
        PATH=f"{tools}:/usr/bin:/bin",
        JAVA_HOME="",
        CONNECTFORM_CACHE=str(folder / "cache"),
    )
    assert wait_for((folder / "fetching").exists)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert left_running(folder) == []
    assert [path.name for path in (folder / "cache").iterdir()] == [".lock"]


def test_the_help_names_every_version(folder):
    _, out, _ = run(folder, "up", "--help")
    for version in VERSIONS:
        assert version in out
