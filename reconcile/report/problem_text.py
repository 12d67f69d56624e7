"""Problems as lines that editors and terminals link to their places."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.words import counted

STYLES: Final = {
    Severity.ERROR: Style.ERROR,
    Severity.WARNING: Style.WARNING,
    Severity.NOTICE: Style.DIM,
}
_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


def problems_lines(problems: Iterable[Problem]) -> list[Line]:
    """Return all problems, each once, sorted by place, and a line that counts them."""
    found = ordered(problems)
    if not found:
        return []
    lines = [row for problem in found for row in problem_lines(problem)]
    return [*lines, line(bold(f"{counts_text(found)}."))]


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems each once, by place."""
    return sorted(dict.fromkeys(problems), key=_order)


def weight(problem: Problem) -> int:
    """Return where a problem stands by its severity: errors first."""
    return _RANKS[problem.severity]


def problem_lines(problem: Problem) -> list[Line]:
    """Return one problem: place, severity, message, code; then the hint."""
    first, *more = problem.message.splitlines() or [""]
    place = f"{problem.location}: " if problem.location else ""
    lines = [
        line(
            bold(place),
            Span(f"{problem.severity}: ", STYLES[problem.severity]),
            first,
            dim(f"  [{problem.code}]"),
        ),
        *(line(f"  {text}") for text in more),
    ]
    hint = problem.hint.splitlines()
    lines += [
        line(dim("  hint: " if not number else "        "), text)
        for number, text in enumerate(hint)
    ]
    return lines


def counts_text(problems: Sequence[Problem]) -> str:
    """Return how many problems of each severity there are, and in how many files."""
    severities = Counter(problem.severity for problem in problems)
    files = {problem.location.path for problem in problems if problem.location}
    counts = ", ".join(
        counted(severities[severity], severity.value)
        for severity in Severity
        if severities[severity]
    )
    return f"{counts} in {counted(len(files), 'file')}" if files else counts


def _order(problem: Problem) -> tuple[bool, Location, int, str, str]:
    place = problem.location or Location("")
    rank = _RANKS[problem.severity]
    return (problem.location is None, place, rank, problem.code.value, problem.message)
