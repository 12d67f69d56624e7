"""Which release of Apache Kafka a worker amounts to."""

from typing import Final

from reconcile.model.live import ClusterIdentity

Release = tuple[int, int]

INITIAL_STATE: Final[Release] = (3, 7)  # KIP-980
NOTICES_ALL_CHANGES: Final[Release] = (3, 9)  # KAFKA-9228
STRICT_URLS: Final[Release] = (4, 0)  # Jetty 12
PLUGIN_VERSIONS: Final[Release] = (4, 1)  # KIP-891

_CONFLUENT: Final = {5: (2, 0), 6: (2, 6), 7: (3, 0), 8: (4, 0)}


def kafka_release(identity: ClusterIdentity) -> Release | None:
    """Return the release of Apache Kafka that a worker reports, or None where it cannot be read.

    Confluent Platform reports its own number: 7.6 stands for 3.6, 8.0 for 4.0.
    """
    major, minor = identity.release
    if (major, minor) == (0, 0):
        return None
    if major in _CONFLUENT:
        base, offset = _CONFLUENT[major]
        return (base, offset + minor)
    return (major, minor)


def lacks(identity: ClusterIdentity, needed: Release) -> bool:
    """Tell whether a cluster is known to be older than a release."""
    release = kafka_release(identity)
    return release is not None and release < needed
