"""Plans as a page to read, to print and to keep."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconcile.model.plan import Action, Plan
from reconcile.report.change_html import change_article, is_destroyed
from reconcile.report.cluster_text import (
    hidden_lines,
    problems_by_change,
    selection_lines,
    unmanaged_lines,
)
from reconcile.report.html import Html
from reconcile.report.html_page import (
    Count,
    cluster_facts,
    counts,
    facts_line,
    lines_card,
    page,
    problem_articles,
    section,
)
from reconcile.report.kept_text import (
    hold_lines,
    orphaned_lines,
    unrecorded_lines,
    withheld_lines,
)
from reconcile.report.plan_text import (
    adopt_lines,
    closing_lines,
    failing_lines,
    total_lines,
    validation_lines,
)
from reconcile.report.spans import Style
from reconcile.report.words import counted, moment_text

_COUNTED: Final = (
    ((Action.CREATE,), "to add", Style.ADD),
    ((Action.UPDATE, Action.SET_STATE, Action.RESTART), "to change", Style.CHANGE),
    ((Action.DELETE,), "to destroy", Style.DESTROY),
    ((Action.MOVE,), "to move", Style.CHANGE),
)


def plans_html(plans: Sequence[Plan]) -> str:
    """Return one page for the plans of one run."""
    where = plans[0].cluster if len(plans) == 1 else counted(len(plans), "cluster")
    facts = [f"project {plan.project}, {moment_text(plan.created_at)}" for plan in plans[:1]]
    total = [lines_card(total_lines(plans))] if plans[1:] else []
    return page(f"Plan for {where}", facts, [*total, *map(_cluster, plans)])


def _cluster(plan: Plan) -> Html:
    near, apart = problems_by_change(plan.changes, plan.problems)
    changes = sorted(plan.changes, key=lambda change: not is_destroyed(change))
    hidden = hidden_lines(plan.in_sync if plan.changes else 0, plan.ignored)
    return section(
        f"Cluster {plan.cluster}",
        facts_line(cluster_facts(plan.identity, plan.commit)),
        lines_card([*closing_lines(plan), *failing_lines(plan.failing)]),
        counts(_counts(plan), f"Changes to {plan.cluster}"),
        lines_card([*selection_lines(plan.selection), *validation_lines(plan)]),
        problem_articles(apart),
        (change_article(change, near[change.name]) for change in changes),
        lines_card(withheld_lines(plan)),
        lines_card(hold_lines(plan)),
        lines_card(orphaned_lines(plan)),
        lines_card([*unmanaged_lines(plan.unmanaged, plan.undeclared), *adopt_lines(plan)]),
        lines_card([*hidden, *unrecorded_lines(plan)]),
    )


def _counts(plan: Plan) -> list[Count]:
    found = Counter(change.action for change in plan.changes)
    rows = [
        (sum(found[action] for action in actions), word, style) for actions, word, style in _COUNTED
    ]
    return [row for row in rows if row[0] or row[1] != "to move"]
