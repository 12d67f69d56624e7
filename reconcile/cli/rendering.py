"""Write what a run found in the formats it was asked for; what none asks for is not even loaded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.cli.options import OutputFormat, ReportFile
from reconcile.cli.shell import Shell
from reconcile.errors import usage
from reconcile.model.drift import Drift, NotCompared
from reconcile.model.outcome import ApplyResult
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem
from reconcile.report.spans import Line, plain

if TYPE_CHECKING:
    from reconcile.model.metrics import Flows
    from reconcile.report.page import Page
    from reconcile.report.status_more import More
    from reconcile.report.status_page import Reading

Links = Mapping[str, str]
Writers = Mapping[OutputFormat, Callable[[], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What a run writes: one format to standard output, and others to files beside it."""

    output: OutputFormat = OutputFormat.TEXT
    files: tuple[ReportFile, ...] = ()

    @property
    def as_text(self) -> bool:
        """Tell whether people read standard output."""
        return self.output is OutputFormat.TEXT


def reports_of(
    output: OutputFormat, files: Sequence[ReportFile] | None, json_out: Path | None = None
) -> Reports:
    """Return what the options ask for; raise UsageError where two reports are to be one file."""
    asked = [ReportFile(OutputFormat.JSON, json_out)] if json_out is not None else []
    asked += files or ()
    paths = [report.path for report in asked]
    for path in paths:
        if paths.count(path) > 1:
            raise usage(f"two reports are to be written to {path}", hint="give each its own file")
    return Reports(output=output, files=tuple(asked))


def write_reports(shell: Shell, reports: Reports, writers: Writers) -> None:
    """Write the document to standard output, unless it is text, and all files.

    Text is printed by the command itself, in colour and as it goes. Raises ConnectformError where
    a file cannot be written; standard output comes first.
    """
    if not reports.as_text:
        shell.terminal.document(writers[reports.output]())
    write_report_files(shell, reports, writers)


def write_report_files(shell: Shell, reports: Reports, writers: Writers) -> None:
    """Write the files alone."""
    from reconcile.run.output import write_file

    for report in reports.files:
        write_file(shell.context.directory / report.path, writers[report.format]())


def plan_writers(
    plans: Sequence[Plan],
    *,
    links: Links,
    failed: Sequence[NotCompared] = (),
    findings: Sequence[Problem] = (),
) -> Writers:
    """Return how plans are written; `failed` are clusters without one, `findings` those in files."""

    def page() -> "Page":
        from reconcile.report.plan_page import plans_page

        return plans_page(plans, links=links, failed=failed, findings=findings)

    def document() -> object:
        from reconcile.plan.document import plans_document

        return plans_document(plans, failed)

    def junit() -> str:
        from reconcile.report.junit import plans_junit

        return plans_junit(plans, failed)

    def counts() -> object:
        from reconcile.report.gitlab import plan_counts

        return plan_counts(plans)

    def lines() -> Iterable[Line]:
        from reconcile.report.plan_text import plan_lines, total_lines

        yield from (row for plan in plans for row in plan_lines(plan))
        yield from total_lines(plans) if plans[1:] else ()

    return {
        **_pages(page),
        OutputFormat.TEXT: lambda: plain(lines()),
        OutputFormat.JSON: lambda: _json(document()),
        OutputFormat.JUNIT: junit,
        OutputFormat.GITLAB: lambda: _json(counts()),
    }


def drift_writers(
    drifts: Sequence[Drift], failed: Sequence[NotCompared], *, links: Links
) -> Writers:
    """Return how reports of drift are written; `failed` are clusters of which nobody can tell."""

    def page() -> "Page":
        from reconcile.report.drift_page import drifts_page

        return drifts_page(drifts, links=links, failed=failed)

    def document() -> object:
        from reconcile.plan.document import drifts_document

        return drifts_document(drifts, failed)

    def lines() -> Iterable[Line]:
        from reconcile.report.drift_text import drift_lines, not_compared_line

        yield from (row for drift in drifts for row in drift_lines(drift))
        yield from [not_compared_line(failed)] if failed else ()

    return {
        **_pages(page),
        OutputFormat.TEXT: lambda: plain(lines()),
        OutputFormat.JSON: lambda: _json(document()),
    }


def result_writers(results: Sequence[ApplyResult], *, links: Links) -> Writers:
    """Return how the results of an apply are written."""

    def page() -> "Page":
        from reconcile.report.outcome_page import results_page

        return results_page(results, links=links)

    def document() -> object:
        from reconcile.plan.document import results_document

        return results_document(results)

    def junit() -> str:
        from reconcile.report.junit import results_junit

        return results_junit(results)

    def lines() -> Iterable[Line]:
        from reconcile.report.outcome_text import results_lines

        return results_lines(results)

    return {
        **_pages(page),
        OutputFormat.TEXT: lambda: plain(lines()),
        OutputFormat.JSON: lambda: _json(document()),
        OutputFormat.JUNIT: junit,
    }


def status_writers(
    readings: "Sequence[Reading]",
    failed: Sequence[NotCompared],
    *,
    links: Links,
    flows: "Mapping[str, Flows]",
    more: "Mapping[str, More]",
) -> Writers:
    """Return how the states of connectors are written; `failed` are clusters that answer nothing."""

    def page() -> "Page":
        from reconcile.report.status_page import statuses_page

        return statuses_page(readings, links=links, failed=failed, flows=flows, more=more)

    def document() -> object:
        from reconcile.report.status_document import statuses_document

        found = ((live, verdicts) for live, verdicts, _ in readings)
        return statuses_document(found, failed, flows, more)

    def lines() -> Iterable[Line]:
        from reconcile.report.status_more import NOTHING_MORE, tally_lines
        from reconcile.report.status_text import status_summary, status_table
        from reconcile.report.table import table_lines

        for live, verdicts, names in readings:
            besides = more.get(live.cluster, NOTHING_MORE)
            flow, restarts = flows.get(live.cluster), besides.restarts
            table = status_table(live, verdicts, names, flow, restarts)
            yield from table_lines(table) if names else ()
            yield from (status_summary(live, verdicts, names), *tally_lines(besides))

    return {
        **_pages(page),
        OutputFormat.TEXT: lambda: plain(lines()),
        OutputFormat.JSON: lambda: _json(document()),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a check found in files.

    `connectors` are those that were checked. `directory` is where paths count from within the
    repository, and `project_file` what is named where a problem has no place.
    """

    problems: Sequence[Problem]
    connectors: Sequence[str] = ()
    phase: str
    directory: str = ""
    project_file: str = "connectform.yaml"


def findings_writers(found: Findings) -> Writers:
    """Return how the findings of a check are written."""

    def page() -> "Page":
        from reconcile.report.problems_page import problems_page

        return problems_page(f"Findings of {found.phase}", found.problems)

    def document() -> object:
        from reconcile.report.problem_document import problems_document

        return problems_document(found.problems)

    def sarif() -> object:
        from reconcile import __version__
        from reconcile.cli.docs_address import docs_address
        from reconcile.lint.catalog import RULES
        from reconcile.report.sarif import problems_sarif

        return problems_sarif(
            found.problems,
            version=__version__,
            docs=docs_address(),
            helps={rule.code: f"{rule.why} What to do: {rule.fix}." for rule in RULES},
            directory=found.directory,
        )

    def junit() -> str:
        from reconcile.report.junit import problems_junit

        return problems_junit(found.problems, found.connectors, phase=found.phase)

    def quality() -> object:
        from reconcile.report.gitlab import code_quality

        return code_quality(
            found.problems, project_file=found.project_file, directory=found.directory
        )

    def lines() -> Iterable[Line]:
        from reconcile.report.problem_text import problems_lines

        return problems_lines(found.problems)

    return {
        **_pages(page),
        OutputFormat.TEXT: lambda: plain(lines()),
        OutputFormat.JSON: lambda: _json(document()),
        OutputFormat.SARIF: lambda: _json(sarif()),
        OutputFormat.JUNIT: junit,
        OutputFormat.GITLAB: lambda: _json(quality()),
    }


def _pages(page: "Callable[[], Page]") -> dict[OutputFormat, Callable[[], str]]:
    def markdown() -> str:
        from reconcile.report.markdown_page import page_markdown

        return page_markdown(page())

    def html() -> str:
        from reconcile.report.html_page import page_html

        return page_html(page())

    return {OutputFormat.MARKDOWN: markdown, OutputFormat.HTML: html}


def _json(document: object) -> str:
    from reconcile.report.json_text import json_text

    return json_text(document)
