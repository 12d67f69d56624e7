"""What happens while a plan is carried out, as values for a progress display."""

from dataclasses import dataclass

from reconcile.model.outcome import Outcome
from reconcile.model.plan import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveStarted:
    """A wave of so many changes begins."""

    wave: int
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStarted:
    """The first write of a change is about to be sent."""

    name: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A write was refused for the moment, and is sent again after so many seconds."""

    name: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """All writes of a change were accepted; its effect is awaited."""

    name: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """So many changes have not taken effect yet; `reasons` says what each was last seen to be."""

    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A change has come to its end."""

    outcome: Outcome


Event = WaveStarted | ChangeStarted | Retrying | Written | Waiting | Finished
