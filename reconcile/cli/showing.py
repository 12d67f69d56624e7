"""Show plans, and say which clusters could not be planned."""

from collections.abc import Sequence

from reconcile.cli.exits import Exit
from reconcile.cli.shell import Shell
from reconcile.model.codes import Code
from reconcile.model.drift import NotCompared
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem, errors_in
from reconcile.report.plan_text import plan_lines, total_lines
from reconcile.report.problem_text import problems_lines
from reconcile.report.spans import Line
from reconcile.run.drifting import masked, not_compared
from reconcile.run.planning import NotPlanned, Planned


def plans_of(items: Sequence[Planned | NotPlanned]) -> list[Plan]:
    """Return the plans that could be made."""
    return [item.plan for item in items if isinstance(item, Planned)]


def show_plans(
    shell: Shell, items: Sequence[Planned | NotPlanned], *, as_notes: bool = False
) -> None:
    """Print the plan of each cluster, and a total where there are several."""
    plans = plans_of(items)
    for plan in plans:
        _print(shell, plan_lines(plan), as_notes=as_notes)
    if len(items) > 1 and plans:
        _print(shell, total_lines(plans), as_notes=as_notes)


def failures_of(shell: Shell, items: Sequence[Planned | NotPlanned]) -> list[NotCompared]:
    """Return why clusters could not be planned, with secrets masked."""
    return [
        not_compared(shell.context, item.project, item.cluster.name, item.problems)
        for item in items
        if isinstance(item, NotPlanned)
    ]


def findings_of(shell: Shell, items: Sequence[Planned | NotPlanned]) -> list[Problem]:
    """Return what is wrong with files that the plans leave out, or put up with; secrets masked."""
    # That nothing is declared, or the project file is another one, is said by the plan itself.
    found = dict.fromkeys(
        problem
        for item in items
        if isinstance(item, Planned)
        for problem in item.desired.problems
        if problem.code not in {Code.NO_DEFINITIONS, Code.OTHER_PROJECT_FILE}
    )
    return masked(shell.context, found)


def note_findings(shell: Shell, items: Sequence[Planned | NotPlanned]) -> Exit:
    """Print what is wrong with files, and return the exit code that this stands for."""
    found = findings_of(shell, items)
    shell.terminal.note(problems_lines(found))
    return Exit.ERROR if errors_in(tuple(found)) else Exit.FINE


def note_failures(shell: Shell, items: Sequence[Planned | NotPlanned]) -> Exit:
    """Print why clusters could not be planned, or may not be applied; return the exit code."""
    code = Exit.FINE
    for item in items:
        match item:
            case NotPlanned():
                shell.terminal.note(problems_lines(item.problems), redactor=shell.context.redactor)
                code = Exit.ERROR
            case Planned() if not item.plan.applicable:
                code = Exit.ERROR
            case Planned():
                pass
    return code


def _print(shell: Shell, lines: Sequence[Line], *, as_notes: bool) -> None:
    if as_notes:
        shell.terminal.note(lines)
    else:
        shell.terminal.show(lines)
