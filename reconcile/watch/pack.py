"""The alerts that there are: what each means, when it fires unless declared otherwise, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reconcile.model.alert import OF_CLUSTERS, AlertName, AlertSeverity, Terms, TermsChanges

_FAILURES: Final = frozenset(
    {
        AlertName.CONNECTOR_FAILED,
        AlertName.TASK_FAILED,
        AlertName.RESTART_LOOP,
        AlertName.GIVEN_UP,
        AlertName.CANNOT_HELP,
        AlertName.UNASSIGNED,
    }
)
_LAGS: Final = frozenset({AlertName.LAG_SECONDS, AlertName.LAG_FAR_OVER, AlertName.LAG_GROWING})
_STANDSTILL: Final = frozenset({AlertName.STALLED, *_LAGS})

_UNUSUAL: Final = frozenset(
    {AlertName.THROUGHPUT_UNUSUAL, AlertName.ERROR_RATE_UNUSUAL, AlertName.LAG_UNUSUAL}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert; while it fires, those in `mutes` are not told of on the same connector or cluster."""

    terms: Terms
    meaning: str
    cause: str
    remedy: str
    mutes: frozenset[AlertName] = frozenset()


def _terms(severity: AlertSeverity, wait: int, keep: int, *, over: float | None = None) -> Terms:
    """Return terms; times in minutes."""
    return Terms(
        severity=severity,
        wait=timedelta(minutes=wait),
        keep=timedelta(minutes=keep),
        over=over,
    )


PACK: Final[Mapping[AlertName, Rule]] = {
    AlertName.CLUSTER_UNREACHABLE: Rule(
        terms=_terms(AlertSeverity.PAGE, 2, 2),
        meaning="No worker of the cluster answers as Kafka Connect does.",
        cause="All workers are down, the network or the balancer before them is, or they refuse our"
        " credentials.",
        remedy="The summary says what went wrong. Look at the workers' processes and logs; while"
        " this fires nothing is known of the connectors, and nothing is told of them.",
        mutes=frozenset(AlertName) - {AlertName.CLUSTER_UNREACHABLE, AlertName.WATCH_STALE},
    ),
    AlertName.BROKERS_LOST: Rule(
        terms=_terms(AlertSeverity.PAGE, 2, 2),
        meaning="Workers have lost their brokers, and answer with what they last knew.",
        cause="The brokers of the Connect cluster are down, or cannot be reached from its workers.",
        remedy="Look at the brokers first: connectors cannot be well without them, whatever their"
        " states say. Nothing is restarted meanwhile.",
        mutes=_FAILURES | _STANDSTILL | _UNUSUAL | {AlertName.REBALANCE_STORM},
    ),
    AlertName.WORKER_GONE: Rule(
        terms=_terms(AlertSeverity.TICKET, 2, 2),
        meaning="A worker does not answer any more, and the others still report tasks as running on"
        " it: these do no work.",
        cause="The worker was killed or its machine is gone. Connect gives its tasks to the others"
        " after `scheduled.rebalance.max.delay.ms`, 5 minutes by default.",
        remedy="Start it again, or see that the others take over. Nothing is restarted meanwhile."
        " Only a worker that has answered at the address by which statuses name it, or whose"
        " address is in `urls`, can be missed; one that is named for 15 minutes on end is taken"
        " for alive and out of our reach.",
    ),
    AlertName.FAIL_TOGETHER: Rule(
        terms=_terms(AlertSeverity.PAGE, 0, 5),
        meaning="More than half of the connectors of a cluster failed within a minute: one alert"
        " instead of one for each.",
        cause="What they share: brokers, a registry, a database, credentials, a worker's plugins.",
        remedy="`status` shows the root causes, which are likely all the same. One"
        " connector is tried, and the others follow once it is well.",
        mutes=_FAILURES | _STANDSTILL | _UNUSUAL,
    ),
    AlertName.WATCH_STALE: Rule(
        terms=_terms(AlertSeverity.TICKET, 5, 2),
        meaning="`watch` cannot make its rounds, or remember what it decides: nothing is restarted.",
        cause="The project file or a definition has a problem, a reference cannot be resolved, or"
        " the ledger or the store of `watch` cannot be reached.",
        remedy="The summary names the problem; `validate` tells all of them.",
    ),
    AlertName.CONNECTOR_FAILED: Rule(
        terms=_terms(AlertSeverity.PAGE, 2, 5),
        meaning="A connector that is to run, or all of its tasks, have failed: it does no work.",
        cause="The summary names the root cause; `diagnose NAME` says what it is about"
        " and what was changed last.",
        remedy="Mend the cause. What a restart can help is restarted where `restart` is enabled;"
        " otherwise `restart NAME --only-failed`.",
        mutes=frozenset({AlertName.TASK_FAILED, AlertName.UNASSIGNED}) | _STANDSTILL | _UNUSUAL,
    ),
    AlertName.TASK_FAILED: Rule(
        terms=_terms(AlertSeverity.TICKET, 5, 5),
        meaning="Some tasks of a connector have failed, and others still run.",
        cause="Often what one task alone reads: a partition with a bad record, one table.",
        remedy="`diagnose NAME`; for records that cannot be read, a dead letter queue"
        " (`errors.deadLetterQueue`).",
        mutes=_UNUSUAL,
    ),
    AlertName.RESTART_LOOP: Rule(
        terms=_terms(AlertSeverity.TICKET, 0, 0),
        meaning="A connector was restarted three times and has not been well for `resetAfter`"
        " since: it is flapping, or restarts do not help. Where no more than three are allowed,"
        " `RestartsGivenUp` says so.",
        cause="Something that a restart mends for a while: a connection that is cut, memory that"
        " runs out, a record that is met again.",
        remedy="`history` and `diagnose NAME` tell what failed; the alert ends once the restarts are"
        " forgotten.",
    ),
    AlertName.GIVEN_UP: Rule(
        terms=_terms(AlertSeverity.PAGE, 0, 30),
        meaning="All restarts that the definition allows were made, and it failed again.",
        cause="The cause outlives restarts, whatever it looks like.",
        remedy="Mend the cause, then restart it by hand: its attempts are forgotten once it has"
        " been well for `resetAfter`.",
        mutes=frozenset({AlertName.TASK_FAILED, AlertName.CANNOT_HELP, AlertName.RESTART_LOOP}),
    ),
    AlertName.CANNOT_HELP: Rule(
        terms=_terms(AlertSeverity.TICKET, 1, 5),
        meaning="A connector failed, and no restart will mend it: none is made.",
        cause="A wrong password or setting, a missing plugin, a record that cannot be read; or"
        " `classify` says `never`.",
        remedy="`diagnose NAME` has the hint. A new definition restarts it by itself.",
        mutes=frozenset({AlertName.TASK_FAILED}),
    ),
    AlertName.UNASSIGNED: Rule(
        terms=_terms(AlertSeverity.TICKET, 10, 2),
        meaning="A connector or tasks of it have been without a worker for long, or are missing; or"
        " a topic that a sink names is not there, where `kafka` of the cluster lets that be known.",
        cause="A worker left and the rebalance does not end; there are too few workers; tasks are"
        " not generated since the connector cannot reach what it reads; a topic was deleted, or its"
        " name is another one.",
        remedy="Look at the workers' logs for rebalances. Connect itself waits 5 minutes for a"
        " worker to come back (`scheduled.rebalance.max.delay.ms`).",
    ),
    AlertName.STALLED: Rule(
        terms=_terms(AlertSeverity.PAGE, 0, 5),
        meaning="A connector runs, records wait for it, and for five minutes none has moved.",
        cause="A sink hangs in a call to what it writes to, or meets the same record again and"
        " again; a source cannot write to Kafka. Its tasks do not fail, so nobody else notices.",
        remedy="Look at the target, and at the worker's log of the task. `restart NAME` often"
        " helps; with `restart.verify` a restart counts only once records move. A sink that commits"
        " rarely by design wants a longer `for`.",
        mutes=_LAGS | _UNUSUAL,
    ),
    AlertName.LAG_SECONDS: Rule(
        terms=_terms(AlertSeverity.TICKET, 10, 10, over=300),
        meaning="A connector is further behind than `over`: that old is the first record that it"
        " is not done with, in its worst partition.",
        cause="More records come than it can take, or it does not move at all.",
        remedy="`status --over 10s` shows records a second; more tasks help as long as there are"
        " partitions for them and what it writes to keeps up.",
        mutes=frozenset({AlertName.LAG_GROWING}),
    ),
    AlertName.LAG_FAR_OVER: Rule(
        terms=_terms(AlertSeverity.PAGE, 10, 10),
        meaning="A connector is behind by four times what `LagSeconds` allows (its `over`).",
        cause="As for `LagSeconds`, for much longer.",
        remedy="As for `LagSeconds`. Look at the retention of the topics: what is deleted before"
        " it was read is lost.",
        mutes=frozenset({AlertName.LAG_SECONDS, AlertName.LAG_GROWING}),
    ),
    AlertName.LAG_GROWING: Rule(
        terms=_terms(AlertSeverity.TICKET, 15, 10),
        meaning="As the lag has grown over the last ten minutes, it will be over what `LagSeconds`"
        " allows within an hour.",
        cause="More records come than the connector can take.",
        remedy="There is time: more tasks, a larger batch, or fewer records.",
    ),
    AlertName.ERROR_RATIO: Rule(
        terms=_terms(AlertSeverity.TICKET, 0, 15, over=0.01),
        meaning="More records fail than `over`, of late and over an hour, of a hundred records or"
        " more: they are skipped, or go to the dead letter queue.",
        cause="A producer has changed its format, or a converter or transform does not fit.",
        remedy="Read the dead letters, or the worker's log (`errors.log`): they name the record"
        " and the exception.",
    ),
    AlertName.DEAD_LETTERS_LOST: Rule(
        terms=_terms(AlertSeverity.PAGE, 0, 30),
        meaning="Records that failed could not be written to the dead letter queue: they are lost.",
        cause="The topic does not exist and may not be created, or the connector may not write to"
        " it; its replication factor is more than there are brokers.",
        remedy="Create the topic and allow Write on it; stop the connector meanwhile, since each"
        " record that fails is lost.",
    ),
    AlertName.REBALANCE_STORM: Rule(
        terms=_terms(AlertSeverity.TICKET, 0, 15),
        meaning="The workers have shared out the work five times within 15 minutes, or one such"
        " rebalance has gone on for more than five minutes. Tasks stop and start each time."
        " Rebalances right after connectform has written connectors are not counted.",
        cause="A worker that comes and goes, out of memory or behind a probe that kills it; many"
        " changes by hand, one after the other; a session time-out that is too short.",
        remedy="Look at the workers that restarted, and at their heap and garbage collection"
        " (`status`).",
        mutes=frozenset({AlertName.UNASSIGNED}),
    ),
    AlertName.METRICS_UNREADABLE: Rule(
        terms=_terms(AlertSeverity.TICKET, 15, 5),
        meaning="A source of metrics, or of lag, has not been readable for long. What it tells is"
        " not judged meanwhile, for better or worse; states and restarts go on.",
        cause="An exporter, the Prometheus server or the brokers do not answer, or refuse our"
        " credentials.",
        remedy="The summary names the source: look at `metrics` and `kafka` of the cluster in the"
        " project file.",
    ),
    AlertName.MISSING: Rule(
        terms=_terms(AlertSeverity.TICKET, 15, 0),
        meaning="Git declares a connector, and the cluster does not have it.",
        cause="Somebody deleted it by hand, or a merge was not applied.",
        remedy="`drift` tells which; `apply` creates it.",
    ),
    AlertName.DRIFTED: Rule(
        terms=_terms(AlertSeverity.TICKET, 15, 0),
        meaning="A connector is not as it was last applied: settings of it were changed by hand, or"
        " it was paused, resumed or stopped.",
        cause="Somebody did it, for a reason that git does not know, or a program did. Where"
        " `selfHeal` is on, the summary says why it is not set back.",
        remedy="`drift` shows what was changed, and the two commands that take it back or accept it"
        " into git; `hold` keeps it so for a time, in silence.",
    ),
    AlertName.FIGHTING: Rule(
        terms=_terms(AlertSeverity.TICKET, 0, 30),
        meaning="Self-heal tried five times to set a connector back, and each time it was changed by"
        " hand again, or could not be written: it is left as it is now.",
        cause="A program that owns it too: another GitOps tool, an operator, a script; or somebody"
        " who does not know that it is watched.",
        remedy="`history NAME` says what was written. Find who else writes to it, and let one of the"
        " two go. It is set back again once it"
        " has been as applied for 6 hours.",
        mutes=frozenset({AlertName.DRIFTED, AlertName.MISSING}),
    ),
    AlertName.THROUGHPUT_UNUSUAL: Rule(
        terms=_terms(AlertSeverity.INFO, 0, 0),
        meaning="A connector moves more or fewer records than it usually does at this hour of the"
        " week.",
        cause="Less or more comes in than usual, a job that runs at other times, a partition or"
        " table that is no longer read.",
        remedy="The summary compares. If nobody wants to know, turn it off for this connector; what"
        " lasts for a day becomes the usual.",
    ),
    AlertName.ERROR_RATE_UNUSUAL: Rule(
        terms=_terms(AlertSeverity.INFO, 0, 0),
        meaning="More records of a connector fail than usually do at this hour of the week.",
        cause="Records of a new form, a converter or transform that does not fit them; with"
        " `tolerance: all` nothing else tells of it.",
        remedy="Look at the dead letter queue or the workers' logs for what these records have in"
        " common.",
    ),
    AlertName.LAG_UNUSUAL: Rule(
        terms=_terms(AlertSeverity.INFO, 0, 0),
        meaning="A connector is further behind than it usually is at this hour of the week.",
        cause="More comes in than usual, or what it writes to has become slower.",
        remedy="Compare its throughput: if that is as usual, look at what it writes to.",
    ),
}
"""Every alert, with the terms on which it fires."""


def terms_of(name: AlertName, rules: TermsChanges, declared: TermsChanges | None = None) -> Terms:
    """Return the terms of an alert: of the pack, the project's rules, then a definition's."""
    terms = PACK[name].terms
    layers = (rules, {} if name in OF_CLUSTERS or declared is None else declared)
    for layer in layers:
        terms = layer[name].on(terms) if name in layer else terms
    return terms
