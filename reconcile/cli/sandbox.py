"""The commands that start and stop clusters to try things on."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.options import OutputFormat, OutputOption
from reconcile.cli.shell import Shell, register, write_document
from reconcile.model.flavor import Flavor

NameOption = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Which sandbox; several can be up at once.")
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        help="The folder that holds the sandboxes. Default: .connectform/sandboxes.",
    ),
]

sandbox_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Start and stop clusters to try things on.",
)


def up(
    shell: Shell,
    *,
    real: Annotated[
        bool, typer.Option("--real", help="Real Kafka; needs Java 17 and, once, Maven.")
    ] = False,
    name: NameOption = "default",
    kafka_version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="4.3.1, 3.9.1 or 3.6.2. Default: 4.3.1."),
    ] = None,
    flavor: Annotated[
        Flavor,
        typer.Option(
            metavar="FLAVOR",
            help="apache, confluent-platform or aiven; simulated only. Default: apache.",
            show_default=False,
        ),
    ] = Flavor.APACHE,
    workers: Annotated[int, typer.Option(metavar="N", help="Workers of each cluster, 1 to 3.")] = 1,
    clusters: Annotated[int, typer.Option(metavar="N", help="Connect clusters, 1 or 2.")] = 1,
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP:ARTIFACT:VERSION", help="A plugin from Maven; --real only (repeatable)."
        ),
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve HTTPS, with an authority made up.")
    ] = False,
    client_cert: Annotated[
        bool, typer.Option("--client-cert", help="Ask clients for a certificate; implies --tls.")
    ] = False,
    basic_auth: Annotated[
        bool, typer.Option("--basic-auth", help="Ask clients for a password.")
    ] = False,
    port: Annotated[
        int, typer.Option(metavar="PORT", help="Port of the first worker. Default: a free one.")
    ] = 0,
    heartbeat_ms: Annotated[
        int,
        typer.Option(metavar="MS", help="heartbeat.interval.ms of the workers; --real only."),
    ] = 0,
    metrics: Annotated[
        bool,
        typer.Option("--metrics", help="Give each worker a page of metrics; --real only."),
    ] = False,
    home: HomeOption = None,
) -> Exit:
    """Start a sandbox in the background and print its URLs.

    Standard output has one URL for each worker, then what to put into connectform.yaml, the
    addresses of metrics included.
    """
    from reconcile.sandbox import registry
    from reconcile.sandbox.describe import started_text
    from reconcile.sandbox.spec import make_spec

    spec = make_spec(
        real=real,
        version=kafka_version,
        workers=workers,
        clusters=clusters,
        plugins=tuple(plugin or ()),
        tls=tls or client_cert,
        client_certificate=client_cert,
        basic_auth=basic_auth,
        port=port,
        heartbeat_ms=heartbeat_ms,
        flavor=flavor,
        metrics=metrics,
    )
    clock = shell.context.clock
    began = clock.monotonic()
    sandbox = registry.up(name, spec, _home(shell, home), clock, report=shell.terminal.say)
    shell.terminal.say(f"The sandbox {name} is up after {clock.monotonic() - began:.1f} s.")
    shell.terminal.document(started_text(sandbox, shell.context.directory))
    return Exit.FINE


def down(
    shell: Shell,
    *,
    name: NameOption = "default",
    every: Annotated[bool, typer.Option("--all", help="Stop every sandbox there is.")] = False,
    home: HomeOption = None,
) -> Exit:
    """Stop a sandbox and remove all that it wrote."""
    from reconcile.sandbox import registry

    folder = _home(shell, home)
    for one in registry.names(folder) if every else (name,):
        shell.terminal.say(f"Stopping the sandbox {one}")
        registry.down(one, folder, shell.context.clock)
    return Exit.FINE


def status(
    shell: Shell,
    *,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Only this one. Default: all.")
    ] = None,
    output: OutputOption = OutputFormat.TEXT,
    home: HomeOption = None,
) -> Exit:
    """Show the sandboxes and their processes."""
    from reconcile.sandbox import registry
    from reconcile.sandbox.describe import status_text, statuses_document

    folder = _home(shell, home)
    if name is None:
        standings = registry.inspect_all(folder)
    else:
        standings = (registry.inspect(registry.find(name, folder)),)
    write_document(shell, document=statuses_document(standings), output=output, json_out=None)
    if output is OutputFormat.TEXT:
        shell.terminal.document("".join(status_text(*standing) for standing in standings))
    known = {sandbox.name for sandbox, _ in standings}
    for failed in set(registry.names(folder)) - known if name is None else ():
        shell.terminal.say(f"{failed}: did not start; `connectform sandbox logs` tells why")
    if not standings:
        shell.terminal.say("No sandbox is up here.")
    return Exit.FINE


def logs(
    shell: Shell,
    *,
    name: NameOption = "default",
    worker: Annotated[
        int | None, typer.Option(metavar="N", help="Which worker. Default: the first.")
    ] = None,
    broker: Annotated[bool, typer.Option("--broker", help="The broker instead.")] = False,
    lines: Annotated[int, typer.Option(metavar="N", help="How many of the last lines.")] = 50,
    home: HomeOption = None,
) -> Exit:
    """Print the end of a worker's or the broker's log, also after a start that failed."""
    from reconcile.sandbox import registry
    from reconcile.sandbox.probe import last_lines
    from reconcile.sandbox.state import BROKER, worker_role

    role = BROKER if broker else "" if worker is None else worker_role(worker)
    log = registry.find_log(name, role, _home(shell, home))
    shell.terminal.document("".join(f"{line}\n" for line in last_lines(log, lines)))
    return Exit.FINE


def reset(shell: Shell, *, name: NameOption = "default", home: HomeOption = None) -> Exit:
    """Start a sandbox again, empty: same settings, same URLs, nothing in it."""
    from reconcile.sandbox import registry
    from reconcile.sandbox.describe import started_text

    sandbox = registry.reset(
        name, _home(shell, home), shell.context.clock, report=shell.terminal.say
    )
    shell.terminal.document(started_text(sandbox, shell.context.directory))
    return Exit.FINE


def _home(shell: Shell, chosen: Path | None) -> Path:
    from reconcile.sandbox.registry import sandbox_home

    return sandbox_home(shell.context.directory) if chosen is None else chosen.absolute()


for _function in (up, down, status, logs, reset):
    register(sandbox_app, _function, with_project=False)
