"""When a connector is restarted, as layers say it together."""

import re
from datetime import timedelta

import pytest

from reconcile.model.health import FailureClass
from reconcile.model.restart import (
    NO_RESTART,
    Backoff,
    RestartPolicy,
    RestartRule,
    StrimziBackoff,
)
from tests.unit.desired.repository import PROJECT, load, read_one, repository

MINUTE = timedelta(minutes=1)
HEAD = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"


def load_one(folder, default, spec, overlay):
    """Return a definition of which up to three layers say when it is restarted."""
    text = f"{HEAD}  class: FileStreamSink\n"
    text += f"  restart: {spec}\n" if spec else ""
    text += f"overlays: {{local: {{spec: {{restart: {overlay}}}}}}}\n" if overlay else ""
    defaults = f"defaults: [{{spec: {{restart: {default}}}}}]\n" if default else ""
    loaded = repository(folder, {"connectors/a.yaml": text}, project=PROJECT + defaults)
    return load(loaded).clusters["local"].definitions["orders"]


@pytest.mark.parametrize(
    ("default", "spec", "overlay", "policy"),
    [
        (None, None, None, NO_RESTART),
        (None, "{}", None, NO_RESTART),
        (None, "{enabled: true}", None, RestartPolicy(enabled=True)),
        (
            "{enabled: true, maxAttempts: 12, resetAfter: auto}",
            "{maxAttempts: null}",
            None,
            RestartPolicy(enabled=True, attempts=None, reset_after=None),
        ),
        (
            "{backoff: {initial: 10s, factor: 1.5, jitter: 0}}",
            "{backoff: {initial: 1m, max: 2h}}",
            "{enabled: true}",
            RestartPolicy(
                enabled=True,
                backoff=Backoff(initial=MINUTE, factor=1.5, maximum=120 * MINUTE, jitter=0),
            ),
        ),
        ("{enabled: true, maxAttempts: 1}", None, "null", NO_RESTART),
        (
            "{verify: {progressWithin: 5m}}",
            "{enabled: true}",
            None,
            RestartPolicy(enabled=True, progress_within=5 * MINUTE),
        ),
        (
            "{enabled: true, verify: {progressWithin: 5m}}",
            "{verify: null}",
            None,
            RestartPolicy(enabled=True),
        ),
        (
            "{verify: {progressWithin: 5m}}",
            "{verify: {}}",
            None,
            RestartPolicy(progress_within=5 * MINUTE),
        ),
        (
            None,
            "{enabled: true, preset: strimzi}",
            "{maxAttempts: 7}",
            RestartPolicy(enabled=True, backoff=StrimziBackoff(), attempts=7, reset_after=None),
        ),
        (
            None,
            (
                "{classify: [{failures: [network, data-format], action: retry},"
                " {match: timed out, action: never}]}"
            ),
            None,
            RestartPolicy(
                rules=(
                    RestartRule(
                        retry=True,
                        failures=frozenset({FailureClass.NETWORK, FailureClass.DATA_FORMAT}),
                    ),
                    RestartRule(retry=False, match=re.compile("timed out")),
                )
            ),
        ),
    ],
)
def test_layers_say_together_when_a_connector_is_restarted(
    tmp_path, default, spec, overlay, policy
):
    assert load_one(tmp_path, default, spec, overlay).restart == policy


@pytest.mark.parametrize(
    ("restart", "problem"),
    [
        ("{classify: [{action: never}]}", "says of no failure what to do with it"),
        ("{classify: [{match: 'a(b', action: never}]}", "is no regular expression"),
        ("{classify: [{match: '(a+)+b', action: never}]}", "could take hours to search a trace"),
        ("{classify: [{failures: [bad-luck], action: never}]}", "bad-luck"),
        ("{backoff: {factor: 0.5}}", "must be a number from 1 to 100"),
        ("{backoff: {jitter: 2}}", "must be a share from 0 to 1"),
        ("{backoff: {initial: 30}}", "must be"),
        ("{backoff: {initial: 5m, max: 30s}}", "shorter than the first wait, 5m"),
        ("{maxAttempts: 0}", "must be a whole number from 1 on, or null"),
        ("{resetAfter: soon}", "must be a duration such as 20m, or auto"),
        ("{verify: {progressWithin: 5}}", "must be"),
        ("{verify: {within: 5m}}", "within"),
        ("{preset: keda}", "strimzi"),
        ("{enabled: yes please}", "must be true or false"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(restart, problem):
    (found,) = read_one(f"{HEAD}  class: X\n  restart: {restart}\n").problems

    assert problem in f"{found.message} {found.hint}"
    assert found.location.line == 6
