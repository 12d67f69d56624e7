"""What a job says at its end: a summary for people, and outputs for the steps that follow."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from reconcile.ci.documents import Documents
from reconcile.ci.pipeline import Pipeline
from reconcile.model.plan import Action, Plan
from reconcile.report.drift_page import drifts_page
from reconcile.report.markdown import code, link
from reconcile.report.markdown_page import page_markdown
from reconcile.report.outcome_page import results_page
from reconcile.report.page import Page
from reconcile.report.plan_page import plans_page
from reconcile.report.problems_page import problems_page

LARGEST: Final = 1024 * 1024
"""How many bytes GitHub takes as the summary of a step; of a larger one it takes nothing."""

_UPDATES: Final = (Action.UPDATE, Action.SET_STATE, Action.MOVE)
_CHANGES: Final = (Action.UPDATE, Action.SET_STATE, Action.RESTART)
_REFUSED: Final = frozenset({3, 4})
_FIRST_TRY: Final = LARGEST // 2
_SMALLEST: Final = 200


def summary_markdown(
    documents: Documents,
    pipeline: Pipeline,
    *,
    room: int,
    by_hand: bool = False,
    links: Mapping[str, str],
) -> str:
    """Return what a job found as Markdown of at most `room` bytes.

    `by_hand` says how what was not applied goes on.
    """
    pages = tuple(_pages(documents, links))
    tail = by_hand_markdown(documents.plans, pipeline) if by_hand else ""
    size = min(_FIRST_TRY, room)
    while True:
        share = max(_SMALLEST, (size - len(tail)) // max(1, len(pages)))
        text = "\n".join([*(page_markdown(page, room=share) for page in pages), tail])
        if len(text.encode()) <= room or size <= _SMALLEST:
            return text if len(text.encode()) <= room else ""
        size //= 2


def by_hand_markdown(plans: Sequence[Plan], pipeline: Pipeline) -> str:
    """Return where, and with what, an apply is started by hand for what is left."""
    left = [plan for plan in plans if plan.changes]
    if not left:
        return ""
    where = link("start it by hand", pipeline.manual_url) if pipeline.manual_url else "by hand"
    rows = ["### What is left", "", f"It was not approved, or is above a limit: {where} with"]
    for plan in left:
        given = {"cluster": plan.cluster, "expect": plan.digest, **_allowed(plan)}
        listed = ", ".join(f"{name} {code(value)}" for name, value in given.items())
        rows += ["", f"- {listed}"]
    return "\n".join([*rows, ""])


def outputs_of(documents: Documents, *, exit_code: int | None) -> Mapping[str, str]:
    """Return what later steps may ask for; the numbers are of all clusters together."""
    count = Counter(change.action for plan in documents.plans for change in plan.changes)
    digests = [plan.digest for plan in documents.plans]
    values: dict[str, object] = {}
    if documents.plans or documents.failures:
        values |= {
            "has-changes": any(plan.changes for plan in documents.plans),
            "has-deletes": bool(count[Action.DELETE]),
            "add": count[Action.CREATE],
            "change": sum(count[action] for action in _CHANGES),
            "destroy": count[Action.DELETE],
            "plan-file": documents.paths[0] if documents.paths else "",
            "plan-digest": " ".join(digests),
        }
    if documents.drifts or documents.unknown:
        values["has-drift"] = any(drift.counts for drift in documents.drifts)
    if exit_code is not None:
        values |= {"exit-code": exit_code, "refused": exit_code in _REFUSED}
    return {name: _text(value) for name, value in values.items()}


def _pages(documents: Documents, links: Mapping[str, str]) -> Iterable[Page]:
    makers: tuple[tuple[Sequence[object], Callable[[], Page]], ...] = (
        (documents.results, lambda: results_page(documents.results, links=links)),
        (documents.plans, lambda: plans_page(documents.plans, links=links)),
        (documents.drifts, lambda: drifts_page(documents.drifts, links=links)),
        (documents.beside, lambda: problems_page("Problems", documents.beside)),
    )
    yield from (make() for found, make in makers if found)
    for failure in documents.failures:
        yield problems_page(f"No plan for {failure.cluster}", failure.problems)
    for failure in documents.unknown:
        yield problems_page(f"{failure.cluster} was not compared", failure.problems)


def _allowed(plan: Plan) -> Mapping[str, str]:
    """Return the exact numbers that let a plan pass its limits."""
    count = Counter(change.action for change in plan.changes)
    numbers = {
        "allow-deletes": count[Action.DELETE],
        "allow-updates": sum(count[action] for action in _UPDATES),
    }
    return {name: str(number) for name, number in numbers.items() if number}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
