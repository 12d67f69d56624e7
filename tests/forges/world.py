"""One view of both simulated forges, so that a test can be told once."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.ci.steps import Target, open_target
from reconcile.model.config import Secret
from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import Plan
from reconcile.model.problem import Location
from reconcile.model.project import Cluster, Project
from reconcile.redact import Redactor
from reconcile.run.context import Context
from tests.fake_clock import FakeClock
from tests.forges import github as hub
from tests.forges import gitlab as lab
from tests.forges.gitlab import PROJECT

FIRST, SECOND, THIRD = "1" * 40, "2" * 40, "3" * 40


@dataclass(slots=True, eq=False)
class World:
    """A forge with a pull request, and a job that runs for its newest commit."""

    kind: ForgeKind
    forge: Any
    pull_request: int
    clock: FakeClock
    run: int = 1
    author: str = ""

    @property
    def me(self) -> str:
        return hub.ACTIONS if self.kind is ForgeKind.GITHUB else lab.BOT

    @property
    def trouble(self):
        return self.forge.trouble

    def pipeline(
        self, commit: str = FIRST, *, run: int | None = None, workflow: str = ""
    ) -> Pipeline:
        """Return a run of the plan workflow for a commit."""
        github = self.kind is ForgeKind.GITHUB
        number = self.run if run is None else run
        return Pipeline(
            kind=self.kind,
            api_url=self.forge.url if github else f"{self.forge.url}/api/v4",
            repository="acme/connectors" if github else str(PROJECT),
            token=Secret(hub.TOKEN if github else lab.TOKEN),
            pull_request=self.pull_request,
            commit=commit,
            branch="main",
            environment="connect",
            workflow=workflow or "plan",
            order=(number, 1),
            web_url="https://forge.example/acme/connectors",
            run_url=f"https://forge.example/runs/{number}",
            manual_url="https://forge.example/apply",
        )

    @contextmanager
    def target(
        self, commit: str = FIRST, *, run: int | None = None, workflow: str = ""
    ) -> Iterator[Target]:
        """Open the forge for one run."""
        pipeline = self.pipeline(commit, run=run, workflow=workflow)
        with open_target(self.context(), pipeline, author=self.author) as it:
            yield it

    def context(self) -> Context:
        return Context(
            clock=self.clock,
            environment={},
            directory=Path(),
            redactor=Redactor(),
            rng=random.Random(7),  # noqa: S311 - jitter
        )

    def comments(self) -> list[tuple[str, str]]:
        """Return who said what on the pull request, in order."""
        if self.kind is ForgeKind.GITHUB:
            return [(e["user"]["login"], e["body"]) for e in self.forge.comments.values()]
        shown = [e for e in self.forge.notes.values() if e["of"][0] == "merge" and not e["system"]]
        return [(entry["author"]["username"], entry["body"]) for entry in shown]

    def say(self, login: str, body: str) -> int:
        """Let somebody comment on the pull request."""
        if self.kind is ForgeKind.GITHUB:
            return self.forge.comment(self.pull_request, login, body)["id"]
        return self.forge.note(("merge", self.pull_request), login, body)["id"]

    def forget_comments(self) -> None:
        """Let somebody delete all comments."""
        (self.forge.comments if self.kind is ForgeKind.GITHUB else self.forge.notes).clear()

    def issues(self) -> list[tuple[str, str]]:
        """Return title and text of all issues."""
        text = "body" if self.kind is ForgeKind.GITHUB else "description"
        return [(entry["title"], entry[text]) for entry in self.forge.issues.values()]

    def open_issues(self) -> list[int]:
        return [n for n, entry in self.forge.issues.items() if entry["state"].startswith("open")]

    def said_on_issues(self) -> list[str]:
        """Return how each comment on an issue begins, in order."""
        if self.kind is ForgeKind.GITHUB:
            found = [e for e in self.forge.comments.values() if e["issue"] in self.forge.issues]
        else:
            found = [e for e in self.forge.notes.values() if e["of"][0] == "issue"]
        return [" ".join(entry["body"].split()[:2]) for entry in found]

    def push(self, commit: str) -> None:
        """Let the pull request have another newest commit, and the next run begin."""
        self.forge.push(self.pull_request, commit)
        self.run += 1


def open_world(kind: ForgeKind, stack: ExitStack) -> World:
    """Serve a forge that has one pull request."""
    clock = FakeClock()
    github = kind is ForgeKind.GITHUB
    forge: Any = stack.enter_context(hub.github() if github else lab.gitlab())
    forge.clock = clock
    number = forge.open_pull(FIRST) if github else forge.open_request(FIRST)
    return World(kind, forge, number, clock)


def project_of(*clusters: str) -> Project:
    """Return the project of the plans, with these clusters alone."""
    place = Location("connectform.yaml", 1, 1)
    return Project(
        name="shop",
        root="/",
        path="/connectform.yaml",
        definitions=("connectors",),
        clusters={name: Cluster(name=name, urls=(), location=place) for name in clusters},
    )


def make_plan(cluster: str = "prod", digest: str = "a") -> Plan:
    """Return an empty plan for a cluster."""
    return Plan(
        project="shop",
        cluster=cluster,
        identity=ClusterIdentity(version="4.3.1", kafka_cluster_id="4L6g3nShT"),
        created_at=FakeClock().now(),
        changes=(),
        in_sync=3,
        declared=3,
        digest="sha256:" + digest * 64,
    )
