"""What a plan is asked for."""

from dataclasses import dataclass, field
from datetime import date

from reconcile.model.desired import IgnoreRule
from reconcile.model.plan import Selection, ValidationMode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """How to compare, what may be deleted, and what day it is.

    `owns` are the globs of `ownership.owns`; only with `prune` are undeclared connectors among
    them deleted. `ignore` are the rules of the cluster. `strict` makes a validation that could
    not be had an error.
    """

    today: date
    owns: tuple[str, ...] = ()
    prune: bool = False
    ignore: tuple[IgnoreRule, ...] = ()
    selection: Selection = field(default_factory=Selection)
    validation: ValidationMode = ValidationMode.LIVE
    strict: bool = False
    commit: str = ""
