"""What pipelines call, as real processes: outside of one, and where something is missing."""

import json

import pytest

from tests.forges import github as hub
from tests.forges.jobs import read_outputs

ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/connectors", "GITHUB_SHA": "a" * 40}


@pytest.fixture
def planned(workplace):
    """A project with a plan in plan.json."""
    workplace.write_sink("orders-sink")
    assert workplace.run("plan", "--json-out", "plan.json").code == 0
    return workplace


@pytest.mark.parametrize("name", ["comment", "drift-issue"])
def test_outside_of_a_pipeline_nothing_can_be_written(planned, name):
    done = planned.run("ci", name, "plan.json")

    assert done.code == 64
    assert "no pipeline of GitHub Actions or GitLab CI" in done.err


def test_outside_of_a_pipeline_a_summary_is_markdown(planned):
    done = planned.run("ci", "summary", "plan.json", "--by-hand")

    assert done.code == 0, done.err
    assert done.out.startswith("## Plan for local\n")
    assert "### What is left" in done.out


def test_outside_of_a_pipeline_annotations_are_for_nobody(planned):
    assert planned.run("ci", "annotate", "plan.json").out == ""


def test_github_is_given_a_summary_and_outputs(planned):
    files = {
        "GITHUB_OUTPUT": str(planned.folder / "output"),
        "GITHUB_STEP_SUMMARY": str(planned.folder / "summary"),
    }
    done = planned.run("ci", "summary", "plan.json", "--exit-code", "2", **ACTIONS, **files)

    assert (done.code, done.out) == (0, "")
    assert "**Plan: 1 to add" in (planned.folder / "summary").read_text()
    found = read_outputs((planned.folder / "output").read_text())
    assert (found["has-changes"], found["add"], found["exit-code"]) == ("true", "1", "2")
    digest = json.loads((planned.folder / "plan.json").read_text())["plans"][0]["digest"]
    assert found["plan-digest"] == digest


def test_gitlab_is_given_a_folded_section_of_the_log(planned):
    done = planned.run("ci", "summary", "plan.json", GITLAB_CI="true")

    assert done.out.startswith("\x1b[0Ksection_start:")
    assert done.out.rstrip("\n").endswith("\x1b[0K")
    assert done.out.count("\x1b") == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file"),
        ("{", "no JSON"),
        ("[]", "does not have the form"),
        ('{"kind": "drift"}', "does not have the form"),
        ('{"kind": "plan", "format_version": "9.0"}', "format is 9.0"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(workplace, text, reason):
    if text is not None:
        workplace.write("report.json", text)

    done = workplace.run("ci", "summary", "report.json")

    assert done.code == 1
    assert "report.json" in done.err
    assert reason in done.err


def test_a_push_has_nothing_to_comment_on(planned):
    done = planned.run("ci", "comment", "plan.json", **ACTIONS)

    assert done.code == 0
    assert "not for a pull request" in done.err


def test_without_a_token_it_says_which(planned):
    done = planned.run("ci", "drift-issue", "plan.json", **ACTIONS)

    assert done.code == 1
    assert "there is no token" in done.err
    assert "GITHUB_TOKEN" in done.err


def test_what_is_commented_where_no_plan_could_be_made(planned):
    with hub.github() as forge:
        number = forge.open_pull("a" * 40)
        event = {"pull_request": {"number": number, "head": _head()}}
        here = {
            **ACTIONS,
            "GITHUB_API_URL": forge.url,
            "GITHUB_EVENT_PATH": str(planned.write("event.json", json.dumps(event))),
            "GITHUB_TOKEN": hub.TOKEN,
        }
        assert planned.run("ci", "comment", "plan.json", **here).code == 0

        done = planned.run("ci", "comment", "missing.json", **here)

        (entry,) = forge.comments.values()
    assert done.code == 1
    assert "No plan for local" in entry["body"]
    assert "missing.json" in entry["body"]
    assert hub.TOKEN not in done.both


def _head():
    return {"sha": "a" * 40, "repo": {"full_name": "acme/connectors"}}


def test_unreviewed_definitions_go_with_no_secret_and_to_no_worker(workplace):
    for given in ([], ["--no-secrets"], ["--validate", "schema"]):
        done = workplace.run("plan", "--definitions-from", "other", *given)
        assert done.code == 64, done.both
        assert "add --no-secrets --validate schema" in done.err


def test_a_folder_of_definitions_that_is_not_there_is_named(workplace):
    given = ("--no-secrets", "--validate", "schema")
    done = workplace.run("plan", "--definitions-from", "other", *given)

    assert done.code == 1
    assert "there is no folder" in done.err


def test_links_out_of_the_folder_of_the_definitions_are_not_followed(workplace):
    outside = workplace.write("outside/secret.yaml", "apiVersion: connectform/v1\n")
    (workplace.folder / "pr/connectors").mkdir(parents=True)
    (workplace.folder / "pr/connectors/link.yaml").symlink_to(outside)
    given = ("--no-secrets", "--validate", "schema")

    done = workplace.run("plan", "--definitions-from", "pr", *given)

    assert done.code == 1
    assert "a symbolic link leads outside the project" in done.err


def test_files_that_are_wrong_leave_a_document_that_says_why_there_is_no_plan(workplace):
    workplace.write("connectors/a.yaml", "apiVersion: connectform/v1\nkind: Connector\n")

    done = workplace.run("plan", "--json-out", "plan.json")

    assert done.code == 1
    document = json.loads((workplace.folder / "plan.json").read_text())
    (failure,) = document["failures"]
    assert document["plans"] == []
    assert failure["cluster"] == "local"
    assert failure["problems"][0]["location"]["path"] == "connectors/a.yaml"


def test_an_empty_plan_approves_nothing(workplace):
    workplace.write("empty/connectors/.keep", "")
    workplace.run("plan", "--out", "empty.json")
    workplace.write_sink("orders-sink")
    document = json.loads((workplace.folder / "empty.json").read_text())
    assert document["plans"][0]["changes"] == []

    done = workplace.run("apply", "--expect", "empty.json", "--auto-approve")

    assert done.code == 4, done.both
    assert workplace.cluster.state_of("orders-sink") is None


def test_ci_is_written_into_a_project_that_is_there(workplace):
    action = "acme/connectform@" + "f" * 40

    done = workplace.run("init", "--ci", "github", "--action", action)

    assert done.code == 0, done.err
    assert done.err.splitlines()[:3] == [
        f"wrote .github/workflows/{name}.yml" for name in ("plan", "apply", "drift")
    ]
    assert "make the environment connect" in done.err
    assert action in (workplace.folder / ".github/workflows/plan.yml").read_text()


def test_what_is_still_to_do_on_the_forge_is_said(workplace):
    wheel = "connectform[kafka]==0.1.0"

    done = workplace.run("init", "new", "--ci", "gitlab", "--wheel", wheel)

    assert done.code == 0, done.err
    assert "wrote new/.gitlab/connectform.gitlab-ci.yml" in done.err
    assert "include: [{local: .gitlab/connectform.gitlab-ci.yml}]" in done.err
    assert "CONNECTFORM_GITLAB_TOKEN" in done.err


def test_an_action_that_nobody_knows_is_asked_for(workplace):
    done = workplace.run("init", "--ci", "github")

    assert done.code == 64
    assert "give --action" in done.err
