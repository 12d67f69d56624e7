"""Tell from the environment which pipeline this is, and what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from reconcile.model.config import Secret
from reconcile.run.identity import run_url_of, shown_url

_GITHUB_API: Final = "https://api.github.com"
_GITHUB: Final = "https://github.com"
_GITLAB_TOKENS: Final = ("CONNECTFORM_GITLAB_TOKEN", "GITLAB_TOKEN")
_APPLY: Final = "apply.yml"
_DEPENDABOT: Final = "dependabot[bot]"

Order = tuple[int, int]


class ForgeKind(StrEnum):
    """What runs the pipeline."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One run of a pipeline.

    `repository` is `owner/name` on GitHub and the number of the project on GitLab. `commit` is the
    newest commit of the pull request, where there is one, and not the merge of it; `branch` is what
    was pushed to, and `environment` what the job deploys to, on GitLab. `order` grows
    from run to run of one `workflow`, and with each attempt of a run. `web_url` is where people see
    the repository, `manual_url` is where
    somebody starts an apply by hand. `fork` tells that the code is a stranger's, so that the job
    has no secrets and its token only reads.
    """

    kind: ForgeKind
    api_url: str = field(default="", repr=False)
    repository: str = ""
    token: Secret | None = None
    pull_request: int | None = None
    commit: str = ""
    branch: str = ""
    environment: str = ""
    workflow: str = ""
    order: Order = (0, 0)
    web_url: str = ""
    run_url: str = ""
    manual_url: str = ""
    fork: bool = False
    output_file: str = field(default="", repr=False)
    summary_file: str = field(default="", repr=False)


def pipeline_of(environment: Mapping[str, str], event: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline that an environment describes; `event` is GitHub's own record of it."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment, event)
    if environment.get("GITLAB_CI") == "true":
        return _gitlab(environment)
    return Pipeline(kind=ForgeKind.NONE)


def _github(environment: Mapping[str, str], event: Mapping[str, Any]) -> Pipeline:
    """Read the default variables of GitHub Actions.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    repository = environment.get("GITHUB_REPOSITORY", "")
    server = shown_url(environment.get("GITHUB_SERVER_URL", _GITHUB)).rstrip("/")
    workflow = _workflow(environment, repository)
    request = _mapping(event.get("pull_request"))
    head = _mapping(request.get("head"))
    return Pipeline(
        kind=ForgeKind.GITHUB,
        api_url=environment.get("GITHUB_API_URL", _GITHUB_API).rstrip("/"),
        repository=repository,
        token=_token(environment, "GITHUB_TOKEN"),
        pull_request=_number(request.get("number")),
        commit=str(head.get("sha") or environment.get("GITHUB_SHA", "")),
        branch=environment.get("GITHUB_REF_NAME", ""),
        workflow=workflow,
        order=(
            _number(environment.get("GITHUB_RUN_NUMBER")) or 0,
            _number(environment.get("GITHUB_RUN_ATTEMPT")) or 0,
        ),
        web_url=f"{server}/{repository}",
        run_url=run_url_of(environment),
        manual_url=f"{server}/{repository}/actions/workflows/{_started_by_hand(workflow, request)}",
        fork=bool(request) and _is_strange(environment, head, repository),
        output_file=environment.get("GITHUB_OUTPUT", ""),
        summary_file=environment.get("GITHUB_STEP_SUMMARY", ""),
    )


def _is_strange(environment: Mapping[str, str], head: Mapping[str, Any], repository: str) -> bool:
    """Tell whether GitHub gives this job no secrets: forks, and Dependabot's pull requests."""
    origin = _mapping(head.get("repo")).get("full_name")
    return origin != repository or environment.get("GITHUB_ACTOR") == _DEPENDABOT


def _workflow(environment: Mapping[str, str], repository: str) -> str:
    """Return the path of the workflow's file, whichever branch it is from."""
    reference = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    path = reference.removeprefix(f"{repository}/")
    return path or environment.get("GITHUB_WORKFLOW", "")


def _started_by_hand(workflow: str, request: Mapping[str, Any]) -> str:
    """Return the file of the workflow that applies: this one, unless it is for a pull request."""
    name = workflow.rpartition("/")[2]
    return name if name.endswith((".yml", ".yaml")) and not request else _APPLY


def _gitlab(environment: Mapping[str, str]) -> Pipeline:
    """Read the predefined variables of GitLab CI/CD.

    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    project = environment.get("CI_PROJECT_ID", "")
    request = environment.get("CI_MERGE_REQUEST_IID")
    target = environment.get("CI_MERGE_REQUEST_PROJECT_ID", project)
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", target)
    token = next((name for name in _GITLAB_TOKENS if environment.get(name)), "")
    # In a pipeline of merged results CI_COMMIT_SHA is a merge that is in no branch.
    head = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
    own_url = environment.get("CI_PROJECT_URL", "")
    web_url = shown_url(environment.get("CI_MERGE_REQUEST_PROJECT_URL", own_url))
    return Pipeline(
        kind=ForgeKind.GITLAB,
        api_url=environment.get("CI_API_V4_URL", "").rstrip("/"),
        repository=quote(target if request else project, safe=""),
        token=_token(environment, token),
        pull_request=_number(request),
        commit=head or environment.get("CI_COMMIT_SHA", ""),
        branch=environment.get("CI_COMMIT_BRANCH", ""),
        environment=environment.get("CI_ENVIRONMENT_NAME", ""),
        workflow=environment.get("CI_JOB_NAME", ""),
        order=(
            _number(environment.get("CI_PIPELINE_IID")) or 0,
            _number(environment.get("CI_JOB_ID")) or 0,
        ),
        web_url=web_url,
        run_url=run_url_of(environment),
        # The job that is started by hand is in the pipeline of the merge, which is still to come.
        manual_url=f"{web_url}/-/pipelines"
        if request
        else shown_url(environment.get("CI_PIPELINE_URL", "")),
        fork=source != target,
    )


def _token(environment: Mapping[str, str], name: str) -> Secret | None:
    text = environment.get(name, "")
    return Secret(text) if text else None


def _number(value: object) -> int | None:
    text = str(value) if value is not None else ""
    return int(text) if text.isascii() and text.isdigit() else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
