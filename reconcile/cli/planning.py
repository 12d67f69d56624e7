"""Plan, show what came of it, and keep it in files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.cli.exits import Exit, worst
from reconcile.cli.opening import open_project
from reconcile.cli.options import OutputFormat
from reconcile.cli.shell import Shell, write_document
from reconcile.cli.showing import note_failures, note_findings, plans_of, show_plans
from reconcile.desired.project import LoadedProject, with_definitions_from
from reconcile.errors import DefinitionError, LedgerError, usage
from reconcile.model.drift import NotCompared
from reconcile.model.plan import ValidationMode
from reconcile.plan.document import plans_document
from reconcile.run.drifting import not_compared
from reconcile.run.planning import NotPlanned, Planned, PlanRequest, plan_clusters


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of which clusters, from where, and what is to become of the plans."""

    clusters: list[str] | None
    all_clusters: bool
    definitions_from: Path | None
    output: OutputFormat
    json_out: Path | None
    out: Path | None
    detailed_exitcode: bool


def show_planned(shell: Shell, request: PlanRequest, wanted: Wanted) -> Exit:
    """Show how clusters differ from git; the JSON document is written where there is no plan, too."""
    loaded, chosen = open_project(shell, wanted.clusters, wanted.all_clusters)
    if wanted.definitions_from is not None:
        loaded = _unreviewed(shell, loaded, request, wanted.definitions_from)
    try:
        with plan_clusters(shell.context, loaded, replace(request, clusters=chosen)) as planned:
            code = _show(shell, planned, wanted)
    except (DefinitionError, LedgerError) as error:
        name = loaded.project.name
        failed = [not_compared(shell.context, name, each, error.problems) for each in chosen]
        _document(shell, (), failed, wanted)
        raise
    changes = any(item.changes for item in plans_of(planned))
    return worst(code, Exit.CHANGES if wanted.detailed_exitcode and changes else Exit.FINE)


def _show(shell: Shell, planned: Sequence[Planned | NotPlanned], wanted: Wanted) -> Exit:
    plans = plans_of(planned)
    if wanted.output is OutputFormat.TEXT:
        show_plans(shell, planned)
    failed = [
        not_compared(shell.context, item.project, item.cluster.name, item.problems)
        for item in planned
        if isinstance(item, NotPlanned)
    ]
    _document(shell, planned, failed, wanted)
    code = worst(note_findings(shell, planned), note_failures(shell, planned))
    if wanted.out is not None and not failed:
        write_document(
            shell, document=plans_document(plans), output=OutputFormat.TEXT, json_out=wanted.out
        )
        shell.terminal.say(f"\nTo carry out exactly this: connectform apply {wanted.out}")
    return code


def _document(
    shell: Shell,
    planned: Sequence[Planned | NotPlanned],
    failed: Iterable[NotCompared],
    wanted: Wanted,
) -> None:
    if wanted.output is OutputFormat.JSON or wanted.json_out:
        document = plans_document(plans_of(planned), failed)
        write_document(shell, document=document, output=wanted.output, json_out=wanted.json_out)


def _unreviewed(
    shell: Shell, loaded: LoadedProject, request: PlanRequest, folder: Path
) -> LoadedProject:
    """Return the project with definitions that must see no secret and be sent to no worker."""
    if request.secrets or request.validation is ValidationMode.LIVE:
        raise usage(
            "--definitions-from is for code that nobody has reviewed: it must see no secret, and"
            " live validation sends it to the worker, which resolves placeholders and connects",
            hint="add --no-secrets --validate schema",
        )
    return with_definitions_from(loaded, shell.context.directory / folder)
