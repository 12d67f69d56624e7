"""A simulated GitLab: of its REST API what connectform uses, as the documentation describes it.

Nothing here was seen on a real GitLab; each behaviour names its page. All of them stand below
https://docs.gitlab.com/api.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reconcile.clock import Clock, SystemClock
from tests.forges.server import Request, Response, Trouble, page, serve

TOKEN = "glpat-the-token-of-the-project"
BOT = "project_7_bot_connectform"
PROJECT = 7

Entry = dict[str, Any]


@dataclass(slots=True, eq=False)
class SimulatedGitLab:
    """One project, at a moment."""

    url: str
    users: dict[str, str] = field(default_factory=lambda: {TOKEN: BOT})
    notes: dict[int, Entry] = field(default_factory=dict)
    issues: dict[int, Entry] = field(default_factory=dict)
    requests: dict[int, Entry] = field(default_factory=dict)
    pipelines: dict[int, Entry] = field(default_factory=dict)
    jobs: dict[int, Entry] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    parents: dict[str, list[str]] = field(default_factory=dict)
    deployments: dict[int, Entry] = field(default_factory=dict)
    trouble: Trouble = field(default_factory=Trouble)
    clock: Clock = field(default_factory=SystemClock)
    _last: int = 0

    def respond(self, request: Request) -> Response:
        """Answer a request."""
        met = self.trouble.meets(request)
        if met is not None:
            return met
        # rest/authentication: PRIVATE-TOKEN; CI_JOB_TOKEN reaches few endpoints, and no notes
        user = self.users.get(request.headers.get("private-token", ""))
        if user is None:
            return Response(401, {"message": "401 Unauthorized"})
        if request.path == "/api/v4/user":
            return Response(200, {"id": 77, "username": user})
        root = f"/api/v4/projects/{PROJECT}/"
        if not request.path.startswith(root):
            return Response(404, {"message": "404 Project Not Found"})
        rest = request.path.removeprefix(root)
        for pattern, method, name in _ROUTES:
            found = re.fullmatch(pattern, rest)
            if found and method == request.method:
                answer: Response = getattr(self, name)(request, user, *found.groups())
                return answer
        return _ABSENT

    # notes: system notes are in the list as well
    def list_notes(self, request: Request, user: str, number: str) -> Response:
        """List the notes of a merge request."""
        del user
        found = [each for each in self.notes.values() if each["of"] == ("merge", int(number))]
        if request.query.get("sort", "desc") == "desc":
            found.reverse()
        return page(found, request, base=self.url, default=20, extra=True)

    def add_note(self, request: Request, user: str, kind: str, number: str) -> Response:
        """Create a note on a merge request or an issue."""
        of = ("merge" if kind == "merge_requests" else "issue", int(number))
        known = self.requests if of[0] == "merge" else self.issues
        if of[1] not in known:
            return _ABSENT
        return Response(201, self.note(of, user, request.body["body"]))

    def edit_note(self, request: Request, user: str, number: str, identity: str) -> Response:
        """Modify a note; of others only a maintainer may."""
        del number
        entry = self.notes.get(int(identity))
        if entry is None:
            return _ABSENT
        if entry["author"]["username"] != user:
            return Response(403, {"message": "403 Forbidden"})
        entry["body"] = request.body["body"]
        return Response(200, entry)

    def delete_note(self, request: Request, user: str, number: str, identity: str) -> Response:
        """Delete a note."""
        del request, user, number
        return Response(204) if self.notes.pop(int(identity), None) else _ABSENT

    # issues
    def list_issues(self, request: Request, user: str) -> Response:
        """List the issues of a project."""
        del user
        query = request.query
        found = [
            each
            for each in self.issues.values()
            if query.get("state", each["state"]) == each["state"]
            and query.get("author_username", each["author"]["username"])
            == each["author"]["username"]
            and each["updated_at"] >= query.get("updated_after", "")
        ]
        found.reverse()
        return page(found, request, base=self.url, default=20, extra=True)

    def open_issue(self, request: Request, user: str) -> Response:
        """Create an issue; labels are made where they do not exist."""
        number, now = self._next(), self._now()
        self.issues[number] = {
            "id": 9_000 + number,
            "iid": number,
            "title": request.body["title"],
            "description": request.body["description"],
            "state": "opened",
            "labels": request.body["labels"].split(","),
            "author": {"username": user},
            "web_url": f"{self.url}/acme/connectors/-/issues/{number}",
            "updated_at": now,
            "closed_at": None,
        }
        return Response(201, self.issues[number])

    def edit_issue(self, request: Request, user: str, number: str) -> Response:
        """Edit an issue."""
        del user
        entry = self.issues.get(int(number))
        if entry is None:
            return _ABSENT
        body = request.body
        entry |= {key: body[key] for key in ("title", "description") if key in body}
        match body.get("state_event"):
            case "close":
                entry |= {"state": "closed", "closed_at": self._now()}
            case "reopen":
                entry |= {"state": "opened", "closed_at": None}
        entry["updated_at"] = self._now()
        return Response(200, entry)

    # merge_requests
    def get_request(self, request: Request, user: str, number: str) -> Response:
        """Get a merge request."""
        del request, user
        entry = self.requests.get(int(number))
        return Response(200, entry) if entry else _ABSENT

    # merge_requests#list-project-merge-requests, newest first
    def list_requests(self, request: Request, user: str) -> Response:
        """List merge requests."""
        del user
        query = request.query
        found = [
            each
            for each in self.requests.values()
            if query.get("state", each["state"]) in {each["state"], "all"}
            and query.get("target_branch", each["target_branch"]) == each["target_branch"]
        ]
        if query.get("order_by") == "updated_at":
            found.sort(key=lambda each: each["updated_at"])
        found.reverse()
        return page(found, request, base=self.url, default=20, extra=True)

    # commits#list-repository-commits, where ref_name may be a commit
    def list_commits(self, request: Request, user: str) -> Response:
        """List the commits that a commit holds, itself first."""
        del user
        if request.query["ref_name"] not in self.history:
            return _ABSENT
        end = self.history.index(request.query["ref_name"]) + 1
        found = [{"id": commit} for commit in reversed(self.history[:end])]
        return page(found, request, base=self.url, default=20, extra=True)

    # commits#retrieve-a-commit
    def get_commit(self, request: Request, user: str, commit: str) -> Response:
        """Get a commit."""
        del request, user
        if commit not in self.parents:
            return _ABSENT
        return Response(200, {"id": commit, "parent_ids": self.parents[commit]})

    # deployments#list-project-deployments
    def list_deployments(self, request: Request, user: str) -> Response:
        """List deployments."""
        del user
        query = request.query
        found = [
            each
            for each in self.deployments.values()
            if query.get("environment", each["environment"]["name"]) == each["environment"]["name"]
            and query.get("status", each["status"]) == each["status"]
        ]
        if query.get("sort", "asc") == "desc":
            found.reverse()
        return page(found, request, base=self.url, default=20, extra=True)

    # merge_requests#list-merge-request-pipelines
    def list_pipelines(self, request: Request, user: str, number: str) -> Response:
        """List the pipelines of a merge request."""
        del user
        found = [each for each in self.pipelines.values() if each["request"] == int(number)]
        found.reverse()
        return page(found, request, base=self.url, default=20, extra=True)

    # jobs#list-all-jobs-by-pipeline
    def list_jobs(self, request: Request, user: str, pipeline: str) -> Response:
        """List the jobs of a pipeline."""
        del user
        found = [each for each in self.jobs.values() if each["pipeline"] == int(pipeline)]
        return page(found, request, base=self.url, default=20, extra=True)

    # job_artifacts#download-a-single-artifact-file-by-job-id
    def get_file(self, request: Request, user: str, job: str) -> Response:
        """Download a file of a job's artifacts."""
        del request, user
        return Response(200, self.files[int(job)]) if int(job) in self.files else _ABSENT

    def note(self, of: tuple[str, int], user: str, body: str, *, system: bool = False) -> Entry:
        """Let somebody comment."""
        identity = self._next()
        self.notes[identity] = {
            "id": identity,
            "of": of,
            "author": {"username": user},
            "body": body,
            "system": system,
        }
        return self.notes[identity]

    def open_request(self, head: str, *, base: str = "main") -> int:
        """Let somebody open a merge request."""
        number = self._next()
        self.requests[number] = {
            "id": 8_000 + number,
            "iid": number,
            "state": "opened",
            "sha": head,
            "target_branch": base,
            "merge_commit_sha": None,
            "squash_commit_sha": None,
            "updated_at": self._now(),
        }
        self.note(("merge", number), "ada", "assigned to @ada", system=True)
        return number

    def push(self, number: int, head: str) -> None:
        """Let a merge request have another newest commit."""
        if self.requests[number]["state"] == "opened":
            self.requests[number] |= {"sha": head, "updated_at": self._now()}

    def merge(self, number: int, commit: str, *, by: str = "merge_commit_sha") -> None:
        """Merge a merge request; `by` says in which way the commit came about."""
        self.requests[number] |= {"state": "merged", by: commit, "updated_at": self._now()}
        self.commit(commit)

    def commit(self, commit: str) -> None:
        """Let main have a commit, unless it has it already."""
        if commit not in self.history:
            self.history.append(commit)

    def applied(self, commit: str, *, well: bool) -> None:
        """Let a job that applies end: it deploys to an environment."""
        number = self._next()
        self.deployments[number] = {
            "id": number,
            "sha": commit,
            "status": "success" if well else "failed",
            "environment": {"name": "connect"},
            "deployable": {"name": "connectform-apply"},
        }

    def keep(self, content: bytes, *, number: int, head: str, **changed: Any) -> int:
        """Keep the plan of a pipeline for a merge request."""
        pipeline, job = self._next(), self._next()
        entry = {"id": pipeline, "request": number, "sha": head, "project_id": PROJECT, "ref": "x"}
        self.pipelines[pipeline] = entry | changed
        self.jobs[job] = {
            "id": job,
            "pipeline": pipeline,
            "name": "connectform-plan",
            "status": "success",
        }
        self.files[job] = content
        return pipeline

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def gitlab() -> Iterator[SimulatedGitLab]:
    """Serve a simulated GitLab."""
    with serve(SimulatedGitLab) as forge:
        assert isinstance(forge, SimulatedGitLab)
        yield forge


def too_many_requests(seconds: int) -> Response:
    """Return the answer of a rate limit: https://docs.gitlab.com/security/rate_limits/."""
    headers = {"Retry-After": str(seconds), "RateLimit-Remaining": "0"}
    return Response(429, b"Retry later\n", headers)


_ABSENT = Response(404, {"message": "404 Not found"})
_ROUTES = (
    (r"merge_requests/(\d+)/notes", "GET", "list_notes"),
    (r"(merge_requests|issues)/(\d+)/notes", "POST", "add_note"),
    (r"merge_requests/(\d+)/notes/(\d+)", "PUT", "edit_note"),
    (r"merge_requests/(\d+)/notes/(\d+)", "DELETE", "delete_note"),
    (r"issues", "GET", "list_issues"),
    (r"issues", "POST", "open_issue"),
    (r"issues/(\d+)", "PUT", "edit_issue"),
    (r"merge_requests/(\d+)", "GET", "get_request"),
    (r"merge_requests/(\d+)/pipelines", "GET", "list_pipelines"),
    (r"merge_requests", "GET", "list_requests"),
    (r"repository/commits", "GET", "list_commits"),
    (r"repository/commits/([^/]+)", "GET", "get_commit"),
    (r"deployments", "GET", "list_deployments"),
    (r"pipelines/(\d+)/jobs", "GET", "list_jobs"),
    (r"jobs/(\d+)/artifacts/plan\.json", "GET", "get_file"),
)
