"""Answer whoever asks whether watching goes on: pure functions over when each loop was heard of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 900.0
"""Seconds that a round may take: reads wait for workers that share out the work anew, restarts for
their effect, and every receiver of alerts for up to 30 answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is known of the loop of one cluster, in seconds of a clock that never goes back.

    `due` is by when it begins its next round; `looked` once it has had one, whatever came of it.
    `ended` is a loop that nobody stopped.
    """

    cluster: str
    due: float
    looked: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say, and whether it is good news."""

    fine: bool
    text: str


def liveness(pulses: Iterable[Pulse], now: float) -> Answer:
    """Tell whether all loops go on; a process in which one does not is best started anew."""
    return _answer([trouble for pulse in pulses if (trouble := _trouble(pulse, now))], "alive")


def readiness(pulses: Iterable[Pulse]) -> Answer:
    """Tell whether each cluster was looked at, or left to another instance that acts on it."""
    waiting = [
        f"cluster {one.cluster} has not been looked at yet" for one in pulses if not one.looked
    ]
    return _answer(waiting, "ready")


def _trouble(pulse: Pulse, now: float) -> str:
    if pulse.ended:
        return f"the loop of cluster {pulse.cluster} has ended"
    late = now - pulse.due
    if late > PATIENCE:
        return f"the round of cluster {pulse.cluster} has gone on for {late:.0f} s"
    return ""


def _answer(troubles: list[str], otherwise: str) -> Answer:
    return Answer(fine=not troubles, text="\n".join(troubles) or otherwise)
