import pytest

from reconcile.model.live import ClusterIdentity
from reconcile.model.release import PLUGIN_VERSIONS, is_addressable, release_of


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("4.3.1", (4, 3)),
        ("3.9.0", (3, 9)),
        ("3.9.0-ccs", (3, 9)),
        ("3.7.0.redhat-00007", (3, 7)),
        ("4.1-SNAPSHOT", (4, 1)),
        ("7.6.0-ccs", (3, 6)),
        ("7.6.1-0-ce", (3, 6)),
        ("8.0.0-ce", (4, 0)),
        ("6.2.1-ccs", (2, 8)),
        ("5.5.0-ccs", (2, 5)),
    ],
)
def test_a_version_stands_for_a_release_of_kafka(version, release):
    assert release_of(version) == release
    assert ClusterIdentity(version=version).release == release


@pytest.mark.parametrize("version", ["", "4", "unknown", "unknown.version"])
def test_a_version_that_cannot_be_read_lacks_nothing(version):
    assert release_of(version) >= PLUGIN_VERSIONS


@pytest.mark.parametrize("name", ["a/b", "a%b", "a\\b", "a\nb", "a\x7fb"])
def test_connect_4_cannot_address_some_names(name):
    assert is_addressable(name, (3, 9))
    assert not is_addressable(name, (4, 0))


@pytest.mark.parametrize("name", ["a", "a b", "a.b-c_d", "ü", "?#;:,"])
def test_every_release_can_address_other_names(name):
    assert is_addressable(name, (3, 6))
    assert is_addressable(name, (4, 3))


def test_no_release_can_address_an_empty_name():
    assert not is_addressable("", (3, 6))
