"""Tell what a failure is about, and whether a restart can help, from its trace."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.health.cause import chain_of, root_cause
from reconcile.health.database_rules import DATABASES
from reconcile.health.guesses import GUESSES
from reconcile.health.java_rules import BUGS, FILES, MACHINE, PLUGINS, SOCKETS, TLS
from reconcile.health.kafka_rules import CONNECT, KAFKA, PARSERS, REGISTRY
from reconcile.health.rule import Rule
from reconcile.health.service_rules import SERVICES
from reconcile.model.health import Chance, Diagnosis, FailureClass

# The first rule that matches holds: the more telling stand before the more general.
RULES: Final[tuple[Rule, ...]] = (
    *PLUGINS,
    *MACHINE,
    *TLS,
    *REGISTRY,
    *KAFKA,
    *CONNECT,
    *FILES,
    *DATABASES,
    *PARSERS,
    *SERVICES,
    *SOCKETS,
)

# What Connect itself puts around every failure; it names connectors, and says nothing.
_WRAPPING: Final = re.compile(
    r"Exiting Worker\w+ due to|Tolerance exceeded in error handler|"
    r"Failed to (start|transition) connector|Unhandled exception when"
)
_AT_A_LOSS: Final = "no rule knows this failure: read the whole trace in the worker's log"


def diagnose(trace: str) -> Diagnosis:
    """Return what a trace says of a failure.

    The deepest cause that a rule knows decides; where none is known, words in the causes do.
    """
    chain = [text for text in reversed(chain_of(trace)) if not _WRAPPING.search(text)]
    found = _first(RULES, chain) or _first(BUGS, chain) or _first(GUESSES, chain)
    return Diagnosis(
        cause=root_cause(trace),
        failure=found.failure if found else FailureClass.UNKNOWN,
        restart=found.restart if found else Chance.MAYBE,
        hint=found.hint if found else _AT_A_LOSS,
    )


def _first(rules: Sequence[Rule], chain: Iterable[str]) -> Rule | None:
    return next((rule for text in chain for rule in rules if rule.pattern.search(text)), None)
