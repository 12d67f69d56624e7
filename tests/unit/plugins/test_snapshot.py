"""Snapshots as text and back: nothing is lost, nothing is secret, and nothing hostile gets through."""

import json

import pytest

from reconcile.model.flavor import Flavor
from reconcile.model.plugin import Setting, SettingType
from reconcile.plugins.snapshot import (
    Installed,
    Manifest,
    NewerFormatError,
    SnapshotError,
    file_of,
    is_plugin_path,
    manifest_text,
    plugin_text,
    read_manifest,
    read_plugin,
    snapshot_of,
)
from tests.unit.plugins.catalogs import setting

SINK = Installed(
    class_name="org.example.LinesSink",
    kinds=("sink",),
    versions={
        "4.10.0": {
            "topics": setting("topics", SettingType.LIST, default="", importance="HIGH"),
            "file": setting(
                "file",
                required=True,
                documentation="The file.",
                group="Common",
                display_name="File",
                recommended=("a", "b"),
            ),
        },
        "4.9.0": {"file": setting("file", display_name="file")},
    },
)
MANIFEST = Manifest(
    cluster="prod",
    version="4.3.1",
    flavor=Flavor.APACHE,
    files=("connectors/b.json", "connectors/a.json"),
)


def test_a_class_comes_back_as_it_was_with_the_newest_version_last():
    back = read_plugin(plugin_text(SINK))

    assert list(back.versions) == ["4.9.0", "4.10.0"]
    assert list(back.versions["4.10.0"]) == ["file", "topics"]
    assert back.versions["4.10.0"]["file"] == SINK.versions["4.10.0"]["file"]
    assert back.versions["4.9.0"] == SINK.versions["4.9.0"]
    assert (back.class_name, back.kinds) == (SINK.class_name, SINK.kinds)
    assert plugin_text(back) == plugin_text(SINK)


def test_the_order_in_which_a_worker_answers_changes_nothing():
    turned = {
        version: dict(reversed(settings.items()))
        for version, settings in reversed(SINK.versions.items())
    }
    again = Installed(class_name=SINK.class_name, kinds=SINK.kinds, versions=turned)

    assert plugin_text(again) == plugin_text(SINK)


def test_a_class_whose_settings_are_not_known_is_kept_as_such():
    unknown = Installed(class_name="a.B", kinds=("converter",), versions={"1": None})
    snapshot = snapshot_of(MANIFEST, [read_plugin(plugin_text(unknown)), SINK])

    assert [info.class_name for info in snapshot.catalog.infos] == [
        "a.B",
        SINK.class_name,
        SINK.class_name,
    ]
    assert snapshot.catalog.plugins["a.B"] == ()
    assert snapshot.catalog.complete
    assert not snapshot_of(MANIFEST, [SINK]).catalog.complete


def test_a_manifest_comes_back_sorted_and_holds_no_time_and_no_address():
    text = manifest_text(MANIFEST)
    back = read_manifest(text)

    assert back.files == ("connectors/a.json", "connectors/b.json")
    assert (back.cluster, back.version, back.release) == ("prod", "4.3.1", (4, 3))
    assert json.loads(text) == {
        "format_version": "1.0",
        "kind": "plugin_snapshots",
        "cluster": "prod",
        "connect": {"version": "4.3.1", "flavor": "apache"},
        "files": ["connectors/a.json", "connectors/b.json"],
    }
    assert text.endswith("}\n")
    assert "\r" not in text


def test_a_flavor_that_only_a_newer_connectform_knows_is_told_by_the_version():
    document = json.loads(manifest_text(MANIFEST))
    document["connect"] = {"version": "7.6.0-ccs", "flavor": "something-new"}

    back = read_manifest(json.dumps(document))

    assert back.flavor is Flavor.CONFLUENT_PLATFORM
    assert back.release == (3, 6)


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (setting("database.password", SettingType.PASSWORD, default="changeme"), False),
        (setting("api.key", default="abcdef123"), False),
        (setting("url", default="http://user:pw@host"), False),
        (setting("url", default="http://host"), True),
        (setting("password.file", default="/etc/pw"), True),
    ],
)
def test_a_default_that_could_be_a_secret_is_left_out(one, kept):
    text = plugin_text(
        Installed(class_name="a.B", kinds=("sink",), versions={"1": {one.name: one}})
    )
    assert (one.default in text) is kept


@pytest.mark.parametrize(
    ("kinds", "name", "path"),
    [
        (("sink",), "a.B", "connectors/a.B.json"),
        (("converter", "header_converter"), "a.B", "converters/a.B.json"),
        (("transformation",), "a.B$Value", "transforms/a.B$Value.json"),
        (("predicate",), "a.B", "predicates/a.B.json"),
        (("something_new",), "a.B", "others/a.B.json"),
        (("sink",), "../../etc/passwd", "connectors/..%2F..%2Fetc%2Fpasswd.json"),
        (("sink",), "..", "connectors/...json"),
        (("sink",), "a\\b\n", "connectors/a%5Cb%0A.json"),
        (("sink",), "Ü", "connectors/%C3%9C.json"),
        (("sink",), "", None),
        (("sink",), "x" * 201, None),
        (("sink",), "\ud800", "connectors/%ED%A0%80.json"),
    ],
)
def test_a_class_has_one_file_below_its_folder_whatever_it_is_called(kinds, name, path):
    assert file_of(Installed(class_name=name, kinds=kinds, versions={})) == path


@pytest.mark.parametrize(
    "path",
    [
        "../a.json",
        "connectors/../a.json",
        "/connectors/a.json",
        "connectors/a/b.json",
        "connectors/a.yaml",
        "manifest.json",
        "connectors\\a.json",
        "connectors/a.json\n",
        "elsewhere/a.json",
    ],
)
def test_a_manifest_that_names_other_files_is_refused(path):
    assert not is_plugin_path(path)
    with pytest.raises(SnapshotError, match="a path that connectform does not write"):
        read_manifest(
            manifest_text(Manifest(cluster="a", version="1", flavor=Flavor.APACHE, files=(path,)))
        )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format_version": 1}, "no snapshot of connectform's"),
        ({"kind": "plan"}, "no snapshot of connectform's"),
        ({"class": 1}, "class is no text"),
        ({"types": "sink"}, "types is no list"),
        ({"types": [1]}, "types is no text"),
        ({"versions": {}}, "versions is no list"),
        ({"versions": ["1"]}, "versions is no mapping"),
        ({"versions": [{"settings": {}}]}, "version is no text"),
        ({"versions": [{"version": "1", "settings": []}]}, "settings is no mapping"),
        ({"versions": [{"version": "1", "settings": {"a": 1}}]}, "a is no mapping"),
        ({"versions": [{"version": "1", "settings": {"a": {}}}]}, "none of Kafka's"),
        (
            {"versions": [{"version": "1", "settings": {"a": {"type": "INTT"}}}]},
            "none of Kafka's",
        ),
        (
            {"versions": [{"version": "1", "settings": {"a": {"type": "INT", "default": 1}}}]},
            "default is no text",
        ),
        (
            {
                "versions": [
                    {"version": "1", "settings": {"a": {"type": "INT", "recommended": "x"}}}
                ]
            },
            "recommended is no list",
        ),
    ],
)
def test_a_file_that_was_edited_wrongly_is_refused_with_the_reason(change, reason):
    document = json.loads(plugin_text(SINK)) | change
    with pytest.raises(SnapshotError, match=reason):
        read_plugin(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, "<<<<<<< HEAD\n{}"])
def test_what_is_no_document_is_refused(text):
    with pytest.raises(SnapshotError):
        read_plugin(text)
    with pytest.raises(SnapshotError):
        read_manifest(text)


@pytest.mark.parametrize(("version", "refused"), [("1.7", False), ("2.0", True), ("10.0", True)])
def test_a_newer_format_is_refused_and_an_addition_to_ours_is_not(version, refused):
    document = json.loads(manifest_text(MANIFEST)) | {"format_version": version, "more": 1}
    if not refused:
        assert read_manifest(json.dumps(document)).cluster == "prod"
        return
    with pytest.raises(NewerFormatError, match=rf"the format {version}, and 1\.0 is known"):
        read_manifest(json.dumps(document))


def test_hostile_text_stays_data():
    hostile = "\x1b[31m\u202eevil\u2028::set-output name=x::y"
    one = Setting(name=hostile, type=SettingType.STRING, documentation=hostile, default=hostile)
    text = plugin_text(
        Installed(class_name=hostile, kinds=("sink",), versions={"1": {hostile: one}})
    )

    assert text.isascii()
    assert "\x1b" not in text
    back = read_plugin(text).versions["1"][hostile]
    assert (back.name, back.default) == (hostile, hostile)
    assert back.documentation == "\\x1b[31m\\u202eevil\\u2028::set-output name=x::y"
    assert back.display_name == back.documentation
