"""Know what git declares without reading all of it again each time."""

from dataclasses import dataclass
from typing import Final

from reconcile.desired.project import LoadedProject
from reconcile.desired.stamps import Stamps, is_whole, take_stamps
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.desired import Desired
from reconcile.model.problem import Problem
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
    context: Context, loaded: LoadedProject, cluster: str, before: Declared | None
) -> Declared:
    """Return what git declares, from memory where no file has changed since; see `learn_declared`.

    Files are read twice after a change: what changes again within the tick of a clock may leave
    the stamp as it is. Raises DefinitionError where they change while they are read: what was read
    would be half old and half new.
    """
    known = before.secret_files if before is not None else frozenset()
    stamps = take_stamps(loaded, known)
    now = context.clock.monotonic()
    same = before is not None and stamps == before.stamps
    if before is not None and not same:
        context.clock.sleep(_TICK)  # whoever writes them may not be done
    if not is_whole(loaded, stamps, context.clock.now()):
        raise _changing()
    if before is not None and same and before.read - before.seen >= _TICK:
        return before
    read = context.clock.monotonic()
    found = learn_declared(context, loaded, cluster)
    after = take_stamps(loaded, found.secret_files)
    either = (stamps.keys() | after.keys()) - (known ^ found.secret_files)
    is_same = all(stamps.get(path) == after.get(path) for path in either)
    if not is_same or not is_whole(loaded, after, context.clock.now()):
        raise _changing()
    return Declared(
        desired=found.clusters[cluster],
        secret_files=found.secret_files,
        stamps=after,
        seen=before.seen if before is not None and same else now,
        read=read,
    )


def _changing() -> DefinitionError:
    return DefinitionError(
        Problem(
            code=Code.FILES_CHANGING,
            message="the files of this project change while they are read",
            hint="they are read again",
        )
    )
