"""The command that shows the main job from end to end."""

from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.shell import Shell


def demo(
    shell: Shell,
    real: Annotated[
        bool, typer.Option("--real", help="On real Kafka; needs Java 17 and, once, Maven.")
    ] = False,
    kafka_version: Annotated[
        str, typer.Option("--kafka-version", metavar="VERSION", help="4.3.1, 3.9.1 or 3.6.2.")
    ] = "4.3.1",
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the cluster up at the end, until Enter or Ctrl-C.")
    ] = False,
) -> Exit:
    """See it all on a cluster started for the show.

    Plans and applies example definitions, changes some by hand, finds the drift, heals it.
    """
    from reconcile.cli.demonstrating import demonstrate

    return demonstrate(shell, real=real, version=kafka_version, keep=keep)
