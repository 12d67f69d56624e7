import pytest

from reconcile.model.plugin import PluginInfo
from reconcile.plugins.aliases import canonical, class_aliases

SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"


def plugins(*names, kind="sink"):
    return [PluginInfo(class_name=name, kind=kind) for name in names]


@pytest.mark.parametrize(
    "written", [SINK, "FileStreamSinkConnector", "FileStreamSink", "  FileStreamSink ", f" {SINK}"]
)
def test_every_way_to_write_a_class_has_one_full_name(written):
    assert canonical(written, class_aliases(plugins(SINK))) == SINK


def test_an_unknown_class_stays_as_it_was_written_but_for_space():
    assert canonical(" S3_SINK ", class_aliases(plugins(SINK))) == "S3_SINK"


def test_a_short_name_of_two_classes_stands_for_neither():
    aliases = class_aliases(plugins(SINK, "com.example.FileStreamSinkConnector"))
    assert canonical("FileStreamSink", aliases) == "FileStreamSink"
    assert canonical(SINK, aliases) == SINK


def test_a_class_listed_twice_is_one_class():
    assert canonical("FileStreamSink", class_aliases(plugins(SINK, SINK))) == SINK


def test_a_nested_class_goes_by_its_innermost_name():
    assert canonical("Inner", class_aliases(plugins("a.Outer$InnerConnector"))) == (
        "a.Outer$InnerConnector"
    )


def test_plugins_that_are_no_connectors_have_no_part_in_it():
    others = plugins("org.apache.kafka.connect.json.JsonConverter", kind="converter")
    assert class_aliases(others) == {}


def test_a_class_called_connector_keeps_its_name():
    assert class_aliases(plugins("a.Connector")) == {
        "Connector": "a.Connector",
        "a.Connector": "a.Connector",
    }
