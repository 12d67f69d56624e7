"""Load the Kafka client where it is needed, and say what its errors mean."""

import logging
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

SECONDS: Final = 30.0

Settings = dict[str, Any]


class BrokerError(Exception):
    """Tell that brokers did not answer, or refused."""


def load_client() -> ModuleType:
    """Return the module of the Kafka client; raise LedgerError where the extra is not installed."""
    try:
        import confluent_kafka  # noqa: PLC0415  # an extra, loaded only where brokers are needed
        import confluent_kafka.admin  # noqa: PLC0415
    except ImportError as error:
        raise LedgerError(
            Problem(
                code=Code.EXTRA_MISSING,
                message="a Kafka client is needed, and is not installed",
                hint="pip install 'connectform[kafka]'",
            )
        ) from error
    module: ModuleType = confluent_kafka
    return module


def quiet(settings: Mapping[str, str], **more: object) -> Settings:
    """Return the settings of a client whose own log lines go nowhere: librdkafka prints them."""
    logger = logging.getLogger("connectform.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    named = {key.replace("_", "."): value for key, value in more.items()}
    return {"socket.timeout.ms": 10_000, **settings, **named, "logger": logger}


def reason(error: Exception) -> str:
    """Return what an error of the client says."""
    found = error.args[0] if error.args else error
    text: str = found.str() if hasattr(found, "str") else str(found)
    return text
