"""Carry out the commands below `connectform ci`."""

from collections.abc import Sequence
from pathlib import Path

from reconcile.ci.approvals import approvals
from reconcile.ci.commands import annotations
from reconcile.ci.documents import read_documents
from reconcile.ci.pipeline import ForgeKind, Pipeline
from reconcile.ci.steps import (
    close_given_up,
    comment_given_up,
    comment_no_plan,
    comment_plans,
    keep_issues,
    open_target,
    pipeline_here,
    write_outputs,
)
from reconcile.ci.sticky import PostedAs
from reconcile.ci.summary import LARGEST, outputs_of, summary_markdown
from reconcile.cli.exits import Exit
from reconcile.cli.options import OutputFormat
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.project import load_project
from reconcile.errors import ConnectformError, DefinitionError
from reconcile.model.project import Project
from reconcile.plan.approvals import approvals_document
from reconcile.plan.document import plans_document


def comment_on_pull_request(shell: Shell, files: Sequence[Path], author: str) -> Exit:
    """Write the comments, and say where they are."""
    pipeline = pipeline_here(shell.context)
    if pipeline.fork:
        shell.terminal.say("No comment: a pull request from a fork has a token that only reads.")
        return Exit.FINE
    if pipeline.kind is not ForgeKind.NONE and pipeline.pull_request is None:
        shell.terminal.say("No comment: this pipeline is not for a pull request.")
        return Exit.FINE
    with open_target(shell.context, pipeline, author=author) as target:
        try:
            documents = read_documents(shell.context, files)
        except DefinitionError as error:
            comment_no_plan(target, error.problems)
            raise
        project = _project(shell)
        posted = comment_plans(target, documents, links=project.links if project else {})
        if project is not None:
            posted = [*posted, *comment_given_up(target, project)]
    for cluster, each in posted:
        left = each.how is PostedAs.LEFT
        done = "left to a newer run" if left else each.how.value
        shell.terminal.say(f"{cluster}: comment {done} {each.url}".rstrip())
    write_outputs(pipeline, {"comment-url": " ".join(each.url for _, each in posted if each.url)})
    return Exit.FINE


def summarise(shell: Shell, files: Sequence[Path], *, exit_code: int | None, by_hand: bool) -> Exit:
    """Write the summary where the pipeline shows it, and the outputs."""
    pipeline = pipeline_here(shell.context)
    documents = read_documents(shell.context, files)
    project = _project(shell)
    links = project.links if project else {}
    write_outputs(pipeline, outputs_of(documents, exit_code=exit_code))
    path = Path(pipeline.summary_file) if pipeline.summary_file else None
    used = path.stat().st_size if path is not None and path.exists() else 0
    text = summary_markdown(
        documents, pipeline, room=LARGEST - used - 1, by_hand=by_hand, links=links
    )
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        return Exit.FINE
    shell.terminal.document(_section(shell, pipeline, text))
    return Exit.FINE


def annotate_files(shell: Shell, files: Sequence[Path], directory: str) -> Exit:
    """Print annotations, where something reads them."""
    pipeline = pipeline_here(shell.context)
    documents = read_documents(shell.context, files)
    if pipeline.kind is ForgeKind.GITHUB:
        found = annotations(documents.findings, directory=directory)
        shell.terminal.document("".join(f"{line}\n" for line in found))
    return Exit.FINE


def keep_drift_issues(shell: Shell, files: Sequence[Path], author: str) -> Exit:
    """Keep the issues, and say what was done about each."""
    pipeline = pipeline_here(shell.context)
    documents = read_documents(shell.context, files)
    with open_target(shell.context, pipeline, author=author) as target:
        project = _project(shell)
        links = project.links if project else {}
        kept = keep_issues(shell.context, target, documents, links=links)
        if project is not None:
            kept = [*kept, *close_given_up(shell.context, target, project)]
    for cluster, each in kept:
        shell.terminal.say(f"{cluster}: issue {each.step} {each.url}".rstrip())
    for failure in documents.unknown:
        shell.terminal.say(f"{failure.cluster}: not compared, its issue is left as it is")
    write_outputs(pipeline, {"issue-url": " ".join(each.url for _, each in kept if each.url)})
    return Exit.FINE


def fetch_approved(shell: Shell, out: Path, author: str) -> Exit:
    """Write what was approved by merging, or an empty plan."""
    pipeline = pipeline_here(shell.context)
    with open_target(shell.context, pipeline, author=author) as target:
        found = approvals(target)
    for line in found.told:
        shell.terminal.say(line)
    if not found.documents:
        shell.terminal.say("No pull request showed a plan for this commit: nothing is approved.")
    document = approvals_document(found.documents) if found.documents else plans_document(())
    write_document(shell, document=document, output=OutputFormat.TEXT, json_out=out)
    return Exit.FINE


def _project(shell: Shell) -> Project | None:
    """Return the project here; what is wrong with its file was said by the command before."""
    try:
        return load_project(shell.project, shell.context.directory).project
    except ConnectformError:
        return None


def _section(shell: Shell, pipeline: Pipeline, text: str) -> str:
    """Return a text as a part of GitLab's log that is folded away, or as it is elsewhere.

    https://docs.gitlab.com/ci/jobs/job_logs/
    """
    if pipeline.kind is not ForgeKind.GITLAB:
        return text
    now = int(shell.context.clock.now().timestamp())
    head = f"\x1b[0Ksection_start:{now}:connectform[collapsed=true]\r\x1b[0Kconnectform\n"
    return f"{head}{text}\x1b[0Ksection_end:{now}:connectform\r\x1b[0K\n"
