"""The commands of `connectform ci`, in order: look where this runs, read the files, write."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconcile.ci.api import Api
from reconcile.ci.bodies import failure_body, plan_body
from reconcile.ci.commands import outputs
from reconcile.ci.documents import Documents
from reconcile.ci.drift_issue import Kept, close_issues_of_gone, keep_issue
from reconcile.ci.forge import Forge
from reconcile.ci.github import GitHub
from reconcile.ci.gitlab import GitLab
from reconcile.ci.marks import Mark, MarkKind, is_given_up
from reconcile.ci.pipeline import ForgeKind, Pipeline, pipeline_of
from reconcile.ci.refusals import no_answer
from reconcile.ci.sticky import Posted, own_marks, post_comment
from reconcile.errors import ForgeError, usage
from reconcile.http.authorization import split_user_info
from reconcile.http.failures import HttpFailure
from reconcile.http.session import SessionSettings, open_session
from reconcile.model.codes import Code
from reconcile.model.drift import NotCompared
from reconcile.model.problem import Problem, Severity
from reconcile.model.project import Project, Tls
from reconcile.run.context import Context

_VERSION: Final = "2022-11-28"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where something is written, and as whom."""

    forge: Forge
    pipeline: Pipeline
    author: str = field(repr=False)


def pipeline_here(context: Context) -> Pipeline:
    """Return the pipeline that runs us; its token is kept out of all output."""
    pipeline = pipeline_of(context.environment, _event(context))
    _, within = split_user_info(pipeline.api_url)
    secrets = [pipeline.token, within.password if within else None]
    context.redactor.learn(secret.reveal() for secret in secrets if secret is not None)
    return pipeline


@contextmanager
def open_target(context: Context, pipeline: Pipeline, *, author: str = "") -> Iterator[Target]:
    """Open the forge that runs the pipeline; raise UsageError or ForgeError where that cannot be."""
    if pipeline.kind is ForgeKind.NONE:
        raise usage(
            "this is no pipeline of GitHub Actions or GitLab CI",
            hint="GITHUB_ACTIONS or GITLAB_CI would say true",
        )
    if pipeline.token is None:
        raise ForgeError(_no_token(pipeline))
    token = pipeline.token.reveal()
    github = pipeline.kind is ForgeKind.GITHUB
    headers = _github_headers(token) if github else {"PRIVATE-TOKEN": token}
    ca = context.environment.get("CI_SERVER_TLS_CA_FILE")
    secure = pipeline.api_url.startswith("https:")
    settings = SessionSettings(tls=Tls(ca=ca), secure=secure)
    try:
        with open_session(settings, clock=context.clock, redactor=context.redactor) as session:
            api = Api(
                url=pipeline.api_url,
                session=session,
                headers=headers,
                clock=context.clock,
                rng=context.rng,
                redactor=context.redactor,
            )
            forge = _forge(api, pipeline, author)
            yield Target(forge=forge, pipeline=pipeline, author=forge.author())
    except HttpFailure as failure:
        detail = context.redactor.redact(failure.detail)
        raise no_answer(pipeline.api_url, detail) from failure


def comment_plans(
    target: Target, documents: Documents, *, links: Mapping[str, str]
) -> Sequence[tuple[str, Posted]]:
    """Write the comment of each cluster on the pull request; return what became of each.

    `links` are the project's.
    """
    plans = [
        (
            _plan_mark(target.pipeline, plan.project, plan.cluster, plan.digest),
            lambda mark, plan=plan: plan_body(
                plan, mark, target.pipeline, links, documents.findings_about(plan)
            ),
        )
        for plan in documents.plans
    ]
    failures = [
        (
            _plan_mark(target.pipeline, failure.project, failure.cluster, ""),
            lambda mark, failure=failure: failure_body(failure, mark, target.pipeline),
        )
        for failure in documents.failures
    ]
    number = target.pipeline.pull_request or 0
    return [
        (mark.cluster, post_comment(target.forge, number, target.author, mark, render))
        for mark, render in [*plans, *failures]
    ]


def comment_no_plan(target: Target, problems: Sequence[Problem]) -> None:
    """Replace all our plans on the pull request where there is none any more, and say why."""
    number = target.pipeline.pull_request or 0
    known = own_marks(target.forge, number, target.author)
    failures = tuple(
        NotCompared(project=mark.project, cluster=mark.cluster, problems=tuple(problems))
        for mark in known
        if mark.kind is MarkKind.PLAN
    )
    comment_plans(target, Documents(failures=failures), links={})


def comment_given_up(target: Target, project: Project) -> Sequence[tuple[str, Posted]]:
    """Replace the comments of clusters that the project does not declare any more, and say so."""
    number = target.pipeline.pull_request or 0
    known = own_marks(target.forge, number, target.author)
    gone = {mark.cluster for mark in known if is_given_up(mark, MarkKind.PLAN, project)}
    failures = tuple(
        NotCompared(project=project.name, cluster=name, problems=(_not_declared(name, project),))
        for name in sorted(gone)
    )
    return comment_plans(target, Documents(failures=failures), links={})


def keep_issues(
    context: Context, target: Target, documents: Documents, *, links: Mapping[str, str]
) -> Sequence[tuple[str, Kept]]:
    """Keep the issue of each cluster that was compared; what was not compared is left alone."""
    return [
        (
            drift.cluster,
            keep_issue(
                target.forge,
                drift,
                target.pipeline,
                author=target.author,
                now=context.clock.now(),
                links=links,
            ),
        )
        for drift in documents.drifts
    ]


def close_given_up(
    context: Context, target: Target, project: Project
) -> Sequence[tuple[str, Kept]]:
    """Close the issues of clusters that the project does not declare any more, and say so."""
    now = context.clock.now()
    return close_issues_of_gone(
        target.forge, project, target.pipeline, author=target.author, now=now
    )


def write_outputs(pipeline: Pipeline, values: Mapping[str, str]) -> None:
    """Give values to the steps that follow, where GitHub runs us."""
    if pipeline.output_file and values:
        delimiter = f"connectform-{secrets.token_hex(16)}"
        with Path(pipeline.output_file).open("a", encoding="utf-8") as file:
            file.write(outputs(values, delimiter=delimiter))


def _event(context: Context) -> Mapping[str, Any]:
    path = context.environment.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _forge(api: Api, pipeline: Pipeline, author: str) -> Forge:
    if pipeline.kind is ForgeKind.GITHUB:
        return GitHub(api=api, repository=pipeline.repository, writer=author)
    return GitLab(api=api, project=pipeline.repository, writer=author, web_url=pipeline.web_url)


def _github_headers(token: str) -> Mapping[str, str]:
    return {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "X-GitHub-Api-Version": _VERSION,
    }


def _plan_mark(pipeline: Pipeline, project: str, cluster: str, digest: str) -> Mark:
    return Mark(
        kind=MarkKind.PLAN,
        project=project,
        cluster=cluster,
        workflow=pipeline.workflow,
        order=pipeline.order,
        commit=pipeline.commit,
        digest=digest,
    )


def _not_declared(cluster: str, project: Project) -> Problem:
    return Problem(
        code=Code.UNKNOWN_CLUSTER,
        message=f"{cluster} is no longer declared in the project {project.name}",
        hint="its connectors stay as they are; what stood here before counts no more",
        severity=Severity.NOTICE,
    )


def _no_token(pipeline: Pipeline) -> Problem:
    github = pipeline.kind is ForgeKind.GITHUB
    return Problem(
        code=Code.FORGE_NOT_AUTHENTICATED,
        message="there is no token to write with",
        hint='env: {GITHUB_TOKEN: "${{ github.token }}"} gives the job\'s own'
        if github
        else "CONNECTFORM_GITLAB_TOKEN is to hold a project access token with the scope api;"
        " CI_JOB_TOKEN may not write notes",
    )
