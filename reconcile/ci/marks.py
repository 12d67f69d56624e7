"""The hidden first line of what we write on a forge: what it is, and for which run it was written.

It is JSON in an HTML comment, with everything escaped that could end the comment.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from reconcile.ci.pipeline import Order
from reconcile.model.project import Project

_FIRST_LINE: Final = re.compile(r"<!-- connectform (\{[^\r\n]*\}) -->")
_UNSAFE: Final = re.compile(r'[^\w .:/_"{}\[\],-]|(?<=-)-', re.ASCII)
_LONGEST_HISTORY: Final = 10


class MarkKind(StrEnum):
    """What we keep on a forge."""

    PLAN = "plan"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One plan that a comment showed before; `digest` is empty where there was none."""

    commit: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What stands behind a comment or an issue.

    There is one for each kind, project and cluster. `workflow` and `order` are the run that wrote
    it, `digest` is of the plan, or what the drift is known by.
    """

    kind: MarkKind
    project: str
    cluster: str
    workflow: str = ""
    order: Order = (0, 0)
    commit: str = ""
    digest: str = ""
    at: datetime | None = None
    history: tuple[Earlier, ...] = ()

    @property
    def subject(self) -> tuple[str, str, str]:
        """Return what there is one of."""
        return (self.kind.value, self.project, self.cluster)

    def is_older_than(self, other: "Mark") -> bool:
        """Tell whether a later run wrote the other; runs of other workflows are not compared."""
        return self.workflow == other.workflow and self.order < other.order


def is_given_up(mark: Mark, kind: MarkKind, project: Project) -> bool:
    """Tell whether a mark stands for a cluster that its project does not declare any more."""
    ours = mark.kind is kind and mark.project == project.name
    return ours and mark.cluster not in project.clusters


def mark_line(mark: Mark) -> str:
    """Return the hidden line."""
    content = {
        "kind": mark.kind.value,
        "project": mark.project,
        "cluster": mark.cluster,
        "workflow": mark.workflow,
        "order": list(mark.order),
        "commit": mark.commit,
        "digest": mark.digest,
        "at": mark.at.astimezone(UTC).isoformat() if mark.at else None,
        "history": [[earlier.commit, earlier.digest] for earlier in mark.history],
    }
    text = _UNSAFE.sub(_escaped, json.dumps(content))
    return f"<!-- connectform {text} -->"


def read_mark(body: str) -> Mark | None:
    """Return the mark of a text that begins with one, or None."""
    found = _FIRST_LINE.match(body)
    if found is None:
        return None
    try:
        return _mark(json.loads(found[1]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def extended(history: tuple[Earlier, ...], mark: Mark) -> tuple[Earlier, ...]:
    """Return a history with what a mark stands for at its end; the oldest make room."""
    latest = Earlier(commit=mark.commit, digest=mark.digest)
    return (*history, latest)[-_LONGEST_HISTORY:]


def _mark(content: Mapping[str, Any]) -> Mark:
    at = content["at"]
    run, attempt = content["order"]
    return Mark(
        kind=MarkKind(content["kind"]),
        project=str(content["project"]),
        cluster=str(content["cluster"]),
        workflow=str(content["workflow"]),
        order=(int(run), int(attempt)),
        commit=str(content["commit"]),
        digest=str(content["digest"]),
        at=datetime.fromisoformat(at) if at else None,
        history=tuple(
            Earlier(commit=str(commit), digest=str(digest)) for commit, digest in content["history"]
        ),
    )


def _escaped(found: re.Match[str]) -> str:
    # Everything beyond ASCII is escaped by json already, and a backslash only stands in escapes.
    return found[0] if found[0] == "\\" else f"\\u{ord(found[0]):04x}"
