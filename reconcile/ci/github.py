"""GitHub, over its REST API (https://docs.github.com/en/rest)."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlencode

from reconcile.ci.api import Api
from reconcile.ci.forge import MOST_COMMITS, Comment, Issue, Merge, since
from reconcile.ci.pipeline import Pipeline

ARTIFACT: Final = "connectform-plan"
"""How plan.yml calls what it keeps."""

PLAN_FILE: Final = "plan.json"
_ACTIONS: Final = "github-actions[bot]"
_LARGEST: Final = 64_000_000
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
_COMMENTS: Final = "permissions: pull-requests: write"
_ISSUES: Final = "permissions: issues: write"
_READ: Final = "permissions: pull-requests: read"
_RUNS: Final = "permissions: actions: read"
_CONTENTS: Final = "permissions: contents: read"
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GitHub:
    """One repository; `writer` is who our token writes as, where that is known from elsewhere."""

    api: Api
    repository: str
    writer: str = ""

    def author(self) -> str:
        """Return who our token writes as: a job's own token may not ask, and is GitHub Actions."""
        if self.writer:
            return self.writer
        user = self.api.peek("/user")
        return str(user["login"]) if user else _ACTIONS

    def newest_commit(self, pull_request: int) -> str:
        """Return the newest commit of a pull request."""
        found = self.api.get(self._path("pulls", pull_request), needs=_READ)
        return str(found["head"]["sha"])

    def comments(self, pull_request: int) -> Sequence[Comment]:
        """Return all comments of a pull request, in the order of their identities."""
        path = self._path("issues", pull_request, "comments") + "?per_page=100"
        found = map(_comment, self.api.pages(path, needs=_COMMENTS))
        return sorted(found, key=lambda comment: comment.id)

    def add_comment(self, pull_request: int, body: str) -> Comment:
        """Comment on a pull request."""
        path = self._path("issues", pull_request, "comments")
        return _comment(self.api.send("POST", path, {"body": body}, needs=_COMMENTS))

    def edit_comment(self, pull_request: int, comment: int, body: str) -> Comment | None:
        """Replace the text of a comment; None where it is no longer there."""
        del pull_request
        path = self._path("issues", "comments", comment)
        found = self.api.send("PATCH", path, {"body": body}, needs=_COMMENTS)
        return _comment(found) if found is not None else None

    def delete_comment(self, pull_request: int, comment: int) -> None:
        """Delete a comment, unless it is gone already."""
        del pull_request
        self.api.send("DELETE", self._path("issues", "comments", comment), needs=_COMMENTS)

    def issues(self, author: str, since: datetime) -> Sequence[Issue]:
        """Return an author's open issues, and those that changed since then, by number."""
        found = {issue.number: issue for issue in self._listed(creator=author, state="open")}
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for issue in self._listed(creator=author, state="closed", since=moment):
            found.setdefault(issue.number, issue)
        return [found[number] for number in sorted(found)]

    def open_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue, with a label that is made where it does not exist yet."""
        if self.api.find(self._path("labels", label), needs=_ISSUES) is None:
            made = {
                "name": label,
                "color": "d93f0b",
                "description": "Kafka Connect differs from git",
            }
            self.api.offer(self._path("labels"), made, needs=_ISSUES)
        sent = {"title": title, "body": body, "labels": [label]}
        return _issue(self.api.send("POST", self._path("issues"), sent, needs=_ISSUES))

    def edit_issue(
        self, number: int, *, title: str, body: str, is_open: bool | None = None
    ) -> Issue | None:
        """Replace the text of an issue, and open or close it; None where it is no longer there."""
        sent: dict[str, Any] = {"title": title, "body": body}
        if is_open is not None:
            sent["state"] = "open" if is_open else "closed"
            sent["state_reason"] = "reopened" if is_open else "completed"
        found = self.api.send("PATCH", self._path("issues", number), sent, needs=_ISSUES)
        return _issue(found) if found is not None else None

    def comment_issue(self, number: int, body: str) -> None:
        """Comment on an issue."""
        path = self._path("issues", number, "comments")
        self.api.send("POST", path, {"body": body}, needs=_ISSUES)

    def merges(self, pipeline: Pipeline) -> Sequence[Merge]:
        """Return what was merged into the pipeline's branch since the last that was applied.

        A workflow that waits may be cancelled by the next: what it would have applied is still to do.
        """
        listed = f"{self._path('commits')}?{urlencode({'sha': pipeline.commit, 'per_page': '100'})}"
        commits = (str(entry["sha"]) for entry in self.api.pages(listed, needs=_CONTENTS))
        ages = since(commits, self._applied(pipeline))
        asked = {
            "state": "closed",
            "base": pipeline.branch,
            "sort": "updated",
            "direction": "desc",
            "per_page": "100",
        }
        pulls = self.api.pages(f"{self._path('pulls')}?{urlencode(asked)}", needs=_READ)
        merged = [
            pull
            for pull in islice(pulls, MOST_COMMITS)
            if pull.get("merged_at")
            and pull["base"]["ref"] == pipeline.branch
            and pull["merge_commit_sha"] in ages
        ]
        return [
            Merge(pull_request=int(pull["number"]), commit=str(pull["head"]["sha"]))
            for pull in sorted(merged, key=lambda each: ages[each["merge_commit_sha"]])
        ]

    def kept_plan(self, merge: Merge) -> bytes | None:
        """Return the plan that a pull request's pipeline made for its newest commit.

        Only a run for a pull request of this repository counts, and none of a fork's. Of several
        the newest counts, as for the comment, even where an older one was run again since.
        """
        for run in sorted(self._runs_for(merge.commit), reverse=True):
            for artifact in sorted(self._kept_by(run), reverse=True):
                path = self._path("actions", "artifacts", artifact, "zip")
                packed = self.api.download(path, needs=_RUNS)
                content = _unpacked(packed) if packed is not None else None
                if content is not None:
                    return content
        return None

    def _applied(self, pipeline: Pipeline) -> frozenset[str]:
        """Return the commits for which the pipeline's workflow ended well, the newest of them."""
        name = pipeline.workflow.rpartition("/")[2]
        asked = {
            "branch": pipeline.branch,
            "event": "push",
            "status": "success",
            "per_page": "100",
        }
        path = f"{self._path('actions', 'workflows', name, 'runs')}?{urlencode(asked)}"
        found = self.api.find(path, needs=_RUNS)
        return frozenset(str(run["head_sha"]) for run in found["workflow_runs"]) if found else _NONE

    def _runs_for(self, head: str) -> list[int]:
        """Return the runs of workflows for a pull request whose newest commit this is."""
        asked = urlencode({"head_sha": head, "event": "pull_request", "per_page": "100"})
        path = f"{self._path('actions', 'runs')}?{asked}"
        found = self.api.pages(path, needs=_RUNS, within="workflow_runs")
        return [int(run["id"]) for run in found if _is_ours(run, head)]

    def _kept_by(self, run: int) -> list[int]:
        """Return the artifacts with the plans that a run kept."""
        path = self._path("actions", "runs", run, "artifacts") + f"?name={ARTIFACT}&per_page=100"
        found = self.api.pages(path, needs=_RUNS, within="artifacts")
        return [int(entry["id"]) for entry in found if not entry.get("expired")]

    def _listed(self, **query: str) -> list[Issue]:
        asked = urlencode({**query, "per_page": "100"})
        entries = self.api.pages(f"{self._path('issues')}?{asked}", needs=_ISSUES)
        # To this list every pull request is an issue.
        return [_issue(entry) for entry in entries if "pull_request" not in entry]

    def _path(self, *parts: object) -> str:
        owner, _, name = self.repository.partition("/")
        return "/repos/" + "/".join(quote(str(part), safe="") for part in (owner, name, *parts))


def _comment(entry: Mapping[str, Any]) -> Comment:
    return Comment(
        id=int(entry["id"]),
        author=_login(entry),
        body=str(entry.get("body") or ""),
        url=str(entry.get("html_url") or ""),
    )


def _issue(entry: Mapping[str, Any]) -> Issue:
    closed = entry.get("closed_at") if entry["state"] == "closed" else None
    return Issue(
        number=int(entry["number"]),
        author=_login(entry),
        title=str(entry["title"]),
        body=str(entry.get("body") or ""),
        url=str(entry.get("html_url") or ""),
        closed_at=datetime.fromisoformat(closed) if closed else None,
    )


def _login(entry: Mapping[str, Any]) -> str:
    user = entry.get("user")
    return str(user["login"]) if user else ""  # a deleted account is nobody


def _is_ours(run: Mapping[str, Any], head: str) -> bool:
    """Tell whether a run is for a pull request with this commit, and not for one of a fork."""
    origin, here = run.get("head_repository") or {}, run.get("repository") or {}
    ours = origin.get("id") is not None and origin.get("id") == here.get("id")
    return run.get("event") == "pull_request" and run.get("head_sha") == head and ours


def _unpacked(packed: bytes) -> bytes | None:
    """Return the plan in an archive, or None where it holds none."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as files:
            names = [info for info in files.infolist() if info.filename == PLAN_FILE]
            return files.read(names[0]) if names and names[0].file_size <= _LARGEST else None
    except _BROKEN:
        return None
