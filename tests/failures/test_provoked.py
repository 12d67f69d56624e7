"""Failures that were provoked on a real Kafka and Connect are classified from their traces."""

import pytest

from reconcile.health.classify import diagnose
from reconcile.model.health import FailureClass
from tests.failures.provoked import DEBEZIUM, MISTAKEN, PROVOCATIONS, RECORDED, recording

LABELS = {what: one.failure for what, one in PROVOCATIONS.items()} | DEBEZIUM


def test_every_recording_has_a_label() -> None:
    assert {path.name for path in RECORDED.iterdir()} == {recording(what).name for what in LABELS}


@pytest.mark.parametrize(("what", "failure"), LABELS.items())
def test_a_provoked_failure_is_classified(what: str, failure: FailureClass) -> None:
    found = diagnose(recording(what).read_text(encoding="utf-8"))

    assert found.failure is MISTAKEN.get(what, failure)
    assert found.cause


@pytest.mark.parametrize("what", MISTAKEN)
def test_where_a_trace_does_not_tell_two_causes_apart_the_hint_names_both(what: str) -> None:
    found = diagnose(recording(what).read_text(encoding="utf-8"))

    assert "the topic is not there" in found.hint
    assert "its brokers cannot be reached" in found.hint
