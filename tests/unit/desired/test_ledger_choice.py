"""Where the ledger of a cluster is kept."""

import pytest

from reconcile.model.project import LedgerChoice, LedgerKind
from tests.unit.desired.repository import problems_with, repository

HEAD = (
    "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
    "clusters:\n  local:\n    url: http://a\n"
)
KAFKA = "    kafka: {bootstrap.servers: 'kafka:9092'}\n"
FORM = "clusters.local.ledger must be sqlite, git, or kafka: and a topic"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("", LedgerChoice(LedgerKind.SQLITE)),
        ("    ledger: sqlite\n", LedgerChoice(LedgerKind.SQLITE)),
        ("    ledger: git\n", LedgerChoice(LedgerKind.GIT)),
        (
            f"    ledger: kafka:__connectform\n{KAFKA}",
            LedgerChoice(LedgerKind.KAFKA, "__connectform"),
        ),
        (f"    ledger: kafka:{'t' * 249}\n{KAFKA}", LedgerChoice(LedgerKind.KAFKA, "t" * 249)),
        (f"    ledger: kafka:...\n{KAFKA}", LedgerChoice(LedgerKind.KAFKA, "...")),
    ],
)
def test_a_cluster_has_the_ledger_that_it_names(tmp_path, text, choice):
    project = repository(tmp_path, {}, project=f"{HEAD}{text}").project

    assert project.clusters["local"].ledger == choice


@pytest.mark.parametrize(
    "written",
    [
        *("sqlit", "Git", "kafka", '"kafka:"', "kafka:a b", "kafka:a/b", "kafka:ä"),
        *("kafka:.", "kafka:..", "git:main", "sqlite:file"),
    ],
)
def test_any_other_ledger_is_refused(tmp_path, written):
    shown = written.strip('"')

    assert problems_with(tmp_path, {}, project=f"{HEAD}    ledger: {written}\n{KAFKA}") == [
        f'connectform.yaml:7:5 CF105 {FORM}, not "{shown}"'
    ]


def test_a_topic_that_is_longer_than_kafka_allows_is_refused(tmp_path):
    text = f"{HEAD}    ledger: kafka:{'t' * 250}\n{KAFKA}"
    (found,) = problems_with(tmp_path, {}, project=text)

    assert found.startswith(f"connectform.yaml:7:5 CF105 {FORM}")


@pytest.mark.parametrize("written", ["sqlite", "git", "kafka:topic"])
def test_a_line_break_behind_it_is_no_part_of_a_ledger(tmp_path, written):
    (found,) = problems_with(tmp_path, {}, project=f'{HEAD}    ledger: "{written}\\n"\n{KAFKA}')

    assert found.startswith(f"connectform.yaml:7:5 CF105 {FORM}")


def test_a_ledger_in_kafka_needs_brokers(tmp_path):
    assert problems_with(tmp_path, {}, project=f"{HEAD}    ledger: kafka:t\n") == [
        (
            "connectform.yaml:7:5 CF106 cluster local keeps its ledger in Kafka, and does not say"
            " where that is"
        )
    ]


def test_brokers_that_are_not_said_are_told_once(tmp_path):
    (found,) = problems_with(tmp_path, {}, project=f"{HEAD}    ledger: kafka:t\n    kafka: {{}}\n")

    assert found == "connectform.yaml:8:5 CF106 clusters.local.kafka has no bootstrap.servers"
