"""How well connectors are, and what a failure is about."""

from enum import StrEnum


class Health(StrEnum):
    """How well a connector, a cluster or any group of connectors is; the worst stands last."""

    HEALTHY = "healthy"
    PROGRESSING = "progressing"
    SUSPENDED = "suspended"
    STALLED = "stalled"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class FailureClass(StrEnum):
    """What a failure is about, and so who can mend it."""

    NETWORK = "network"
    AUTHENTICATION = "authentication"
    AUTHORISATION = "authorisation"
    CONFIGURATION = "configuration"
    DATA_FORMAT = "data-format"
    RESOURCES = "resources"
    PLUGIN_MISSING = "plugin-missing"
    UNKNOWN = "unknown"


class Chance(StrEnum):
    """Whether a restart can help."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
