"""A simulated GitHub: of its REST API what connectform uses, as the documentation describes it.

Nothing here was seen on the real GitHub; each behaviour names its page. All of them stand below
https://docs.github.com/en/rest.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconcile.clock import Clock, SystemClock
from tests.forges.server import Request, Response, Trouble, page, serve

LONGEST = 65_536
ACTIONS = "github-actions[bot]"
TOKEN = "ghs_the-token-of-this-job"

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who a token is of; a job's own token has permissions and no user of its own."""

    login: str
    permissions: frozenset[str] = frozenset({"pull-requests", "issues", "actions", "contents"})
    is_user: bool = False


@dataclass(slots=True, eq=False)
class SimulatedGitHub:
    """One repository, at a moment."""

    url: str
    repository: str = "acme/connectors"
    actors: dict[str, Actor] = field(default_factory=lambda: {TOKEN: Actor(ACTIONS)})
    comments: dict[int, Entry] = field(default_factory=dict)
    issues: dict[int, Entry] = field(default_factory=dict)
    pulls: dict[int, Entry] = field(default_factory=dict)
    labels: dict[str, Entry] = field(default_factory=dict)
    runs: dict[int, Entry] = field(default_factory=dict)
    artifacts: dict[int, Entry] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    trouble: Trouble = field(default_factory=Trouble)
    clock: Clock = field(default_factory=SystemClock)
    _last: int = 0

    def respond(self, request: Request) -> Response:
        """Answer a request."""
        met = self.trouble.meets(request)
        if met is not None:
            return met
        if request.path.startswith("/blobs/"):
            return self._blob(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        actor = self.actors.get(token)
        if actor is None:
            # using-the-rest-api/troubleshooting-the-rest-api: invalid credentials
            return Response(401, {"message": "Bad credentials", "documentation_url": ""})
        if request.path == "/user":
            # users/users#get-the-authenticated-user; not for installation tokens
            return Response(200, {"login": actor.login}) if actor.is_user else _FORBIDDEN
        root = f"/repos/{self.repository}/"
        if not request.path.startswith(root):
            return _ABSENT
        return self._route(request, actor, request.path.removeprefix(root))

    def _route(self, request: Request, actor: Actor, rest: str) -> Response:
        for pattern, method, needs, name in _ROUTES:
            found = re.fullmatch(pattern, rest)
            if found and method == request.method:
                if needs not in actor.permissions:
                    # using-the-rest-api/troubleshooting-the-rest-api: resource not accessible
                    return _FORBIDDEN
                answer: Response = getattr(self, name)(request, actor, *found.groups())
                return answer
        return _ABSENT

    # issues/comments: pull requests are issues, and their comments are ascending by id.
    def list_comments(self, request: Request, actor: Actor, number: str) -> Response:
        """List the comments of an issue or a pull request."""
        del actor
        found = [each for each in self.comments.values() if each["issue"] == int(number)]
        return page(found, request, base=self.url, default=30)

    def add_comment(self, request: Request, actor: Actor, number: str) -> Response:
        """Create a comment."""
        if int(number) not in self.issues and int(number) not in self.pulls:
            return _ABSENT
        if refusal := _too_long(request.body["body"], "IssueComment"):
            return refusal
        return Response(201, self.comment(int(number), actor.login, request.body["body"]))

    def edit_comment(self, request: Request, actor: Actor, identity: str) -> Response:
        """Update a comment; a token may edit the comments of others, too."""
        del actor
        entry = self.comments.get(int(identity))
        if entry is None:
            return _ABSENT
        if refusal := _too_long(request.body["body"], "IssueComment"):
            return refusal
        entry["body"] = request.body["body"]
        return Response(200, entry)

    def delete_comment(self, request: Request, actor: Actor, identity: str) -> Response:
        """Delete a comment."""
        del request, actor
        return Response(204) if self.comments.pop(int(identity), None) else _ABSENT

    # issues/issues: "every pull request is an issue", and the list holds both.
    def list_issues(self, request: Request, actor: Actor) -> Response:
        """List the issues of a repository."""
        del actor
        query = request.query
        every = [*self.issues.values(), *map(self._as_issue, self.pulls.values())]
        found = [
            each
            for each in every
            if query.get("state", "open") in {each["state"], "all"}
            and query.get("creator", each["user"]["login"]) == each["user"]["login"]
            and each["updated_at"] >= query.get("since", "")
        ]
        found.sort(key=lambda each: -each["number"])
        return page(found, request, base=self.url, default=30)

    def open_issue(self, request: Request, actor: Actor) -> Response:
        """Create an issue."""
        body = request.body
        if refusal := _too_long(body["body"], "Issue"):
            return refusal
        number = self._next()
        now = self._now()
        self.issues[number] = {
            "id": 9_000 + number,
            "number": number,
            "title": body["title"],
            "body": body["body"],
            "state": "open",
            "labels": [self.labels[name] for name in body["labels"] if name in self.labels],
            "user": {"login": actor.login},
            "html_url": f"{self.url}/{self.repository}/issues/{number}",
            "created_at": now,
            "updated_at": now,
            "closed_at": None,
        }
        return Response(201, self.issues[number])

    def edit_issue(self, request: Request, actor: Actor, number: str) -> Response:
        """Update an issue."""
        del actor
        entry = self.issues.get(int(number))
        if entry is None:
            # issues/issues: a deleted issue is 410 Gone, where the token could see it
            return Response(410, {"message": "This issue was deleted"})
        if refusal := _too_long(request.body.get("body", ""), "Issue"):
            return refusal
        entry |= {key: request.body[key] for key in ("title", "body") if key in request.body}
        if "state" in request.body:
            entry["state"] = request.body["state"]
            entry["closed_at"] = self._now() if entry["state"] == "closed" else None
        entry["updated_at"] = self._now()
        return Response(200, entry)

    # issues/labels
    def get_label(self, request: Request, actor: Actor, name: str) -> Response:
        """Get a label."""
        del request, actor
        return Response(200, self.labels[name]) if name in self.labels else _ABSENT

    def add_label(self, request: Request, actor: Actor) -> Response:
        """Create a label."""
        del actor
        name = request.body["name"]
        if name in self.labels:
            return _invalid("Label", "name", "already_exists")
        self.labels[name] = {"id": self._next(), **request.body}
        return Response(201, self.labels[name])

    # pulls/pulls
    def get_pull(self, request: Request, actor: Actor, number: str) -> Response:
        """Get a pull request."""
        del request, actor
        entry = self.pulls.get(int(number))
        return Response(200, entry) if entry else _ABSENT

    # pulls/pulls#list-pull-requests; "closed" are the merged ones as well
    def list_pulls(self, request: Request, actor: Actor) -> Response:
        """List pull requests, the last updated first where asked so."""
        del actor
        query = request.query
        found = [
            each
            for each in self.pulls.values()
            if query.get("state", "open") in {each["state"], "all"}
            and query.get("base", each["base"]["ref"]) == each["base"]["ref"]
        ]
        if query.get("sort") == "updated":
            found.sort(key=lambda each: each["updated_at"])
        if query.get("direction") == "desc":
            found.reverse()
        return page(found, request, base=self.url, default=30)

    # commits/commits#list-commits, from a commit back
    def list_commits(self, request: Request, actor: Actor) -> Response:
        """List the commits that a commit holds, itself first."""
        del actor
        if request.query["sha"] not in self.history:
            return _ABSENT
        end = self.history.index(request.query["sha"]) + 1
        found = [{"sha": commit} for commit in reversed(self.history[:end])]
        return page(found, request, base=self.url, default=30)

    # actions/artifacts#list-workflow-run-artifacts
    def list_artifacts(self, request: Request, actor: Actor, run: str) -> Response:
        """List the artifacts of a run."""
        del actor
        name = request.query.get("name")
        found = [
            each
            for each in self.artifacts.values()
            if name in {None, each["name"]} and each["workflow_run"]["id"] == int(run)
        ]
        found.sort(key=lambda each: -each["id"])
        listed = page(found, request, base=self.url, default=30)
        body = {"total_count": len(found), "artifacts": listed.body}
        return Response(200, body, listed.headers)

    def get_artifact(self, request: Request, actor: Actor, identity: str) -> Response:
        """Send on to where an artifact is, for a minute: another host, which wants no token."""
        del actor
        if int(identity) not in self.files:
            return _ABSENT
        host = request.host.replace("127.0.0.1", "localhost")
        return Response(302, None, {"Location": f"http://{host}/blobs/{identity}"})

    # actions/workflow-runs#list-workflow-runs-for-a-repository
    def list_runs(self, request: Request, actor: Actor) -> Response:
        """List the runs of all workflows, newest first."""
        del actor
        return self._listed_runs(request, [*self.runs.values()])

    # actions/workflow-runs#list-workflow-runs-for-a-workflow, by the name of its file too
    def list_runs_of(self, request: Request, actor: Actor, name: str) -> Response:
        """List the runs of a workflow, newest first."""
        del actor
        found = [run for run in self.runs.values() if run["path"].rpartition("/")[2] == name]
        return self._listed_runs(request, found) if found else _ABSENT

    def _listed_runs(self, request: Request, runs: list[Entry]) -> Response:
        names = {"head_sha": "head_sha", "event": "event", "branch": "head_branch"}
        asked = {key: request.query.get(query) for query, key in names.items()}
        status = request.query.get("status")
        found = [
            each
            for each in runs
            if all(value in {None, each.get(key)} for key, value in asked.items())
            and status in {None, each.get("status"), each.get("conclusion")}
        ]
        found.sort(key=lambda each: -each["id"])
        listed = page(found, request, base=self.url, default=30)
        body = {"total_count": len(found), "workflow_runs": listed.body}
        return Response(200, body, listed.headers)

    def _blob(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return Response(403, b"a token has no business here")
        return Response(200, self.files[int(request.path.rpartition("/")[2])])

    def comment(self, number: int, login: str, body: str) -> Entry:
        """Let somebody comment."""
        identity = self._next()
        self.comments[identity] = {
            "id": identity,
            "issue": number,
            "user": {"login": login},
            "body": body,
            "html_url": f"{self.url}/{self.repository}/pull/{number}#issuecomment-{identity}",
        }
        return self.comments[identity]

    def open_pull(
        self, head: str, *, login: str = "ada", repository: str = "", base: str = "main"
    ) -> int:
        """Let somebody open a pull request."""
        number = self._next()
        now = self._now()
        self.pulls[number] = {
            "id": 8_000 + number,
            "number": number,
            "state": "open",
            "user": {"login": login},
            "head": {"sha": head, "repo": {"full_name": repository or self.repository}},
            "base": {"ref": base},
            "merged_at": None,
            "merge_commit_sha": None,
            "updated_at": now,
        }
        return number

    def push(self, number: int, head: str) -> None:
        """Let a pull request have another newest commit."""
        if self.pulls[number]["state"] == "open":
            self.pulls[number] |= {"updated_at": self._now()}
            self.pulls[number]["head"]["sha"] = head

    def merge(self, number: int, commit: str) -> None:
        """Merge a pull request."""
        now = self._now()
        self.pulls[number] |= {
            "state": "closed",
            "merged_at": now,
            "merge_commit_sha": commit,
            "updated_at": now,
        }
        self.commit(commit)

    def commit(self, commit: str) -> None:
        """Let main have a commit, unless it has it already."""
        if commit not in self.history:
            self.history.append(commit)

    def applied(self, commit: str, *, well: bool) -> None:
        """Let a run of apply.yml end."""
        run = self._next()
        self.runs[run] = {
            "id": run,
            "event": "push",
            "path": ".github/workflows/apply.yml",
            "head_branch": "main",
            "head_sha": commit,
            "status": "completed",
            "conclusion": "success" if well else "failure",
        }

    def keep(self, name: str, content: bytes, *, head: str, run: int, **changed: Any) -> int:
        """Keep an artifact of a run of plan.yml for a pull request."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as files:
            files.writestr("plan.json", content)
        identity = self._next()
        self.runs[run] = {
            "id": run,
            "event": "pull_request",
            "path": ".github/workflows/plan.yml",
            "head_sha": head,
            "repository": {"id": 1},
            "head_repository": {"id": 1},
            **changed,
        }
        self.artifacts[identity] = {
            "id": identity,
            "name": name,
            "expired": False,
            "workflow_run": {"id": run, "head_sha": head},
        }
        self.files[identity] = packed.getvalue()
        return identity

    def _as_issue(self, pull: Entry) -> Entry:
        return {
            **pull,
            "title": "a pull request",
            "body": "",
            "closed_at": None,
            "pull_request": {},
        }

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _now(self) -> str:
        return time_text(self.clock.now())


def time_text(moment: datetime) -> str:
    """Return a time as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def github() -> Iterator[SimulatedGitHub]:
    """Serve a simulated GitHub."""
    with serve(SimulatedGitHub) as forge:
        assert isinstance(forge, SimulatedGitHub)
        yield forge


def secondary_limit(seconds: int | None = None) -> Response:
    """Return the answer of a secondary rate limit.

    using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    headers = {"Retry-After": str(seconds)} if seconds is not None else {}
    return Response(403, {"message": "You have exceeded a secondary rate limit."}, headers)


def primary_limit(reset: datetime) -> Response:
    """Return the answer of the primary rate limit, which ends at a time."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(reset.timestamp()))}
    return Response(403, {"message": "API rate limit exceeded for installation."}, headers)


_ABSENT = Response(404, {"message": "Not Found"})
_FORBIDDEN = Response(403, {"message": "Resource not accessible by integration"})
_ROUTES = (
    (r"issues/(\d+)/comments", "GET", "pull-requests", "list_comments"),
    (r"issues/(\d+)/comments", "POST", "pull-requests", "add_comment"),
    (r"issues/comments/(\d+)", "PATCH", "pull-requests", "edit_comment"),
    (r"issues/comments/(\d+)", "DELETE", "pull-requests", "delete_comment"),
    (r"issues", "GET", "issues", "list_issues"),
    (r"issues", "POST", "issues", "open_issue"),
    (r"issues/(\d+)", "PATCH", "issues", "edit_issue"),
    (r"labels/([^/]+)", "GET", "issues", "get_label"),
    (r"labels", "POST", "issues", "add_label"),
    (r"pulls/(\d+)", "GET", "pull-requests", "get_pull"),
    (r"pulls", "GET", "pull-requests", "list_pulls"),
    (r"commits", "GET", "contents", "list_commits"),
    (r"actions/workflows/([^/]+)/runs", "GET", "actions", "list_runs_of"),
    (r"actions/runs", "GET", "actions", "list_runs"),
    (r"actions/runs/(\d+)/artifacts", "GET", "actions", "list_artifacts"),
    (r"actions/artifacts/(\d+)/zip", "GET", "actions", "get_artifact"),
)


def _too_long(text: str, resource: str) -> Response | None:
    if len(text) <= LONGEST:
        return None
    return _invalid(
        resource, "body", "custom", f"body is too long (maximum is {LONGEST} characters)"
    )


def _invalid(resource: str, field_name: str, code: str, message: str = "") -> Response:
    """Return a 422: using-the-rest-api/troubleshooting-the-rest-api#validation-failed."""
    told = {"resource": resource, "field": field_name, "code": code}
    errors = [{**told, "message": message} if message else told]
    return Response(422, {"message": "Validation Failed", "errors": errors})
