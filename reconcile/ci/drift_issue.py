"""Keep one issue for each cluster that drifts: opened, edited, and closed once it is clean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from reconcile.ci.bodies import (
    changed_text,
    duplicate_text,
    given_up_text,
    issue_body,
    issue_title,
    reopened_text,
    resolved_text,
)
from reconcile.ci.forge import Forge, Issue
from reconcile.ci.marks import Mark, MarkKind, is_given_up, read_mark
from reconcile.ci.pipeline import Pipeline
from reconcile.model.drift import Drift
from reconcile.model.problem import errors_in
from reconcile.model.project import Project

LABEL: Final = "connectform-drift"
RECENTLY: Final = timedelta(days=7)
"""An issue that was closed within this time is opened again, rather than a new one."""


class Step(StrEnum):
    """What is done about an issue.

    LEAVE: nothing may be said, since the report is not whole or a later one was told already.
    """

    OPEN = "opened"
    REOPEN = "reopened"
    EDIT = "edited"
    COMMENT = "edited and commented on"
    CLOSE = "closed"
    NOTHING = "not needed"
    LEAVE = "left as it is"


@dataclass(frozen=True, slots=True)
class Known:
    """One of our issues, and its mark."""

    issue: Issue
    mark: Mark

    @property
    def is_open(self) -> bool:
        """Tell whether it is open."""
        return self.issue.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done about the issue of a cluster, and where it is."""

    step: Step
    url: str = ""


def decide(drift: Drift, known: Sequence[Known], now: datetime) -> tuple[Step, Known | None]:
    """Return what to do, and about which issue; pure.

    Only a whole report closes an issue: one without errors, of all connectors.
    """
    latest = max((each.mark.at for each in known if each.mark.at is not None), default=None)
    if latest is not None and latest > drift.created_at:
        return Step.LEAVE, None
    open_ones = [each for each in known if each.is_open]
    current = open_ones[0] if open_ones else None
    if not drift.counts:
        whole = not errors_in(drift.problems) and not drift.selection
        if current is None:
            return Step.NOTHING, None
        return (Step.CLOSE, current) if whole else (Step.LEAVE, current)
    if current is not None:
        same = current.mark.digest == drift.fingerprint
        return (Step.EDIT if same else Step.COMMENT), current
    recent = [
        each for each in known if each.issue.closed_at and now - each.issue.closed_at <= RECENTLY
    ]
    return (Step.REOPEN, recent[-1]) if recent else (Step.OPEN, None)


def keep_issue(
    forge: Forge,
    drift: Drift,
    pipeline: Pipeline,
    *,
    author: str,
    now: datetime,
    links: Mapping[str, str],
) -> Kept:
    """Do what a report of drift asks for about the issue of its cluster."""
    mark = Mark(
        kind=MarkKind.DRIFT,
        project=drift.project,
        cluster=drift.cluster,
        workflow=pipeline.workflow,
        order=pipeline.order,
        commit=drift.commit,
        digest=drift.fingerprint,
        at=drift.created_at,
    )
    find = _finder(forge, author, mark, since=now - RECENTLY)
    known = find()
    step, found = decide(drift, known, now)
    title, body = issue_title(drift), issue_body(drift, mark, pipeline, links)
    if found is not None and step in _EDITS:
        is_open = _EDITS[step]
        if forge.edit_issue(found.issue.number, title=title, body=body, is_open=is_open) is None:
            step, found = (Step.OPEN if drift.counts else Step.NOTHING), None
    if found is not None and step in _TEXTS:
        forge.comment_issue(found.issue.number, _TEXTS[step](drift, pipeline))
    url = found.issue.url if found is not None else ""
    if step is Step.OPEN:
        url = forge.open_issue(title, body, LABEL).url
        url = _without_duplicates(forge, find()) or url
    return Kept(step=step, url=url)


def close_issues_of_gone(
    forge: Forge, project: Project, pipeline: Pipeline, *, author: str, now: datetime
) -> Sequence[tuple[str, Kept]]:
    """Close the open issues of clusters that the project does not declare any more."""
    closed = []
    for known in _ours(forge, author, now - RECENTLY):
        issue, mark = known.issue, known.mark
        if not (known.is_open and is_given_up(mark, MarkKind.DRIFT, project)):
            continue
        if forge.edit_issue(issue.number, title=issue.title, body=issue.body, is_open=False):
            forge.comment_issue(issue.number, given_up_text(mark.cluster, pipeline, now))
            closed.append((mark.cluster, Kept(step=Step.CLOSE, url=issue.url)))
    return closed


def _finder(
    forge: Forge, author: str, mark: Mark, *, since: datetime
) -> Callable[[], Sequence[Known]]:
    """Return what finds our issues of this cluster: by their author and their mark, not by label."""

    def find() -> Sequence[Known]:
        found = _ours(forge, author, since)
        return [each for each in found if each.mark.subject == mark.subject]

    return find


def _ours(forge: Forge, author: str, since: datetime) -> Sequence[Known]:
    return [
        Known(issue, read)
        for issue in forge.issues(author, since)
        if issue.author == author and (read := read_mark(issue.body)) is not None
    ]


def _without_duplicates(forge: Forge, known: Sequence[Known]) -> str:
    """Close what two runs opened at once, but for the first; return where that is."""
    open_ones = [each for each in known if each.is_open]
    if not open_ones:
        return ""
    kept = open_ones[0].issue
    for each in open_ones[1:]:
        forge.comment_issue(each.issue.number, duplicate_text(kept.number))
        body = each.issue.body.partition("\n")[2]  # without its mark nobody opens it again
        forge.edit_issue(each.issue.number, title=each.issue.title, body=body, is_open=False)
    return kept.url


_EDITS: Final[Mapping[Step, bool | None]] = {
    Step.EDIT: None,
    Step.COMMENT: None,
    Step.REOPEN: True,
    Step.CLOSE: False,
}
_TEXTS: Final[Mapping[Step, Callable[[Drift, Pipeline], str]]] = {
    Step.COMMENT: changed_text,
    Step.REOPEN: reopened_text,
    Step.CLOSE: resolved_text,
}
