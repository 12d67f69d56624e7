"""What a rule about failures is."""

import re
from dataclasses import dataclass

from reconcile.model.health import Chance, FailureClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What it means that a cause, its class and message, matches one of some patterns."""

    failure: FailureClass
    restart: Chance
    hint: str
    pattern: re.Pattern[str]


def rule(failure: FailureClass, restart: Chance, hint: str, *patterns: str) -> Rule:
    """Return a rule; its patterns are searched for without regard to case."""
    return Rule(
        failure=failure,
        restart=restart,
        hint=hint,
        pattern=re.compile("|".join(patterns), re.IGNORECASE),
    )


def answered(*codes: int) -> str:
    """Return a pattern for an HTTP answer, in the words that client libraries have for it.

    Schema Registry's own codes, such as 40403, count as the status that they begin with.
    """
    numbers = "|".join(map(str, codes))
    said = (
        r"\bHTTP(?:/\d(?:\.\d)?)?|\bstatus(?:[ _]?code)?|\b(?:error|response|returned) ?code|\bcode"
    )
    return rf"(?:{said})(?:\W{{1,4}}| is | was ){{1,2}}(?:{numbers})(?:\d\d)?\b"
