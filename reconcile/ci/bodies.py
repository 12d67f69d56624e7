"""The texts of comments and issues, around what the reports say: pure, and within their limits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from reconcile.ci.by_hand import ways_on
from reconcile.ci.marks import Earlier, Mark, mark_line
from reconcile.ci.pipeline import Pipeline
from reconcile.model.drift import Drift, NotCompared
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem
from reconcile.report.drift_page import drifts_page
from reconcile.report.markdown import code, details, inert, inline, link, table
from reconcile.report.markdown_page import page_markdown
from reconcile.report.page import Page
from reconcile.report.plan_page import plans_page
from reconcile.report.problems_page import problems_page
from reconcile.report.words import moment_text

LIMIT: Final = 65_536
"""How many characters GitHub takes in a comment or an issue; GitLab takes a million."""

_SHORT: Final = 12
_LONGEST_NAME: Final = 200  # GitHub takes 256 characters, GitLab 255

Links = Mapping[str, str]


def plan_body(
    plan: Plan, mark: Mark, pipeline: Pipeline, links: Links, findings: Sequence[Problem] = ()
) -> str:
    """Return the comment for the plan of one cluster, and what checks found in its files.

    GitHub checks out a merge that is in no branch: readers know the commit that they pushed.
    """
    shown = replace(plan, commit=mark.commit)
    ways = ways_on([plan], pipeline)
    page = plans_page([shown], links=links, findings=findings, ways_on=ways)
    return _body(page, mark, pipeline)


def failure_body(failure: NotCompared, mark: Mark, pipeline: Pipeline) -> str:
    """Return the comment for a cluster that has no plan: an older one would not be true any more."""
    title = f"No plan for {failure.cluster}"
    return _body(problems_page(title, failure.problems), mark, pipeline)


def issue_title(drift: Drift) -> str:
    """Return the title of the issue of one cluster."""
    return f"Kafka Connect differs from git on {inert(drift.cluster)[:_LONGEST_NAME]}"


def issue_body(drift: Drift, mark: Mark, pipeline: Pipeline, links: Links) -> str:
    """Return the text of the issue while a cluster drifts."""
    head, foot = f"{mark_line(mark)}\n", f"\n{_source(mark, pipeline)}\n\n{_ISSUE_NOTE}\n"
    room = LIMIT - len(head) - len(foot)
    return (
        head
        + page_markdown(drifts_page([drift], links=links), room=room, whole=pipeline.run_url)
        + foot
    )


def changed_text(drift: Drift, pipeline: Pipeline) -> str:
    """Return the comment on an issue whose drift is another one now."""
    return f"The drift is another one since {_run(pipeline, drift.created_at)}: see above.\n"


def reopened_text(drift: Drift, pipeline: Pipeline) -> str:
    """Return the comment on an issue that is opened again."""
    return f"It drifts again since {_run(pipeline, drift.created_at)}: see above.\n"


def resolved_text(drift: Drift, pipeline: Pipeline) -> str:
    """Return the comment on an issue that is closed."""
    return f"Nothing drifts any more, as {_run(pipeline, drift.created_at)} found.\n"


def given_up_text(cluster: str, pipeline: Pipeline, at: datetime) -> str:
    """Return the comment on an issue whose cluster is compared no more."""
    return f"{code(cluster)} is no longer declared in git, as {_run(pipeline, at)} found.\n"


def duplicate_text(kept: int) -> str:
    """Return the comment on an issue that two runs opened at once."""
    return f"Two runs opened an issue at the same time; the other one, #{kept}, goes on.\n"


def commit_text(commit: str) -> str:
    """Return a commit as people read it."""
    return code(commit[:_SHORT]) if commit else "no commit"


def _body(page: Page, mark: Mark, pipeline: Pipeline) -> str:
    head = f"{mark_line(mark)}\n"
    foot = "\n".join(["", _source(mark, pipeline), "", *_history(mark.history)])
    room = LIMIT - len(head) - len(foot)
    return head + page_markdown(page, room=room, whole=pipeline.run_url) + foot


def _source(mark: Mark, pipeline: Pipeline) -> str:
    """Return for which commit something is true, who found out, and which plan it is."""
    run = [link("the run", pipeline.run_url)] if pipeline.run_url else []
    plan = [f"plan {code(mark.digest)}"] if mark.digest and mark.kind.value == "plan" else []
    return " · ".join([f"For commit {commit_text(mark.commit)}", *plan, *run])


def _history(history: Sequence[Earlier]) -> list[str]:
    if not history:
        return []
    rows = [
        (commit_text(earlier.commit), code(earlier.digest) or "no plan")
        for earlier in reversed(history)
    ]
    return [*details(f"Earlier plans ({len(history)})", table(("Commit", "Plan"), rows)), ""]


def _run(pipeline: Pipeline, at: datetime) -> str:
    moment = inline(moment_text(at))
    return f"{link('the run', pipeline.run_url)} of {moment}" if pipeline.run_url else moment


_ISSUE_NOTE: Final = (
    "This issue is kept by connectform: it is edited while the cluster drifts, and closed once"
    " nothing drifts any more."
)
