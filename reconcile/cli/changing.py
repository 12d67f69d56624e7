"""The commands plan, apply and drift."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit, worst
from reconcile.cli.options import (
    AllClustersOption,
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    JsonOutOption,
    OutputFormat,
    OutputOption,
    SelectOption,
    number_of_seconds,
    selection_of,
)
from reconcile.cli.shell import Shell, write_document
from reconcile.model.plan import ValidationMode


class OnErrorChoice(StrEnum):
    """What a failed change means for those not yet begun."""

    CONTINUE = "continue"
    STOP = "stop"


ValidateOption = Annotated[
    ValidationMode,
    typer.Option(
        "--validate",
        help="Who checks the settings: the worker (live), plugin definitions (schema), nobody (off).",
    ),
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="A validation that cannot be had is an error.")
]
PruneOption = Annotated[
    bool,
    typer.Option("--prune", help="Delete what ownership.owns matches and git no longer declares."),
]
KeepGoingOption = Annotated[
    bool,
    typer.Option("--keep-going", help="Plan the usable files even if others are not; no deletes."),
]


def plan(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    validate: ValidateOption = ValidationMode.LIVE,
    strict: StrictOption = False,
    prune: PruneOption = False,
    keep_going: KeepGoingOption = False,
    no_secrets: Annotated[
        bool,
        typer.Option("--no-secrets", help="Leave secrets unresolved: for jobs that hold none."),
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 where there are changes.")
    ] = False,
    output: OutputOption = OutputFormat.TEXT,
    json_out: JsonOutOption = None,
) -> Exit:
    """Show how clusters differ from git, and write nothing."""
    from reconcile.cli.opening import open_project
    from reconcile.cli.showing import note_failures, note_findings, plans_of, show_plans
    from reconcile.plan.document import plans_document
    from reconcile.run.planning import PlanRequest, plan_clusters

    loaded, chosen = open_project(shell, cluster, all_clusters)
    request = PlanRequest(
        clusters=chosen,
        selection=selection_of(select, exclude),
        validation=validate,
        strict=strict,
        prune=prune,
        secrets=not no_secrets,
        keep_going=keep_going,
    )
    with plan_clusters(shell.context, loaded, request) as planned:
        plans = plans_of(planned)
        if output is OutputFormat.TEXT:
            show_plans(shell, planned)
        if output is OutputFormat.JSON or json_out:
            document = plans_document(plans)
            write_document(shell, document=document, output=output, json_out=json_out)
        code = worst(note_findings(shell, planned), note_failures(shell, planned))
    changes = any(item.changes for item in plans)
    return worst(code, Exit.CHANGES if detailed_exitcode and changes else Exit.FINE)


def apply(
    shell: Shell,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    validate: ValidateOption = ValidationMode.LIVE,
    strict: StrictOption = False,
    prune: PruneOption = False,
    keep_going: KeepGoingOption = False,
    auto_approve: AutoApproveOption = False,
    allow_deletes: Annotated[
        int | None,
        typer.Option("--allow-deletes", min=0, help="The exact number of deletes, above a limit."),
    ] = None,
    allow_updates: Annotated[
        int | None,
        typer.Option("--allow-updates", min=0, help="The exact number of updates, above a limit."),
    ] = None,
    parallelism: Annotated[
        int, typer.Option("--parallelism", min=1, max=256, help="Changes written at a time.")
    ] = 32,
    on_error: Annotated[
        OnErrorChoice,
        typer.Option("--on-error", help="Whether a failed change keeps others from being begun."),
    ] = OnErrorChoice.CONTINUE,
    settle_timeout: Annotated[
        float,
        typer.Option(
            "--settle-timeout",
            min=1,
            callback=number_of_seconds,
            help="Seconds each change may take to settle.",
        ),
    ] = 120.0,
    result: Annotated[
        Path, typer.Option("--result", metavar="FILE", help="Where to write what came of it.")
    ] = Path("apply-result.json"),
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Make clusters as git says.

    Plans, shows the plan, asks, writes exactly that, and waits until it has taken effect.
    """
    from reconcile.apply.options import ApplyOptions, OnError
    from reconcile.cli.approving import ApplySettings, apply_approved, begin_record
    from reconcile.cli.opening import open_project
    from reconcile.cli.showing import note_findings, plans_of
    from reconcile.run.planning import PlanRequest, plan_clusters

    settings = ApplySettings(
        auto_approve=auto_approve,
        allow_deletes=allow_deletes,
        allow_updates=allow_updates,
        options=ApplyOptions(
            parallelism=parallelism,
            on_error=OnError(on_error.value),
            settle_timeout=settle_timeout,
        ),
        result=result,
        json_document=output is OutputFormat.JSON,
    )
    begin_record(shell, settings)
    loaded, chosen = open_project(shell, cluster, all_clusters, writing=True)
    request = PlanRequest(
        clusters=chosen,
        selection=selection_of(select, exclude),
        validation=validate,
        strict=strict,
        prune=prune,
        keep_going=keep_going,
    )
    with plan_clusters(shell.context, loaded, request) as planned:
        found = note_findings(shell, planned)
        code = apply_approved(shell, planned, settings)
        if found is Exit.FINE or code is not Exit.FINE:
            return code
        return Exit.PARTIAL if any(item.changes for item in plans_of(planned)) else found


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
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", metavar="WHAT", help="Also exit with 2 for: unmanaged."),
    ] = None,
    output: OutputOption = OutputFormat.TEXT,
    json_out: JsonOutOption = None,
) -> Exit:
    """Report what differs; exit with 2 where something does.

    Config, target state and missing connectors count; health does not.
    """
    from reconcile.cli.opening import open_project
    from reconcile.cli.showing import note_failures, note_findings, plans_of
    from reconcile.errors import usage
    from reconcile.plan.document import drifts_document
    from reconcile.plan.drift import drift_of
    from reconcile.report.drift_text import drift_lines
    from reconcile.run.planning import PlanRequest, plan_clusters

    also = set(fail_on or ())
    if unknown := also - {"unmanaged"}:
        raise usage(f"--fail-on knows no {min(unknown)!r}", hint="known: unmanaged")
    loaded, chosen = open_project(shell, cluster, all_clusters)
    request = PlanRequest(
        clusters=chosen,
        selection=selection_of(select, exclude),
        validation=ValidationMode.OFF,
        secrets=not no_secrets,
    )
    with plan_clusters(shell.context, loaded, request) as planned:
        drifts = [drift_of(plan) for plan in plans_of(planned)]
        if output is OutputFormat.TEXT:
            for found in drifts:
                shell.terminal.show(drift_lines(found))
        if output is OutputFormat.JSON or json_out:
            document = drifts_document(drifts)
            write_document(shell, document=document, output=output, json_out=json_out)
        code = worst(note_findings(shell, planned), note_failures(shell, planned))
    drifted = any(found.has_drift or ("unmanaged" in also and found.unmanaged) for found in drifts)
    return worst(code, Exit.CHANGES if drifted else Exit.FINE)
