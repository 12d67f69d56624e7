"""What git declares of one connector, as a digest that ends holds."""

import pytest

from reconcile.model.desired import MovedFrom, OffsetsOnDelete, TargetState, TasksRange
from reconcile.plan.digest import declared_digest
from tests.unit.plan.worlds import definition

SECRET = {"references": {"db.password": "${{ env.P }}"}}


def test_the_digest_of_what_is_declared_is_a_sha256():
    assert declared_digest(definition()).startswith("sha256:")


@pytest.mark.parametrize(
    "other",
    [
        {"config": {"file": "x"}},
        {"config": {"file": None}},
        {"config": {"added": ""}},
        {"config": {"tasks.max": "2"}},
        {"config": {"db.password": "hunter2hunter2"}},
        {"state": TargetState.PAUSED},
        {"state": TargetState.RUNNING},
        {"tasks_range": TasksRange(1, 4)},
        SECRET,
    ],
)
def test_what_git_says_of_config_tasks_and_state_enters(other):
    assert declared_digest(definition(**other)) != declared_digest(definition())


@pytest.mark.parametrize(
    "other",
    [
        {"wave": 3},
        {"protect": True},
        {"on_delete": OffsetsOnDelete.RESET},
        {"moved_from": MovedFrom(name="old")},
        {"labels": {"team": "payments"}},
    ],
)
def test_what_says_nothing_of_the_connector_itself_does_not_enter(other):
    assert declared_digest(definition(**other)) == declared_digest(definition())


def test_a_reference_enters_and_the_secret_behind_it_does_not():
    def digest(value, name="P"):
        config = {"db.password": value} if value else {}
        return declared_digest(
            definition(config=config, references={"db.password": f"${{{{ env.{name} }}}}"})
        )

    assert digest("one") == digest("two") == digest(None)
    assert digest("one") != digest("one", "Q")


@pytest.mark.parametrize(
    ("key", "one", "two"),
    [
        ("db.password", "hunter2", "hunter3"),
        ("sasl.jaas.config", 'x required password="hunter2";', 'x required password="hunter3";'),
        ("connection.url", "jdbc:x://me:hunter2@db/a", "jdbc:x://me:hunter3@db/a"),
    ],
)
def test_a_secret_in_git_itself_leaks_into_no_digest(key, one, two):
    assert declared_digest(definition(config={key: one})) == declared_digest(
        definition(config={key: two})
    )


def test_how_the_class_is_written_does_not_enter():
    assert declared_digest(definition(config={"connector.class": "FileStreamSink"})) == (
        declared_digest(definition())
    )
