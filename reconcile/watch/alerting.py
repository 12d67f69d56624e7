"""Fold what a round found into alerts, remember them, and tell who is to be told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reconcile.alert.sending import Sent, send
from reconcile.desired.project import LoadedProject, read_receiver
from reconcile.errors import DefinitionError
from reconcile.http.retry import Backoff, backoff
from reconcile.ledger.lease import HeldLease
from reconcile.ledger.store import Store
from reconcile.model.alert import Alert, AlertName, AlertSeverity, Terms
from reconcile.model.codes import Code
from reconcile.model.problem import Problem, Severity
from reconcile.model.receiver import Receiver
from reconcile.report.links import links_of
from reconcile.report.words import counted
from reconcile.run.context import Context
from reconcile.watch.alerts import Begin, firing, fold
from reconcile.watch.facts import Subject, facts_of
from reconcile.watch.flow_facts import TermsOf
from reconcile.watch.kept import Entry
from reconcile.watch.outbox import REFRESH, Box, allowed, attempted, due, posted, unaddressed
from reconcile.watch.pack import PACK, terms_of
from reconcile.watch.rounds import Post, Round, Seat
from reconcile.watch.saved_alerts import Desk, read_desk, write_desk

DESK: Final = Entry(
    key="watch/alerts",
    missing=Desk(),
    write=write_desk,
    read=read_desk,
    silence="which alerts fire",
    hint="what fires is told again then",
)
"""How the alerts of a cluster are kept."""

_BACKOFF: Final = Backoff(initial=10.0, longest=600.0)
_BELIEVED: Final = 4


def alert_of_round(seat: Seat, found: Round, store: Store, lease: HeldLease) -> Round:
    """Return a round with what came of telling people of it.

    What is to be told is kept before it is sent, and until a receiver has taken it: at least once.
    Raises LedgerError where that cannot be kept.
    """
    now = seat.context.clock.now()
    before = DESK.kept(store)
    settings = seat.loaded.project.alerts
    terms_of, storming = _terms_of(seat, found), (AlertName.FAIL_TOGETHER, "") in before.board
    facts = facts_of(found, terms_of, now, storming=storming)
    folded = fold(before.board, facts, terms_of, _begin(seat, found), now)
    outbox = posted(before.outbox, settings.receivers, folded.news, firing(folded.board), now)
    desk = Desk(board=folded.board, outbox=outbox)
    DESK.keep(lease, before, desk)
    boxes = dict(desk.outbox)
    posts: dict[str, Post] = {}
    for name, box in desk.outbox.items():
        boxes[name], post = _deliver(seat, name, box, now)
        posts[name] = _turned(post, box, boxes[name], now)
    DESK.keep(lease, desk, replace(desk, outbox=boxes))
    return replace(found, firing=firing(desk.board), posts=posts, news=folded.news)


def try_receiver(context: Context, loaded: LoadedProject, name: str) -> Sent:
    """Tell a receiver of a test alert, and of its end right after.

    Raises DefinitionError where its references cannot be had.
    """
    receiver = _receiver(context, loaded, name)
    settings = loaded.project.alerts.receivers[name]
    now = context.clock.now()
    alert = Alert(
        name=AlertName.TEST,
        cluster=loaded.project.name,
        connector="",
        severity=min(settings.severities, key=list(AlertSeverity).index),
        summary="a test: whoever reads this gets the alerts of connectform",
        started=now,
    )
    sent = Sent()
    for news in (alert, alert.resolved(now)):
        if not sent.failure:
            sent = send(
                receiver,
                (news,),
                allowed=1,
                lasts=REFRESH,
                clock=context.clock,
                redactor=context.redactor,
            )
    return sent


def _receiver(context: Context, loaded: LoadedProject, name: str) -> Receiver:
    receiver = read_receiver(loaded, name, context.environment)
    context.redactor.learn(secret.reveal() for secret in receiver.secrets)
    return receiver


def _terms_of(seat: Seat, found: Round) -> TermsOf:
    rules = seat.loaded.project.alerts.rules
    definitions = found.judged.definitions

    def found_terms(subject: Subject) -> Terms:
        name, connector = subject
        declared = definitions.get(connector)
        return terms_of(name, rules, declared.alerts if declared is not None else None)

    return found_terms


def _begin(seat: Seat, found: Round) -> Begin:
    redact = seat.context.redactor.redact
    links = seat.loaded.project.links

    def begin(subject: Subject, terms: Terms, summary: str, now: datetime) -> Alert:
        name, connector = subject
        declared = found.judged.definitions.get(connector)
        lead = links_of(links, cluster=seat.cluster, connector=connector) if connector else ()
        return Alert(
            name=name,
            cluster=seat.cluster,
            connector=connector,
            severity=terms.severity,
            summary=redact(summary),
            meaning=PACK[name].meaning,
            started=now,
            labels=declared.labels if declared is not None else {},
            links={link.label: link.url for link in lead},
        )

    return begin


def _deliver(seat: Seat, name: str, box: Box, now: datetime) -> tuple[Box, Post]:
    """Tell one receiver what waits for it, and return what still does, and what came of it."""
    alerts, room = due(box, now), allowed(box, now)
    if not alerts or not room:
        return box, Post()
    context = seat.context
    try:
        receiver = _receiver(context, seat.loaded, name)
    except DefinitionError as error:
        return unaddressed(box, now), Post(failed=1, problems=error.problems)
    sent = send(
        receiver,
        alerts,
        allowed=room,
        lasts=_BELIEVED * max(REFRESH, seat.loaded.project.watch.every),
        clock=context.clock,
        redactor=context.redactor,
    )
    wait = max(sent.retry_after, backoff(box.failures, context.rng, policy=_BACKOFF))
    after = attempted(box, sent.delivered, sent.requests, now, wait if sent.failure else None)
    if not sent.failure:
        return after, Post(taken=sent.requests)
    problem = _not_delivered(name, sent, after, now)
    return after, Post(taken=max(0, sent.requests - 1), failed=1, problems=(problem,))


def _turned(post: Post, before: Box, after: Box, now: datetime) -> Post:
    """Return what came of telling a receiver, with whether it fails anew or takes alerts again."""
    if before.failing is None:
        return replace(post, anew=after.failing is not None)
    return replace(post, lasted=None if after.failing else max(now - before.failing, timedelta()))


def _not_delivered(name: str, sent: Sent, box: Box, now: datetime) -> Problem:
    wait = timedelta() if box.not_before is None else box.not_before - now
    return Problem(
        code=Code.ALERTS_NOT_DELIVERED,
        message=f"the receiver {name} could not be told of {counted(len(box.waiting), 'alert')}:"
        f" {sent.failure}",
        hint=f"they are kept, and sent again in {round(wait.total_seconds())} s",
        severity=Severity.WARNING,
    )
