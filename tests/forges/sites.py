"""A repository, a Connect cluster, and a simulated forge whose pipelines run our own workflow files."""

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconcile.ci.github import ARTIFACT
from reconcile.ci.pipeline import ForgeKind
from reconcile.clock import SystemClock
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from tests.cli.harness import clean_environment
from tests.forges import github as hub
from tests.forges import gitlab as lab
from tests.forges.gitlab import PROJECT
from tests.forges.jobs import ACTION, Done, GitHubJob, GitLabJob, jobs_of, run_bash
from tests.forges.repository import IDENTITY, Repository
from tests.prepared import path_of_commands
from tests.simulated import ask

PROJECT_FILE = """\
apiVersion: connectform/v1
kind: Project
metadata: {name: shop}
definitions: [connectors]
references: {env: ["SHOP_*"]}
clusters:
  prod:
    url: "${{ env.CONNECT_URL }}"
    ledger: git
    ownership: {owns: ["orders-*"], prune: owned}
"""


def sink(name: str, *, topics: str = "orders", tasks: int = 1, more: str = "") -> str:
    """Return a definition."""
    return (
        "apiVersion: connectform/v1\nkind: Connector\n"
        f"metadata: {{name: {name}}}\nspec:\n  class: FileStreamSink\n  tasksMax: {tasks}\n"
        f"  config:\n    file: /tmp/{name}.txt\n    topics: {topics}\n{more}"
    )


@dataclass(slots=True, eq=False)
class Site:
    """Everything that a team has."""

    kind: ForgeKind
    forge: Any
    repository: Repository
    cluster: SimulatedCluster
    connect_url: str
    folder: Path
    request: int = 0
    directory: str = "."
    extra: dict[str, str] = field(default_factory=dict)
    _runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def is_github(self) -> bool:
        return self.kind is ForgeKind.GITHUB

    def open(self, head: str) -> None:
        """Open a pull request for the branch that is checked out."""
        self.request = (
            self.forge.open_pull(head) if self.is_github else self.forge.open_request(head)
        )

    def push(self, head: str) -> None:
        self.forge.push(self.request, head)

    def merge(self, branch: str) -> str:
        commit = self.repository.merge(branch)
        self.forge.merge(self.request, commit)
        return commit

    def plan(self, head: str, *, strange: bool = False) -> Done:
        """Run the pipeline of the pull request; what it keeps, the forge keeps."""
        base = self.repository.git("rev-parse", "main")
        if self.is_github:
            self.repository.offer(self.request, head)
            origin = "mallory/connectors" if strange else self.forge.repository
            pull = {
                "number": self.request,
                "head": {"sha": head, "repo": {"full_name": origin}},
                "base": {"sha": base},
            }
            ref = f"refs/pull/{self.request}/merge"
            done = self._github("plan", "pull_request", ref, head, {"pull_request": pull})
            if ARTIFACT in done.kept:
                run = self.forge_run
                self.forge.keep(ARTIFACT, done.kept[ARTIFACT], head=head, run=run)
            return done
        request = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": str(self.request),
            "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99" if strange else str(PROJECT),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/acme/connectors",
        }
        done = self._gitlab("connectform-plan", head, request)
        if "plan.json" in done.kept:
            self.forge.keep(done.kept["plan.json"], number=self.request, head=head)
        return done

    def apply(self, commit: str) -> Done:
        """Run the pipeline of a push to main."""
        self.forge.commit(commit)
        if self.is_github:
            done = self._github("apply", "push", "refs/heads/main", commit, {})
        else:
            pushed = _MAIN | {"CI_PIPELINE_SOURCE": "push"}
            done = self._gitlab("connectform-apply", commit, pushed)
        self.forge.applied(commit, well=done.code == 0)
        return done

    def apply_by_hand(self, commit: str, **inputs: str) -> Done:
        """Start an apply by hand, with its inputs."""
        if self.is_github:
            named = {name.replace("_", "-"): value for name, value in inputs.items()}
            event = {"inputs": named}
            ref = "refs/heads/main"
            return self._github("apply", "workflow_dispatch", ref, commit, event, named)
        given = {name.upper(): value for name, value in inputs.items()}
        pushed = _MAIN | {"CI_PIPELINE_SOURCE": "push"} | given
        return self._gitlab("connectform-apply-by-hand", commit, pushed, by_hand=True)

    def drift(self, commit: str) -> Done:
        """Run the nightly pipeline."""
        if self.is_github:
            return self._github("drift", "schedule", "refs/heads/main", commit, {})
        night = _MAIN | {"CI_PIPELINE_SOURCE": "schedule"}
        return self._gitlab("connectform-drift", commit, night)

    def run(self, line: str) -> str:
        """Run a command in the clone of somebody who works here."""
        done = run_bash(line, self.repository.work, self._shell())
        assert done.returncode == 0, done.stdout
        return done.stdout

    def config_of(self, name: str) -> dict[str, str]:
        """Return the config of a connector on the cluster."""
        value = ask(self.cluster, f"GET /connectors/{name}/config").value
        assert isinstance(value, dict)
        return value

    def names(self) -> list[str]:
        """Return the connectors on the cluster."""
        value = ask(self.cluster, "GET /connectors").value
        assert isinstance(value, list)
        return sorted(value)

    def comments(self) -> list[str]:
        """Return the comments on the pull request."""
        if self.is_github:
            found = [e for e in self.forge.comments.values() if e["issue"] == self.request]
        else:
            found = [
                e
                for e in self.forge.notes.values()
                if e["of"] == ("merge", self.request) and not e["system"]
            ]
        return [entry["body"] for entry in found]

    def issues(self) -> list[tuple[str, str, str, list[str]]]:
        """Return state, title, text and comments of each issue."""
        text = "body" if self.is_github else "description"
        return [
            (
                "open" if entry["state"].startswith("open") else "closed",
                entry["title"],
                entry[text],
                self._said(number),
            )
            for number, entry in self.forge.issues.items()
        ]

    def _said(self, number: int) -> list[str]:
        if self.is_github:
            return [e["body"] for e in self.forge.comments.values() if e["issue"] == number]
        return [e["body"] for e in self.forge.notes.values() if e["of"] == ("issue", number)]

    @property
    def forge_run(self) -> int:
        return 1_000 + self._last

    def _github(
        self,
        name: str,
        event_name: str,
        ref: str,
        commit: str,
        event: Mapping[str, Any],
        inputs: Mapping[str, str] | None = None,
    ) -> Done:
        number = self._next()
        github = {
            "actor": "ada",
            "api_url": self.forge.url,
            "event": dict(event),
            "event_name": event_name,
            "ref": ref,
            "repository": self.forge.repository,
            "run_number": number,
            "sha": commit,
            "token": hub.TOKEN,
        }
        job = GitHubJob(
            workflow=self.repository.work / f".github/workflows/{name}.yml",
            checkout=self.repository.checkout,
            github=github,
            folder=self.folder / f"run-{number}",
            environment={"CONNECT_URL": self.connect_url, **self.extra},
            inputs=inputs or {},
        )
        return job.run()

    def _gitlab(
        self, name: str, commit: str, variables: Mapping[str, str], *, by_hand: bool = False
    ) -> Done:
        number = self._next()
        every = {
            "CI_API_V4_URL": f"{self.forge.url}/api/v4",
            "CI_COMMIT_SHA": commit,
            "CI_JOB_ID": str(500 + number),
            "CI_JOB_NAME": name,
            "CI_JOB_URL": f"https://gitlab.example/jobs/{number}",
            "CI_PIPELINE_IID": str(number),
            "CI_PIPELINE_URL": f"https://gitlab.example/pipelines/{number}",
            "CI_PROJECT_ID": str(PROJECT),
            "CONNECTFORM_GITLAB_TOKEN": lab.TOKEN,
            "CONNECT_URL": self.connect_url,
            "GITLAB_USER_LOGIN": "ada",
            **self.extra,
            **variables,
        }
        pipeline = self.repository.work / ".gitlab/connectform.gitlab-ci.yml"
        assert by_hand or jobs_of(pipeline, every) == [name]
        folder = self.folder / f"job-{number}"
        self.repository.checkout(folder, commit)
        return GitLabJob(pipeline=pipeline, name=name, folder=folder, variables=every).run()

    _last: int = 0

    def _next(self) -> int:
        self._last = next(self._runs)
        return self._last

    def _shell(self) -> dict[str, str]:
        path = path_of_commands()
        return {**clean_environment(), **IDENTITY, "PATH": path, "CONNECT_URL": self.connect_url}


WHEEL = "https://forge.example/connectform-0.1.0-py3-none-any.whl#sha256=" + "f" * 64
_MAIN = {"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}


@contextmanager
def empty_site(kind: ForgeKind, folder: Path) -> Iterator[Site]:
    """Serve a forge and a cluster, and make a repository without a commit."""
    cluster = SimulatedCluster(
        clock=SystemClock(), timing=Timing.quick(), cluster_id="Qm3rTz1yS0-story"
    )
    with ExitStack() as stack:
        served = stack.enter_context(serve(cluster))
        forge: Any = stack.enter_context(hub.github() if kind is ForgeKind.GITHUB else lab.gitlab())
        repository = Repository(folder)
        repository.create()
        yield Site(kind, forge, repository, cluster, served.url, folder)


@contextmanager
def site(
    kind: ForgeKind, folder: Path, files: Mapping[str, str], directory: str = "."
) -> Iterator[Site]:
    """Have everything, and a first commit that is applied already; the project is in a directory."""
    with empty_site(kind, folder) as place:
        repository = place.repository
        place.directory = directory
        begin = {"connectform.yaml": PROJECT_FILE, **files}
        repository.commit("Begin", {f"{directory}/{path}": text for path, text in begin.items()})
        more = f"--action {ACTION}" if kind is ForgeKind.GITHUB else f"--wheel {WHEEL}"
        place.run(f"connectform init --ci {kind} {more} {place.directory}")
        repository.commit("Add pipelines", {})
        place.run(
            f"connectform apply --project {place.directory} --auto-approve && rm apply-result.json"
        )
        yield place


class Normal:
    """Texts without what differs from run to run; the same thing has the same name throughout."""

    def __init__(self, forge_url: str) -> None:
        self._forge = forge_url
        self._names: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        text = text.replace(self._forge, "https://forge.example")
        text = re.sub(r"sha256:[0-9a-f]{64}", lambda found: self._name(found[0], "DIGEST"), text)
        text = re.sub(
            r"\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b",
            lambda found: self._name(found[0][:12], "COMMIT"),
            text,
        )
        text = re.sub(
            r"\d{4}\\?-\d\d\\?-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z|\+00:00)?", "TIME", text
        )
        return re.sub(r"\b\d+\\?\.\d s\b", "N s", text)

    def _name(self, value: str, kind: str) -> str:
        count = sum(name.startswith(kind) for name in self._names.values())
        return self._names.setdefault(value, f"{kind}-{count + 1}")
