"""Two projects on one cluster that share a ledger, as whole processes."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.harness import LEDGERS, Workplace


@dataclass(frozen=True, slots=True)
class Two:
    """The project that applied `orders`, protected, and another one that did not."""

    owner: Workplace
    other: Workplace


@pytest.fixture
def two(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder: Path = tmp_path_factory.mktemp("other")
    (folder / "connectors").mkdir()
    other = replace(workplace, folder=folder)
    other.write_project('    ownership: {owns: ["*"]}\n')
    path = folder / "connectform.yaml"
    path.write_text(path.read_text().replace("name: tests", "name: others"))
    for file in ("old.txt", "out.txt"):
        workplace.write_sink("orders", file=file, more="  protect: true\n")
        applied = workplace.run("apply", "--auto-approve")
        assert applied.code == 0, applied.both
    (folder / LEDGERS).symlink_to(workplace.folder / LEDGERS)
    workplace.cluster.clear_requests()
    return Two(workplace, other)


UNTIL = ("--reason", "incident", "--until", "4h")
COMMANDS = (
    ("forget", "orders"),
    ("adopt", "orders", "--auto-approve"),
    ("stop", "orders", "--auto-approve"),
    ("restart", "orders", "--auto-approve"),
    ("pause", "orders", "--auto-approve", "--hold", "incident", "--until", "4h"),
    ("hold", "ord*", *UNTIL),
    ("hold", "orders", "--release"),
    ("rollback", "orders", "--auto-approve"),
)


def runs_of(place: Workplace) -> list[dict[str, str]]:
    told = place.run("history", "--output", "json")
    return json.loads(told.out)["histories"][0]["runs"]


def test_no_command_touches_what_another_project_applied(two: Two):
    assert two.owner.run("hold", "orders", *UNTIL).code == 0

    refused = [two.other.run(*command) for command in COMMANDS]

    for command, one in zip(COMMANDS, refused, strict=True):
        assert one.code == 3, (command, one.both)
        assert "orders belongs to project tests, says the ledger " in one.err
        assert "[CF421]" in one.err
        assert (
            "only tests can give it up, by a command in its own checkout: connectform forget orders"
        ) in one.err
    assert two.owner.cluster.writes == 0
    assert {run["project"] for run in runs_of(two.owner)} == {"tests"}
    assert "orders is held" in two.owner.run("plan").out


def test_what_its_owner_gave_up_is_adopted_by_another(two: Two):
    assert two.owner.run("forget", "orders").code == 0

    adopted = two.other.run("adopt", "orders", "--auto-approve")
    planned = two.owner.run("plan")

    assert adopted.code == 0, adopted.both
    assert "orders belongs to project others, says the ledger " in planned.both


def test_a_rollback_goes_back_to_nothing_that_another_project_applied(two: Two):
    run = runs_of(two.owner)[0]["id"]
    assert two.owner.run("forget", "orders").code == 0
    two.other.write_sink("orders")

    back = [two.other.run("rollback", target, "--auto-approve") for target in ("orders", run)]

    assert [one.code for one in back] == [64, 64], back[0].both + back[1].both
    assert two.owner.cluster.writes == 0
    assert "belongs to" not in two.owner.run("plan").both


def test_what_nobody_recorded_may_be_stopped_by_anybody(two: Two):
    two.owner.cluster.put("by-hand", two.owner.cluster.configs()["orders"])
    two.owner.cluster.settle()

    assert two.other.run("stop", "by-hand", "--auto-approve").code == 0
    assert two.owner.cluster.target_of("by-hand").value == "STOPPED"
