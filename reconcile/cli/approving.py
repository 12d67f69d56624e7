"""Ask for approval, apply, and tell what came of it."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.cli.exits import Exit, worst
from reconcile.cli.progress import Progress
from reconcile.cli.shell import Shell, write_document
from reconcile.cli.showing import show_plans
from reconcile.errors import ConnectformError, usage
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.plan.document import results_document
from reconcile.report.outcome_text import result_lines
from reconcile.run.applying import carry_out, check_plans, untouched, write_result
from reconcile.run.planning import NotPlanned, Planned

_HAPPENED = (OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplySettings:
    """How to apply; `result` is None where nothing is recorded in a file."""

    auto_approve: bool = False
    allow_deletes: int | None = None
    allow_updates: int | None = None
    options: ApplyOptions = field(default_factory=ApplyOptions)
    result: Path | None = None
    json_document: bool = False


def apply_approved(
    shell: Shell, items: Sequence[Planned | NotPlanned], settings: ApplySettings
) -> Exit:
    """Show the plans, refuse or ask, apply them in turn, and return the exit code.

    `apply-result.json` is written in every case.
    """
    show_plans(shell, items, as_notes=settings.json_document)
    plans = [item for item in items if isinstance(item, Planned)]
    try:
        ready = check_plans(
            items,
            allow_deletes=settings.allow_deletes,
            allow_updates=settings.allow_updates,
        )
        approved = _is_approved(shell, ready, auto_approve=settings.auto_approve)
    except ConnectformError as error:
        _record(
            shell,
            settings,
            [untouched(shell.context, item.plan, error.problems) for item in plans],
        )
        raise
    if not approved:
        shell.terminal.say("Apply cancelled; nothing was written.")
        _record(shell, settings, [untouched(shell.context, item.plan, ()) for item in plans])
        return Exit.ERROR
    return _apply_all(shell, ready, settings)


def exit_of_result(result: ApplyResult) -> Exit:
    """Return the exit code that a result stands for."""
    if result.interrupted:
        return Exit.INTERRUPTED
    happened = result.count(*_HAPPENED)
    if happened == len(result.outcomes):
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
        )
    answer = shell.terminal.ask(
        "\nDo you want to perform these actions?\n"
        "  Only 'yes' will be accepted to approve.\n\n  Enter a value: "
    )
    return answer == "yes"


def _apply_all(shell: Shell, plans: Sequence[Planned], settings: ApplySettings) -> Exit:
    results: list[ApplyResult] = []
    with _interruptible(shell) as interrupt:
        for planned in plans:
            with Progress(
                shell.terminal.err, total=len(planned.plan.changes), clock=shell.context.clock
            ) as progress:
                result = carry_out(
                    shell.context,
                    planned,
                    options=settings.options,
                    observe=progress.on_event,
                    interrupt=interrupt,
                )
            results.append(result)
            if planned.plan.changes:
                shell.terminal.note(result_lines(result), redactor=shell.context.redactor)
            _record(shell, settings, results)
    if settings.json_document:
        write_document(shell, document=results_document(results))
    return worst(*map(exit_of_result, results))


def _record(shell: Shell, settings: ApplySettings, results: Sequence[ApplyResult]) -> None:
    if settings.result is not None:
        write_result(shell.context.directory / settings.result, results)


@contextmanager
def _interruptible(shell: Shell) -> Iterator[Interrupt]:
    """Let the first SIGINT or SIGTERM end the run in good order, and the second at once."""
    interrupt = Interrupt()

    def request(number: int, frame: FrameType | None) -> None:
        del frame
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.request()
        name = signal.Signals(number).name
        shell.terminal.say(f"{name}: finishing what is being written, then stopping.")

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
