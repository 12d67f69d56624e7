"""Tell what watching remembers, to those who only look."""

from collections.abc import Mapping

from reconcile.desired.project import LoadedProject
from reconcile.model.live import LiveState
from reconcile.model.restart import Restarts
from reconcile.run.context import Context
from reconcile.run.reading import read_desired
from reconcile.watch.judging import candidate_of, diagnoses_of
from reconcile.watch.loop import store_of
from reconcile.watch.restarts import Ruling, judged
from reconcile.watch.rounds import BOOK


def restarts_of(context: Context, loaded: LoadedProject, live: LiveState) -> Mapping[str, Restarts]:
    """Return the restarts of live connectors that are not forgotten yet; none where nobody watched.

    Raises LedgerError where the store cannot be read.
    """
    with store_of(context, loaded, live.cluster) as store:
        attempts = BOOK.kept(store).attempts
    known = {name: one for name, one in attempts.items() if name in live.connectors}
    if not known:
        return {}
    declared = read_desired(context, loaded, live.cluster).definitions
    found: dict[str, Restarts] = {}
    for name, one in known.items():
        status = live.connectors[name].status
        due = None
        if name in declared and status is not None:
            candidate = candidate_of(declared[name], diagnoses_of(status), "")
            ruling, moment = judged(candidate.policy, one, candidate.seen, live.taken_at)
            due = moment if ruling in {Ruling.WAITING, Ruling.DUE} else None
        if one.count or due is not None:
            found[name] = Restarts(count=one.count, last=one.last, next=due)
    return found
