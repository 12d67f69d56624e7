"""Settings as written, and as Connect stores them."""

import pytest

from reconcile.desired.nodes import LONGEST, Shapes
from reconcile.desired.settings import read_settings
from reconcile.desired.yaml_reader import read_yaml
from reconcile.model.codes import Code
from reconcile.model.problem import Severity


def settings(text, name="orders"):
    (document,) = read_yaml(text, "a.yaml", Shapes()).documents
    return read_settings(document.tree, ("spec", "config"), name)


def test_values_become_the_text_that_connect_stores():
    found = settings(
        "a: True\nb: 4\nc: 1.50\nd: on\ne: null\nf: ''\ng: [x, 2, true]\nh: []\ni: 2027-01-31\n"
        "j: ' padded '\nk: ${file:/a.properties:key}\nl: '{\"json\": [1]}'\n"
    )

    assert found.findings == ()
    assert found.values == {
        "a": "true",
        "b": "4",
        "c": "1.50",
        "d": "on",
        "e": None,
        "f": "",
        "g": "x,2,true",
        "h": "",
        "i": "2027-01-31",
        "j": " padded ",
        "k": "${file:/a.properties:key}",
        "l": '{"json": [1]}',
    }


@pytest.mark.parametrize(
    "text", ["a: {b: 1}", "a: {}", "a: [1, [2]]", "a: [{b: 1}]", "a: [x, null]"]
)
def test_values_that_are_no_text_are_refused(text):
    (finding,) = settings(text).findings

    assert finding.code is Code.CONFIG_VALUE_NOT_TEXT
    assert finding.path == ("spec", "config", "a")
    assert finding.hint


def test_a_mapping_is_told_its_flat_key():
    (finding,) = settings("transforms: {route: {type: X}}").findings

    assert "transforms.route" in finding.hint


def test_a_list_that_aliases_blow_up_is_refused():
    text = f"a: &a {'x' * (LONGEST // 10)}\nb: [{', '.join(['*a'] * 20)}]\n"

    (finding,) = settings(text).findings

    assert finding.code is Code.TOO_LARGE


@pytest.mark.parametrize("text", ["name: orders", "name: ' orders '", "name: null"])
def test_the_name_of_the_connector_is_dropped(text):
    found = settings(f"{text}\na: 1")

    assert found.values == {"a": "1"}
    assert found.findings == ()


def test_another_name_is_refused():
    (finding,) = settings("name: other").findings

    assert finding.code is Code.INVALID_VALUE
    assert finding.path == ("spec", "config", "name")


def test_defaults_have_no_name():
    assert [finding.code for finding in settings("name: x", name="").findings] == [
        Code.INVALID_VALUE
    ]


@pytest.mark.parametrize("key", ["mongodb\u200b.hosts", "'a b'", "'a '", "''", "a\u00a0"])
def test_keys_that_no_plugin_can_know_are_warned_of(key):
    (finding,) = settings(f"{key}: 1").findings

    assert finding.severity is Severity.WARNING
    assert finding.message.isprintable()


@pytest.mark.parametrize(
    "key", ["größe", "topic.my_topic.ks.users.mapping", "offed_____x", "aws2-s3"]
)
def test_unusual_keys_are_kept_as_they_are(key):
    found = settings(f"{key}: 1")

    assert found.values == {key: "1"}
    assert found.findings == ()
