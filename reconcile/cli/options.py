"""Options that several commands share."""

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconcile.model.plan import Selection


class OutputFormat(StrEnum):
    """How a command writes its document."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """How much is logged to standard error."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How log entries are written."""

    TEXT = "text"
    JSON = "json"


def number_of_seconds(value: float) -> float:
    """Return the value of an option, or refuse it: NaN passes every limit."""
    if math.isnan(value):
        raise typer.BadParameter("nan is no number")
    return value


ClusterOption = Annotated[
    list[str] | None,
    typer.Option("--cluster", "-c", metavar="NAME", help="A cluster of the project (repeatable)."),
]
AllClustersOption = Annotated[
    bool, typer.Option("--all-clusters", help="Every cluster of the project.")
]
SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="TERMS",
        help="Only these connectors: 'team=payments,name=orders-*' (repeatable; commas mean and).",
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="TERMS", help="Leave these connectors out (repeatable)."),
]
OutputOption = Annotated[
    OutputFormat, typer.Option("--output", "-o", help="Format of the document on standard output.")
]
JsonOutOption = Annotated[
    Path | None,
    typer.Option("--json-out", metavar="FILE", help="Also write the JSON document to a file."),
]
AutoApproveOption = Annotated[
    bool, typer.Option("--auto-approve", help="Apply without asking; needed without a terminal.")
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        min=0,
        metavar="SECONDS",
        callback=number_of_seconds,
        help="How long to wait while somebody else writes to the cluster.",
    ),
]
LocalLedgerOption = Annotated[
    bool,
    typer.Option(
        "--local-ledger", help="In a pipeline: a ledger in a file is meant, though it is lost."
    ),
]
ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        "-p",
        metavar="FILE",
        help="The project file. Default: connectform.yaml here or in a folder above.",
    ),
]
LogLevelOption = Annotated[LogLevel, typer.Option("--log-level", help="What to log.")]
LogFormatOption = Annotated[LogFormat, typer.Option("--log-format", help="How to log.")]


def selection_of(select: list[str] | None, exclude: list[str] | None) -> Selection:
    """Return the selection that the options ask for."""
    return Selection(select=tuple(select or ()), exclude=tuple(exclude or ()))
