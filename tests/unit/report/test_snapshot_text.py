from reconcile.model.flavor import Flavor
from reconcile.plugins.snapshot import Installed, Manifest, snapshot_of
from reconcile.report.snapshot_text import snapshot_table, snapshots_document
from tests.unit.plugins.catalogs import setting

SETTINGS = {"a": setting("a"), "b": setting("b")}
SNAPSHOT = snapshot_of(
    Manifest(cluster="prod", version="7.6.0-ccs", flavor=Flavor.CONFLUENT_PLATFORM, files=()),
    [
        Installed(class_name="x.Rows", kinds=("sink",), versions={"2": SETTINGS, "10": SETTINGS}),
        Installed(class_name="x.New", kinds=("something",), versions={"": {}}),
        Installed(
            class_name="x.Json", kinds=("header_converter", "converter"), versions={"1": None}
        ),
        Installed(class_name="x.Lines", kinds=("source",), versions={"1": SETTINGS}),
    ],
)


def test_connectors_come_first_with_versions_and_the_number_of_their_settings():
    rows = [[span.text for span in row] for row in snapshot_table([SNAPSHOT]).rows]

    assert rows == [
        ["prod", "source", "x.Lines", "1", "2"],
        ["prod", "sink", "x.Rows", "2, 10", "2"],
        ["prod", "converter, header_converter", "x.Json", "1", "not known"],
        ["prod", "something", "x.New", "", "0"],
    ]


def test_a_document_says_of_which_connect_the_plugins_are():
    assert snapshots_document([SNAPSHOT]) == {
        "format_version": "1.0",
        "kind": "snapshots",
        "clusters": [
            {
                "cluster": "prod",
                "connect_version": "7.6.0-ccs",
                "flavor": "confluent-platform",
                "plugins": [
                    {"class": "x.Lines", "types": ["source"], "versions": ["1"]},
                    {"class": "x.Rows", "types": ["sink"], "versions": ["2", "10"]},
                    {
                        "class": "x.Json",
                        "types": ["converter", "header_converter"],
                        "versions": ["1"],
                    },
                    {"class": "x.New", "types": ["something"], "versions": []},
                ],
            }
        ],
    }
