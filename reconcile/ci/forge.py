"""What the two forges have in common, in our words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from reconcile.ci.pipeline import Pipeline

MOST_COMMITS: Final = 300
"""How far back merges are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a pull request or an issue; identities grow with time."""

    id: int
    author: str
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue; `closed_at` is None while it is open."""

    number: int
    author: str
    title: str
    body: str
    url: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A pull request that was merged; `commit` is the newest of its own."""

    pull_request: int
    commit: str


class Forge(Protocol):
    """GitHub or GitLab, for one repository; each raises ForgeError where it is refused."""

    def author(self) -> str:
        """Return who our token writes as."""

    def newest_commit(self, pull_request: int) -> str:
        """Return the newest commit of a pull request."""

    def comments(self, pull_request: int) -> Sequence[Comment]:
        """Return all comments of a pull request, in the order of their identities."""

    def add_comment(self, pull_request: int, body: str) -> Comment:
        """Comment on a pull request."""

    def edit_comment(self, pull_request: int, comment: int, body: str) -> Comment | None:
        """Replace the text of a comment; None where it is no longer there."""

    def delete_comment(self, pull_request: int, comment: int) -> None:
        """Delete a comment, unless it is gone already."""

    def issues(self, author: str, since: datetime) -> Sequence[Issue]:
        """Return an author's open issues, and those that changed since then, by number."""

    def open_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue, with a label that is made where it does not exist yet."""

    def edit_issue(
        self, number: int, *, title: str, body: str, is_open: bool | None = None
    ) -> Issue | None:
        """Replace the text of an issue, and open or close it; None where it is no longer there."""

    def comment_issue(self, number: int, body: str) -> None:
        """Comment on an issue."""

    def merges(self, pipeline: Pipeline) -> Sequence[Merge]:
        """Return what was merged into the pipeline's branch since the last that was applied.

        The newest first, and none that the pipeline's commit does not hold.
        """

    def kept_plan(self, merge: Merge) -> bytes | None:
        """Return the plan that a pull request's pipeline made for its newest commit.

        None where it made none, or keeps it no more.
        """


def since(commits: Iterable[str], applied: Collection[str]) -> Mapping[str, int]:
    """Return how far back each commit lies, from the first of these to the last that was applied.

    The first counts in any case: what is applied for it may be applied again.
    """
    found: dict[str, int] = {}
    for age, commit in enumerate(islice(commits, MOST_COMMITS)):
        if age and commit in applied:
            break
        found.setdefault(commit, age)
    return found
