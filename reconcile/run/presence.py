"""Know which workers are gone, though the statuses that others give still name them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.connect.workers import Reply, address_of, ask_workers
from reconcile.desired.project import LoadedProject, read_access
from reconcile.model.live import LiveState
from reconcile.model.project import Access
from reconcile.run.context import Context

BELIEVED: Final = 900.0
"""How many seconds the silence of a worker counts.

Connect gives the work of one that left to others after 5 minutes, unless told otherwise
(`scheduled.rebalance.max.delay.ms`): where statuses name it for much longer it lives, and it is its
address that is out of our reach.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of a worker that statuses name.

    `reached` tells that its address is known to be its own: it has answered there, or the project
    file has it. `silent` is since when it does not answer, by the monotonic clock.
    """

    reached: bool
    silent: float | None = None

    def is_gone(self, now: float) -> bool:
        """Tell whether its silence means that it is no more."""
        return self.reached and self.silent is not None and now - self.silent < BELIEVED


Presences = Mapping[str, Presence]


def workers_of(live: LiveState) -> frozenset[str]:
    """Return the workers that statuses name."""
    statuses = (one.status for one in live.connectors.values() if one.status is not None)
    return frozenset(worker for status in statuses for worker, _ in status.assignments if worker)


def addresses_in(access: Access) -> frozenset[str]:
    """Return the workers that the project file names."""
    return frozenset(map(address_of, access.urls))


def find_workers(
    context: Context, loaded: LoadedProject, live: LiveState, before: Presences, *, anew: bool
) -> Presences:
    """Ask the workers that statuses name whether they are there; the one that we speak to is."""
    named = workers_of(live)
    access = read_access(loaded, live.cluster, context.environment)
    asked = to_ask(named, before, addresses_in(access), anew=anew)
    return _asked(context, access, live, named, asked, before)


def gone_at_a_look(context: Context, loaded: LoadedProject, live: LiveState) -> frozenset[str]:
    """Return the workers that are no more, as far as one look can tell.

    Others than those that the project file has may never have been in reach: they are not asked.
    """
    access = read_access(loaded, live.cluster, context.environment)
    declared = workers_of(live) & addresses_in(access)
    now = context.clock.monotonic()
    found = _asked(context, access, live, declared, declared, {})
    return frozenset(name for name, presence in found.items() if presence.is_gone(now))


def to_ask(
    named: Collection[str], before: Presences, declared: Collection[str], *, anew: bool
) -> frozenset[str]:
    """Return the workers to ask: those that have answered or are declared, others now and then."""
    return frozenset(
        name
        for name in named
        if anew or name in declared or name not in before or before[name].reached
    )


def followed(
    named: Collection[str],
    before: Presences,
    replies: Mapping[str, Reply],
    declared: Collection[str],
    now: float,
) -> Presences:
    """Return what is known of the workers that are named, after some of them were asked."""
    return {
        name: _followed(before.get(name), replies.get(name), now, declared=name in declared)
        for name in named
    }


def _asked(
    context: Context,
    access: Access,
    live: LiveState,
    named: Collection[str],
    asked: Collection[str],
    before: Presences,
) -> Presences:
    here = address_of(live.url)
    replies = ask_workers(
        access,
        frozenset(asked) - {here},
        live.identity.kafka_cluster_id,
        clock=context.clock,
        redactor=context.redactor,
    )
    now = context.clock.monotonic()
    return followed(named, before, {**replies, here: Reply.OURS}, addresses_in(access), now)


def _followed(
    before: Presence | None, reply: Reply | None, now: float, *, declared: bool
) -> Presence:
    match reply:
        case None | Reply.UNCLEAR:
            return before or Presence(reached=False)
        case Reply.OURS:
            return Presence(reached=True)
        case Reply.OTHER:
            return Presence(reached=False)
        case Reply.SILENT:
            since = before.silent if before is not None else None
            return Presence(
                reached=declared or (before is not None and before.reached),
                silent=now if since is None else since,
            )
