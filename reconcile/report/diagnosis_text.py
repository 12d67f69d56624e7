"""What is wrong with a connector, in lines."""

from collections.abc import Iterator

from reconcile.model.diagnosis import Examination, FailedPart, LastChange
from reconcile.model.health import Chance, Health
from reconcile.report.history_text import change_lines
from reconcile.report.spans import EMPTY, Line, Span, Style, bold, dim, indented, line
from reconcile.report.status_text import health_style
from reconcile.report.words import moment_text


def examination_lines(found: Examination) -> list[Line]:
    """Return how a connector is, what failed and why, and what was changed last."""
    verdict = found.verdict
    head = line(
        bold(found.name),
        f" on {found.cluster} is ",
        Span(verdict.health.value, health_style(verdict.health)),
        f": {verdict.reason}",
    )
    about = " ".join(filter(None, (found.kind.value, found.class_name)))
    rows = [head, line("  ", dim(about))]
    for part in found.failures:
        rows += [EMPTY, *indented(_part_lines(part), 2)]
    if not found.failures:
        rows += [EMPTY, line("  Nothing of it has failed.")]
    if verdict.health is Health.UNKNOWN:
        rows += [EMPTY, line("  What the workers say of it may be old.")]
    return [*rows, EMPTY, *indented(_last_lines(found), 2)]


def _part_lines(part: FailedPart) -> Iterator[Line]:
    found = part.diagnosis
    workers = f" on {', '.join(part.workers)}" if part.workers else ""
    yield line(Span(f"{_subject(part)} failed{workers}", Style.BOLD))
    yield line("  cause    ", Span(found.cause or "no cause reported", Style.ERROR))
    yield line("  class    ", found.failure.value)
    yield line("  hint     ", found.hint)
    yield line("  restart  ", _chance(found.restart))


def _subject(part: FailedPart) -> str:
    if not part.tasks:
        return "The connector"
    noun = "Task" if len(part.tasks) == 1 else "Tasks"
    return f"{noun} {', '.join(map(str, part.tasks))}"


def _chance(restart: Chance) -> str:
    match restart:
        case Chance.YES:
            return "can help, once the cause is gone"
        case Chance.MAYBE:
            return "may help"
        case Chance.NO:
            return "cannot help: something has to be changed first"


def _last_lines(found: Examination) -> list[Line]:
    if found.last_change is not None:
        return _change_lines(found.last_change)
    if found.ledger:
        return [line("The last change is not known: ", Span(found.ledger, Style.WARNING))]
    return [line("The ledger knows of no change to it.")]


def _change_lines(last: LastChange) -> list[Line]:
    run = last.run
    by = f" by {run.actor}" if run and run.actor else ""
    commit = f", commit {run.commit[:12]}" if run and run.commit else ""
    head = line(f"Last change: {moment_text(last.change.at)}{by}{commit}, run {last.change.run}")
    return [head, *indented(change_lines(last.change), 2)]
