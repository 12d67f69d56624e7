"""Whatever a command writes as JSON fits the published schema of its kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import typer
from jsonschema import Draft202012Validator

from reconcile.cli.app import app
from tests.cli.harness import ROOT, Workplace

# Each command that writes JSON, as it is called here, and the kind of document that it writes.
DOCUMENTS = {
    "validate": (("validate",), "problems"),
    "lint": (("lint", "--fail-on", "never"), "problems"),
    "plan": (("plan", "--out", "plan.json"), "plan"),
    "show": (("show", "plan.json"), "plan"),
    "apply": (("apply", "--auto-approve"), "outcome"),
    "drift": (("drift",), "drift"),
    "status": (("status",), "status"),
    "alerts list": (("alerts", "list"), "alerts"),
    "diagnose": (("diagnose", "orders"), "diagnosis"),
    "loggers get": (("loggers", "get"), "loggers"),
    "loggers set": (("loggers", "set", "org", "WARN", "--auto-approve"), "loggers"),
    "loggers apply": (("loggers", "apply", "--auto-approve"), "loggers"),
    "history": (("history",), "history"),
    "explain": (("explain", "FileStreamSink"), "settings"),
    "schema show": (("schema", "show", "FileStreamSink"), "settings"),
    "sandbox status": (("sandbox", "status"), "sandboxes"),
}


def commands_with_json() -> Iterator[str]:
    """Yield the name of each command that has `--output`."""
    waiting = [("", typer.main.get_command(app))]
    for path, command in waiting:
        inner = getattr(command, "commands", {})
        waiting += [(f"{path} {name}".strip(), one) for name, one in inner.items()]
        if any("--output" in option.opts for option in command.params):
            yield path


def fits(document: object, kind: str) -> list[str]:
    """Return what the schema of a kind says against a document."""
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_every_command_that_writes_json_is_checked_here():
    assert sorted(commands_with_json()) == sorted(DOCUMENTS)


def test_what_each_command_writes_fits_the_schema_of_its_kind(workplace: Workplace):
    workplace.write_sink("orders", more="  errors: {tolerance: all}\n")
    workplace.run("schema", "pull")

    for name, (line, kind) in DOCUMENTS.items():
        done = workplace.run(*line, "--output", "json")
        assert done.out, f"{name}: {done.err}"
        document = json.loads(done.out)
        assert document["kind"] == kind, name
        assert fits(document, kind) == [], name

    result = json.loads((workplace.folder / "apply-result.json").read_text())
    assert fits(result, "outcome") == []
    history = json.loads(workplace.run("history", "--output", "json").out)["histories"][0]
    assert history["runs"], "an empty history fits any schema"
    assert history["changes"]


def test_the_status_of_a_sandbox_fits_its_schema(tmp_path: Path):
    place = Workplace(folder=tmp_path, cluster=None, url="http://127.0.0.1:1")
    started = place.run("sandbox", "up")
    assert started.code == 0, started.both
    try:
        document = json.loads(place.run("sandbox", "status", "--output", "json").out)
    finally:
        place.run("sandbox", "down")

    assert [each["state"] for each in document["sandboxes"]] == ["up"]
    assert fits(document, "sandboxes") == []
