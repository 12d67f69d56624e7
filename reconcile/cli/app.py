"""The commands, and the way from arguments to an exit code."""

from typing import Annotated, Final

import typer
from typer.exceptions import Abort, TyperException

from reconcile import __version__
from reconcile.cli.alerts import alerts_app
from reconcile.cli.changing import apply, plan
from reconcile.cli.ci import ci_app
from reconcile.cli.demo import demo
from reconcile.cli.drifting import drift
from reconcile.cli.exits import Exit
from reconcile.cli.files import export, init, lint, validate
from reconcile.cli.generate import generate_app
from reconcile.cli.keeping import adopt, forget, history, hold, rollback, show, unlock
from reconcile.cli.loggers import loggers_app
from reconcile.cli.operating import (
    diagnose,
    explain,
    pause,
    restart,
    resume,
    status,
    stop,
    watch,
)
from reconcile.cli.sandbox import sandbox_app
from reconcile.cli.schema import schema_app
from reconcile.cli.shell import register

_CLICK_USAGE: Final = 2

app = typer.Typer(
    name="connectform",
    help="Terraform-style GitOps for Kafka Connect.",
    epilog="Exit codes: 0 fine, 1 error, 2 changes or drift, 3 refused by a limit "
    "or a protection, 4 stale plan, 5 applied in part, 64 wrong usage, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"connectform {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Terraform-style GitOps for Kafka Connect.

    Connector definitions live as YAML in git; plan shows how a cluster differs, apply carries
    exactly that out, drift reports what was changed by hand.
    """
    del version


register(app, init, with_project=False)
for _function in (
    validate,
    lint,
    plan,
    show,
    apply,
    drift,
    status,
    diagnose,
    watch,
    export,
    explain,
    restart,
    pause,
    resume,
    stop,
    hold,
    adopt,
    forget,
    history,
    rollback,
    unlock,
):
    register(app, _function)
register(app, demo, with_project=False)
app.add_typer(alerts_app, name="alerts")
app.add_typer(ci_app, name="ci")
app.add_typer(generate_app, name="generate")
app.add_typer(loggers_app, name="loggers")
app.add_typer(schema_app, name="schema")
app.add_typer(sandbox_app, name="sandbox")


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        code = typer.main.get_command(app).main(
            arguments, prog_name="connectform", standalone_mode=False
        )
    except Abort:
        return Exit.INTERRUPTED
    except TyperException as error:
        _show(error)
        return Exit.USAGE if error.exit_code == _CLICK_USAGE else error.exit_code
    return code if isinstance(code, int) else Exit.FINE


def _show(error: TyperException) -> None:
    """Print what is wrong with the arguments, and how the command is used."""
    message = error.format_message()
    if message.startswith("Usage: "):
        typer.echo(message, err=True)
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    if context is not None:
        typer.echo(
            f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n", err=True
        )
    typer.echo(f"Error: {message}", err=True)
