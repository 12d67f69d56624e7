"""The commands plan and apply."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import (
    AllClustersOption,
    ApplyOutputOption,
    ApplyReportOption,
    AutoApproveOption,
    ClusterOption,
    ExcludeOption,
    JsonOutOption,
    LocalLedgerOption,
    LockTimeoutOption,
    OutputFormat,
    PlanOutputOption,
    PlanReportOption,
    SelectOption,
    number_of_seconds,
    selection_of,
)
from reconcile.cli.shell import Shell
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


DefinitionsFromOption = Annotated[
    Path | None,
    typer.Option(
        "--definitions-from",
        metavar="DIR",
        help="Read the definitions from another folder, and nothing else there: code that nobody"
        " has reviewed. Needs --no-secrets, and --validate schema or off.",
    ),
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
    definitions_from: DefinitionsFromOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Also write the plan to a file, for apply FILE."
        ),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 where there are changes.")
    ] = False,
    output: PlanOutputOption = OutputFormat.TEXT,
    report: PlanReportOption = None,
    json_out: JsonOutOption = None,
) -> Exit:
    """Show how clusters differ from git, and write nothing."""
    from reconcile.cli.planning import Wanted, show_planned
    from reconcile.cli.rendering import reports_of
    from reconcile.run.planning import PlanRequest

    request = PlanRequest(
        clusters=(),
        selection=selection_of(select, exclude),
        validation=validate,
        strict=strict,
        prune=prune,
        secrets=not no_secrets,
        keep_going=keep_going,
        only_git=only is OnlyChoice.GIT,
        base=base,
    )
    wanted = Wanted(
        clusters=cluster,
        all_clusters=all_clusters,
        definitions_from=definitions_from,
        reports=reports_of(output, report, json_out),
        out=out,
        detailed_exitcode=detailed_exitcode,
    )
    return show_planned(shell, request, wanted)


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
            max=1_000_000,
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
        typer.Option(
            "--on-error",
            help="Whether a failed change keeps others from being begun. With `stop`, --parallelism"
            " changes settle before the next are begun.",
        ),
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
    output: ApplyOutputOption = OutputFormat.TEXT,
    report: ApplyReportOption = None,
) -> Exit:
    """Make clusters as git says.

    Plans, shows the plan, asks, writes exactly that, and waits until it has taken effect. Given a
    plan file, applies exactly that plan, or nothing where something moved since.
    """
    from reconcile.apply.options import ApplyOptions, OnError, parse_canary
    from reconcile.cli.applying import Locking, apply_file, apply_git
    from reconcile.cli.approving import ApplySettings, begin_record
    from reconcile.cli.asking import PlanAsking
    from reconcile.cli.rendering import reports_of

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
        reports=reports_of(output, report),
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
