"""The commands plan, apply and drift."""

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from reconcile.cli.exits import Exit, worst
from reconcile.cli.options import (
    AllClustersOption,
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    JsonOutOption,
    LocalLedgerOption,
    LockTimeoutOption,
    OutputFormat,
    OutputOption,
    SelectOption,
    number_of_seconds,
    selection_of,
)
from reconcile.cli.shell import Shell, write_document
from reconcile.model.plan import ValidationMode


class OnlyChoice(StrEnum):
    """Whose changes count."""

    GIT = "git"


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
OnlyOption = Annotated[
    OnlyChoice | None,
    typer.Option("--only", help="git: leave what was changed by hand alone, and show it."),
]
BaseOption = Annotated[
    str,
    typer.Option(
        "--base",
        metavar="REF",
        help="Take what was last applied from this commit instead of the ledger.",
    ),
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
    only: OnlyOption = None,
    base: BaseOption = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Also write the plan to a file, for apply FILE."
        ),
    ] = None,
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
        only_git=only is OnlyChoice.GIT,
        base=base,
    )
    with plan_clusters(shell.context, loaded, request) as planned:
        plans = plans_of(planned)
        if output is OutputFormat.TEXT:
            show_plans(shell, planned)
        if output is OutputFormat.JSON or json_out:
            document = plans_document(plans)
            write_document(shell, document=document, output=output, json_out=json_out)
        code = worst(note_findings(shell, planned), note_failures(shell, planned))
        if out is not None and len(plans) == len(planned):
            write_document(
                shell, document=plans_document(plans), output=OutputFormat.TEXT, json_out=out
            )
            shell.terminal.say(f"\nTo carry out exactly this: connectform apply {quote(str(out))}")
    changes = any(item.changes for item in plans)
    return worst(code, Exit.CHANGES if detailed_exitcode and changes else Exit.FINE)


def apply(
    shell: Shell,
    plan_file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PLAN]", help="A plan from plan --out: applied exactly as it is, unasked."
        ),
    ] = None,
    *,
    cluster: ClusterOption = None,
    all_clusters: AllClustersOption = False,
    select: SelectOption = None,
    exclude: ExcludeOption = None,
    validate: ValidateOption = ValidationMode.LIVE,
    strict: StrictOption = False,
    prune: PruneOption = False,
    keep_going: KeepGoingOption = False,
    only: OnlyOption = None,
    base: BaseOption = "",
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            metavar="PLAN|DIGEST",
            help="Apply what a plan file approved and stop for the rest; or nothing, where the"
            " digest of the plan is another.",
        ),
    ] = None,
    max_age: Annotated[
        float,
        typer.Option(
            "--max-age",
            min=0,
            metavar="HOURS",
            callback=number_of_seconds,
            help="How old a plan file may be.",
        ),
    ] = 24.0,
    auto_approve: AutoApproveOption = False,
    allow_deletes: Annotated[
        int | None,
        typer.Option("--allow-deletes", min=0, help="The exact number of deletes, above a limit."),
    ] = None,
    allow_updates: Annotated[
        int | None,
        typer.Option("--allow-updates", min=0, help="The exact number of updates, above a limit."),
    ] = None,
    allow_moves: Annotated[
        int | None,
        typer.Option(
            "--allow-moves",
            min=0,
            help="The exact number of moves of connectors that keep more than their offsets.",
        ),
    ] = None,
    parallelism: Annotated[
        int, typer.Option("--parallelism", min=1, max=256, help="Changes written at a time.")
    ] = 32,
    canary: Annotated[
        str | None,
        typer.Option(
            "--canary",
            metavar="N|PERCENT",
            help="Apply so many first (3, 10%), and the rest only if they go well.",
        ),
    ] = None,
    rollback_on_failure: Annotated[
        bool,
        typer.Option(
            "--rollback-on-failure",
            help="Set an update back to what was applied before, if the connector fails with it.",
        ),
    ] = False,
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
    lock_timeout: LockTimeoutOption = 0.0,
    local_ledger: LocalLedgerOption = False,
    result: Annotated[
        Path, typer.Option("--result", metavar="FILE", help="Where to write what came of it.")
    ] = Path("apply-result.json"),
    output: OutputOption = OutputFormat.TEXT,
) -> Exit:
    """Make clusters as git says.

    Plans, shows the plan, asks, writes exactly that, and waits until it has taken effect. Given a
    plan file, applies exactly that plan, or nothing where something moved since.
    """
    from reconcile.apply.options import ApplyOptions, OnError, parse_canary
    from reconcile.cli.applying import Locking, apply_file, apply_git
    from reconcile.cli.approving import ApplySettings, begin_record
    from reconcile.cli.asking import PlanAsking

    settings = ApplySettings(
        auto_approve=auto_approve,
        allow_deletes=allow_deletes,
        allow_updates=allow_updates,
        allow_moves=allow_moves,
        options=ApplyOptions(
            parallelism=parallelism,
            on_error=OnError(on_error.value),
            settle_timeout=settle_timeout,
            canary=parse_canary(canary) if canary is not None else None,
            rollback_on_failure=rollback_on_failure,
        ),
        result=result,
        json_document=output is OutputFormat.JSON,
    )
    locking = Locking(clusters=cluster, timeout=lock_timeout, local=local_ledger)
    planning = (all_clusters, select, exclude, strict, prune, keep_going, only, base, expect)
    if plan_file is not None:
        _refuse_options_of_planning(planning, validate)
        begin_record(shell, settings)
        return apply_file(shell, plan_file, locking, settings, max_age=max_age)
    begin_record(shell, settings)
    asked = PlanAsking(
        selection=selection_of(select, exclude),
        validation=validate,
        strict=strict,
        prune=prune,
        keep_going=keep_going,
        only_git=only is OnlyChoice.GIT,
        base=base,
    )
    return apply_git(
        shell, asked, locking, settings, all_clusters=all_clusters, expect=expect, max_age=max_age
    )


def _refuse_options_of_planning(given: tuple[object, ...], validation: ValidationMode) -> None:
    from reconcile.errors import usage

    if any(given) or validation is not ValidationMode.LIVE:
        raise usage(
            "a plan file is applied exactly as it is: options of planning do not go with it",
            hint="give them to connectform plan --out FILE",
        )


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
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on", metavar="WHAT", help="Also exit with 2 for: unmanaged, orphaned."
        ),
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
    if unknown := also - {"unmanaged", "orphaned"}:
        raise usage(f"--fail-on knows no {min(unknown)!r}", hint="known: unmanaged, orphaned")
    loaded, chosen = open_project(shell, cluster, all_clusters)
    request = PlanRequest(
        clusters=chosen,
        selection=selection_of(select, exclude),
        validation=ValidationMode.OFF,
        secrets=not no_secrets,
        base=base,
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
    drifted = any(
        found.has_drift
        or ("unmanaged" in also and found.unmanaged)
        or ("orphaned" in also and found.orphaned)
        for found in drifts
    )
    return worst(code, Exit.CHANGES if drifted else Exit.FINE)
