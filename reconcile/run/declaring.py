"""Know what git declares without reading all of it again each time."""

from dataclasses import dataclass
from typing import Final

from reconcile.desired.project import LoadedProject
from reconcile.desired.stamps import Stamps, take_stamps
from reconcile.model.desired import Desired
from reconcile.run.context import Context
from reconcile.run.reading import learn_declared

_TICK: Final = 2.0
"""Seconds that the coarsest clock of a file system counts in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declared:
    """What git declares on a cluster, and the files that say so.

    `secret_files` are those that references name. `stamps` were first seen at `seen`, and the files
    read at `read`, by the monotonic clock.
    """

    desired: Desired
    secret_files: frozenset[str]
    stamps: Stamps
    seen: float
    read: float


def declared_now(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    before: Declared | None,
    *,
    anew: bool = False,
) -> Declared:
    """Return what git declares, from memory where no file has changed since; see `learn_declared`.

    Files are read twice after a change: what changes again within the tick of a clock may leave
    the stamp as it is. With `anew` they are read whatever the stamps say.
    """
    now = context.clock.monotonic()
    stamps = take_stamps(loaded, before.secret_files if before is not None else ())
    same = before is not None and stamps == before.stamps
    settled = before is not None and before.read - before.seen >= _TICK
    if before is not None and same and settled and not anew:
        return before
    found = learn_declared(context, loaded, cluster)
    if not found.secret_files <= stamps.keys():
        stamps = take_stamps(loaded, found.secret_files)
    return Declared(
        desired=found.clusters[cluster],
        secret_files=found.secret_files,
        stamps=stamps,
        seen=before.seen if before is not None and same else now,
        read=now,
    )
