"""What pull requests showed, and was approved by merging them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconcile.ci.forge import Merge
from reconcile.ci.steps import Target
from reconcile.errors import DefinitionError
from reconcile.plan.saved import read_plans

_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """The plans that count as approved, those of the newest merge first, and what is told of each."""

    documents: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...]


def approvals(target: Target) -> Approvals:
    """Fetch the plans of what was merged since the last that was applied.

    A run that waited may have been cancelled for a newer one, which has to do its work as well.
    """
    merges = target.forge.merges(target.pipeline)
    documents: list[Mapping[str, Any]] = []
    told: list[str] = []
    for merge in merges[:_MOST]:
        document, line = _read(merge, target.forge.kept_plan(merge))
        documents += [document] if document is not None else []
        told.append(line)
    if len(merges) > _MOST:
        more = f"{len(merges) - _MOST} that were merged before these and not applied"
        told.append(f"nothing is approved of {more}: start an apply by hand for what is left")
    return Approvals(documents=tuple(documents), told=tuple(told))


def _read(merge: Merge, content: bytes | None) -> tuple[Mapping[str, Any] | None, str]:
    """Return a plan that can be used, or None, and what is to be said of it."""
    name = f"pull request {merge.pull_request}, {merge.commit[:12]}"
    if content is None:
        return None, f"{name}: no plan is kept for it, so nothing of it is approved"
    text = content.decode("utf-8", "replace")
    try:
        read_plans(text, name)
    except DefinitionError as error:
        return None, f"{name}: {'; '.join(problem.message for problem in error.problems)}"
    return json.loads(text), f"{name}: its plan is approved"
