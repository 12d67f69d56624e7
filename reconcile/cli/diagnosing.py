"""Show why a connector failed."""

from collections.abc import Sequence

from reconcile.cli.exits import Exit
from reconcile.cli.shell import Shell, write_document
from reconcile.desired.project import LoadedProject
from reconcile.errors import ClusterError
from reconcile.model.diagnosis import Examination
from reconcile.plan.diagnosis_document import diagnosis_document
from reconcile.report.diagnosis_text import examination_lines
from reconcile.report.problem_text import problems_lines
from reconcile.run.diagnosing import examine, not_there


def show_diagnosis(
    shell: Shell, loaded: LoadedProject, clusters: Sequence[str], name: str, *, as_json: bool
) -> Exit:
    """Print why a connector failed, on each cluster that has it."""
    found: list[Examination] = []
    others: list[str] = []
    code = Exit.FINE
    for cluster in clusters:
        try:
            one = examine(shell.context, loaded, cluster, name)
        except ClusterError as error:
            shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
            code = Exit.ERROR
            continue
        if isinstance(one, Examination):
            shell.terminal.note(problems_lines(one.unread), redactor=shell.context.redactor)
            found.append(one)
        else:
            others.extend(one)
    if not found and code is Exit.FINE:
        shell.terminal.note(problems_lines([not_there(name, clusters, others)]))
        return Exit.ERROR
    if as_json:
        write_document(shell, document=diagnosis_document(found))
    else:
        shell.terminal.show(row for one in found for row in examination_lines(one))
    return code
