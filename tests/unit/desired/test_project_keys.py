"""What the project file says of Kafka, and of the key for fingerprints."""

import pytest

from reconcile.desired.project import read_fingerprint_key, read_kafka
from reconcile.errors import DefinitionError
from tests.unit.desired.repository import PROJECT, lines_of, problems_with, repository

HEAD = (
    "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
    "clusters:\n  local:\n    url: http://a\n    vars: {BROKER: 'kafka:9092'}\n"
)
LITERAL = "fingerprintKey is a key itself, which whoever reads this file could use"


def kafka(folder, text, environment=None, files=None):
    loaded = repository(folder, files or {}, project=f"{HEAD}    kafka: {text}\n")
    return read_kafka(loaded, "local", environment or {})


def key(folder, text, environment=None, files=None):
    loaded = repository(folder, files or {}, project=f'{PROJECT}fingerprintKey: "{text}"\n')
    return read_fingerprint_key(loaded, environment or {})


def test_settings_of_kafka_are_texts_with_their_references_filled(tmp_path):
    found = kafka(
        tmp_path,
        "{bootstrap.servers: '${{ var.BROKER }}', client.id: '${{ cluster.name }}',"
        " sasl.password: '${{ env.PASSWORD }}', ssl.key.password: '${{ file.key.txt }}',"
        " enable.idempotence: true, socket.timeout.ms: 1e4}",
        {"PASSWORD": 'hunter2"é/'},
        {"key.txt": "pass phrase\n"},
    )

    assert found.settings == {
        "bootstrap.servers": "kafka:9092",
        "client.id": "local",
        "sasl.password": 'hunter2"é/',
        "ssl.key.password": "pass phrase",
        "enable.idempotence": "true",
        "socket.timeout.ms": "1e4",
    }
    assert [secret.reveal() for secret in found.secrets] == ['hunter2"é/', "pass phrase"]
    assert "hunter2" not in repr(found)


def test_without_settings_there_is_no_kafka(tmp_path):
    assert read_kafka(repository(tmp_path, {}, project=HEAD), "local", {}) is None


def test_every_reference_of_kafka_that_cannot_be_had_is_told(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        kafka(
            tmp_path,
            "{bootstrap.servers: '${{ env.BROKERS }}', sasl.password: '${{ env.PASSWORD }}',"
            " ssl.key.password: '${{ file.../key }}'}",
        )

    assert lines_of(caught.value.problems) == [
        (
            "connectform.yaml:8:13 CF201 clusters.local.kafka.bootstrap.servers: the environment"
            " variable BROKERS is not set"
        ),
        (
            "connectform.yaml:8:54 CF201 clusters.local.kafka.sasl.password: the environment variable"
            " PASSWORD is not set"
        ),
        (
            "connectform.yaml:8:92 CF203 clusters.local.kafka.ssl.key.password: the file ../key lies"
            " outside the project"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hunter2hunter2", "8:5 CF104 clusters.local.kafka must be a mapping of settings"),
        (
            "{bootstrap.servers: b, sasl.password: [hunter2hunter2]}",
            "8:35 CF104 clusters.local.kafka.sasl.password must be text",
        ),
        (
            "{bootstrap.servers: b, sasl.password: {a: hunter2hunter2}}",
            "8:35 CF104 clusters.local.kafka.sasl.password must be text",
        ),
        (
            "{bootstrap.servers: b, sasl.password: null}",
            "8:35 CF104 clusters.local.kafka.sasl.password must be text",
        ),
        (
            "{bootstrap.servers: b, sasl.password: hunter2hunter2}",
            "8:35 CF105 clusters.local.kafka.sasl.password holds a secret as plain text",
        ),
        (
            "{bootstrap.servers: b, ssl.key.password: hunter2hunter2}",
            "8:35 CF105 clusters.local.kafka.ssl.key.password holds a secret as plain text",
        ),
        (
            "{bootstrap.servers: b, sasl.jaas.config: 'x required password=\"hunter2hunter2\";'}",
            "8:35 CF105 clusters.local.kafka.sasl.jaas.config holds a secret as plain text",
        ),
        (
            "{bootstrap.servers: '${{ var.BROKERS }}'}",
            '8:13 CF201 clusters.local.kafka.bootstrap.servers: cluster local has no variable "BROKERS"',
        ),
        (
            "{bootstrap.servers: 'http://kafka:9092'}",
            "8:13 CF105 clusters.local.kafka.bootstrap.servers must be HOST:PORT, or several with commas between them",
        ),
        ("{}", "8:5 CF106 clusters.local.kafka has no bootstrap.servers"),
        ("{client.id: ci}", "8:5 CF106 clusters.local.kafka has no bootstrap.servers"),
        *(
            (
                f"{{bootstrap.servers: {empty}}}",
                (
                    "8:13 CF105 clusters.local.kafka.bootstrap.servers must be HOST:PORT, or several"
                    " with commas between them"
                ),
            )
            for empty in ("''", "' '")
        ),
    ],
)
def test_a_wrong_setting_of_kafka_is_told_and_not_shown(tmp_path, text, line):
    found = problems_with(tmp_path, {}, project=f"{HEAD}    kafka: {text}\n")

    assert found == [f"connectform.yaml:{line}"]


def test_a_jaas_setting_without_a_password_may_stand_in_the_file(tmp_path):
    found = kafka(tmp_path, "{bootstrap.servers: b, sasl.jaas.config: 'x required;'}")

    assert found.settings["sasl.jaas.config"] == "x required;"


@pytest.mark.parametrize(
    ("text", "environment", "files"),
    [
        ("${{ env.KEY }}", {"KEY": "k-1"}, {}),
        ("${{ file.key.txt }}", {}, {"key.txt": "k-1\n"}),
        ("k-${{ env.KEY }}", {"KEY": "1"}, {}),
    ],
)
def test_the_key_for_fingerprints_is_what_the_reference_names(tmp_path, text, environment, files):
    found = key(tmp_path, text, environment, files)

    assert found.reveal() == "k-1"


def test_definitions_may_be_kept_from_a_variable_that_the_key_is_in(tmp_path):
    text = f"{PROJECT}references: {{env: [DB_*]}}\nfingerprintKey: '${{{{ env.KEY }}}}'\n"

    assert (
        read_fingerprint_key(repository(tmp_path, {}, project=text), {"KEY": "k"}).reveal() == "k"
    )


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("${{ env.KEY }}", {}),
        ("${{ env.KEY }}", {"KEY": ""}),
        ("k-${{ env.KEY }}", {}),
        ("${{ file.key.txt }}", {}),
    ],
)
def test_a_key_that_is_not_given_here_counts_as_none(tmp_path, text, environment):
    assert key(tmp_path, text, environment) is None


def test_a_project_needs_no_key(tmp_path):
    assert read_fingerprint_key(repository(tmp_path, {}), {"KEY": "k"}) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hunter2hunter2", f"CF105 {LITERAL}"),
        ("1234567890", f"CF105 {LITERAL}"),
        ("$${{ env.KEY }}", f"CF105 {LITERAL}"),
        ("${{ cluster.name }}", f"CF105 {LITERAL}"),
        ("${{ var.KEY }}", f"CF105 {LITERAL}"),
        ("${{ env.KEY", "CF204 fingerprintKey: this reference does not end"),
        ("${{ environment.KEY }}", "CF204 fingerprintKey: ${{ environment.KEY }} is no reference"),
        (
            "${{ env.A-B }}",
            'CF204 fingerprintKey: "A-B" is no name of an environment variable',
        ),
        ("", "CF105 fingerprintKey is empty"),
    ],
)
@pytest.mark.parametrize("quote", ['"', ""])
def test_a_key_that_protects_nothing_is_refused_and_not_shown(tmp_path, text, line, quote):
    text = text or '""'
    written = f"{quote}{text}{quote}" if text != '""' else text
    found = problems_with(tmp_path, {}, project=f"{PROJECT}fingerprintKey: {written}\n")

    assert found == [f"connectform.yaml:7:1 {line}"]


def test_a_key_outside_of_the_project_is_told(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        key(tmp_path, "${{ file.../key.txt }}")

    assert lines_of(caught.value.problems) == [
        "connectform.yaml:7:1 CF203 the file ../key.txt lies outside the project"
    ]
