"""Options that several commands share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from reconcile.model.plan import Selection


class OutputFormat(StrEnum):
    """How a command writes its document; each command offers those it can write."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    GITLAB = "gitlab"


class FailOn(StrEnum):
    """From which severity on findings make a command fail."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    NEVER = "never"


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
BASIC_FORMATS: Final = (OutputFormat.TEXT, OutputFormat.JSON)
PAGE_FORMATS: Final = (*BASIC_FORMATS, OutputFormat.MARKDOWN, OutputFormat.HTML)
APPLY_FORMATS: Final = (*PAGE_FORMATS, OutputFormat.JUNIT)
PLAN_FORMATS: Final = (*APPLY_FORMATS, OutputFormat.GITLAB)
FINDINGS_FORMATS: Final = tuple(OutputFormat)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report to write beside the one on standard output."""

    format: OutputFormat
    path: Path


def output_option(formats: Sequence[OutputFormat]) -> object:
    """Return the option for the format on standard output, out of those a command can write."""

    def parsed(value: str) -> OutputFormat:
        return _format_of(value, formats)

    return typer.Option(
        "--output",
        "-o",
        parser=parsed,
        metavar="|".join(formats),
        help="Format of the document on standard output.",
    )


def report_option(formats: Sequence[OutputFormat]) -> object:
    """Return the option for reports in files, out of those a command can write."""

    def parsed(value: str) -> ReportFile:
        name, equals, path = value.partition("=")
        if not equals or not path:
            raise typer.BadParameter(f"{value!r} is not FORMAT=FILE, such as {formats[-1]}=FILE")
        return ReportFile(_format_of(name, formats), Path(path))

    return typer.Option(
        "--report",
        parser=parsed,
        metavar="FORMAT=FILE",
        help=f"Also write a report to a file (repeatable): {', '.join(formats)}.",
    )


def _format_of(value: str, formats: Sequence[OutputFormat]) -> OutputFormat:
    known = {found.value: found for found in formats}
    if value not in known:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(known)}")
    return known[value]


OutputOption = Annotated[OutputFormat, output_option(BASIC_FORMATS)]
PlanOutputOption = Annotated[OutputFormat, output_option(PLAN_FORMATS)]
PlanReportOption = Annotated[list[ReportFile] | None, report_option(PLAN_FORMATS)]
ApplyOutputOption = Annotated[OutputFormat, output_option(APPLY_FORMATS)]
ApplyReportOption = Annotated[list[ReportFile] | None, report_option(APPLY_FORMATS)]
PageOutputOption = Annotated[OutputFormat, output_option(PAGE_FORMATS)]
PageReportOption = Annotated[list[ReportFile] | None, report_option(PAGE_FORMATS)]
FindingsOutputOption = Annotated[OutputFormat, output_option(FINDINGS_FORMATS)]
FindingsReportOption = Annotated[list[ReportFile] | None, report_option(FINDINGS_FORMATS)]
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
