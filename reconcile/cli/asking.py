"""What the options of an apply ask for."""

from dataclasses import dataclass

from reconcile.model.plan import Selection, ValidationMode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAsking:
    """What an apply plans, but for the clusters."""

    selection: Selection
    validation: ValidationMode
    strict: bool
    prune: bool
    keep_going: bool
    only_git: bool
    base: str
