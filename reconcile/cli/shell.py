"""What every command shares: common options, the outside world, errors into exit codes."""

import functools
import inspect
import os
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import typer
from typer.core import TyperCommand

from reconcile.cli.exits import Exit, exit_of
from reconcile.cli.options import (
    LogFormat,
    LogFormatOption,
    LogLevel,
    LogLevelOption,
    OutputFormat,
    ProjectOption,
)
from reconcile.cli.terminal import Terminal
from reconcile.clock import SystemClock
from reconcile.errors import ConnectformError
from reconcile.redact import Redactor
from reconcile.run.context import Context

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The terminal and the outside world, as one command sees them.

    `logs_json` tells that programs read what is logged, `logs_rounds` that what `watch` finds is
    logged: by default it is printed alone.
    """

    terminal: Terminal
    context: Context
    project: Path | None
    logs_json: bool = False
    logs_rounds: bool = False


class _Command(TyperCommand):
    """A command whose usage names what it needs as its help does: without braces around it."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  # of Typer's own Click
        """Return the parts of the line of usage."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.removeprefix("{").removesuffix("}") for piece in pieces]


def register(
    app: typer.Typer,
    function: Callable[Concatenate[Shell, P], Exit],
    name: str | None = None,
    *,
    with_project: bool = True,
) -> None:
    """Make a function of a shell a command of an app, with the common options.

    The command exits with the code the function returns; errors become problems on standard
    error and the exit code that belongs to them. A command that needs no project file has no
    option for one. It has the function's own name unless another is given.
    """
    app.command(name, cls=_Command)(_command(function, with_project=with_project))


def _command(
    function: Callable[Concatenate[Shell, P], Exit], *, with_project: bool
) -> Callable[..., None]:
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    shared = [
        parameter
        for parameter in inspect.signature(_common, eval_str=True).parameters.values()
        if with_project or parameter.name != "project"
    ]

    @functools.wraps(function)
    def run(**arguments: Any) -> None:  # noqa: ANN401  # whatever the command declares
        common = {parameter.name: arguments.pop(parameter.name) for parameter in shared}
        shell = _common(**common)
        raise typer.Exit(guarded(shell, functools.partial(function, shell, **arguments)))

    parameters = [*own, *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def guarded(shell: Shell, action: Callable[[], Exit]) -> Exit:
    """Run an action; print what stops it, with secrets masked, and return the exit code."""
    from reconcile.report.problem_text import problems_lines

    try:
        return action()
    except ConnectformError as error:
        shell.terminal.note(problems_lines(error.problems), redactor=shell.context.redactor)
        return exit_of(error)
    except KeyboardInterrupt:
        shell.terminal.say("Interrupted.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.FINE
    except OSError as error:
        shell.terminal.say(f"error: {shell.context.redactor.redact(str(error))}")
        return Exit.ERROR
    except Exception:  # noqa: BLE001  # a bug of ours: shown with secrets masked
        shell.terminal.say(shell.context.redactor.redact(traceback.format_exc()))
        shell.terminal.say("This is a bug in connectform; please report it with the text above.")
        return Exit.ERROR


def _common(
    *,
    project: ProjectOption = None,
    log_level: LogLevelOption = LogLevel.WARNING,
    log_format: LogFormatOption = LogFormat.TEXT,
) -> Shell:
    """Open the shell that the common options describe."""
    redactor = Redactor()
    context = Context(
        clock=SystemClock(),
        environment=os.environ,
        directory=Path.cwd(),
        redactor=redactor,
        rng=random.Random(),  # noqa: S311  # jitter, not secrecy
        log=_logger(log_level, log_format, redactor),
    )
    return Shell(
        terminal=Terminal.of_process(),
        context=context,
        project=project,
        logs_json=log_format is LogFormat.JSON,
        logs_rounds=log_format is LogFormat.JSON or log_level in _TALKATIVE,
    )


_QUIET: Final = frozenset({"debug", "info"})
_TALKATIVE: Final = frozenset({LogLevel.DEBUG, LogLevel.INFO})


def _logger(level: LogLevel, form: LogFormat, redactor: Redactor) -> Callable[..., None]:
    """Return a log function; the logging library is loaded once there is something to log."""

    @functools.cache
    def opened() -> Callable[..., None]:
        from reconcile.cli.logs import open_log

        return open_log(level, form, redactor)

    def log(event: str, *, at: str = "info", **fields: object) -> None:
        if at not in _QUIET or level in _TALKATIVE:
            opened()(event, at=at, **fields)

    return log


def write_document(
    shell: Shell,
    *,
    document: object,
    output: OutputFormat = OutputFormat.JSON,
    json_out: Path | None = None,
) -> None:
    """Write a JSON document to standard output where asked, and to a file where asked."""
    from reconcile.report.json_text import json_text
    from reconcile.run.output import write_file

    text = json_text(document)
    if json_out is not None:
        write_file(shell.context.directory / json_out, text)
    if output is OutputFormat.JSON:
        shell.terminal.document(text)
