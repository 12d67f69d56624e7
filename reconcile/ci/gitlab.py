"""GitLab, over its REST API (https://docs.gitlab.com/api/rest/)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from reconcile.ci.api import Api
from reconcile.ci.forge import Artifact, Comment, Issue
from reconcile.ci.github import PLAN_FILE

_PLAN_JOB: Final = "connectform-plan"
_NEEDS: Final = "a project access token with the scope api and the role Reporter or higher"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GitLab:
    """One project, seen at `web_url`; `writer` is who our token writes as, where that is known."""

    api: Api
    project: str
    writer: str = ""
    web_url: str = ""

    def author(self) -> str:
        """Return who our token writes as."""
        return self.writer or str(self.api.get("/user", needs=_NEEDS)["username"])

    def newest_commit(self, pull_request: int) -> str:
        """Return the newest commit of a merge request."""
        return str(self.api.get(self._path("merge_requests", pull_request), needs=_NEEDS)["sha"])

    def comments(self, pull_request: int) -> Sequence[Comment]:
        """Return all comments of a merge request, in the order of their identities."""
        path = self._path("merge_requests", pull_request, "notes")
        entries = self.api.pages(f"{path}?per_page=100&sort=asc&order_by=created_at", needs=_NEEDS)
        found = [self._comment(entry, pull_request) for entry in entries if not entry.get("system")]
        return sorted(found, key=lambda comment: comment.id)

    def add_comment(self, pull_request: int, body: str) -> Comment:
        """Comment on a merge request."""
        path = self._path("merge_requests", pull_request, "notes")
        found = self.api.send("POST", path, {"body": body}, needs=_NEEDS)
        return self._comment(found, pull_request)

    def edit_comment(self, pull_request: int, comment: int, body: str) -> Comment | None:
        """Replace the text of a comment; None where it is no longer there."""
        path = self._path("merge_requests", pull_request, "notes", comment)
        found = self.api.send("PUT", path, {"body": body}, needs=_NEEDS)
        return self._comment(found, pull_request) if found is not None else None

    def delete_comment(self, pull_request: int, comment: int) -> None:
        """Delete a comment, unless it is gone already."""
        path = self._path("merge_requests", pull_request, "notes", comment)
        self.api.send("DELETE", path, needs=_NEEDS)

    def issues(self, author: str, since: datetime) -> Sequence[Issue]:
        """Return an author's open issues, and those that changed since then, by number."""
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked: tuple[dict[str, str], ...] = (
            {"state": "opened"},
            {"state": "closed", "updated_after": moment},
        )
        found: dict[int, Issue] = {}
        for query in asked:
            every = {**query, "author_username": author, "scope": "all", "per_page": "100"}
            path = f"{self._path('issues')}?{urlencode(every)}"
            for entry in self.api.pages(path, needs=_NEEDS):
                issue = _issue(entry)
                found.setdefault(issue.number, issue)
        return [found[number] for number in sorted(found)]

    def open_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue; GitLab makes a label that does not exist yet."""
        sent = {"title": title, "description": body, "labels": label}
        return _issue(self.api.send("POST", self._path("issues"), sent, needs=_NEEDS))

    def edit_issue(
        self, number: int, *, title: str, body: str, is_open: bool | None = None
    ) -> Issue | None:
        """Replace the text of an issue, and open or close it; None where it is no longer there."""
        sent = {"title": title, "description": body}
        if is_open is not None:
            sent["state_event"] = "reopen" if is_open else "close"
        found = self.api.send("PUT", self._path("issues", number), sent, needs=_NEEDS)
        return _issue(found) if found is not None else None

    def comment_issue(self, number: int, body: str) -> None:
        """Comment on an issue."""
        path = self._path("issues", number, "notes")
        self.api.send("POST", path, {"body": body}, needs=_NEEDS)

    def merged_plan(self, commit: str) -> Artifact | None:
        """Return the plan that was made for the merge request that brought a commit in.

        Only a job of this project counts, in a pipeline for the newest commit of the request.
        """
        path = self._path("repository", "commits", commit, "merge_requests")
        for request in list(self.api.pages(path, needs=_NEEDS)):
            if request.get("state") != "merged":
                continue
            number, head = int(request["iid"]), str(request["sha"])
            listed = self.api.pages(self._path("merge_requests", number, "pipelines"), needs=_NEEDS)
            ours = [entry for entry in listed if self._is_of(entry, number, head)]
            newest = max((int(entry["id"]) for entry in ours), default=None)
            content = self._plan_of(newest) if newest is not None else None
            if newest is not None and content is not None:
                return Artifact(pull_request=number, commit=head, run=newest, content=content)
        return None

    def _plan_of(self, pipeline: int) -> bytes | None:
        path = self._path("pipelines", pipeline, "jobs") + "?per_page=100"
        jobs = [job for job in self.api.pages(path, needs=_NEEDS) if job["name"] == _PLAN_JOB]
        kept = [job for job in jobs if job.get("status") == "success"]
        if not kept:
            return None
        newest = max(int(job["id"]) for job in kept)
        return self.api.download(self._path("jobs", newest, "artifacts", PLAN_FILE), needs=_NEEDS)

    def _is_of(self, entry: Mapping[str, Any], number: int, head: str) -> bool:
        """Tell whether a pipeline is of this project, and for this commit or its merged result."""
        if str(entry.get("project_id", self.project)) != self.project:
            return False
        return entry["sha"] == head or entry.get("ref") == f"refs/merge-requests/{number}/merge"

    def _comment(self, entry: Mapping[str, Any], pull_request: int) -> Comment:
        place = f"{self.web_url}/-/merge_requests/{pull_request}#note_{entry['id']}"
        return Comment(
            id=int(entry["id"]),
            author=str((entry.get("author") or {}).get("username", "")),
            body=str(entry.get("body") or ""),
            url=place if self.web_url else "",
        )

    def _path(self, *parts: object) -> str:
        rest = "/".join(quote(str(part), safe="") for part in parts)
        return f"/projects/{self.project}/{rest}"


def _issue(entry: Mapping[str, Any]) -> Issue:
    closed = entry.get("closed_at") if entry["state"] == "closed" else None
    return Issue(
        number=int(entry["iid"]),
        author=str((entry.get("author") or {}).get("username", "")),
        title=str(entry["title"]),
        body=str(entry.get("description") or ""),
        url=str(entry.get("web_url") or ""),
        closed_at=datetime.fromisoformat(closed) if closed else None,
    )
