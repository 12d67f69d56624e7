"""GitLab, over its REST API (https://docs.gitlab.com/api/rest/)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlencode

from reconcile.ci.api import Api
from reconcile.ci.forge import MOST_COMMITS, Comment, Issue, Merge, since
from reconcile.ci.github import PLAN_FILE
from reconcile.ci.pipeline import Pipeline

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

    def merges(self, pipeline: Pipeline) -> Sequence[Merge]:
        """Return what was merged into the pipeline's branch since the last that was applied.

        A pipeline that waits may be cancelled by the next, and a job that comes after one for a
        newer commit is refused: what they would have applied is still to do.
        """
        asked = {"ref_name": pipeline.commit, "first_parent": "true", "per_page": "100"}
        listed = f"{self._path('repository', 'commits')}?{urlencode(asked)}"
        commits = (str(entry["id"]) for entry in self.api.pages(listed, needs=_NEEDS))
        ages = since(commits, self._applied(pipeline))
        asked = {
            "state": "merged",
            "target_branch": pipeline.branch,
            "order_by": "updated_at",
            "per_page": "100",
        }
        requests = self.api.pages(
            f"{self._path('merge_requests')}?{urlencode(asked)}", needs=_NEEDS
        )
        merged = [
            (age, request)
            for request in islice(requests, MOST_COMMITS)
            if request["state"] == "merged"
            and request["target_branch"] == pipeline.branch
            and (age := _age(request, ages)) is not None
        ]
        return [
            Merge(pull_request=int(request["iid"]), commit=str(request["sha"]))
            for _, request in sorted(merged, key=lambda each: each[0])
        ]

    def kept_plan(self, merge: Merge) -> bytes | None:
        """Return the plan that a merge request's pipeline made for its newest commit.

        Only a job of this project counts.
        """
        path = self._path("merge_requests", merge.pull_request, "pipelines")
        listed = self.api.pages(f"{path}?per_page=100", needs=_NEEDS)
        for entry in sorted(listed, key=lambda each: int(each["id"]), reverse=True):
            if self._is_for(entry, merge):
                return self._plan_of(int(entry["id"]))
        return None

    def _applied(self, pipeline: Pipeline) -> frozenset[str]:
        """Return the commits that the pipeline's job deployed, the newest of them."""
        if not pipeline.environment:
            return frozenset()
        asked = {
            "environment": pipeline.environment,
            "status": "success",
            "order_by": "id",
            "sort": "desc",
            "per_page": "100",
        }
        found = self.api.get(f"{self._path('deployments')}?{urlencode(asked)}", needs=_NEEDS)
        return frozenset(
            str(entry["sha"])
            for entry in found
            if (entry.get("deployable") or {}).get("name") == pipeline.workflow
        )

    def _plan_of(self, pipeline: int) -> bytes | None:
        path = self._path("pipelines", pipeline, "jobs") + "?per_page=100"
        jobs = [job for job in self.api.pages(path, needs=_NEEDS) if job["name"] == _PLAN_JOB]
        kept = [job for job in jobs if job.get("status") == "success"]
        if not kept:
            return None
        newest = max(int(job["id"]) for job in kept)
        return self.api.download(self._path("jobs", newest, "artifacts", PLAN_FILE), needs=_NEEDS)

    def _is_for(self, entry: Mapping[str, Any], merge: Merge) -> bool:
        """Tell whether a pipeline is of this project, and for this commit or its merged result."""
        if str(entry.get("project_id", self.project)) != self.project:
            return False
        if entry["sha"] == merge.commit:
            return True
        if entry.get("ref") != f"refs/merge-requests/{merge.pull_request}/merge":
            return False
        result = self.api.find(self._path("repository", "commits", entry["sha"]), needs=_NEEDS)
        return result is not None and merge.commit in result["parent_ids"]

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


def _age(request: Mapping[str, Any], ages: Mapping[str, int]) -> int | None:
    """Return how far back the commit lies by which a merge request came in, if it is among these."""
    names = ("merge_commit_sha", "squash_commit_sha", "sha")
    return min((ages[request[name]] for name in names if request.get(name) in ages), default=None)
