"""What a job says at its end: a summary for people, and outputs for the steps that follow."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconcile.ci.by_hand import by_hand_markdown, ways_on
from reconcile.ci.documents import Documents
from reconcile.ci.pipeline import Pipeline
from reconcile.model.outcome import ApplyResult, Outcome
from reconcile.model.plan import Action, Plan
from reconcile.report.drift_page import drifts_page
from reconcile.report.markdown_page import page_markdown
from reconcile.report.outcome_page import results_page
from reconcile.report.page import Page, WayOn
from reconcile.report.plan_page import plans_page
from reconcile.report.problems_page import problems_page

LARGEST: Final = 1024 * 1024
"""How many bytes GitHub takes as the summary of a step; of a larger one it takes nothing."""

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

    `by_hand` says how what was not applied goes on, and else what is refused says it for itself.
    """
    ways = {} if by_hand else ways_on(documents.plans, pipeline)
    pages = tuple(_pages(documents, _plans(documents, pipeline), links, ways))
    tail = by_hand_markdown(documents.plans, pipeline) if by_hand else ""
    size = min(_FIRST_TRY, room)
    while True:
        share = max(_SMALLEST, (size - len(tail)) // max(1, len(pages)))
        text = "\n".join(
            [*(page_markdown(page, room=share, whole=pipeline.run_url) for page in pages), tail]
        )
        if len(text.encode()) <= room or size <= _SMALLEST:
            return text if len(text.encode()) <= room else ""
        size //= 2


def outputs_of(documents: Documents, *, exit_code: int | None) -> Mapping[str, str]:
    """Return what later steps may ask for; the numbers are of all clusters together."""
    left = [change.action for plan in documents.plans for change in plan.changes]
    if not documents.plans:
        left = [outcome.action for outcome in _undone(documents.results)]
    not_approved = [name for result in documents.results for name in result.not_approved]
    count = Counter(left)
    values: dict[str, object] = {}
    if documents.plans or documents.failures or documents.results:
        values |= {
            "has-changes": bool(left or not_approved),
            "has-deletes": bool(count[Action.DELETE]),
            "add": count[Action.CREATE],
            "change": sum(count[action] for action in _CHANGES),
            "destroy": count[Action.DELETE],
            "plan-file": documents.paths[0] if documents.paths else "",
            "plan-digest": " ".join(plan.digest for plan in documents.plans),
        }
    if documents.drifts or documents.unknown:
        values["has-drift"] = any(drift.counts for drift in documents.drifts)
    if exit_code is not None:
        stopped = exit_code in _REFUSED or any(plan.refusals for plan in documents.plans)
        refused = stopped or bool(not_approved)
        values |= {"exit-code": exit_code, "refused": refused}
    return {name: _text(value) for name, value in values.items()}


def _undone(results: Sequence[ApplyResult]) -> list[Outcome]:
    return [outcome for result in results for outcome in result.outcomes if not outcome.is_done]


def _pages(
    documents: Documents,
    plans: Sequence[Plan],
    links: Mapping[str, str],
    ways: Mapping[str, WayOn],
) -> Iterable[Page]:
    makers: tuple[tuple[Sequence[object], Callable[[], Page]], ...] = (
        (documents.results, lambda: results_page(documents.results, links=links)),
        (plans, lambda: plans_page(plans, links=links, ways_on=ways)),
        (documents.drifts, lambda: drifts_page(documents.drifts, links=links)),
        (documents.beside, lambda: problems_page("Problems", documents.beside)),
    )
    yield from (make() for found, make in makers if found)
    for failure in documents.failures:
        yield problems_page(f"No plan for {failure.cluster}", failure.problems)
    for failure in documents.unknown:
        yield problems_page(f"{failure.cluster} was not compared", failure.problems)


def _plans(documents: Documents, pipeline: Pipeline) -> Sequence[Plan]:
    """Return the plans without the refusals that an apply met already, and told.

    For a pull request they are for the commit that was pushed, as its comment says.
    """
    pushed = pipeline.commit if pipeline.pull_request is not None else ""
    told = frozenset(problem for result in documents.results for problem in result.problems)
    return [
        replace(
            plan,
            commit=pushed or plan.commit,
            refusals=tuple(one for one in plan.refusals if one not in told),
        )
        for plan in documents.plans
    ]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
