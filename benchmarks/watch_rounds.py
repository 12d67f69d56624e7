"""Make rounds of a watch in this process, one right after the other, and print what they cost."""

import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from statistics import median

from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.redact import Redactor
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.watch.loop import watch_lease, watch_store
from reconcile.watch.rounds import Round, Seat, make_round


def main(folder: Path, rounds: int) -> None:
    """Make a first round and so many others."""
    context = Context(
        clock=SystemClock(),
        environment=os.environ,
        directory=folder,
        redactor=Redactor(),
        rng=random.Random(1),  # noqa: S311  # jitter, not secrecy
    )
    loaded = load_project(None, folder)
    identity = identity_of(context, "watch", root=loaded.project.root)
    seat = Seat(context=context, loaded=loaded, cluster="bench", lock=Lock(identity=identity))
    before: Round | None = None
    wall: list[float] = []
    cpu: list[float] = []
    with watch_store(seat) as store, watch_lease(seat, store) as lease:
        for _ in range(rounds + 1):
            began = time.perf_counter(), time.process_time()
            before = make_round(seat, before, store, lease)
            wall.append(time.perf_counter() - began[0])
            cpu.append(time.process_time() - began[1])
            if before.problems:
                sys.exit(str(before.problems))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # The second reads the definitions once more: they might have changed within a tick of a clock.
    later = {"wall": median(wall[2:]), "cpu": median(cpu[2:])}
    first = {"wall": wall[0], "cpu": cpu[0]}
    print(json.dumps({"first": first, "later": later, "memory": memory}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
