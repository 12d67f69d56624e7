"""The `lint` part of a project file."""

from datetime import UTC, date, time
from zoneinfo import ZoneInfo

import pytest

from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.lint import ClientOverrides, ClusterFacts, LintLevel, LintSettings
from tests.unit.desired.repository import PROJECT, repository


def settings(folder, lint):
    return repository(folder, {}, project=f"{PROJECT}lint:\n{lint}").project.lint


def refusals(folder, lint):
    with pytest.raises(DefinitionError) as refused:
        settings(folder, lint)
    return [
        (problem.code, problem.location.line, problem.message) for problem in refused.value.problems
    ]


def test_without_it_every_rule_has_its_own_level(tmp_path):
    assert repository(tmp_path, {}).project.lint.levels == {}
    assert LintSettings().hours is None


@pytest.mark.parametrize("written", ["off", '"off"', "info", "warn", "error"])
def test_a_rule_gets_a_level_by_its_code(tmp_path, written):
    found = settings(tmp_path, f"  CF014: {written}\n")

    assert found.levels == {Code.SILENT_LOSS: LintLevel(written.strip('"'))}


def test_exceptions_working_hours_labels_names_and_facts_are_read(tmp_path):
    found = settings(
        tmp_path,
        "  exceptions:\n"
        "    - {codes: [CF025], connectors: [legacy-*], reason: later, expires: 2027-01-31}\n"
        "  workingHours: {days: [monday], from: '07:30', until: '16:00', zone: Europe/Berlin}\n"
        "  ownerLabels: [squad]\n"
        "  names: '[a-z-]+'\n"
        "  clusters:\n"
        "    prod: {brokers: 3, clientOverrides: principal}\n",
    )

    (exception,) = found.exceptions
    assert exception.codes == ("CF025",)
    assert exception.connectors == ("legacy-*",)
    assert exception.expires == date(2027, 1, 31)
    assert exception.location.line == 9
    assert found.hours.days == {0}
    assert (found.hours.begins, found.hours.ends) == (time(7, 30), time(16))
    assert found.hours.zone == ZoneInfo("Europe/Berlin")
    assert found.owner_labels == ("squad",)
    assert found.names == "[a-z-]+"
    assert found.clusters == {"prod": ClusterFacts(brokers=3, overrides=ClientOverrides.PRINCIPAL)}


def test_working_hours_are_monday_to_friday_from_eight_to_six_unless_given(tmp_path):
    hours = settings(tmp_path, "  workingHours: {}\n").hours

    assert hours.days == {0, 1, 2, 3, 4}
    assert (hours.begins, hours.ends, hours.zone) == (time(8), time(18), UTC)


@pytest.mark.parametrize(
    ("lint", "line", "message"),
    [
        ("  CF098: warn\n", 8, "there is no lint rule CF098"),
        ("  CF014: yes\n", 8, 'lint.CF014 must be off, info, warn or error, not "yes"'),
        ("  CF101: warn\n", 8, None),
        (
            "  exceptions:\n    - {codes: [CF099], reason: x, expires: 2027-01-01}\n",
            9,
            "there is no lint rule CF099",
        ),
        (
            "  exceptions:\n    - {codes: [CF014], reason: x, expires: 2027-02-30}\n",
            9,
            "lint.exceptions[0].expires: there is no day 2027-02-30",
        ),
        ("  exceptions:\n    - {codes: [CF014], expires: 2027-02-28}\n", 9, None),
        (
            "  workingHours: {from: '18:00', until: '08:00'}\n",
            8,
            "lint.workingHours: from 18:00 is not before until 08:00",
        ),
        ("  workingHours: {from: '25:00'}\n", 8, "lint.workingHours.from: 25:00 is no time"),
        (
            "  workingHours: {zone: Mars/Olympus}\n",
            8,
            'lint.workingHours.zone: the time zone "Mars/Olympus" is not known on this machine',
        ),
        ("  names: '[a-z'\n", 8, None),
        ("  names: '(a+)+$'\n", 8, "lint.names could take hours to match a name"),
        ("  clusters:\n    prd: {brokers: 3}\n", 9, 'the project has no cluster "prd"'),
        ("  clusters:\n    prod: {brokers: 0}\n", 9, None),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(tmp_path, lint, line, message):
    found = refusals(tmp_path, lint)

    assert found[0][1] == line
    if message is not None:
        assert found[0][2] == message
