"""What an export leaves behind plans nothing, whatever the project says."""

import pytest

from tests.cli.harness import Workplace

DEFAULTS = """\
references: {env: ["OTHER_*"]}
defaults:
  - spec:
      state: paused
      tasksMax: {min: 2, max: 4}
      errors: {tolerance: all, retry: {timeout: 10m}}
      config: {value.converter: org.apache.kafka.connect.storage.StringConverter, batch.size: 7}
  - match: {names: ["other-*"]}
    spec: {config: {file: other.txt}}
"""
LEGACY = {
    "connector.class": "FileStreamSink",
    "topics": "legacy",
    "errors.tolerance": "none",
    "db.password": "hunter2-x",
}


@pytest.fixture
def exported(workplace: Workplace) -> Workplace:
    """Return a project with defaults, into which a connector was exported."""
    workplace.write_project(DEFAULTS)
    workplace.cluster.put("legacy", LEGACY)
    told = workplace.run("export")
    assert told.code == 0, told.both
    assert told.out == "LEGACY_DB_PASSWORD  # legacy: db.password\n"
    assert "does not allow all of them" in told.err
    assert '\n  "LEGACY_DB_PASSWORD"\n' in told.err
    return workplace


def test_defaults_change_nothing_about_what_was_exported(exported: Workplace) -> None:
    exported.write_project(DEFAULTS.replace('"OTHER_*"', '"OTHER_*", "LEGACY_DB_PASSWORD"'))

    planned = exported.run("plan", LEGACY_DB_PASSWORD="hunter2-x")

    assert "No changes." in planned.out, planned.both


def test_a_variable_that_is_not_allowed_is_told_before_plan_refuses_it(exported: Workplace) -> None:
    planned = exported.run("plan", LEGACY_DB_PASSWORD="hunter2-x")

    assert planned.code == 1
    assert "CF202" in planned.err


def test_a_variable_that_is_allowed_is_not_spoken_of(workplace: Workplace) -> None:
    workplace.write_project(DEFAULTS.replace("OTHER_*", "LEGACY_*"))
    workplace.cluster.put("legacy", LEGACY)

    assert "references.env" not in workplace.run("export").both


def test_declared_connectors_are_not_exported_again_by_force(exported: Workplace) -> None:
    exported.write_project(DEFAULTS.replace("OTHER_*", "LEGACY_*"))
    before = exported.files()

    forced = exported.run("export", "--force")

    assert forced.code == 0
    assert "left out 1 connector that git declares already" in forced.err
    assert exported.files() == before
    assert "never exported again" in " ".join(exported.run("export", "--help").out.split())


def test_force_never_writes_over_a_definition_with_errors(exported: Workplace) -> None:
    before = exported.files()

    forced = exported.run("export", "--force")

    assert forced.code == 64
    assert "connectform validate names them" in forced.err
    assert exported.files() == before


def test_what_no_definition_can_declare_is_named_and_left_out(workplace: Workplace) -> None:
    workplace.write_project(DEFAULTS.replace("OTHER_*", "*"))
    for name in ("a/b", "<fine>", "${{ var.X }}", "legacy"):
        workplace.cluster.put(name, LEGACY)

    told = workplace.run("export")

    assert told.code == 1, told.both
    assert told.err.count("[CF114]") == 2
    assert "'a/b' is left out" in told.err
    assert "'${{ var.X }}' is left out" in told.err
    assert "leave out /, % and backslashes; until then it stays unmanaged" in told.err
    assert [path for path in workplace.files() if path.startswith("connectors/")] == [
        "connectors/fine.yaml",
        "connectors/legacy.yaml",
    ]
    assert workplace.run("validate").code == 0
