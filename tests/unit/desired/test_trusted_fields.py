"""The fields that make plans fit for production: protection, former names, freezes, ledgers."""

from datetime import UTC, datetime

import pytest

from reconcile.desired.load import load_desired
from reconcile.desired.project import load_project, read_fingerprint_key, read_kafka
from reconcile.errors import DefinitionError
from reconcile.model.desired import MovedFrom, OffsetsOnDelete
from reconcile.model.project import LedgerChoice, LedgerKind

PROJECT = """\
apiVersion: connectform/v1
kind: Project
metadata: {name: shop}
"""


def project(tmp_path, clusters="local: {url: 'http://h:1'}", more=""):
    (tmp_path / "connectors").mkdir(exist_ok=True)
    text = f"{PROJECT}{more}\nclusters:\n  {clusters}\n"
    (tmp_path / "connectform.yaml").write_text(text)
    return load_project(None, tmp_path)


def define(tmp_path, name, spec, metadata="", overlays=""):
    (tmp_path / "connectors").mkdir(exist_ok=True)
    (tmp_path / f"connectors/{name}.yaml").write_text(
        f"apiVersion: connectform/v1\nkind: Connector\nmetadata: {{name: {name}{metadata}}}\n"
        f"spec: {{class: FileStreamSink, {spec}}}\n{overlays}"
    )


def load(loaded, *clusters):
    names = clusters or ("local",)
    return load_desired(loaded, clusters=names, environment={}).clusters


def problems(work) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        work()
    return [f"{one.location}: {one.message}" for one in caught.value.problems]


@pytest.mark.parametrize(
    ("spec", "protect", "offsets", "moved"),
    [
        ("config: {}", False, OffsetsOnDelete.KEEP, None),
        ("protect: true", True, OffsetsOnDelete.KEEP, None),
        ("onDelete: {offsets: reset}", False, OffsetsOnDelete.RESET, None),
        ("onDelete: {}", False, OffsetsOnDelete.KEEP, None),
        ("movedFrom: old", False, OffsetsOnDelete.KEEP, MovedFrom(name="old")),
        (
            "movedFrom: {cluster: local, name: old}",
            False,
            OffsetsOnDelete.KEEP,
            MovedFrom(name="old"),
        ),
        ("movedFrom: null", False, OffsetsOnDelete.KEEP, None),
    ],
)
def test_a_definition_says_what_outlives_it(tmp_path, spec, protect, offsets, moved):
    define(tmp_path, "a", spec)
    (found,) = load(project(tmp_path))["local"].definitions.values()
    assert (found.protect, found.on_delete) == (protect, offsets)
    where = found.moved_from and (found.moved_from.name, found.moved_from.cluster)
    assert where == (moved and (moved.name, moved.cluster))


def test_later_layers_win(tmp_path):
    define(
        tmp_path,
        "a",
        "movedFrom: old, onDelete: {offsets: reset}",
        overlays="overlays: {local: {spec: {movedFrom: null, protect: false}}}\n",
    )
    defaults = "defaults: [{spec: {protect: true, onDelete: {offsets: keep}}}]"
    (found,) = load(project(tmp_path, more=defaults))["local"].definitions.values()
    assert (found.protect, found.on_delete, found.moved_from) == (
        False,
        OffsetsOnDelete.RESET,
        None,
    )


TWO = "local: {url: 'http://h:1'}\n  eu: {url: 'http://h:2'}"


def test_a_name_that_another_cluster_claims_departs(tmp_path):
    define(tmp_path, "new", "movedFrom: {cluster: eu, name: old}", ", clusters: [local]")
    define(tmp_path, "other", "config: {}", ", clusters: [eu]")
    found = load(project(tmp_path, TWO), "local", "eu")
    assert found["eu"].departing == {"old"}
    assert found["local"].departing == frozenset()
    assert found["local"].declared_on == {"eu": frozenset({"other"})}


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("movedFrom: a", "a cannot move from its own name"),
        ("movedFrom: b", "git still declares b, which a is moved from"),
        ("movedFrom: {cluster: us, name: x}", 'the project has no cluster "us"'),
        ("movedFrom: {name: x}", "cluster"),
        ("protect: maybe", "must be true or false"),
        ("onDelete: {offsets: forget}", "forget"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(tmp_path, spec, told):
    define(tmp_path, "a", spec)
    define(tmp_path, "b", "config: {}")
    (problem,) = problems(lambda: load(project(tmp_path)))
    assert told in problem
    assert problem.startswith("connectors/a.yaml:4:")


def test_two_cannot_come_from_one(tmp_path):
    define(tmp_path, "a", "movedFrom: old")
    define(tmp_path, "b", "movedFrom: old")
    (problem,) = problems(lambda: load(project(tmp_path)))
    assert "a is moved from old already" in problem


def test_defaults_cannot_move(tmp_path):
    (problem,) = problems(lambda: project(tmp_path, more="defaults: [{spec: {movedFrom: old}}]"))
    assert "defaults cannot say where connectors move from" in problem


@pytest.mark.parametrize(
    ("written", "choice"),
    [
        ("", LedgerChoice()),
        ("ledger: sqlite", LedgerChoice(LedgerKind.SQLITE)),
        ("ledger: git", LedgerChoice(LedgerKind.GIT)),
        (
            "ledger: 'kafka:__connectform', kafka: {bootstrap.servers: 'k:9092'}",
            LedgerChoice(LedgerKind.KAFKA, "__connectform"),
        ),
    ],
)
def test_a_cluster_chooses_its_ledger(tmp_path, written, choice):
    loaded = project(tmp_path, f"local: {{url: 'http://h:1', {written}}}")
    assert loaded.project.clusters["local"].ledger == choice


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("ledger: s3", "must be sqlite, git, or kafka: and a topic"),
        ("ledger: 'kafka:'", "must be sqlite, git, or kafka: and a topic"),
        ("ledger: 'kafka:a b'", "must be sqlite, git, or kafka: and a topic"),
        ("ledger: 'kafka:t'", "does not say where that is"),
        ("freezes: [{from: 2027-01-02, until: 2027-01-01, reason: r}]", "ends before it begins"),
        ("freezes: [{from: 2027-13-02, until: 2027-01-01, reason: r}]", "is no time"),
        (
            "freezes: [{from: '2027-01-01T10:00:00', until: 2027-01-02, reason: r}]",
            "is no time",
        ),
        ("freezes: [{from: 2027-01-01, until: 2027-01-02}]", "reason"),
    ],
)
def test_a_wrong_ledger_or_freeze_is_told(tmp_path, written, told):
    found = problems(lambda: project(tmp_path, f"local: {{url: 'http://h:1', {written}}}"))
    assert any(told in problem for problem in found), found


def test_a_freeze_lasts_to_the_end_of_its_last_day(tmp_path):
    written = "freezes: [{from: 2026-12-20, until: '2027-01-02', reason: year end, by: finance}]"
    loaded = project(tmp_path, f"local: {{url: 'http://h:1', {written}}}")
    (freeze,) = loaded.project.clusters["local"].freezes
    assert (freeze.begins, freeze.ends) == (
        datetime(2026, 12, 20, tzinfo=UTC),
        datetime(2027, 1, 3, tzinfo=UTC),
    )
    assert (freeze.reason, freeze.by, freeze.connectors) == ("year end", "finance", ("*",))


def test_the_key_of_fingerprints_is_a_reference(tmp_path):
    loaded = project(tmp_path, more='fingerprintKey: "${{ env.KEY }}"')
    found = read_fingerprint_key(loaded, {"KEY": "the key"})
    assert found is not None
    assert found.reveal() == "the key"
    assert read_fingerprint_key(loaded, {}) is None
    assert read_fingerprint_key(project(tmp_path), {"KEY": "x"}) is None
    (problem,) = problems(lambda: project(tmp_path, more="fingerprintKey: the-key-itself"))
    assert "which whoever reads this file could use" in problem


def test_settings_of_the_kafka_client_may_refer_to_secrets(tmp_path):
    written = "kafka: {bootstrap.servers: 'k:9092', sasl.password: '${{ env.PW }}', retries: 3}"
    loaded = project(tmp_path, f"local: {{url: 'http://h:1', {written}}}")
    found = read_kafka(loaded, "local", {"PW": "s3cret"})
    assert found is not None
    assert found.settings == {
        "bootstrap.servers": "k:9092",
        "sasl.password": "s3cret",
        "retries": "3",
    }
    assert [secret.reveal() for secret in found.secrets] == ["s3cret"]
    (problem,) = problems(lambda: read_kafka(loaded, "local", {}))
    assert "PW" in problem
    assert read_kafka(project(tmp_path), "local", {}) is None
