"""Ask for approval, apply, and tell what came of it."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.cli.exits import Exit, worst
from reconcile.cli.progress import Progress
from reconcile.cli.rendering import (
    Reports,
    result_writers,
    write_report_files,
    write_reports,
)
from reconcile.cli.shell import Shell
from reconcile.cli.showing import show_plans
from reconcile.errors import ConnectformError, usage
from reconcile.model.codes import Code
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.model.problem import Problem
from reconcile.report.outcome_text import cluster_trouble_lines, result_lines, total_result_lines
from reconcile.report.problem_text import problems_lines
from reconcile.run.applying import carry_out, check_plans, unfinished, untouched, write_results
from reconcile.run.planning import NotPlanned, Planned

_STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_HAPPENED = (OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplySettings:
    """How to apply; `result` is None where nothing is recorded in a file.

    `links` are the project's, for the reports.
    """

    auto_approve: bool = False
    allow_deletes: int | None = None
    allow_updates: int | None = None
    allow_moves: int | None = None
    options: ApplyOptions = field(default_factory=ApplyOptions)
    result: Path | None = None
    reports: Reports = field(default_factory=Reports)
    links: Mapping[str, str] = field(default_factory=dict)


def begin_record(shell: Shell, settings: ApplySettings) -> None:
    """Write an empty result, so that one of an earlier run never passes for this one's.

    Raises ConnectformError where no result can be written; nothing is applied then.
    """
    _record(shell, settings, ())


def _nothing_before() -> None:
    """Begin at once."""


def _nothing_after(result: ApplyResult) -> None:
    """Leave the result as it is."""
    del result


def apply_approved(
    shell: Shell,
    items: Sequence[Planned | NotPlanned],
    settings: ApplySettings,
    *,
    before: Callable[[], None] = _nothing_before,
    after: Callable[[ApplyResult], None] = _nothing_after,
) -> Exit:
    """Show the plans, refuse or ask, apply them in turn, and return the exit code.

    `apply-result.json` is written in every case. `before` is called once all is approved, and
    `after` with each result, while the lock is held.
    """
    show_plans(shell, items, as_notes=not settings.reports.as_text)
    try:
        ready = check_plans(
            items,
            allow_deletes=settings.allow_deletes,
            allow_updates=settings.allow_updates,
            allow_moves=settings.allow_moves,
        )
        approved = _is_approved(shell, ready, auto_approve=settings.auto_approve)
    except ConnectformError as error:
        _record_untouched(shell, settings, items, error.problems)
        raise
    except KeyboardInterrupt:
        _record_untouched(shell, settings, items, ())
        raise
    if not approved:
        shell.terminal.say("Apply cancelled; nothing was written.")
        _record_untouched(shell, settings, items, ())
        return Exit.ERROR
    before()
    return _apply_all(shell, ready, settings, after)


def is_confirmed(shell: Shell, question: str, *, auto_approve: bool) -> bool:
    """Ask a question, and tell whether the answer is yes; raise UsageError where nobody is there."""
    if auto_approve:
        return True
    if not shell.terminal.interactive:
        raise usage(
            "nobody is here to answer",
            hint="run again with --auto-approve",
            code=Code.NOT_APPROVED,
        )
    answer = shell.terminal.ask(
        f"\n{question}\n  Only 'yes' will be accepted.\n\n  Enter a value: "
    )
    return answer == "yes"


def exit_of_result(result: ApplyResult) -> Exit:
    """Return the exit code that a result stands for."""
    if result.interrupted:
        return Exit.INTERRUPTED
    happened = result.count(*_HAPPENED)
    if happened == len(result.outcomes) and not result.problems:
        return Exit.FINE
    reached = happened or any(outcome.written for outcome in result.outcomes)
    return Exit.PARTIAL if reached else Exit.ERROR


def _is_approved(shell: Shell, plans: Sequence[Planned], *, auto_approve: bool) -> bool:
    if auto_approve or not any(planned.plan.changes for planned in plans):
        return True
    if not shell.terminal.interactive:
        raise usage(
            "nobody is here to approve the plan",
            hint="read it, then run again with --auto-approve",
            code=Code.NOT_APPROVED,
        )
    answer = shell.terminal.ask(
        "\nDo you want to perform these actions?\n"
        "  Only 'yes' will be accepted to approve.\n\n  Enter a value: "
    )
    return answer == "yes"


def _apply_all(
    shell: Shell,
    plans: Sequence[Planned],
    settings: ApplySettings,
    after: Callable[[ApplyResult], None],
) -> Exit:
    results: list[ApplyResult] = []
    with interruptible(shell) as interrupt:
        for number, planned in enumerate(plans):
            # Before the first write: where no result can be written, nothing is applied, and where
            # we are killed in the middle, no result of an earlier run passes for this one's.
            left = [unfinished(shell.context, item.plan) for item in plans[number:]]
            _record(shell, settings, [*results, *left])
            several = len(plans) > 1
            results.append(_apply_one(shell, planned, settings, interrupt, several=several))
            after(results[-1])
    if len(plans) > 1 and any(planned.plan.changes for planned in plans):
        shell.terminal.note(total_result_lines(results), redactor=shell.context.redactor)
    recorded = _is_recorded(shell, settings, results)
    recorded = _is_reported(shell, settings, results, documents=True) and recorded
    return worst(*map(exit_of_result, results), Exit.FINE if recorded else Exit.ERROR)


def _apply_one(
    shell: Shell,
    planned: Planned,
    settings: ApplySettings,
    interrupt: Interrupt,
    *,
    several: bool,
) -> ApplyResult:
    """Apply one plan, and tell what came of it; the sum of several follows the last."""
    if interrupt.requested:
        return replace(untouched(shell.context, planned, ()), interrupted=True)
    with Progress(
        shell.terminal.err,
        total=len(planned.plan.changes),
        clock=shell.context.clock,
        cluster=planned.cluster.name if several else "",
    ) as progress:
        result = carry_out(
            shell.context,
            planned,
            options=settings.options,
            observe=progress.on_event,
            interrupt=interrupt,
        )
    if planned.plan.changes or result.not_approved:
        asked = planned.plan.changes if planned.plan.asked else ()
        lines = cluster_trouble_lines(result) if several else result_lines(result, asked=asked)
        shell.terminal.note(lines, redactor=shell.context.redactor)
    return result


def _record(shell: Shell, settings: ApplySettings, results: Sequence[ApplyResult]) -> None:
    if settings.result is not None:
        write_results(shell.context.directory / settings.result, results)


def _record_untouched(
    shell: Shell,
    settings: ApplySettings,
    items: Sequence[Planned | NotPlanned],
    problems: Sequence[Problem],
) -> None:
    """Record that nothing was attempted; where that cannot be written, what stopped us matters."""
    results = [untouched(shell.context, item, problems) for item in items]
    _is_recorded(shell, settings, results)
    _is_reported(shell, settings, results, documents=False)


def _is_recorded(shell: Shell, settings: ApplySettings, results: Sequence[ApplyResult]) -> bool:
    """Record results, and tell whether that was possible; what was done is done."""
    try:
        _record(shell, settings, results)
    except ConnectformError as error:
        shell.terminal.note(problems_lines(error.problems))
        return False
    return True


def _is_reported(
    shell: Shell, settings: ApplySettings, results: Sequence[ApplyResult], *, documents: bool
) -> bool:
    """Write the reports, and tell whether that was possible.

    Standard output has a document only where something was applied.
    """
    write = write_reports if documents else write_report_files
    try:
        write(shell, settings.reports, result_writers(results, links=settings.links))
    except ConnectformError as error:
        shell.terminal.note(problems_lines(error.problems))
        return False
    return True


@contextmanager
def interruptible(shell: Shell) -> Iterator[Interrupt]:
    """Let the first signal that asks to stop end the run in good order, and the second at once."""
    interrupt = Interrupt()

    def request(number: int, frame: FrameType | None) -> None:
        del frame
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.request()
        name = signal.Signals(number).name
        # A signal that comes while something is printed cannot print: the stream refuses it.
        with suppress(RuntimeError):
            if shell.logs_json:
                shell.context.log("stopping", signal=name)
            else:
                shell.terminal.say(f"{name}: finishing what is being written, then stopping.")

    before = {number: signal.signal(number, request) for number in _STOPPING}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
