"""Our workflow files, and those that users copy, pass the linters, pin what they use, and ask for little."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reconcile.ci.pipeline import ForgeKind
from reconcile.ci.scaffold import scaffold_ci
from reconcile.errors import UsageError
from tests.cli.harness import ROOT
from tests.forges.expressions import holds
from tests.forges.jobs import ACTION, extended, read_yaml
from tests.forges.sites import WHEEL
from tests.requirements import require

OURS = sorted((ROOT / ".github/workflows").glob("*.yml"))
_USES = re.compile(
    r"^\s*(?:- )?uses: (?P<name>\S+?)(?:@(?P<pin>\S+))?(?P<comment>  # v\S+)?$", re.MULTILINE
)
_EVERY_INPUT = """\
on: push
permissions: {{}}
jobs:
  every:
    runs-on: ubuntu-latest
    steps:
      - id: ours
        uses: ./
        with: {{{inputs}}}
      - run: echo "$SAID"
        env:
          SAID: {outputs}
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A repository with the workflows that users copy, and our action in it."""
    folder = tmp_path_factory.mktemp("copied")
    scaffold_ci(folder, ForgeKind.GITHUB, action=ACTION)
    scaffold_ci(folder, ForgeKind.GITLAB, wheel=WHEEL)
    return folder


def workflows_of(folder):
    return sorted((folder / ".github/workflows").glob("*.yml"))


def run(*command, folder):
    return subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )


def lint(folder, *files):
    """Run actionlint, with shellcheck for the scripts."""
    actionlint = require("actionlint", "checking workflows; .ci/actionlint builds it")
    shellcheck = require("shellcheck", "checking scripts")
    done = run(actionlint, "-no-color", "-shellcheck", shellcheck, *files, folder=folder)
    return done.stdout + done.stderr


def test_actionlint_finds_nothing_in_our_workflows():
    assert lint(ROOT, *OURS) == ""


def test_actionlint_finds_nothing_in_what_users_copy(copied):
    assert lint(copied, *workflows_of(copied)) == ""


def test_actionlint_knows_every_input_and_output_of_our_action(tmp_path):
    action = read_yaml(ROOT / "action.yml")
    shutil.copy(ROOT / "action.yml", tmp_path)
    inputs = ", ".join(f'{name}: ""' for name in action["inputs"])
    outputs = " ".join(f"${{{{ steps.ours.outputs.{name} }}}}" for name in action["outputs"])
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()  # actionlint looks for the root of the repository
    text = _EVERY_INPUT.format(inputs=inputs, outputs=outputs)
    (folder / "every.yml").write_text(text)

    assert lint(tmp_path, folder / "every.yml") == ""

    (folder / "every.yml").write_text(text.replace("with: {", "with: {unknown: x, "))
    assert 'input "unknown" is not defined' in lint(tmp_path, folder / "every.yml")


@pytest.mark.parametrize(
    "name", [".github/action.sh", ".ci/run", ".ci/actionlint", ".ci/kubernetes", ".ci/release"]
)
def test_shellcheck_finds_nothing_in_our_scripts(name):
    done = run(require("shellcheck", "checking scripts"), ROOT / name, folder=ROOT)

    assert done.returncode == 0, done.stdout


def test_shellcheck_finds_nothing_in_the_scripts_of_the_pipeline_for_gitlab(copied, tmp_path):
    document = read_yaml(copied / ".gitlab/connectform.gitlab-ci.yml")
    shellcheck = require("shellcheck", "checking scripts")
    for name in (name for name in document if name.startswith("connectform-")):
        job = extended(document, name)
        script = tmp_path / f"{name}.sh"
        script.write_text("\n".join(["#!/bin/bash", *job["before_script"], *job["script"]]))
        # Variables come from GitLab, and each line is a command of its own.
        done = run(shellcheck, "--exclude=SC2154", script, folder=tmp_path)
        assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing_in_the_containerfile():
    done = run(require("hadolint", "checking the Containerfile"), "Containerfile", folder=ROOT)

    assert done.returncode == 0, done.stdout


def every_workflow(copied):
    return [*OURS, *workflows_of(copied)]


def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is(copied):
    pins = {}
    for path in every_workflow(copied):
        for found in _USES.finditer(path.read_text()):
            if found["name"].startswith("./") or found["name"] == ACTION.partition("@")[0]:
                continue
            assert re.fullmatch(r"[0-9a-f]{40}", found["pin"]), (path.name, found[0])
            assert found["comment"], (path.name, found[0])
            pins.setdefault(found["name"], set()).add((found["pin"], found["comment"]))
    assert {name for name, versions in pins.items() if len(versions) > 1} == set()
    assert "actions/checkout" in pins


def test_no_script_has_an_expression_in_it(copied):
    action = read_yaml(ROOT / "action.yml")
    steps = list(action["runs"]["steps"])
    for path in every_workflow(copied):
        jobs = read_yaml(path)["jobs"].values()
        steps += [step for job in jobs for step in job["steps"]]
    scripts = [step["run"] for step in steps if "run" in step]

    assert scripts
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize(
    ("name", "permissions"),
    [
        ("plan.yml", {"contents": "read", "pull-requests": "write"}),
        ("apply.yml", {"contents": "write", "actions": "read", "pull-requests": "read"}),
        ("drift.yml", {"contents": "read", "issues": "write"}),
    ],
)
def test_each_job_asks_for_what_it_needs_and_no_more(copied, name, permissions):
    document = read_yaml(copied / ".github/workflows" / name)

    assert document["permissions"] == {}
    ((_, job),) = document["jobs"].items()
    assert job["permissions"] == permissions


def test_the_token_that_gitlab_is_given_may_fetch_the_plan_that_is_kept(copied):
    # https://docs.gitlab.com/ci/yaml/#artifactsaccess: developer keeps out the role Reporter
    path = copied / ".gitlab/connectform.gitlab-ci.yml"
    kept = read_yaml(path)["connectform-plan"]["artifacts"]

    assert "plan.json" in kept["paths"]
    assert "role Reporter" in path.read_text()
    assert kept.get("access", "all") == "all"


def test_a_plan_never_runs_where_secrets_would_be(copied):
    for path in every_workflow(copied):
        assert "pull_request_target" not in path.read_text()
    plan = (copied / ".github/workflows/plan.yml").read_text()
    assert [line for line in plan.splitlines() if "secrets." in line and "#" not in line] == []


def test_drift_does_not_begin_at_a_full_hour(copied):
    for path in (copied / ".github/workflows/drift.yml", ROOT / ".github/workflows/drift.yml"):
        (entry,) = read_yaml(path)["on"]["schedule"]
        assert entry["cron"].split()[0] not in {"0", "00"}


def test_every_variable_of_the_script_comes_from_the_action():
    action = read_yaml(ROOT / "action.yml")
    given = set(action["runs"]["steps"][1]["env"])
    script = (ROOT / ".github/action.sh").read_text()
    used = set(re.findall(r"\$\{?([A-Z_]+)\b", script))

    assert used - given == {"GITHUB_STEP_SUMMARY"}
    assert given - used == {"GITHUB_TOKEN", "SOURCE"}


def test_an_action_that_is_not_pinned_is_refused(tmp_path):
    for action in ("acme/connectform@v1", "acme/connectform@" + "f" * 39, "connectform", "a b@c"):
        with pytest.raises(UsageError, match="not pinned"):
            scaffold_ci(tmp_path, ForgeKind.GITHUB, action=action)
    assert list(tmp_path.iterdir()) == []


def package_of(folder, wheel):
    scaffold_ci(folder, ForgeKind.GITLAB, wheel=wheel)
    document = read_yaml(folder / ".gitlab/connectform.gitlab-ci.yml")
    return document["variables"]["CONNECTFORM_PACKAGE"]


@pytest.mark.parametrize(
    ("wheel", "package"),
    [
        (WHEEL, f"connectform[kafka] @ {WHEEL}"),
        (f"connectform @ {WHEEL}", f"connectform @ {WHEEL}"),
        ("connectform[kafka]==0.1.0", "connectform[kafka]==0.1.0"),
        ("wheels/connectform-0.1.0-py3-none-any.whl", "wheels/connectform-0.1.0-py3-none-any.whl"),
    ],
)
def test_a_wheel_is_written_as_pip_takes_it(tmp_path, wheel, package):
    assert package_of(tmp_path, wheel) == package


@pytest.mark.parametrize(
    "wheel",
    [
        '"$(id)"',
        "connectform",
        "connectform>=0.1",
        "x.whl#sha256=12",
        "x.whl\nrun: y",
        "-rx.txt",
        "x.whl$HOME",
    ],
)
def test_a_wheel_that_is_not_pinned_or_not_a_plain_text_is_refused(tmp_path, wheel):
    with pytest.raises(UsageError, match="is not one file or one version"):
        scaffold_ci(tmp_path, ForgeKind.GITLAB, wheel=wheel)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_that_nobody_knows_is_asked_for(tmp_path):
    with pytest.raises(UsageError, match="its wheel has no known address"):
        scaffold_ci(tmp_path, ForgeKind.GITLAB)


def git(folder, *arguments):
    done = run("git", *arguments, folder=folder)
    assert done.returncode == 0, done.stderr


def test_pipelines_are_written_at_the_root_and_for_the_default_branch_of_a_repository(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")

    written = scaffold_ci(tmp_path / "kafka/connect", ForgeKind.GITHUB, action=ACTION)
    scaffold_ci(tmp_path / "kafka/connect", ForgeKind.GITLAB, wheel=WHEEL)

    assert written.branch == "trunk"
    assert not (tmp_path / "kafka").exists()
    plan, apply, drift = (
        read_yaml(tmp_path / f".github/workflows/{name}.yml") for name in ("plan", "apply", "drift")
    )
    assert plan["on"]["pull_request"]["branches"] == ["trunk"]
    assert apply["on"]["push"]["branches"] == ["trunk"]
    assert holds(apply["jobs"]["apply"]["if"], {"github": {"ref": "refs/heads/trunk"}})
    given = {
        name: step["with"]
        for document in (plan, apply, drift)
        for job in document["jobs"].values()
        for step in job["steps"]
        if (name := step.get("with", {}).get("command"))
    }
    assert given["plan"]["project"] == "base/kafka/connect"
    assert given["plan"]["definitions-from"] == "pull-request/kafka/connect"
    assert {found["directory"] for found in given.values()} == {"kafka/connect"}
    assert given["apply"]["project"] == given["drift"]["project"] == "kafka/connect"
    document = read_yaml(tmp_path / ".gitlab/connectform.gitlab-ci.yml")
    assert document["variables"]["CONNECTFORM_DIRECTORY"] == "./kafka/connect"


def test_actionlint_finds_nothing_in_workflows_for_a_project_in_a_folder(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    scaffold_ci(tmp_path / "kafka/connect", ForgeKind.GITHUB, action=ACTION)

    assert lint(tmp_path, *workflows_of(tmp_path)) == ""


def test_the_branch_is_the_one_that_the_remote_names(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch=feature")
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/master")

    assert scaffold_ci(tmp_path, ForgeKind.GITHUB, action=ACTION).branch == "master"
    assert "@" not in re.sub(r"\S+@[0-9a-f]{40}", "", all_text(tmp_path))


@pytest.mark.parametrize(("branch", "folder"), [("it's", "."), ("main", "a'b"), ("main", "-x")])
def test_what_cannot_stand_in_a_workflow_is_refused(tmp_path, branch, folder):
    git(tmp_path, "init", "--quiet", f"--initial-branch={branch}")

    with pytest.raises(UsageError, match="cannot stand in a workflow"):
        scaffold_ci(tmp_path / folder, ForgeKind.GITHUB, action=ACTION)
    assert not (tmp_path / ".github").exists()


def all_text(folder):
    return "".join(path.read_text() for path in workflows_of(folder))


def test_files_that_are_there_stay_as_they_are(tmp_path):
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/plan.yml").write_text("mine")

    with pytest.raises(UsageError, match=re.escape(".github/workflows/plan.yml exists already")):
        scaffold_ci(tmp_path, ForgeKind.GITHUB, action=ACTION)

    assert [path.name for path in Path(tmp_path).rglob("*.yml")] == ["plan.yml"]


def test_an_apply_by_hand_runs_for_main_alone(copied):
    for path in (copied / ".github/workflows/apply.yml", ROOT / ".github/workflows/apply.yml"):
        ((_, job),) = read_yaml(path)["jobs"].items()
        assert holds(job["if"], {"github": {"ref": "refs/heads/main"}})
        assert not holds(job["if"], {"github": {"ref": "refs/heads/feature"}})


def test_what_installs_connectform_imports_nothing_from_a_checkout(copied):
    action = read_yaml(ROOT / "action.yml")
    document = read_yaml(copied / ".gitlab/connectform.gitlab-ci.yml")
    lines = [action["runs"]["steps"][0]["run"], *document[".connectform"]["before_script"]]
    commands = [line for text in lines for line in text.splitlines() if " -m " in line]

    assert len(commands) == 4
    assert [line for line in commands if " -I -m " not in line] == []
