"""Run the jobs of our very workflow files, as GitHub and GitLab would: their steps, their variables."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cli.harness import ROOT, clean_environment
from tests.forges.expressions import evaluate, filled, holds
from tests.forges.repository import IDENTITY
from tests.prepared import path_of_commands

ACTION = "acme/connectform@" + "f" * 40


class Loader(yaml.SafeLoader):
    """YAML 1.2 for the key `on`, which YAML 1.1 takes for true."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))


def read_yaml(path: Path) -> Any:
    """Return what a workflow file holds."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506, TID251 - a safe loader


@dataclass(slots=True)
class Done:
    """What a job left behind."""

    code: int
    log: str
    folder: Path
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class GitHubJob:
    """One run of a workflow of one job."""

    workflow: Path
    checkout: Any  # (target folder, ref) -> None
    github: dict[str, Any]
    folder: Path
    environment: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    _outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    _log: list[str] = field(default_factory=list)
    _kept: dict[str, bytes] = field(default_factory=dict)
    _failed: int = 0

    def run(self) -> Done:
        """Run the steps of the job, in order."""
        self.folder.mkdir(parents=True)
        (self.folder / "temp").mkdir()
        self._temp("event.json").write_text(json.dumps(self.github["event"]))
        document = read_yaml(self.workflow)
        ((_, job),) = document["jobs"].items()
        assert document["permissions"] == {}, "least privilege"
        assert holds(job.get("if", "always()"), self._contexts({}))
        for step in job["steps"]:
            self._step(step, self._contexts({"inputs": dict(self.inputs)}), self.workspace)
        return Done(
            code=self._failed,
            log="".join(self._log),
            folder=self.workspace,
            outputs={
                key: value for found in self._outputs.values() for key, value in found.items()
            },
            summary=self._text("summary.md"),
            kept=self._kept,
        )

    @property
    def workspace(self) -> Path:
        place = self.folder / "workspace"
        place.mkdir(exist_ok=True)
        return place

    def _step(self, step: Mapping[str, Any], contexts: Mapping[str, Any], folder: Path) -> None:
        condition = step.get("if", "")
        always = "always()" in condition or "cancelled()" in condition
        if self._failed and not always:
            return
        if condition and not holds(condition, contexts):
            return
        given = {key: filled(str(v), contexts) for key, v in step.get("with", {}).items()}
        match step.get("uses", "").partition("@")[0]:
            case "":
                self._script(step, contexts, folder)
            case "actions/checkout":
                self.checkout(folder / given.get("path", "."), given.get("ref", self.github["ref"]))
            case "actions/upload-artifact":
                self._keep(given, folder)
            case _:
                assert step["uses"] == ACTION, step["uses"]
                self._action(given, folder)

    def _action(self, given: Mapping[str, str], folder: Path) -> None:
        action = read_yaml(ROOT / "action.yml")
        contexts = self._contexts({})
        inputs = {
            name: given.get(name, filled(str(entry.get("default", "")), contexts))
            for name, entry in action["inputs"].items()
        }
        assert given.keys() <= inputs.keys(), given
        for step in action["runs"]["steps"]:
            assert "${{" not in step["run"], "inputs come in by the environment alone"
            if step["name"] == "Install connectform":
                continue  # tests/package installs it; here it is the one of these tests
            self._step(step, self._contexts({"inputs": inputs}), folder)

    def _script(self, step: Mapping[str, Any], contexts: Mapping[str, Any], folder: Path) -> None:
        output = self._temp("output")
        output.write_text("")
        environment = {
            **self._default_environment(output),
            **{key: filled(str(value), contexts) for key, value in step.get("env", {}).items()},
        }
        done = run_bash(step["run"], folder, environment)
        self._log.append(done.stdout)
        self._failed = self._failed or done.returncode
        self._outputs[step.get("id", "")] = read_outputs(output.read_text())

    def _keep(self, given: Mapping[str, str], folder: Path) -> None:
        file = folder / given["path"]
        if file.exists():
            self._kept[given["name"]] = file.read_bytes()

    def _contexts(self, more: Mapping[str, Any]) -> Mapping[str, Any]:
        steps = {name: {"outputs": found} for name, found in self._outputs.items()}
        return {"github": self.github | {"action_path": str(ROOT)}, "steps": steps, **more}

    def _default_environment(self, output: Path) -> dict[str, str]:
        """Return the variables that GitHub sets, and the secrets of the job."""
        github = self.github
        return {
            **clean_environment(),
            **IDENTITY,
            **self.environment,
            "PATH": path_of_commands(),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": github["actor"],
            "GITHUB_API_URL": github["api_url"],
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_EVENT_PATH": str(self._temp("event.json")),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REF": github["ref"],
            "GITHUB_REF_NAME": github["ref"].split("/", 2)[2],
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(1_000 + github["run_number"]),
            "GITHUB_RUN_NUMBER": str(github["run_number"]),
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": github["sha"],
            "GITHUB_STEP_SUMMARY": str(self._temp("summary.md")),
            "GITHUB_WORKFLOW_REF": (
                f"{github['repository']}/.github/workflows/{self.workflow.name}@{github['ref']}"
            ),
            "RUNNER_TEMP": str(self.folder / "temp"),
        }

    def _temp(self, name: str) -> Path:
        return self.folder / "temp" / name

    def _text(self, name: str) -> str:
        file = self._temp(name)
        return file.read_text() if file.exists() else ""


@dataclass(slots=True, eq=False)
class GitLabJob:
    """One job of the pipeline; `variables` are GitLab's own, and those of the project."""

    pipeline: Path
    name: str
    folder: Path
    variables: Mapping[str, str]

    def run(self) -> Done:
        """Run the script of the job in a checkout, which stands in the folder already."""
        document = read_yaml(self.pipeline)
        job = extended(document, self.name)
        script = "\n".join(job["script"])
        deploys = (
            {"CI_ENVIRONMENT_NAME": job["environment"]["name"]} if "environment" in job else {}
        )
        done = run_bash(
            script,
            self.folder,
            {
                **self._environment(),
                **document["variables"],
                **job.get("variables", {}),
                **deploys,
                **self.variables,
            },
        )
        artifacts = job["artifacts"]
        reports = [
            path
            for paths in artifacts.get("reports", {}).values()
            for path in ([paths] if isinstance(paths, str) else paths)
        ]
        kept = {
            path: (self.folder / path).read_bytes()
            for path in (*artifacts["paths"], *reports)
            if (self.folder / path).exists()
        }
        return Done(code=done.returncode, log=done.stdout, folder=self.folder, kept=kept)

    def _environment(self) -> dict[str, str]:
        path = {"PATH": path_of_commands()}
        return {**clean_environment(), **IDENTITY, **path, "CI": "true", "GITLAB_CI": "true"}


def jobs_of(pipeline: Path, variables: Mapping[str, str]) -> list[str]:
    """Return the jobs that a pipeline has, as its rules say; those by hand are not among them."""
    document = read_yaml(pipeline)
    names = [name for name in document if name != "variables" and not name.startswith(".")]
    return [name for name in names if _is_wanted(extended(document, name), variables)]


def extended(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a job with all that it extends: https://docs.gitlab.com/ci/yaml/#extends."""
    job = document[name]
    base = extended(document, job["extends"]) if "extends" in job else {}
    return {**base, **job}


def _is_wanted(job: Mapping[str, Any], variables: Mapping[str, str]) -> bool:
    for rule in job["rules"]:
        text = re.sub(r"\$(\w+)", r"v.\1", rule["if"]).replace('"', "'")
        if evaluate(text, {"v": variables}):
            return rule.get("when") != "manual"
    return False


def run_bash(
    script: str, folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a script as both runners do: it ends at the first command that fails."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=180,
    )


def read_outputs(text: str) -> dict[str, str]:
    """Read GITHUB_OUTPUT as the runner does: `name=value`, or `name<<delimiter` and lines."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, rest = re.fullmatch(r"(.*?)(<<|=)(.*)", line).groups()
        if sign == "=":
            found[name] = rest
            continue
        value: list[str] = []
        for inner in lines:
            if inner == rest:
                break
            value.append(inner)
        else:
            raise AssertionError(f"no end of {name}")
        found[name] = "\n".join(value)
    return found
