"""Which release of Apache Kafka a worker amounts to, and what came with which."""

from typing import Final

from reconcile.model.flavor import Flavor, flavor_of

Release = tuple[int, int]

STOP: Final[Release] = (3, 5)  # KIP-875
INITIAL_STATE: Final[Release] = (3, 7)  # KIP-980
SETS_LEVELS_EVERYWHERE: Final[Release] = (3, 7)  # KIP-976
NOTICES_ALL_CHANGES: Final[Release] = (3, 9)  # KAFKA-9228
STRICT_URLS: Final[Release] = (4, 0)  # Jetty 12
PLUGIN_VERSIONS: Final[Release] = (4, 1)  # KIP-891

_NEWEST: Final[Release] = (99, 0)
_CONFLUENT: Final = {5: (2, 0), 6: (2, 6), 7: (3, 0), 8: (4, 0)}
_REJECTED: Final = frozenset("/%\\")


def release_of(version: str, flavor: Flavor | None = None) -> Release:
    """Return the release of Apache Kafka behind a worker's version, whatever its suffix.

    Confluent Platform reports its own number: 7.6 stands for 3.6, 8.0 for 4.0; without a `flavor`
    the version itself tells whose number it is. What cannot be read counts as newer than all: a request that a worker does not know fails with nothing done.
    """
    parts = version.split(".")
    digits = ["".join(c for c in part if c.isdigit()) for part in parts[:2]]
    if len(digits) < len(_NEWEST) or not all(digits):
        return _NEWEST
    major, minor = int(digits[0]), int(digits[1])
    confluent = (flavor or flavor_of(version)) is Flavor.CONFLUENT_PLATFORM
    if confluent and major in _CONFLUENT:
        base, offset = _CONFLUENT[major]
        return (base, offset + minor)
    return (major, minor)


def is_addressable(name: str, release: Release) -> bool:
    """Tell whether the REST API can address a connector of this name.

    Jetty 12, in Connect 4.0 and later, rejects URLs with an escaped slash, percent sign,
    backslash or control character.
    """
    if not name:
        return False
    return release < STRICT_URLS or (name.isprintable() and not _REJECTED & frozenset(name))
