"""Whatever is seen and whenever connectform dies: alerts fire in time, once, and end."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from reconcile.model.alert import (
    Alert,
    AlertName,
    AlertSeverity,
    ReceiverChoice,
    ReceiverKind,
    Terms,
)
from reconcile.watch.alerts import firing, fold
from reconcile.watch.facts import Facts, Subject
from reconcile.watch.outbox import PER_MINUTE, Box, allowed, attempted, due, posted
from reconcile.watch.saved_alerts import Desk, read_desk, write_desk
from tests.laws.law import law

START = datetime(2027, 1, 4, tzinfo=UTC)
EVERYTHING = frozenset(AlertName)
NAMES = (AlertName.TASK_FAILED, AlertName.MISSING)
SUBJECTS = [(name, connector) for name in NAMES for connector in "ab"]
ALL = frozenset("ab")
terms = st.builds(
    Terms,
    severity=st.sampled_from(AlertSeverity),
    wait=st.sampled_from([timedelta(), timedelta(seconds=60), timedelta(seconds=150)]),
    keep=st.sampled_from([timedelta(), timedelta(seconds=60), timedelta(seconds=150)]),
)
rounds = st.lists(
    st.tuples(
        st.integers(0, 100),
        st.sets(st.sampled_from(SUBJECTS)),
        st.booleans(),
    ),
    max_size=40,
)


def begin(subject: Subject, held: Terms, summary: str, now: datetime) -> Alert:
    return Alert(
        name=subject[0],
        cluster="local",
        connector=subject[1],
        severity=held.severity,
        summary=summary,
        started=now,
    )


def kept(desk: Desk) -> Desk:
    """Return what a process that begins now remembers."""
    return read_desk(json.loads(json.dumps(write_desk(desk))))


@law(terms, rounds)
def test_alerts_fire_as_rules_of_prometheus_do(held, course):
    """A model of Prometheus' rules (rules/alerting.go): states by subject, kept apart."""
    desk, now = Desk(), START
    active: dict[Subject, datetime] = {}
    fired: dict[Subject, datetime | None] = {}
    keeping: dict[Subject, datetime | None] = {}
    for seconds, holding, _ in course:
        now += timedelta(seconds=seconds)
        facts = Facts(holding=dict.fromkeys(holding, "bad"), judged=EVERYTHING, connectors=ALL)
        folded = fold(desk.board, facts, lambda _subject: held, begin, now)
        desk = kept(Desk(board=folded.board))
        for subject in SUBJECTS:
            if subject in holding:
                active.setdefault(subject, now)
                keeping[subject] = None
                if fired.get(subject) is None and now - active[subject] >= held.wait:
                    fired[subject] = now
            elif subject in active:
                if fired.get(subject) is not None and held.keep:
                    keeping[subject] = keeping.get(subject) or now
                    if now - keeping[subject] < held.keep:
                        continue
                active.pop(subject)
                fired[subject] = None
        expected = {subject: moment for subject, moment in fired.items() if moment is not None}
        found = {(a.name, a.connector): a.started for a in firing(desk.board)}
        assert found == expected


@law(terms, rounds)
def test_every_begin_has_one_end_and_nothing_is_told_twice(held, course):
    desk, now = Desk(), START
    open_now: set[Subject] = set()
    for seconds, holding, known in course:
        now += timedelta(seconds=seconds)
        facts = Facts(
            holding=dict.fromkeys(holding, "bad") if known else {},
            judged=EVERYTHING if known else frozenset(),
            connectors=ALL if known else None,
        )
        folded = fold(desk.board, facts, lambda _subject: held, begin, now)
        assert known or folded.news == ()
        for alert in folded.news:
            subject = (alert.name, alert.connector)
            if alert.ended is None:
                assert subject not in open_now
                open_now.add(subject)
            else:
                assert alert.ended >= alert.started
                open_now.remove(subject)
        desk = kept(Desk(board=folded.board))
        assert {(a.name, a.connector) for a in firing(desk.board)} == open_now
    gone = Facts(judged=EVERYTHING, connectors=frozenset())
    ends = fold(desk.board, gone, lambda _subject: held, begin, now)
    assert {(a.name, a.connector) for a in ends.news} == open_now
    assert ends.board == {}


@law(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sets(st.integers(0, 5)),
            st.sampled_from(["taken", "refused", "died before it was kept"]),
        ),
        max_size=40,
    )
)
def test_what_is_posted_is_delivered_at_least_once_and_never_too_fast(course):
    receivers = {"main": ReceiverChoice(kind=ReceiverKind.PAGERDUTY)}
    outbox, now = posted({}, receivers, (), (), START), START
    latest: dict[str, Alert] = {}
    delivered: dict[str, Alert] = {}
    requests: list[datetime] = []
    held = Terms(severity=AlertSeverity.PAGE)
    for seconds, news, end in course:
        now += timedelta(seconds=seconds)
        alerts = [begin((AlertName.MISSING, str(one)), held, "", now) for one in news]
        latest |= {alert.fingerprint: alert for alert in alerts}
        outbox = kept(Desk(outbox=posted(outbox, receivers, alerts, (), now))).outbox
        box = outbox["main"]
        if box.not_before is not None and now < box.not_before:
            assert due(box, now) == ()
        batch = due(box, now)[: allowed(box, now)]
        if end == "refused":
            box = attempted(box, (), bool(batch), now, 30.0)
        else:
            delivered |= {alert.fingerprint: alert for alert in batch}
        if end == "taken":
            box = attempted(box, batch, len(batch), now, None)
            requests += [now] * len(batch)
        outbox = {"main": box}
        assert all(
            delivered.get(key) == one or outbox["main"].waiting.get(key) == (one,)
            for key, one in latest.items()
        )
        assert sum(now - moment < timedelta(minutes=1) for moment in requests) <= PER_MINUTE
    assert posted(outbox, {}, (), (), now) == {}
    assert due(Box(), now) == ()


@law(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["begins", "ends", "nothing"]),
            st.sampled_from(["taken", "refused", "taken in part", "died before it was kept"]),
        ),
        max_size=40,
    ),
    st.sampled_from([ReceiverKind.WEBHOOK, ReceiverKind.SLACK, ReceiverKind.APPRISE]),
)
def test_whoever_reads_alerts_never_reads_of_an_end_without_its_begin(course, kind):
    receivers = {"main": ReceiverChoice(kind=kind)}
    outbox, now = posted({}, receivers, (), (), START), START
    fires: Alert | None = None
    read: list[Alert] = []
    for seconds, step, end in course:
        now += timedelta(seconds=seconds)
        news: list[Alert] = []
        if step == "begins" and fires is None:
            fires = begin((AlertName.MISSING, "a"), Terms(severity=AlertSeverity.PAGE), "", now)
            news = [fires]
        elif step == "ends" and fires is not None:
            news, fires = [fires.resolved(now)], None
        box = kept(Desk(outbox=posted(outbox, receivers, news, (), now))).outbox["main"]
        batch = {"refused": (), "taken in part": due(box, now)[:1]}.get(end, due(box, now))
        read += batch
        if end != "died before it was kept":
            box = attempted(box, batch, len(batch), now, None if end == "taken" else 0.0)
        outbox = {"main": box}
    read += due(outbox["main"], now)
    assert all(
        any(one.ended is None and one.started == over.started for one in read[:at])
        for at, over in enumerate(read)
        if over.ended is not None
    )
    assert not read or (read[-1].ended is None) == (fires is not None)
