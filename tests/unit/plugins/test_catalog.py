import pytest

from reconcile.model.config import Config
from reconcile.model.plugin import Catalog
from reconcile.plugins.catalog import filled, likely, plugin_of, version_to_ask, with_plugins
from reconcile.plugins.expand import nested_classes
from tests.unit.plugins.catalogs import (
    CDC,
    INSERT,
    JSON,
    ROUTER,
    SINK,
    catalog,
    info,
    plugin,
    setting,
)

PLUGINS = catalog()


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ("", ""),
        ("3.4.1", ""),
        ("[3.0,4.0)", ""),
        ("3.2.0", "3.2.0"),
        ("[3.0,3.3)", "3.2.0"),
        ("9", ""),
    ],
)
def test_only_an_older_version_has_to_be_asked_for(wanted, asked):
    assert version_to_ask(PLUGINS, CDC, wanted) == asked
    assert version_to_ask(PLUGINS, "com.acme.Other", wanted) == ""


def test_settings_without_a_version_are_those_of_the_newest():
    listed = Catalog(infos=PLUGINS.infos)
    known = with_plugins(listed, [plugin(CDC, [setting("a")])])
    both = with_plugins(known, [plugin(CDC, [setting("b")], "3.2.0")])

    assert [one.version for one in both.plugins[CDC]] == ["3.2.0", "3.4.1"]
    assert plugin_of(both, CDC, "3.2.0").settings.keys() == {"b"}
    assert plugin_of(both, CDC).settings.keys() == {"a"}
    assert plugin_of(both, CDC, "9") is None


def test_of_a_version_that_nobody_told_any_is_taken():
    unlisted = with_plugins(Catalog(), [plugin(CDC, [setting("a")])])
    assert plugin_of(unlisted, CDC, "[3.0,4.0)") is not None


def test_another_catalog_fills_what_a_cluster_lists_and_does_not_tell():
    listed = Catalog(infos=(info(SINK, "sink"), info(CDC, "source", "3.4.1")), complete=True)
    known = with_plugins(listed, [plugin(SINK, [setting("mine")])])
    kept = with_plugins(PLUGINS, [plugin("gone.Sink", [setting("x")])])

    whole = filled(known, kept, [SINK, CDC, "gone.Sink"])

    assert whole.infos == listed.infos
    assert plugin_of(whole, SINK).settings.keys() == {"mine"}
    assert "lsn.flush" in plugin_of(whole, CDC).settings
    assert plugin_of(whole, "gone.Sink") is None


def test_where_a_cluster_lists_nothing_classes_are_known_as_they_are_written():
    whole = filled(Catalog(), PLUGINS, ["LinesSink", "com.acme.Other"])

    assert whole.infos == PLUGINS.infos
    assert whole.complete
    assert plugin_of(whole, "LinesSink") == plugin_of(PLUGINS, SINK)
    assert plugin_of(whole, "com.acme.Other") is None


def test_the_installed_classes_that_a_config_names_are_found():
    config = Config(
        {
            "connector.class": SINK,
            "key.converter": "Json",
            "value.converter": "com.acme.Avro",
            "transforms": "a,b,c,,a",
            "transforms.a.type": INSERT,
            "transforms.b.type": "RegexRouter",
            "transforms.c.type": "${env:TYPE}",
        }
    )
    assert set(nested_classes(config, PLUGINS)) == {JSON, INSERT, ROUTER}
    assert set(nested_classes(Config({}), PLUGINS)) == set()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a.b.RegexRoutr", "a.b.RegexRouter"),
        ("RegexRoutr", "a.b.RegexRouter"),
        ("InsertField$Value", "a.b.InsertField$Value"),
        ("Other", None),
    ],
)
def test_a_class_is_guessed_by_its_full_or_its_last_name(written, meant):
    assert likely(written, ["a.b.RegexRouter", "a.b.InsertField$Value"]) == meant
