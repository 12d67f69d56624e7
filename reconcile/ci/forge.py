"""What the two forges have in common, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
class Artifact:
    """A plan that a pipeline made for the newest commit of a merged pull request."""

    pull_request: int
    commit: str
    run: int
    content: bytes


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

    def merged_plan(self, commit: str) -> Artifact | None:
        """Return the plan that was made for the pull request that brought a commit in."""
