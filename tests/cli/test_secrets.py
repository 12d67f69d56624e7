"""A planted secret appears in nothing that any command prints or writes."""

import json
from pathlib import Path

import pytest

from reconcile.redact import forms_of
from reconcile.sandbox.simulated_faults import answered
from tests.cli.harness import Result, Workplace

SECRET = 'Pa55"wörd/é+&<x>'
LIVE_SECRET = 'old"sécret/väl+ue&<y>'
PASSWORD = 'cluster"pässword/1'

DEFINITION = """\
apiVersion: connectform/v1
kind: Connector
metadata: {name: orders-sink}
spec:
  class: FileStreamSink
  config:
    file: out.txt
    topics: lines
    db.password: "${{ env.DB_PASSWORD }}"
    db.url: "jdbc:postgresql://u:${{ env.DB_PASSWORD }}@db/x?password=${{ env.DB_PASSWORD }}"
    sasl.jaas.config: 'Login required username="u" password="${{ env.DB_PASSWORD }}";'
    mode: fast
"""

COMMANDS = [
    ("validate",),
    ("plan",),
    ("plan", "--output", "json", "--json-out", "p.json"),
    ("plan", "--no-secrets"),
    ("plan", "--validate", "schema", "--log-level", "debug"),
    ("drift",),
    ("drift", "--output", "json"),
    ("status",),
    ("status", "--output", "json", "--log-level", "debug", "--log-format", "json"),
    ("diagnose", "orders-sink"),
    ("diagnose", "orders-sink", "--output", "json"),
    ("export", "--dir", "exported"),
    ("export", "--update", "--dry-run"),
    ("explain", "FileStreamSink"),
    ("restart", "orders-sink", "--auto-approve"),
    ("pause", "orders-sink", "--auto-approve"),
    ("apply", "--auto-approve", "--log-level", "debug"),
    ("plan",),
]


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A connector whose live secrets differ from those of git, with a secret in its trace too."""
    workplace.write("connectors/orders.yaml", DEFINITION)
    live = {
        "connector.class": "FileStreamSink",
        "topics": "lines",
        "file": "out.txt",
        "db.password": LIVE_SECRET,
        "db.url": f"jdbc:postgresql://u:{LIVE_SECRET}@db/x?password={LIVE_SECRET}",
        "sasl.jaas.config": f'Login required username="u" password="{LIVE_SECRET}";',
        "mode": "slow",
    }
    workplace.cluster.put("orders-sink", live)
    workplace.cluster.put("unmanaged", live)
    return workplace


def run(place: Workplace, *arguments: str) -> Result:
    return place.run(*arguments, DB_PASSWORD=SECRET)


def leaks(text: str) -> list[str]:
    return [
        form
        for secret in (SECRET, LIVE_SECRET, PASSWORD)
        for form in forms_of(secret)
        if form in text
    ]


def written_by_us(folder: Path) -> str:
    return "\n".join(
        path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()
    )


def test_no_command_prints_or_writes_a_secret(place: Workplace):
    for arguments in COMMANDS:
        result = run(place, *arguments)
        assert not leaks(result.both), (arguments, result.both)
    assert not leaks(written_by_us(place.folder))


def test_the_plan_still_shows_that_a_secret_changes(place: Workplace):
    planned = run(place, "plan")

    assert "db.password" in planned.out
    assert "(sensitive value #" in planned.out
    assert "env.DB_PASSWORD" in planned.out


def test_a_server_that_answers_with_secrets_is_not_quoted(place: Workplace):
    said = f"Invalid value {SECRET} and {LIVE_SECRET} for configuration db.password"
    body = json.dumps({"error_code": 400, "message": said})
    for status in (400, 500):
        for path in ("PUT /connector-plugins/*/validate", "PUT /connectors/orders-sink/config"):
            place.cluster.inject(answered(path, status, body))
        result = run(place, "apply", "--auto-approve", "--log-level", "debug")
        assert not leaks(result.both), result.both
        assert not leaks((place.folder / "apply-result.json").read_text())


def test_a_trace_that_holds_a_secret_is_masked(place: Workplace):
    run(place, "apply", "--auto-approve")
    place.cluster.fail_task("orders-sink", 0, f"java.lang.X: cannot log in with {SECRET}\n\tat a.b")

    status = run(place, "status")

    assert "cannot log in with" in status.out
    assert not leaks(status.both)


def test_credentials_of_the_cluster_are_masked(place: Workplace):
    place.write_project(
        '    auth: {basic: {username: ci, password: "${{ env.CONNECT_PASSWORD }}"}}\n'
    )
    body = json.dumps({"error_code": 401, "message": f"wrong: {PASSWORD}"})
    place.cluster.inject(answered("GET /connectors*", 401, body, times=None))
    result = place.run(
        "plan", "--log-level", "debug", DB_PASSWORD=SECRET, CONNECT_PASSWORD=PASSWORD
    )

    assert result.code == 1
    assert "CF303" in result.err
    assert not leaks(result.both)


def test_a_secret_that_validation_makes_keys_of_is_masked(place: Workplace):
    place.write(
        "connectors/orders.yaml",
        DEFINITION + '    transforms: "unwrap, ${{ env.NAME }}"\n    transform: x\n',
    )
    for arguments in (("plan",), ("plan", "--output", "json"), ("apply", "--auto-approve")):
        result = place.run(*arguments, DB_PASSWORD=SECRET, NAME="hunter2-alias")

        assert result.code == 1, result.both
        assert "transforms.(redacted).type" in result.both
        assert "transforms.unwrap.type" in result.both
        assert "hunter2" not in result.both
    assert "hunter2" not in (place.folder / "apply-result.json").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("status", "--output", "json"),
        ("status", "--select", "name=orders-*"),
        ("restart", "orders-sink", "--auto-approve"),
        ("pause", "orders-sink", "--auto-approve"),
    ],
)
def test_a_trace_may_quote_a_secret_that_only_git_knows_to_be_one(
    place: Workplace, arguments: tuple[str, ...]
):
    place.write("secrets/token", "first line of the token\nand its second\n")
    place.write(
        "connectors/orders.yaml",
        DEFINITION.replace("mode: fast", 'mode: "${{ env.UNSET }}-${{ env.COLOUR }}"\n')
        + '    shade: "${{ file.secrets/token }}"\n',
    )
    place.cluster.fail_task(
        "orders-sink",
        0,
        f"java.lang.X: cannot paint in ultramarine-7 with {SECRET} or first line of the token\n"
        "and its second\n\tat a.b",
        for_good=True,
    )

    result = run_with(place, *arguments)

    assert ("cannot paint in (redacted)" in result.both) == (arguments[0] != "pause")
    assert "ultramarine" not in result.both
    assert "first line" not in result.both
    assert not leaks(result.both)


def run_with(place: Workplace, *arguments: str) -> Result:
    return place.run(*arguments, DB_PASSWORD=SECRET, COLOUR="ultramarine-7")
