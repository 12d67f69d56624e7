"""Read what git declares, and write it as files for Prometheus and Grafana."""

from pathlib import Path
from typing import Final

from reconcile.cli.docs_address import docs_address
from reconcile.cli.exits import Exit
from reconcile.cli.opening import open_project
from reconcile.cli.options import OutputFormat
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.load import load_desired
from reconcile.desired.project import read_match
from reconcile.errors import ConnectformError, usage
from reconcile.generate.rules import rules_document
from reconcile.generate.scope import Declared, Scope, Sheet
from reconcile.measure.dialects import Naming
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.report.problem_text import problems_lines

_NO_SDK: Final = Problem(
    code=Code.EXTRA_MISSING,
    message="Grafana's foundation SDK is needed, and is not installed",
    hint="pip install 'connectform[grafana]'",
)


def write_rules(
    shell: Shell, clusters: list[str] | None, naming: Naming, path: Path | None
) -> Exit:
    """Write alerting rules for the clusters that are chosen, by default all."""
    sheet = _read(shell, clusters)
    if naming is not Naming.OURS:
        _tell_apart(sheet)
    _write(shell, rules_document(sheet, naming), path)
    return Exit.FINE


def write_dashboard(
    shell: Shell, clusters: list[str] | None, naming: Naming, label: str, path: Path | None
) -> Exit:
    """Write a dashboard for the clusters that are chosen, by default all."""
    try:
        from reconcile.generate.dashboard import dashboard_document
    except ModuleNotFoundError as error:
        raise ConnectformError(_NO_SDK) from error
    _write(shell, dashboard_document(_read(shell, clusters), naming, label), path)
    return Exit.FINE


def _read(shell: Shell, clusters: list[str] | None) -> Sheet:
    loaded, chosen = open_project(shell, clusters, every=True)
    found = load_desired(loaded, clusters=chosen, environment={}, secrets=False)
    problems = dict.fromkeys(one for desired in found.clusters.values() for one in desired.problems)
    shell.terminal.note(problems_lines([*problems]), redactor=shell.context.redactor)
    project = loaded.project
    return Sheet(
        project=project.name,
        declared=tuple(
            Declared(
                scope=Scope(
                    cluster=cluster, match=read_match(loaded, cluster), every=project.watch.every
                ),
                definitions=desired.definitions,
            )
            for cluster, desired in found.clusters.items()
        ),
        rules=project.alerts.rules,
        links=project.links,
        docs=docs_address(),
    )


def _tell_apart(sheet: Sheet) -> None:
    """Refuse clusters whose workers' metrics look the same: alerts would name the wrong one."""
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for declared in sheet.declared:
        cluster = declared.scope.cluster
        other = seen.setdefault(frozenset(declared.scope.match.items()), cluster)
        if other != cluster:
            raise usage(
                f"nothing tells the metrics of cluster {cluster} from those of {other}",
                hint="say so in the project file, metrics: {prometheus: ..., match: {env: prod}},"
                " or choose one with --cluster NAME",
            )


def _write(shell: Shell, document: object, path: Path | None) -> None:
    wanted = OutputFormat.JSON if path is None else OutputFormat.TEXT
    write_document(shell, document=document, output=wanted, json_out=path)
