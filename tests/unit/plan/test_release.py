import pytest

from reconcile.model.live import ClusterIdentity
from reconcile.plan.release import kafka_release, lacks


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("4.3.1", (4, 3)),
        ("3.9.0", (3, 9)),
        ("3.7.0.redhat-00007", (3, 7)),
        ("7.6.0-ccs", (3, 6)),
        ("8.0.0-ce", (4, 0)),
        ("6.2.1-ccs", (2, 8)),
        ("5.5.0-ccs", (2, 5)),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_version_stands_for_a_release_of_kafka(version, release):
    assert kafka_release(ClusterIdentity(version=version)) == release


def test_a_version_that_cannot_be_read_lacks_nothing():
    assert not lacks(ClusterIdentity(version="unknown"), (4, 1))
    assert lacks(ClusterIdentity(version="7.9.3-ccs"), (4, 0))
    assert not lacks(ClusterIdentity(version="4.1.0"), (4, 1))
