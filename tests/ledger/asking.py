"""Ask for the right to write, once for each line that is read, until there are no more."""

import random
import sys
from contextlib import ExitStack
from pathlib import Path

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.ledger.git_store import GitStore
from reconcile.ledger.lease import hold_lease
from reconcile.ledger.process import this_process
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.store import Store
from reconcile.model.ledger import Lease
from tests.ledger.places import CLUSTER


def main(kind: str, folder: str, actor: str) -> None:
    """Say `held` or the code of what was in the way; give back what is held at the next line."""
    clock, rng, here = SystemClock(), random.Random(7), this_process()  # noqa: S311  # jitter
    store: Store = SqliteStore(Path(folder, "a.db"), place="a.db")
    if kind == "git":
        store = GitStore(folder, CLUSTER, clock)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number, _ in enumerate(sys.stdin):
        now = clock.now()
        wanted = Lease(
            id=f"{actor}-{number}",
            project="shop",
            actor=actor,
            command="apply",
            host=here.host,
            process=here.process,
            since=now,
            expires=now,
        )
        with ExitStack() as stack:
            try:
                stack.enter_context(hold_lease(store, wanted, clock=clock, rng=rng))
                said = "held"
            except LedgerError as error:
                said = str(error.problems[0].code)
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()
            sys.stdin.readline()
        sys.stdout.write("free\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
