"""Plans as a page: what a reviewer must see comes first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reconcile.model.drift import NotCompared
from reconcile.model.plan import Action, Plan
from reconcile.model.problem import Problem
from reconcile.report.change_card import change_card
from reconcile.report.cluster_text import (
    cluster_facts,
    hidden_texts,
    problems_by_change,
    selection_lines,
    unmanaged_lines,
)
from reconcile.report.kept_text import hold_lines, orphaned_lines, unrecorded_texts, withheld_blocks
from reconcile.report.page import Count, Page, Refused, Section, WayOn, filled, urgent_first
from reconcile.report.plan_text import (
    MOST_REFUSALS,
    adopt_lines,
    closing_lines,
    failing_lines,
    refused_heading,
    total_lines,
    validation_lines,
)
from reconcile.report.problem_text import ordered
from reconcile.report.problems_page import failure_sections, findings_sections
from reconcile.report.spans import Style, dim, line
from reconcile.report.words import clusters_text, moment_text

_COUNTED: Final = (
    ((Action.CREATE,), "to add", Style.ADD),
    ((Action.UPDATE, Action.SET_STATE, Action.RESTART), "to change", Style.CHANGE),
    ((Action.DELETE,), "to destroy", Style.DESTROY),
    ((Action.MOVE,), "to move", Style.CHANGE),
)
_NO_WAYS: Final[Mapping[str, WayOn]] = {}


def plans_page(
    plans: Sequence[Plan],
    *,
    links: Mapping[str, str],
    failed: Sequence[NotCompared] = (),
    findings: Sequence[Problem] = (),
    ways_on: Mapping[str, WayOn] = _NO_WAYS,
) -> Page:
    """Return one page for the plans of one run; `links` are the project's.

    `failed` are the clusters that have no plan, and why; `findings` is what is wrong with files.
    `ways_on` say by cluster how a plan that is refused goes on.
    """
    where = clusters_text(
        [*(plan.cluster for plan in plans), *(failure.cluster for failure in failed)]
    )
    made = [f"project {plan.project}, {moment_text(plan.created_at)}" for plan in plans[:1]]
    return Page(
        title=f"Plan for {where}",
        facts=tuple(made),
        summary=tuple(total_lines(plans)) if plans[1:] else (),
        sections=(
            *findings_sections(findings),
            *failure_sections(failed),
            *(_section(plan, links, ways_on.get(plan.cluster)) for plan in plans),
        ),
    )


def _section(plan: Plan, links: Mapping[str, str], way_on: WayOn | None) -> Section:
    near, apart = problems_by_change(plan.changes, plan.problems)
    deletes_first = sorted(plan.changes, key=lambda change: change.action is not Action.DELETE)
    cards = (
        change_card(change, near[change.name], cluster=plan.cluster, links=links)
        for change in deletes_first
    )
    in_sync = hidden_texts(plan.in_sync if plan.changes else 0, plan.ignored)
    hidden = [*in_sync, *unrecorded_texts(plan)]
    return Section(
        heading=f"Cluster {plan.cluster}",
        facts=cluster_facts(plan.identity, plan.commit),
        refused=_refused(plan, way_on) if plan.refusals else None,
        summary=(
            *closing_lines(plan),
            *failing_lines(plan.failing),
            *selection_lines(plan.selection),
            *validation_lines(plan),
        ),
        counts=_counts(plan),
        problems=tuple(ordered(apart)),
        cards=urgent_first(cards),
        asides=filled(
            *withheld_blocks(plan).values(),
            hold_lines(plan),
            orphaned_lines(plan),
            [*unmanaged_lines(plan.unmanaged, plan.undeclared), *adopt_lines(plan)],
            *([line(dim(text))] for text in hidden),
        ),
    )


def _refused(plan: Plan, way_on: WayOn | None) -> Refused:
    return Refused(
        heading=refused_heading(plan), problems=plan.refusals[:MOST_REFUSALS], way_on=way_on
    )


def _counts(plan: Plan) -> tuple[Count, ...]:
    found = Counter(change.action for change in plan.changes)
    counts = (
        Count(sum(found[one] for one in actions), word, style) for actions, word, style in _COUNTED
    )
    return tuple(count for count in counts if count.number)
