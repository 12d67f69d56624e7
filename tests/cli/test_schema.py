"""Plugin snapshots end to end: pulled from a cluster, read, checked by, and behind it."""

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import Fault, answered, forbidden
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import Workplace, workplace_on

FOLDER = "schemas/plugins"
MANIFEST = f"{FOLDER}/local/manifest.json"
EDITOR = f"{FOLDER}/connector.schema.json"
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
SINK_FILE = f"{FOLDER}/local/connectors/{SINK}.json"
PLUGINS = "GET /connector-plugins"
DEFINITIONS = "GET /connector-plugins/*/config"


def pulled(place: Workplace, *arguments: str) -> dict[str, bytes]:
    """Pull, and return all files of the snapshots."""
    result = place.run("schema", "pull", *arguments)
    assert result.code == 0, result.both
    return {path: text for path, text in place.files().items() if path.startswith("schemas")}


def write_definition(place: Workplace, config: str, *, spec: str = "class: FileStreamSink") -> None:
    place.write(
        "connectors/orders.yaml",
        "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"
        f"spec:\n  {spec}\n  config:\n{config}",
    )


FINE = "    topics: lines\n    file: ${{ env.FILE }}\n"
FAULTY = """\
    topics: lines
    fille: out.txt
    tasks.max: ${{ env.TASKS }}
    errors.retry.timeout: soon
    errors.tolerance: al
    value.converter: JsonConvertr
    key.converter: JsonConverter
    key.converter.schemas.enable: ${env:SCHEMAS}
    key.converter.schemas.cache.size: many
    transforms: stamp
    transforms.stamp.type: org.apache.kafka.connect.transforms.InsertField$Value
    transforms.stamp.static.feild: site
    producer.override.acks: all
    consumer.override.max.poll.records: 10
"""

# --- pulling


def test_a_pull_writes_one_file_for_each_class_and_a_schema_for_editors(workplace: Workplace):
    files = pulled(workplace)

    document = json.loads(files[SINK_FILE])
    assert document["class"] == SINK
    assert document["types"] == ["sink"]
    assert [one["version"] for one in document["versions"]] == ["4.3.1"]
    assert document["versions"][0]["settings"]["file"]["type"] == "STRING"
    manifest = json.loads(files[MANIFEST])
    assert manifest["connect"] == {"version": "4.3.1", "flavor": "apache"}
    assert {f"{FOLDER}/local/{path}" for path in manifest["files"]} == files.keys() - {
        MANIFEST,
        EDITOR,
    }
    folders = {path.split("/")[3] for path in files if path not in {MANIFEST, EDITOR}}
    assert folders == {"connectors", "converters", "transforms", "predicates"}
    assert not [path for path, text in files.items() if b"\r" in text or not text.isascii()]


def test_a_pull_holds_no_address_no_time_and_no_secret(workplace: Workplace):
    workplace.write_project('    auth: {basic: {username: ci, password: "${{ env.PW }}"}}\n')
    result = workplace.run("schema", "pull", PW="hunter2-x")
    assert result.code == 0, result.both

    text = b"".join(text for path, text in workplace.files().items() if path.startswith("schemas"))
    assert workplace.url.encode() not in text
    assert b"hunter2-x" not in text
    assert b"simulated-kafka" not in text


def test_a_pull_that_finds_nothing_new_changes_no_byte(workplace: Workplace):
    before = pulled(workplace)
    times = {path: (workplace.folder / path).stat().st_mtime_ns for path in before}

    again = workplace.run("schema", "pull")

    assert again.code == 0, again.both
    assert "wrote" not in again.both
    assert "52 files unchanged." in again.err
    assert {path: text for path, text in workplace.files().items() if path in before} == before
    assert {path: (workplace.folder / path).stat().st_mtime_ns for path in before} == times


def test_a_pull_writes_nothing_to_the_cluster(workplace: Workplace):
    workplace.cluster.clear_requests()
    pulled(workplace)
    assert workplace.cluster.writes == 0


def test_what_is_gone_is_removed_and_what_others_put_there_stays(
    workplace: Workplace, tmp_path_factory: pytest.TempPathFactory
):
    before = pulled(workplace)
    theirs = workplace.write(f"{FOLDER}/local/connectors/NOTES.json", "{}")
    readme = workplace.write(f"{FOLDER}/README.md", "ours\n")
    older = SimulatedCluster(clock=SystemClock(), timing=Timing.quick(), version="3.6.2")
    with workplace_on(older, tmp_path_factory.mktemp("older")) as place:
        workplace.write_project()
        project = workplace.folder / "connectform.yaml"
        project.write_text(project.read_text().replace(workplace.url, place.url))
        result = workplace.run("schema", "pull")

    assert result.code == 0, result.both
    gone = "converters/org.apache.kafka.connect.converters.BooleanConverter.json"
    assert f"{FOLDER}/local/{gone}" in before
    assert not (workplace.folder / FOLDER / "local" / gone).exists()
    assert f"removed {FOLDER}/local/{gone}" in result.err
    assert json.loads((workplace.folder / MANIFEST).read_text())["connect"]["version"] == "3.6.2"
    assert theirs.read_text() == "{}"
    assert readme.read_text() == "ours\n"


def test_a_manifest_that_was_tampered_with_removes_nothing_else(workplace: Workplace):
    pulled(workplace)
    precious = workplace.write("precious.json", "{}")
    path = workplace.folder / MANIFEST
    document = json.loads(path.read_text())
    document["files"].append("../../../precious.json")
    path.write_text(json.dumps(document))

    assert workplace.run("validate").code == 1
    pulled(workplace)

    assert precious.read_text() == "{}"
    assert "precious" not in path.read_text()


@pytest.mark.parametrize("linked", ["local", "local/connectors"])
def test_a_link_out_of_the_folder_is_not_followed(workplace: Workplace, linked: str):
    pulled(workplace)
    elsewhere = workplace.folder / "elsewhere"
    link = workplace.folder / FOLDER / linked
    link.rename(elsewhere)
    link.symlink_to(elsewhere)
    (victim,) = elsewhere.rglob(f"{SINK}.json")
    victim.write_text("{}")

    result = workplace.run("schema", "pull")

    assert result.code == 1
    assert "[CF203]" in result.err
    assert victim.read_text() == "{}"


HOSTILE = [
    {"class": "../../../../evil", "type": "sink", "version": "1"},
    {"class": "..", "type": "sink", "version": "1"},
    {"class": "a/b", "type": "converter", "version": "1"},
    {"class": "x\x1b[31m", "type": "../up", "version": "../../v"},
    {"class": "y" * 300, "type": "sink", "version": "1"},
    {"class": "case.A", "type": "sink", "version": "1"},
    {"class": "case.a", "type": "sink", "version": "1"},
]


def test_names_from_a_server_never_leave_the_folder(workplace: Workplace):
    workplace.cluster.inject(answered(PLUGINS, 200, json.dumps(HOSTILE), times=None))

    result = workplace.run("schema", "pull")

    assert result.code == 0, result.both
    assert "\x1b" not in result.both
    inside = workplace.folder / FOLDER / "local"
    made = {
        path for path in workplace.folder.rglob("*.json") if path.name != "connector.schema.json"
    }
    assert all(path.is_relative_to(inside) for path in made)
    assert not list(workplace.folder.parent.rglob("evil*"))
    assert result.err.count("[CF114]") == 2
    assert "yyyy" in result.err
    shown = workplace.run("schema", "show")
    assert shown.code == 0, shown.both
    assert "\x1b" not in shown.both


def test_a_plugin_that_does_not_tell_its_settings_is_kept_without(workplace: Workplace):
    broken = answered("GET /connector-plugins/*RegexRouter/config", 500, "{}", times=None)
    workplace.cluster.inject(broken)

    result = workplace.run("schema", "pull")

    assert result.code == 1, result.both
    assert (
        "the settings of org.apache.kafka.connect.transforms.RegexRouter 4.3.1 could not be had"
        in (result.err)
    )
    assert "the class is kept without them" in result.err
    write_definition(
        workplace,
        "    topics: lines\n    transforms: r\n    transforms.r.type: RegexRouter\n"
        "    transforms.r.anything: x\n",
    )
    assert workplace.run("validate").out + workplace.run("validate").err
    assert workplace.run("validate").code == 0


@pytest.mark.parametrize(
    "fault",
    [
        forbidden(PLUGINS),
        answered(PLUGINS, 405, "", times=None),
        forbidden(DEFINITIONS),
        answered(DEFINITIONS, 404, "<html>No</html>", content_type="text/html", times=None),
    ],
    ids=["403", "405", "403 for definitions", "a proxy for definitions"],
)
def test_a_cluster_that_keeps_its_plugins_back_is_told_and_loses_nothing(
    workplace: Workplace, fault: Fault
):
    before = pulled(workplace)
    workplace.cluster.inject(fault)
    result = workplace.run("schema", "pull")

    assert result.code == 1
    assert "cluster local does not tell what its plugins are: " in result.err
    assert "GET /connector-plugins" in result.err
    assert {path: text for path, text in workplace.files().items() if path in before} == before


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (answered(DEFINITIONS, 500, "{}", times=None), 1, "this version stays; pull again"),
        (answered(PLUGINS, 200, "[]", times=None), 1, "lists no plugin at all"),
        (
            answered("PUT /connector-plugins/*/config/validate", 500, "{}", times=None),
            0,
            "those that the snapshot has stay",
        ),
    ],
    ids=["500 for definitions", "an empty list", "500 for proposed values"],
)
def test_what_a_passing_failure_keeps_back_stays_as_it_was_known(
    workplace: Workplace, fault: Fault, code: int, told: str
):
    before = pulled(workplace)
    workplace.cluster.inject(fault)

    result = workplace.run("schema", "pull")

    assert result.code == code, result.both
    assert told in result.err
    assert {path: text for path, text in workplace.files().items() if path in before} == before


def test_what_is_known_of_another_version_does_not_stand_in(workplace: Workplace):
    pulled(workplace)
    path = workplace.folder / SINK_FILE
    path.write_text(path.read_text().replace('"version": "4.3.1"', '"version": "4.2.0"'))
    workplace.cluster.inject(answered(DEFINITIONS, 500, "{}", times=None))

    assert workplace.run("schema", "pull").code == 1

    (version,) = json.loads(path.read_text())["versions"]
    assert version == {"version": "4.3.1", "settings": None}


def test_one_cluster_that_cannot_be_reached_does_not_keep_the_others(workplace: Workplace):
    workplace.write_project('  away:\n    url: "http://127.0.0.1:1"\n    timeouts: {connect: 1s}\n')
    result = workplace.run("schema", "pull")

    assert result.code == 1
    assert (workplace.folder / MANIFEST).exists()
    assert (workplace.folder / EDITOR).exists()
    assert not (workplace.folder / FOLDER / "away").exists()


def test_snapshots_go_where_they_are_wanted(workplace: Workplace):
    workplace.run("schema", "pull", "--dir", "other")
    assert (workplace.folder / "other/local/manifest.json").exists()
    write_definition(workplace, FAULTY)
    assert "[CF131]" in workplace.run("validate").both
    assert "[CF131]" not in workplace.run("validate", "--snapshots", "other").both

    project = workplace.folder / "connectform.yaml"
    project.write_text(project.read_text() + "snapshots: third\n")
    workplace.run("schema", "pull")
    assert (workplace.folder / "third/local/manifest.json").exists()
    assert "[CF131]" not in workplace.run("validate").both
    assert "FileStreamSink" in workplace.run("schema", "show").out


def test_a_file_in_the_way_is_told_and_nothing_is_half_written(workplace: Workplace):
    workplace.write(f"{FOLDER}/local", "in the way")
    result = workplace.run("schema", "pull")

    assert result.code == 1
    assert "[CF704]" in result.err
    assert (workplace.folder / FOLDER / "local").read_text() == "in the way"


# --- checking by snapshots


def said(place: Workplace, *arguments: str) -> set[str]:
    """Return what a command says of the one connector: place, code and hint, each once."""
    result = place.run(*arguments, "--output", "json")
    document = json.loads(result.out)
    rows = document["problems"] if "problems" in document else document["plans"][0]["problems"]
    return {
        f"{(row.get('location') or row).get('line')} {row['code']} {row['severity']} {row['message']}"
        for row in rows
    }


def test_without_a_snapshot_a_notice_says_so_once_and_how_to_get_one(workplace: Workplace):
    workplace.write_project(f'  other:\n    url: "{workplace.url}"\n')
    write_definition(workplace, FAULTY)
    result = workplace.run("validate")

    assert result.code == 0, result.both
    assert result.out.count("[CF131]") == 1
    assert "no plugin snapshot of clusters local, other in schemas/plugins" in result.out
    assert "connectform schema pull writes them" in result.out


def test_a_right_definition_has_no_problem_offline_and_no_cluster_is_asked(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FINE)
    workplace.cluster.clear_requests()

    result = workplace.run("validate")

    assert result.code == 0, result.both
    assert "1 definition for local: no problems." in result.err
    assert not workplace.cluster.requests


def test_what_definitions_tell_is_the_same_offline_and_in_a_plan_by_schema(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FAULTY)

    offline = said(workplace, "validate")
    planned = said(workplace, "plan", "--validate", "schema", "--no-secrets")

    assert offline == {row for row in planned if "CF412" not in row and "CF425" not in row}
    assert {row.partition(" ")[0] for row in offline} == {"8", "10", "11", "12", "15", "18"}
    assert f"8 CF402 warning fille is no setting of {SINK}, which ignores it" in offline
    assert '11 CF401 error errors.tolerance must be one of none, all, not "al"' in offline
    result = workplace.run("validate")
    assert result.code == 1
    assert "did you mean file?" in result.out
    assert "did you mean JsonConverter?" in result.out
    assert "did you mean transforms.stamp.static.field?" in result.out


def test_lint_says_all_that_validate_says_and_what_its_rules_say_beside(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, f"{FAULTY}    api.token: pl4nted\n")

    validated, linted = said(workplace, "validate"), said(workplace, "lint")

    (explained,) = validated - linted
    assert "CF402 warning transforms.stamp.static.feild" in explained
    assert {row.split()[1] for row in linted - validated} == {"CF004", "CF041", "CF070"}
    assert workplace.run("lint").code == 1


def test_lint_says_once_what_a_rule_explains_and_definitions_only_state(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, "    topics: lines\n    file: out.txt\n    task.max: '2'\n")

    assert {row.split()[1] for row in said(workplace, "validate")} == {"CF402"}
    assert {row.split()[1] for row in said(workplace, "lint")} == {"CF026"}

    project = workplace.folder / "connectform.yaml"
    project.write_text(f"{project.read_text()}lint: {{CF026: off}}\n")
    assert {row.split()[1] for row in said(workplace, "lint")} == {"CF402"}


def test_lint_fails_by_what_snapshots_say_as_far_as_it_is_told_to(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, "    topics: lines\n    file: out.txt\n    fille: x\n")

    assert workplace.run("lint").code == 0
    assert workplace.run("lint", "--fail-on", "warn").code == 1
    assert workplace.run("lint", "--fail-on", "warn", "--exclude", "name=orders").code == 0
    assert "[CF131]" in workplace.run("lint", "--snapshots", "elsewhere").out
    workplace.write(f"{FOLDER}/local/manifest.json", "{")
    assert workplace.run("lint", "--fail-on", "never").code == 1


def test_a_class_and_a_version_that_the_cluster_lacks_are_told(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FINE, spec="class: FileStreamSnk")
    unknown = workplace.run("validate")
    write_definition(workplace, FINE, spec='class: FileStreamSink\n  version: "[5.0,6.0)"')
    old = workplace.run("validate")

    assert unknown.code == old.code == 1
    assert "local has no connector class FileStreamSnk  [CF403]" in unknown.out
    assert "did you mean FileStreamSink?" in unknown.out
    assert f"there is no version [5.0,6.0) of {SINK}, only 4.3.1  [CF401]" in old.out


def test_pull_requests_need_neither_secrets_nor_a_cluster(workplace: Workplace):
    pulled(workplace)
    workplace.write_project('    auth: {bearer: {token: "${{ env.NOT_THERE }}"}}\n')
    project = workplace.folder / "connectform.yaml"
    project.write_text(project.read_text().replace(workplace.url, "http://127.0.0.1:1"))
    write_definition(workplace, FAULTY)

    result = workplace.run("validate")

    assert result.code == 1
    assert "[CF402]" in result.out
    assert "[CF201]" not in result.both


@pytest.mark.parametrize(
    ("file", "text", "code", "words"),
    [
        (MANIFEST, "{", "CF132", "it is no JSON"),
        (MANIFEST, "<<<<<<< HEAD", "CF132", "it is no JSON"),
        (MANIFEST, '{"format_version": "2.0", "kind": "plugin_snapshots"}', "CF134", "format 2.0"),
        (SINK_FILE, '{"format_version": "1.0", "kind": "plugin"}', "CF132", "is no list"),
        (SINK_FILE, "", "CF132", "it is no JSON"),
        (SINK_FILE, None, "CF132", "cannot be read"),
    ],
)
def test_a_snapshot_that_cannot_be_used_stops_a_check_and_not_a_plan(
    workplace: Workplace, file: str, text: str | None, code: str, words: str
):
    pulled(workplace)
    write_definition(workplace, "    topics: lines\n")
    path = workplace.folder / file
    if text is None:
        path.unlink()
    else:
        path.write_text(text)

    checked, planned = workplace.run("validate"), workplace.run("plan")
    shown = workplace.run("schema", "show")

    assert checked.code == shown.code == 1
    assert f"[{code}]" in checked.out
    assert f"{file}: error:" in checked.out
    assert words in checked.out
    assert f"[{code}]" in shown.err
    assert planned.code == 0, planned.both
    assert f"{file}: warning:" in planned.both
    again = workplace.run("schema", "pull")
    if code == "CF134":
        assert again.code == 1
        assert "[CF134]" in again.err
    else:
        assert again.code == 0, again.both
        assert "no problems" in workplace.run("validate").both


def test_a_snapshot_that_is_a_pipe_is_not_waited_for(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FINE)
    (workplace.folder / SINK_FILE).unlink()
    os.mkfifo(workplace.folder / SINK_FILE)

    result = workplace.run("validate")

    assert result.code == 1
    assert "[CF132]" in result.out


def test_snapshots_are_no_definitions_even_in_their_folder(workplace: Workplace):
    project = workplace.folder / "connectform.yaml"
    project.write_text(project.read_text() + "snapshots: connectors/plugins\n")
    write_definition(workplace, FINE)
    workplace.run("schema", "pull")

    result = workplace.run("validate")

    assert result.code == 1, "the schema for editors is no definition"
    assert "1 definition for local" in result.both
    assert result.out.count("is not read: it declares no connector") == 52


# --- plans


def make_older(place: Workplace, file: str = SINK_FILE, version: str = "3.9.0") -> None:
    path = place.folder / file
    document = json.loads(path.read_text())
    document["versions"][0]["version"] = version
    path.write_text(json.dumps(document))


def test_a_plan_says_that_a_snapshot_in_use_is_older_than_the_cluster(workplace: Workplace):
    pulled(workplace)
    make_older(workplace)
    workplace.write_sink("orders")

    planned = workplace.run("plan")

    assert planned.code == 0, planned.both
    assert (
        f"notice: the plugin snapshots of local are of other versions: {SINK} is of 3.9.0 there,"
        " the cluster runs 4.3.1  [CF133]" in planned.both
    )
    workplace.run("schema", "pull")
    assert "[CF133]" not in workplace.run("plan").both


TWO_VERSIONS = [
    {"class": SINK, "type": "sink", "version": "4.3.1"},
    {"class": SINK, "type": "sink", "version": "3.9.0"},
    {"class": "a.Stamp", "type": "transformation", "version": "1"},
]
OLD_SETTINGS = [
    {"name": "path", "type": "STRING", "required": True},
    {"name": "topics", "type": "LIST", "required": False, "default_value": ""},
    {"name": "tasks.max", "type": "INT", "required": False, "default_value": "1"},
    {"name": "connector.class", "type": "STRING", "required": True},
    {"name": "connector.plugin.version", "type": "STRING", "required": False},
]


def test_a_connector_is_judged_by_the_version_that_it_wants(workplace: Workplace):
    old = f"GET /connector-plugins/{SINK}/config[?]version=3.9.0"
    workplace.cluster.inject(answered(PLUGINS, 200, json.dumps(TWO_VERSIONS), times=None))
    workplace.cluster.inject(answered(old, 200, json.dumps(OLD_SETTINGS), times=None))
    write_definition(
        workplace,
        "    topics: lines\n    file: out.txt\n",
        spec='class: FileStreamSink\n  version: "[3.0,4.0)"',
    )
    pulled(workplace)

    versions = json.loads((workplace.folder / SINK_FILE).read_text())["versions"]
    offline = said(workplace, "validate")
    planned = said(workplace, "plan", "--validate", "schema")

    assert [one["version"] for one in versions] == ["3.9.0", "4.3.1"]
    assert offline == planned
    assert offline == {
        f"9 CF402 warning file is no setting of {SINK}, which ignores it",
        "3 CF401 error path is required and has no default",
    }


def test_snapshots_stand_in_where_a_cluster_keeps_its_definitions_back(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FAULTY)
    before = said(workplace, "plan", "--validate", "schema", "--no-secrets")
    workplace.cluster.inject(forbidden(DEFINITIONS))

    after = said(workplace, "plan", "--validate", "schema", "--no-secrets")

    (new,) = after - before
    assert before <= after
    assert new.startswith("None CF404 notice cluster local: the settings of ")
    assert "are known from its plugin snapshot alone" in new


def test_snapshots_stand_in_where_a_cluster_does_not_even_list_its_plugins(workplace: Workplace):
    pulled(workplace)
    write_definition(workplace, FAULTY)
    workplace.cluster.inject(forbidden(DEFINITIONS))
    workplace.cluster.inject(forbidden(PLUGINS))

    found = said(workplace, "plan", "--validate", "schema", "--no-secrets")

    assert any("fille is no setting of" in row for row in found)
    assert any("does not list its plugins" in row for row in found)


def test_a_cluster_that_tells_its_definitions_is_believed_more_than_a_snapshot(
    workplace: Workplace,
):
    pulled(workplace)
    path = workplace.folder / SINK_FILE
    document = json.loads(path.read_text())
    document["versions"][0]["settings"]["fille"] = {"type": "STRING"}
    path.write_text(json.dumps(document))
    write_definition(workplace, FAULTY)

    assert any(
        "fille is no" in row
        for row in said(workplace, "plan", "--validate", "schema", "--no-secrets")
    )
    assert not any("fille is no" in row for row in said(workplace, "validate"))


# --- looking


def test_all_classes_are_shown_by_cluster_offline(workplace: Workplace):
    pulled(workplace)
    workplace.cluster.clear_requests()
    shown = workplace.run("schema", "show")

    assert shown.code == 0, shown.both
    assert any(
        line.split() == ["local", "sink", SINK, "4.3.1", "25"] for line in shown.out.splitlines()
    )
    assert "converter, header_converter" in shown.out
    document = json.loads(workplace.run("schema", "show", "--output", "json").out)
    assert document["clusters"][0]["connect_version"] == "4.3.1"
    assert {"class": SINK, "types": ["sink"], "versions": ["4.3.1"]} in document["clusters"][0][
        "plugins"
    ]
    assert not workplace.cluster.requests


def test_the_settings_of_a_class_are_those_that_the_cluster_explains(workplace: Workplace):
    pulled(workplace)
    offline = workplace.run("schema", "show", "FileStreamSink", "--output", "json")
    live = workplace.run("explain", "FileStreamSink", "--output", "json")

    assert offline.code == 0, offline.both
    mine, theirs = json.loads(offline.out), json.loads(live.out)
    assert mine["class"] == theirs["class"]
    assert sorted(mine["settings"], key=lambda one: one["name"]) == sorted(
        theirs["settings"], key=lambda one: one["name"]
    )


@pytest.mark.parametrize(
    ("class_name", "key", "words"),
    [
        ("FileStreamSink", "file", "file  string, high importance"),
        ("JsonConverter", "schemas.enable", "schemas.enable  boolean"),
        ("org.apache.kafka.connect.transforms.InsertField$Value", "static.field", "static.field"),
    ],
)
def test_one_setting_is_shown_in_full_of_a_class_of_any_kind(
    workplace: Workplace, class_name: str, key: str, words: str
):
    pulled(workplace)
    shown = workplace.run("schema", "show", class_name, key)
    assert shown.code == 0, shown.both
    assert words in shown.out


def test_what_is_not_there_is_told_with_a_guess(workplace: Workplace):
    assert "[CF131]" in workplace.run("schema", "show").err
    assert workplace.run("schema", "show").code == 1
    assert workplace.run("schema", "show", "FileStreamSink").code == 1
    pulled(workplace)
    unknown = workplace.run("schema", "show", "FileStreamSnk")
    nested = workplace.run("schema", "show", "InsertField")
    key = workplace.run("schema", "show", "FileStreamSink", "fille")

    assert unknown.code == nested.code == key.code == 64
    assert "did you mean 'FileStreamSink'?" in unknown.err
    assert "did you mean 'org.apache.kafka.connect.transforms.InsertField$Key'?" in nested.err
    assert "did you mean 'file'?" in key.err


# --- editors


def test_the_schema_for_editors_takes_our_examples_and_finds_a_misspelt_value(
    workplace: Workplace,
):
    pulled(workplace)
    text = (workplace.folder / EDITOR).read_text()
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    good = {
        "apiVersion": "connectform/v1",
        "kind": "Connector",
        "metadata": {"name": "a"},
        "spec": {
            "class": "FileStreamSource",
            "config": {"file": "x", "topic": "t", "batch.size": 5},
        },
    }
    bad = json.loads(json.dumps(good))
    bad["spec"]["config"]["batch.size"] = "five"
    reference = json.loads(json.dumps(good))
    reference["spec"]["config"]["batch.size"] = "${{ var.SIZE }}"

    validator = Draft202012Validator(schema)
    assert validator.is_valid(good)
    assert validator.is_valid(reference)
    (error,) = validator.iter_errors(bad)
    assert list(error.absolute_path) == ["spec", "config", "batch.size"]
    assert len(text) < 110_000
    assert max(map(len, text.splitlines())) < 20_000


def test_the_page_of_a_pull_names_the_files_from_where_it_was_asked(workplace: Workplace):
    (workplace.folder / "connectors/deep").mkdir()
    inside = Workplace(workplace.folder / "connectors/deep", workplace.cluster, workplace.url)
    result = inside.run("schema", "pull")

    assert result.code == 0, result.both
    assert f"wrote ../../{SINK_FILE}" in result.err
    assert Path(workplace.folder / SINK_FILE).exists()
