"""Plan, show what came of it, and keep it in files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from reconcile.cli.exits import Exit, worst
from reconcile.cli.opening import open_project
from reconcile.cli.options import OutputFormat
from reconcile.cli.rendering import Links, Reports, plan_writers, write_reports
from reconcile.cli.shell import Shell, write_document
from reconcile.cli.showing import (
    failures_of,
    findings_of,
    note_failures,
    note_findings,
    plans_of,
    show_plans,
)
from reconcile.desired.project import LoadedProject, with_definitions_from
from reconcile.errors import DefinitionError, LedgerError, usage
from reconcile.model.plan import ValidationMode
from reconcile.plan.document import plans_document
from reconcile.run.drifting import not_compared
from reconcile.run.planning import NotPlanned, Planned, PlanRequest, plan_clusters
from reconcile.run.refusing import with_refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of which clusters, from where, and what is to become of the plans."""

    clusters: list[str] | None
    all_clusters: bool
    definitions_from: Path | None
    reports: Reports
    out: Path | None
    detailed_exitcode: bool


def show_planned(shell: Shell, request: PlanRequest, wanted: Wanted) -> Exit:
    """Show how clusters differ from git; reports are written where there is no plan, too."""
    loaded, chosen = open_project(shell, wanted.clusters, wanted.all_clusters)
    links = loaded.project.links
    if wanted.definitions_from is not None:
        loaded = _unreviewed(shell, loaded, request, wanted.definitions_from)
    try:
        with plan_clusters(shell.context, loaded, replace(request, clusters=chosen)) as found:
            planned = tuple(map(with_refusals, found))
            code = _show(shell, planned, wanted, links)
    except (DefinitionError, LedgerError) as error:
        name = loaded.project.name
        failed = [not_compared(shell.context, name, each, error.problems) for each in chosen]
        write_reports(shell, wanted.reports, plan_writers((), links=links, failed=failed))
        raise
    changes = any(item.changes for item in plans_of(planned))
    return worst(code, Exit.CHANGES if wanted.detailed_exitcode and changes else Exit.FINE)


def _show(
    shell: Shell, planned: Sequence[Planned | NotPlanned], wanted: Wanted, links: Links
) -> Exit:
    plans, failed = plans_of(planned), failures_of(shell, planned)
    if wanted.reports.as_text:
        show_plans(shell, planned)
    findings = findings_of(shell, planned)
    writers = plan_writers(plans, links=links, failed=failed, findings=findings)
    write_reports(shell, wanted.reports, writers)
    code = worst(note_findings(shell, planned), note_failures(shell, planned))
    if wanted.out is not None and not failed:
        write_document(
            shell, document=plans_document(plans), output=OutputFormat.TEXT, json_out=wanted.out
        )
        if not any(plan.refusals for plan in plans):
            shell.terminal.say(
                f"\nTo carry out exactly this: connectform apply {quote(str(wanted.out))}"
            )
    return code


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
