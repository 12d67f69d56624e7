"""Say how the Connect of others differs from Apache's, as far as somebody has documented it.

No real worker of these flavours runs in our tests, so each trait names its source:

- masks: cp-server-connect 7.9.3 and later, 8.0.0 and later (michelin/ns4kafka#674); twelve bullets
  for every PASSWORD setting, placeholders of config providers too (ricardo-ch/go-kafka-connect#54,
  michelin/ns4kafka#673, Mongey/terraform-provider-kafka-connect#204).
- the count of config writes in `__internal.config.version`: Confluent Platform 8
  (ricardo-ch/go-kafka-connect#52, #53, Mongey/terraform-provider-kafka-connect#204, #205). Its
  first value is not documented; here it is 1.
- versions that end in `-ce` for cp-server-connect (vdesabou/kafka-docker-playground#8780).
- the platform API: aiven/go-client-codegen, see `simulated_aiven`.
"""

import re
from dataclasses import dataclass

from reconcile.model.flavor import Flavor

MASK = "•" * 12
VERSION_KEY = "__internal.config.version"
AIVEN_USER = "avnadmin"

_CONFLUENT = {"3.6.2": "7.6.0-ce", "3.9.1": "7.9.3-ce", "4.3.1": "8.3.0-ce"}
_MASKS_FROM = (7, 9, 3)
_COUNTS_FROM = (8, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What sets a flavour of a version apart.

    `version` is what workers report. `masks` hides values of PASSWORD settings in configs,
    `counts_writes` shows the number of config writes, `platform_api` answers a second API beside
    Connect's.
    """

    version: str
    masks: bool = False
    counts_writes: bool = False
    platform_api: bool = False


def traits_of(flavor: Flavor, version: str) -> Traits:
    """Return the traits of a flavour, given a version of Apache Kafka or of the vendor's own."""
    match flavor:
        case Flavor.APACHE:
            return Traits(version=version)
        case Flavor.AIVEN:
            return Traits(version=version, platform_api=True)
        case Flavor.CONFLUENT_PLATFORM:
            reported = _CONFLUENT.get(version, version)
            numbers = tuple(map(int, re.findall(r"\d+", reported)[:3]))
            return Traits(
                version=reported,
                masks=numbers >= _MASKS_FROM and reported.endswith("-ce"),
                counts_writes=numbers >= _COUNTS_FROM,
            )
