"""What a worker judges configs by, and the config that it cannot judge at all."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.sandbox.simulated_plugins import Plugins
from reconcile.sandbox.simulated_providers import Providers
from reconcile.sandbox.simulated_versions import Features

WORKER_CONVERTERS = {
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "header.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter",
}


class NotJudgedError(Exception):
    """The config cannot even be validated.

    A write answers `status` and the message; validate always answers 500, with the name of the
    Java exception before it.
    """

    def __init__(self, message: str, *, status: int, exception: str) -> None:
        super().__init__(message)
        self.status = status
        self.exception = exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a worker judges by; `converters` are its own, for connectors that name none."""

    plugins: Plugins
    features: Features
    group_id: str
    converters: Mapping[str, str]
    providers: Providers
