"""Decide what is set back to what was last applied, and when: by the mechanism of restarts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from reconcile.model.desired import Definition
from reconcile.model.drift import Drift
from reconcile.model.outcome import ApplyResult
from reconcile.model.restart import Backoff, RestartPolicy
from reconcile.watch.budget import Candidate, Standing
from reconcile.watch.restarts import Seen

POLICY: Final = RestartPolicy(
    enabled=True,
    backoff=Backoff(initial=timedelta(minutes=1), factor=4.0, maximum=timedelta(hours=1)),
    attempts=5,
    reset_after=timedelta(hours=6),
)
"""How long somebody has to hold what was changed, and when it is left to people."""

_FEWEST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Healing:
    """What drifted in a round, and what became of it.

    `left` says why connectors with self-heal are not set back. `heals` are those that were decided,
    and `result` is what came of them, which stands in the history under `run`; None in a rehearsal,
    and where none was decided.
    """

    drift: Drift
    standings: Mapping[str, Standing] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    heals: tuple[str, ...] = ()
    result: ApplyResult | None = None
    run: str = ""


def heal_candidates(
    definitions: Mapping[str, Definition],
    drift: Drift,
    left: Mapping[str, str],
    kept: Mapping[str, str],
) -> Mapping[str, Candidate]:
    """Return the connectors that declare self-heal, as candidates of a budget.

    `left` says which of them cannot be set back, `kept` which of them somebody holds.
    """
    drifted = frozenset(drift.names)
    return {
        name: Candidate(
            policy=POLICY,
            seen=Seen(failed=name in drifted, cause=left.get(name, ""), helps=name not in left),
            kept=kept.get(name, ""),
        )
        for name, definition in definitions.items()
        if definition.self_heal
    }


def crowd(candidates: Mapping[str, Candidate]) -> str:
    """Return why nothing is set back where most differ at once, or nothing.

    A slip of one hand does not do that: somebody is at work on the cluster, or it is another one.
    """
    drifted = sum(one.seen.failed for one in candidates.values())
    if len(candidates) < _FEWEST or drifted * 2 <= len(candidates):
        return ""
    return f"{drifted} of {len(candidates)} differ at once: somebody is at work on the cluster"
