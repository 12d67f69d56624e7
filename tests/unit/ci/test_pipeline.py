"""Which pipeline this is, from its environment."""

import pytest

from reconcile.ci.pipeline import ForgeKind, pipeline_of
from reconcile.ci.refusals import no_answer, refused, too_many_requests

GITHUB = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "acme/connectors",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_RUN_ID": "991",
    "GITHUB_RUN_NUMBER": "17",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_SHA": "f" * 40,
    "GITHUB_WORKFLOW_REF": "acme/connectors/.github/workflows/plan.yml@refs/pull/7/merge",
    "GITHUB_TOKEN": "ghs_secret",
}
EVENT = {
    "pull_request": {
        "number": 7,
        "head": {"sha": "a" * 40, "repo": {"full_name": "acme/connectors"}},
    }
}
GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
    "CI_COMMIT_SHA": "f" * 40,
    "CI_JOB_ID": "123",
    "CI_JOB_NAME": "connectform-plan",
    "CI_JOB_URL": "https://gitlab.example.com/jobs/123",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
    "CI_PIPELINE_IID": "17",
    "CI_PIPELINE_URL": "https://gitlab.example.com/pipelines/9",
    "CI_PROJECT_ID": "42",
    "GITLAB_TOKEN": "glpat-secret",
}


def test_github_actions():
    found = pipeline_of(GITHUB, EVENT)

    assert found.kind is ForgeKind.GITHUB
    assert (found.repository, found.pull_request, found.commit) == ("acme/connectors", 7, "a" * 40)
    assert (found.workflow, found.order) == (".github/workflows/plan.yml", (17, 2))
    assert found.run_url == "https://github.com/acme/connectors/actions/runs/991"
    assert found.manual_url == "https://github.com/acme/connectors/actions/workflows/apply.yml"
    assert not found.fork
    assert "ghs_secret" not in repr(found)


def test_a_push_is_for_no_pull_request():
    found = pipeline_of(GITHUB, {"ref": "refs/heads/main"})

    assert (found.pull_request, found.commit, found.fork) == (None, "f" * 40, False)


def test_a_workflow_of_another_name_is_started_by_hand_under_it():
    environment = GITHUB | {"GITHUB_WORKFLOW_REF": "acme/connectors/.github/workflows/go.yaml@main"}

    found = pipeline_of(environment, {})

    assert found.manual_url == "https://github.com/acme/connectors/actions/workflows/go.yaml"


@pytest.mark.parametrize(
    ("environment", "repository", "strange"),
    [
        ({}, "mallory/connectors", True),
        ({}, None, True),  # the fork is gone
        ({"GITHUB_ACTOR": "dependabot[bot]"}, "acme/connectors", True),
        ({"GITHUB_ACTOR": "ada"}, "acme/connectors", False),
    ],
)
def test_forks_and_dependabot_get_no_secrets(environment, repository, strange):
    origin = {"full_name": repository} if repository else None
    event = {"pull_request": {"number": 7, "head": {"sha": "a" * 40, "repo": origin}}}

    assert pipeline_of(GITHUB | environment, event).fork is strange


def test_github_enterprise():
    own = {
        "GITHUB_API_URL": "https://git.example.com/api/v3/",
        "GITHUB_SERVER_URL": "https://git.example.com/",
    }

    found = pipeline_of(GITHUB | own, EVENT)

    assert found.api_url == "https://git.example.com/api/v3"
    assert found.manual_url.startswith("https://git.example.com/acme/connectors/actions/")


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (GITHUB, ["GITHUB_API_URL", "GITHUB_SERVER_URL"]),
        (GITLAB, ["CI_API_V4_URL", "CI_PROJECT_URL", "CI_PIPELINE_URL", "CI_JOB_URL"]),
    ],
    ids=["github", "gitlab"],
)
def test_a_password_in_an_address_is_not_shown(environment, names):
    addresses = dict.fromkeys(names, "https://ada:hunter2@git.example.com:8443/x")

    found = pipeline_of(environment | addresses, {})
    refusals = [
        refused(status, "", found.api_url, "/issues", "it").problems[0]
        for status in (401, 403, 404, 500)
    ]
    refusals += no_answer(found.api_url, "silence").problems
    refusals += too_many_requests(found.api_url, 5.0).problems

    assert "hunter2" not in f"{found} {found.web_url} {found.run_url} {found.manual_url}"
    assert all("git.example.com:8443 " in problem.message for problem in refusals)
    assert "ada" not in str(refusals)


def test_gitlab_ci():
    found = pipeline_of(GITLAB, {})

    assert found.kind is ForgeKind.GITLAB
    assert (found.api_url, found.repository) == ("https://gitlab.example.com/api/v4", "42")
    assert (found.pull_request, found.commit, found.order) == (7, "f" * 40, (17, 123))
    assert found.run_url == "https://gitlab.example.com/jobs/123"
    assert not found.fork
    assert "glpat-secret" not in repr(found)


def test_gitlab_starts_an_apply_by_hand_in_the_pipeline_of_the_merge():
    merged = {key: value for key, value in GITLAB.items() if "MERGE_REQUEST" not in key}
    asked = GITLAB | {"CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/acme/shop"}

    assert pipeline_of(merged, {}).manual_url == "https://gitlab.example.com/pipelines/9"
    assert pipeline_of(asked, {}).manual_url == "https://gitlab.example.com/acme/shop/-/pipelines"


def test_a_pipeline_of_merged_results_is_for_the_commit_that_was_pushed():
    found = pipeline_of(GITLAB | {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "b" * 40}, {})

    assert found.commit == "b" * 40


def test_a_merge_request_from_a_fork_speaks_of_the_target_project():
    fork = {"CI_PROJECT_ID": "99", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99"}

    found = pipeline_of(GITLAB | fork, {})

    assert (found.repository, found.fork) == ("42", True)


def test_the_token_for_connectform_comes_first():
    found = pipeline_of(GITLAB | {"CONNECTFORM_GITLAB_TOKEN": "glpat-ours"}, {})

    assert found.token is not None
    assert found.token.reveal() == "glpat-ours"


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "false"}])
def test_no_pipeline_of_ours(environment):
    assert pipeline_of(environment, {}).kind is ForgeKind.NONE


def test_an_event_of_another_form_is_no_pull_request():
    for event in ({"pull_request": None}, {"pull_request": []}, {"pull_request": {"number": "x"}}):
        assert pipeline_of(GITHUB, event).pull_request is None
