"""Load the Kafka client where it is needed, and say what its errors mean."""

import logging
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from reconcile.errors import LedgerError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

SECONDS: Final = 30.0
_GLANCE: Final = 3.0
_PLAIN: Final = "plaintext"
_REFUSALS: Final = frozenset({"_AUTHENTICATION", "_SSL"})

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


def reach(client: Any, settings: Mapping[str, str], *, seconds: float) -> tuple[Any, Any]:  # noqa: ANN401  # the client has no types
    """Return an admin client, and the topics that brokers have.

    The client asks again until time is up, also where brokers refuse how it speaks or who it is. So
    where it speaks of itself, a first look is short, and such a refusal raises KafkaException.
    """
    heard: list[Any] = []
    admin = client.admin.AdminClient({**quiet(settings), "error_cb": heard.append})
    if settings.get("security.protocol", _PLAIN).lower() != _PLAIN:
        try:
            return admin, admin.list_topics(timeout=min(_GLANCE, seconds)).topics
        except client.KafkaException:
            admin.poll(0)
            refusals = [error for error in heard if error.name() in _REFUSALS]
            if refusals:
                raise client.KafkaException(refusals[0]) from None
    return admin, admin.list_topics(timeout=seconds).topics


def reason(error: Exception) -> str:
    """Return what an error of the client says."""
    found = error.args[0] if error.args else error
    text: str = found.str() if hasattr(found, "str") else str(found)
    return text
