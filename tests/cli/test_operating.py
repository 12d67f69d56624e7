"""What operators are told: by restart and pause, by plans over failing connectors, by options."""

import os

import pytest

from tests.cli.harness import Workplace


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """Return a project whose one connector runs."""
    workplace.write_sink("orders-sink")
    done = workplace.run("apply", "--auto-approve")
    assert done.code == 0, done.both
    return workplace


def test_what_was_done_is_told_in_its_own_words(applied: Workplace) -> None:
    restarted = applied.run("restart", "orders-sink", "--auto-approve")
    paused = applied.run("pause", "orders-sink", "--auto-approve")

    assert "Done: 1 restarted." in restarted.err, restarted.both
    assert "Done: 1 paused." in paused.err, paused.both


def test_a_glob_is_no_name(applied: Workplace) -> None:
    told = applied.run("pause", "orders-*", "--auto-approve")

    assert told.code == 1
    assert "names are exact here" in told.both


@pytest.mark.parametrize("command", ["restart", "pause", "resume", "stop"])
def test_an_empty_name_is_wrong_usage(workplace: Workplace, command: str) -> None:
    told = workplace.run(command, "", "--auto-approve")

    assert told.code == 64
    assert "an empty text is no name  [CF701]" in told.err


def test_a_time_that_is_no_number_is_wrong_usage(workplace: Workplace) -> None:
    told = workplace.run("apply", "--settle-timeout", "nan")

    assert told.code == 64
    assert "nan is no number" in told.err


@pytest.mark.parametrize("real", [(), ("--real",)])
def test_a_demo_of_a_kafka_that_is_not_on_offer_starts_nothing(
    workplace: Workplace, real: tuple[str, ...]
) -> None:
    told = workplace.run("demo", "--kafka-version", "1", *real)

    assert told.code == 64
    assert "a sandbox of Kafka 1 is not on offer  [CF701]" in told.err
    assert "Starting" not in told.both


def test_connectors_that_fail_are_named_where_there_are_no_changes(applied: Workplace) -> None:
    assert applied.cluster is not None
    applied.cluster.fail_task("orders-sink", 0, "java.lang.IllegalStateException: stuck")

    planned = applied.run("plan", "--detailed-exitcode")
    again = applied.run("apply", "--auto-approve")
    document = applied.run("plan", "--output", "json")

    line = "1 connector is failing: orders-sink; see connectform status."
    assert planned.code == 0
    assert "No changes." in planned.out
    assert line in planned.out
    assert line in again.out
    assert '"failing": [\n        "orders-sink"\n      ]' in document.out


def test_an_unset_variable_of_a_cluster_is_needed_whatever_the_options(
    workplace: Workplace,
) -> None:
    workplace.write_sink("orders-sink")
    workplace.write_project('    auth: {bearer: {token: "${{ env.CONNECT_TOKEN }}"}}\n')

    told = workplace.run("plan", "--no-secrets")

    assert told.code == 1
    assert "CONNECT_TOKEN is not set" in told.err
    assert "--no-secrets" not in told.err


def test_a_pipe_among_the_definitions_is_told_and_not_waited_for(applied: Workplace) -> None:
    os.mkfifo(applied.folder / "connectors" / "pipe.yaml")

    told = applied.run("validate")

    assert told.code == 1
    assert "connectors/pipe.yaml: error: this file cannot be read" in told.both


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("*.pyc\nplan.json", "*.pyc\nplan.json\n.connectform/\napply-result.json\n"),
        ("a\r\n", "a\r\n.connectform/\napply-result.json\nplan.json\n"),
        ("", ".connectform/\napply-result.json\nplan.json\n"),
    ],
)
def test_init_adds_its_lines_to_a_gitignore_that_is_there(
    workplace: Workplace, before: str, after: str
) -> None:
    ignored = workplace.folder / "new" / ".gitignore"
    ignored.parent.mkdir()
    ignored.write_bytes(before.encode())

    first = workplace.run("init", "new")

    assert first.code == 0, first.both
    assert ignored.read_bytes().decode() == after
    (workplace.folder / "new" / "connectform.yaml").unlink()
    assert workplace.run("init", "new").code == 64
    assert ignored.read_bytes().decode() == after


@pytest.mark.parametrize(
    "arguments", [("hold", "a", "--reason"), ("pause", "a", "--auto-approve", "--hold")]
)
def test_a_hold_says_why_on_one_line(workplace: Workplace, arguments: tuple[str, ...]) -> None:
    workplace.write_sink("a")
    workplace.run("apply", "--auto-approve")

    empty = workplace.run(*arguments, " ", "--until", "1h")
    told = workplace.run(*arguments, "it\n::error::burns", "--until", "1h")

    assert empty.code == 64
    assert told.code == 0, told.both
    assert "it ::error::burns" in workplace.run("hold").out
