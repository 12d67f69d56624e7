"""Whose Connect a cluster runs: what differs beside the version."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

_CONFLUENT_SUFFIX: Final = re.compile(r"-(?:ce|ccs)\b")
# Confluent Platform counts on its own: 5.x to 8.x carry Apache Kafka 2.x to 4.x.
_CONFLUENT_MAJOR: Final = re.compile(r"[5-8]\.")
_AIVEN_HOSTS: Final = (".aivencloud.com", ".aivencloud-dev.com")
_PLATFORM_HOST: Final = "api.aiven.io"
_PLATFORM_PATH: Final = re.compile(r"(?:/v\d+)?/project/[^/]+/service/[^/]+(?:/|$)")


class Flavor(StrEnum):
    """Who built and runs the workers.

    Confluent Platform masks passwords from 7.9.3 and 8.0 on and counts versions on its own; Aiven
    runs Apache Kafka Connect for others, beside a platform API that is no Connect.
    """

    APACHE = "apache"
    CONFLUENT_PLATFORM = "confluent-platform"
    AIVEN = "aiven"


def flavor_of(version: str, urls: Iterable[str] = ()) -> Flavor:
    """Return the flavour that a worker's version and addresses speak of.

    `-ce` and `-ccs` end the versions of Confluent's images cp-server-connect and cp-kafka-connect.
    """
    if _CONFLUENT_SUFFIX.search(version) or _CONFLUENT_MAJOR.match(version):
        return Flavor.CONFLUENT_PLATFORM
    hosts = [(urlsplit(url).hostname or "").lower() for url in urls]
    if any(host.endswith(_AIVEN_HOSTS) for host in hosts):
        return Flavor.AIVEN
    return Flavor.APACHE


def is_aiven_platform(url: str) -> bool:
    """Tell whether an address leads to Aiven's platform API instead of Kafka Connect itself.

    Source: the operations of `handler/kafkaconnect` in aiven/go-client-codegen.
    """
    parts = urlsplit(url)
    return parts.hostname == _PLATFORM_HOST or _PLATFORM_PATH.match(parts.path) is not None
