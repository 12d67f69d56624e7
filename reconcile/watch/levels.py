"""Keep the levels that a project declares for the loggers of workers, which forget them."""

from dataclasses import replace
from typing import Final

from reconcile.connect.patience import Patience
from reconcile.errors import ConnectformError
from reconcile.run.levels import carry_out_levels, changes_to_declared, reach_workers
from reconcile.watch.rounds import Round, Seat

_NONE: Final = Patience(starting=0.0, busy=0.0, proxy=0.0, unreachable=0.0)
"""A worker that is not there now is told in the next round."""


def with_levels(seat: Seat, found: Round, *, rehearse: bool) -> Round:
    """Return a round with the workers told the levels that they have forgotten in a restart.

    What somebody has set since is left alone where workers say so (Connect 3.7). A rehearsal tells
    nobody. Where nothing is declared, nothing is read.
    """
    if found.problems or not seat.loaded.project.clusters[seat.cluster].loggers:
        return found
    try:
        workers = reach_workers(seat.context, seat.loaded, seat.cluster, patience=_NONE)
        with workers as reached:
            changes = changes_to_declared(reached, forgotten_only=True)
            problems = () if rehearse else carry_out_levels(reached, changes)
    except ConnectformError as error:
        return replace(found, untold=error.problems)
    return replace(found, levels=changes, untold=(*reached.problems, *problems))
