"""The command drift."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.cli.changing import BaseOption
from reconcile.cli.exits import Exit, worst
from reconcile.cli.options import (
    AllClustersOption,
    ClusterOption,
    ExcludeOption,
    JsonOutOption,
    OutputFormat,
    PageOutputOption,
    PageReportOption,
    SelectOption,
    selection_of,
)
from reconcile.cli.shell import Shell
from reconcile.model.drift import Aside
from reconcile.model.plan import ValidationMode

if TYPE_CHECKING:
    from reconcile.run.drifting import Drifts

FailOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="WHAT",
        help="Also exit with 2 for: unmanaged, orphaned, unhealthy (repeatable, or with commas).",
    ),
]


def drift(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    no_secrets: Annotated[
        bool, typer.Option("--no-secrets", help="Leave secrets unresolved and uncompared.")
    ] = False,
    base: BaseOption = "",
    fail_on: FailOnOption = None,
    output: PageOutputOption = OutputFormat.TEXT,
    report: PageReportOption = None,
    json_out: JsonOutOption = None,
) -> Exit:
    """Report what was changed by hand; exit with 2 where something was.

    Config, target state and missing connectors count. Unmanaged, orphaned, unhealthy and held ones
    are listed apart, and how much of each cluster git declares. Each difference comes with the two
    commands that settle it. A cluster that cannot be read exits with 1 and hides no other.
    """
    from reconcile.cli.opening import open_project
    from reconcile.cli.rendering import drift_writers, reports_of, write_reports
    from reconcile.cli.showing import note_failures, note_findings
    from reconcile.errors import DefinitionError, LedgerError
    from reconcile.run.drifting import drifts_of, not_compared
    from reconcile.run.planning import PlanRequest, plan_clusters

    also = _asides(fail_on or [])
    reports = reports_of(output, report, json_out)
    loaded, chosen = open_project(shell, cluster, all_clusters)
    request = PlanRequest(
        clusters=chosen,
        selection=selection_of(select, exclude),
        validation=ValidationMode.OFF,
        secrets=not no_secrets,
        base=base,
        lint=False,
    )
    try:
        with plan_clusters(shell.context, loaded, request) as planned:
            drifts = drifts_of(shell.context, planned, fail_on=also)
            if reports.as_text:
                _show(shell, drifts)
            writers = drift_writers(drifts.found, drifts.failed, links=loaded.project.links)
            write_reports(shell, reports, writers)
            code = worst(note_findings(shell, planned), note_failures(shell, planned))
    except (DefinitionError, LedgerError) as error:
        name = loaded.project.name
        failed = [not_compared(shell.context, name, each, error.problems) for each in chosen]
        write_reports(shell, reports, drift_writers((), failed, links={}))
        raise
    dirty = any(found.counts for found in drifts.found)
    return worst(code, Exit.CHANGES if dirty else Exit.FINE)


def _show(shell: Shell, drifts: "Drifts") -> None:
    from reconcile.report.drift_text import drift_lines, not_compared_line

    for found in drifts.found:
        shell.terminal.show(drift_lines(found))
    if drifts.failed:
        shell.terminal.show([not_compared_line(drifts.failed)])


def _asides(given: list[str]) -> tuple[Aside, ...]:
    from reconcile.errors import usage

    words = [word.strip() for text in given for word in text.split(",")]
    known = ", ".join(Aside)
    for word in words:
        if word not in set(Aside):
            raise usage(f"--fail-on knows no {word!r}", hint=f"known: {known}")
    return tuple(Aside(word) for word in words)
