"""Numbers and lists in sentences."""

from collections.abc import Sequence
from datetime import UTC, datetime

from reconcile.model.desired import TargetState
from reconcile.model.plan import Cause


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 task`, `4 tasks`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], most: int) -> tuple[tuple[str, ...], str]:
    """Return the first items, and `and 13 more` for the rest (empty where all are shown)."""
    rest = len(items) - most
    return tuple(items[:most]), f"and {rest:,} more" if rest > 0 else ""


def clusters_text(clusters: Sequence[str]) -> str:
    """Return which cluster a report is about, or how many."""
    return clusters[0] if len(clusters) == 1 else counted(len(clusters), "cluster")


def state_word(state: TargetState) -> str:
    """Return what a connector is once it has been brought into a state."""
    match state:
        case TargetState.RUNNING:
            return "resumed"
        case TargetState.PAUSED:
            return "paused"
        case TargetState.STOPPED:
            return "stopped"


def moment_text(moment: datetime) -> str:
    """Return a time in UTC to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def cause_text(cause: Cause) -> str:
    """Return who made a difference, in words."""
    match cause:
        case Cause.GIT:
            return "changed in git"
        case Cause.LIVE:
            return "changed by hand"
        case Cause.BOTH:
            return "changed in git and by hand"
