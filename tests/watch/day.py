"""A day of a watched cluster in simulated time, with every kind of trouble by a seeded script."""

import gc
import heapq
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path

import pytest

from reconcile.desired.project import LoadedProject, load_project
from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.session import Answer, Session
from reconcile.run.holding import hold
from reconcile.sandbox.simulated_answers import Request, error
from reconcile.sandbox.simulated_faults import Fault
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from reconcile.watch.alerting import DESK
from reconcile.watch.loop import Course, watch_cluster, watch_store
from reconcile.watch.restarts import Attempts, Ruling
from reconcile.watch.rounds import BOOK, Round, Seat
from tests.watch.inbox import Inbox, inbox
from tests.watch.post import BAD_RECORD, REFUSED, Post, post_in

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
EVERY = 30.0
INITIAL, LONGEST, FORGOTTEN = 30.0, 600.0, 1200.0
QUIET = 3 * HOUR
"""How long before the end the last trouble is over: by then all has healed."""

TIMING = Timing(**{**dict.fromkeys(Timing.__dataclass_fields__, 0.0), "worker_lost": 300.0})


@dataclass(slots=True)
class Day:
    """A watched cluster, its script, and what was seen of it."""

    post: Post
    box: Inbox
    rng: random.Random
    names: list[str]
    seat: Seat
    script: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    busy: set[str] = field(default_factory=set)
    rounds: int = 0
    started: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    recent: list[float] = field(default_factory=list)
    kept: Mapping[str, Attempts] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    ill: dict[tuple[str, str], str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    last: Round | None = None

    @property
    def now(self) -> float:
        """Return the seconds since the day began, which no jump of the clock changes."""
        return self.post.clock.monotonic() - self.started

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Let something happen at a second of the day."""
        heapq.heappush(self.script, (moment, next(self.order), action))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen so much later."""
        self.at(self.now + seconds, action)

    def run(self) -> None:
        """Watch from the begin of the day to its end."""
        self.started = self.post.clock.monotonic()
        course = Course(tell=self._tell, wait=self._wait, reload=self._reload)
        watch_cluster(self.seat, course)

    def _reload(self, before: LoadedProject) -> LoadedProject:
        self.rounds += 1
        if min(self.now % EVERY, EVERY - self.now % EVERY) > 1e-3:
            self.wrong.append(f"a round off the grid at {self.now}")
        return load_project(None, self.post.folder, before)

    def _wait(self, seconds: float) -> bool:
        until = self.now + seconds
        while self.script and self.script[0][0] <= until:
            moment, _, action = heapq.heappop(self.script)
            self.post.clock.advance(max(0.0, moment - self.now))
            action()
        self.post.clock.advance(max(0.0, until - self.now))
        return self.now >= DAY

    def _tell(self, found: Round) -> None:
        self._check_alerts()
        if found.trouble:
            self.told[found.trouble[0].code.value] += 1
        else:
            self._check_schedule(found)
            self.last = found
        self.post.cluster.clear_requests()
        if self.rounds % 120 == 0:
            gc.collect()
            self.blocks.append(sys.getallocatedblocks())
            self.stored.append((self.post.folder / ".connectform/watch/local.db").stat().st_size)

    def _check_budget(self, found: Round, decided: list[float]) -> None:
        """See that no minute has more restarts than declared, and that none was made undecided."""
        made = sum(
            "/restart" in one.path and one.method == "POST" for one in self.post.cluster.requests
        )
        if made > len(found.restarts):
            self.wrong.append(f"{made} restarts for {len(found.restarts)} at {self.now}")
        now = max(decided, default=self.now)
        self.recent = [*(one for one in self.recent if now - one < MINUTE), *decided]
        if len(self.recent) > per_minute(self.names):
            self.wrong.append(f"{len(self.recent)} restarts in a minute at {self.now}")

    def _check_alerts(self) -> None:
        """See that the begin of an alert is told once, and its end once; what was refused is sent again."""
        for status, alert, connector in self.box.statuses():
            told = self.ill.get((alert, connector), "resolved")
            if told == status and (alert, connector) not in self.refused:
                self.wrong.append(f"{alert} {connector} told as {status} again at {self.now}")
            self.refused.discard((alert, connector))
            self.ill[alert, connector] = status
            self.told[f"{alert} {status}"] += 1

    def _check_schedule(self, found: Round) -> None:
        """See that each restart is made by the first round after its time, or waits for something.

        When a failure was seen and a restart decided is as it was kept: the rest is arithmetic.
        """
        assert found.reading is not None
        earliest = found.reading.live.taken_at
        with watch_store(self.seat) as store:
            kept = BOOK.kept(store).attempts
        decided: list[float] = []
        for name, standing in found.standings.items():
            before, after = self.kept.get(name, Attempts()), kept.get(name, Attempts())
            if name in found.restarts and after.count == before.count + 1:
                assert after.last is not None
                if after.last < _due(before, after.last):
                    self.wrong.append(f"{name} restarted early at {self.now}")
                self.restarts[name] += 1
                ago = self.post.clock.now() - after.last
                decided.append(self.now - ago.total_seconds())
            elif standing.ruling is Ruling.WAITING and _due(after, earliest) <= earliest:
                self.wrong.append(f"{name} waits on at {self.now}")
            elif standing.ruling is Ruling.DUE and not standing.waits_for:
                self.wrong.append(f"{name} is due and waits for nothing at {self.now}")
        self.kept = kept
        self._check_budget(found, decided)


def _due(attempts: Attempts, now: datetime) -> datetime:
    """Return when a restart is due by what is declared; a clock that was set back counts anew."""
    since = min(attempts.last or attempts.failing or now, now)
    return since + timedelta(seconds=min(INITIAL * 2.0**attempts.count, LONGEST))


def without_sockets(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand what is sent to the cluster and to the receiver over in this process."""
    workers = {url.removeprefix("http://"): number for number, url in enumerate(day.post.workers)}

    def request(
        _session: Session, method: str, url: str, *, body: bytes | None = None, **_more: object
    ) -> Answer:
        where, _, path = url.removeprefix("http://").partition("/")
        if where not in workers:
            return Answer(status=_receive(day, body or b""))
        asked = Request(method=method, target=f"/{path}", body=body or b"", worker=workers[where])
        answer = day.post.cluster.respond(asked)
        if answer.drop:
            raise HttpFailure(FailureKind.UNREACHABLE, sent=False, detail="refused")
        return Answer(status=answer.status, headers=answer.headers, body=answer.body)

    monkeypatch.setattr(Session, "request", request)


def _receive(day: Day, body: bytes) -> int:
    """Take a notification, or refuse it."""
    document = json.loads(body)
    if day.box.status == HTTPStatus.OK:
        day.box.requests.append(("", {}, document))
    else:
        labels = [alert["labels"] for alert in document["alerts"]]
        day.refused |= {(one["alertname"], one.get("connector", "")) for one in labels}
    return day.box.status


@contextmanager
def day_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, connectors: int, seed: int
) -> Iterator[Day]:
    """Yield a day with its script; nothing has happened yet."""
    with inbox() as box, post_in(folder, workers=3, timing=TIMING) as post:
        post.urls = post.workers
        names = [f"orders-{number:04}" for number in range(connectors)]
        for name in names:
            post.declare(name)
        write_project(post, box, per_minute(names))
        rng = random.Random(seed)  # noqa: S311  # a script
        day = Day(post=post, box=box, rng=rng, names=names, seat=post.seat)
        post.cluster.settle()
        write_script(day)
        without_sockets(day, monkeypatch)
        with unwatched_before():
            yield day


@contextmanager
def unwatched_before() -> Iterator[None]:
    """Keep the collector from going over what was there before, of the test runner for most."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def per_minute(names: list[str]) -> int:
    """Return the budget of restarts: what heals all of them within the quiet hours."""
    return len(names) // 40


def write_project(post: Post, box: Inbox, budget: int) -> None:
    post.write_project(
        restart=f"{{enabled: true, maxAttempts: null, resetAfter: {FORGOTTEN:.0f}s,"
        f" backoff: {{initial: {INITIAL:.0f}s, max: {LONGEST:.0f}s, jitter: 0}}}}",
        watch=f"{{every: {EVERY:.0f}s, restarts: {{perMinute: {budget}, concurrent: {budget}}}}}",
        alerts=f"{{receivers: {{main: {{webhook: '{box.url}'}}}}}}",
    )


def write_script(day: Day) -> None:
    """Plan the trouble of a day: much of what is small, and each of what is large."""
    rng, end = day.rng, DAY - QUIET
    small = (refuse, refuse, lose, break_for_long, spoil, flap, hold_one, undeclare, pause, delete)
    for number in range(120):
        moment = rng.uniform(0.2 * HOUR, end - HOUR)
        trouble = small[number % len(small)]
        day.at(moment, lambda trouble=trouble: trouble(day))  # type: ignore[misc]
    large = (
        kill_one,
        kill_one,
        kill_all,
        mute,
        jump,
        jump,
        jump,
        slow,
        no_ledger,
        no_store,
        no_broker,
        break_off,
        storm,
    )
    for number, trouble in enumerate(large):
        moment = 2.5 * HOUR + number * (end - 4 * HOUR) / len(large)
        day.at(moment, lambda trouble=trouble: trouble(day))  # type: ignore[misc]


def _pick(day: Day) -> str:
    """Return a connector that nothing else happens to."""
    name = day.rng.choice([name for name in day.names if name not in day.busy])
    day.busy.add(name)
    return name


def refuse(day: Day) -> None:
    """A task loses its connection; a restart helps."""
    day.happened["refuse"] += 1
    name = _pick(day)
    day.post.cluster.fail_task(name, 0, REFUSED)
    day.later(30 * MINUTE, lambda: day.busy.discard(name))


def lose(day: Day) -> None:
    """A connector itself fails; a restart helps."""
    day.happened["lose"] += 1
    name = _pick(day)
    day.post.cluster.fail_connector(name, REFUSED)
    day.later(30 * MINUTE, lambda: day.busy.discard(name))


def break_for_long(day: Day) -> None:
    """What a connector needs is away, for minutes to an hour."""
    day.happened["break"] += 1
    name = _pick(day)
    day.post.cluster.fail_task(name, 0, REFUSED, for_good=True)
    day.later(day.rng.uniform(5, 60) * MINUTE, lambda: _heal(day, name))


def _heal(day: Day, name: str) -> None:
    day.post.cluster.heal(name)
    day.later(60 * MINUTE, lambda: day.busy.discard(name))


def spoil(day: Day) -> None:
    """A record that no restart helps against; somebody makes the connector anew."""
    day.happened["spoil"] += 1
    name = _pick(day)
    day.post.cluster.fail_task(name, 0, BAD_RECORD, for_good=True)
    day.later(day.rng.uniform(1, 40) * MINUTE, lambda: _remake(day, name))


def _remake(day: Day, name: str) -> None:
    day.post.cluster.remove(name)
    day.later(MINUTE, lambda: (day.post.declare(name), day.busy.discard(name)))


def flap(day: Day) -> None:
    """A connector fails again and again, each time a few minutes after a restart."""
    day.happened["flap"] += 1
    name = _pick(day)
    for _ in range(6):
        day.later(day.rng.uniform(0, HOUR), lambda: day.post.cluster.fail_task(name, 0, REFUSED))
    day.later(2 * HOUR, lambda: day.busy.discard(name))


def hold_one(day: Day) -> None:
    """Somebody works on a connector, which fails meanwhile."""
    if (day.post.folder / ".connectform/local.db").is_dir():
        day.later(30 * MINUTE, lambda: hold_one(day))
        return
    day.happened["hold"] += 1
    name = _pick(day)
    seat = day.seat
    until = day.post.clock.now() + timedelta(minutes=20)
    hold(seat.context, seat.loaded, "local", name, reason="looking", until=until, lock=seat.lock)
    day.later(2 * MINUTE, lambda: day.post.cluster.fail_task(name, 0, REFUSED))
    day.later(HOUR, lambda: day.busy.discard(name))


def undeclare(day: Day) -> None:
    """A definition disappears while its alert fires, and comes back an hour later."""
    day.happened["undeclare"] += 1
    name = _pick(day)
    path = day.post.folder / f"connectors/{name}.yaml"
    text = path.read_text()
    day.post.cluster.fail_task(name, 0, REFUSED, for_good=True)
    day.later(10 * MINUTE, path.unlink)
    day.later(60 * MINUTE, lambda: (path.write_text(text), _heal(day, name)))


def pause(day: Day) -> None:
    """Somebody pauses a connector by hand, and resumes it."""
    day.happened["pause"] += 1
    name = _pick(day)
    day.post.cluster.set_target(name, Target.PAUSED)
    day.later(
        20 * MINUTE,
        lambda: (day.post.cluster.set_target(name, Target.RUNNING), day.busy.discard(name)),
    )


def delete(day: Day) -> None:
    """A connector is deleted just as it is restarted; somebody creates it again."""
    day.happened["delete"] += 1
    name = _pick(day)
    day.post.cluster.fail_task(name, 0, REFUSED)
    answer = error(404, f"Unknown connector {name}")
    day.post.cluster.inject(Fault(match=f"POST /connectors/{name}/restart*", answer=answer))
    day.later(75, lambda: _remake(day, name))


def kill_one(day: Day) -> None:
    """A worker is gone, the first one once, and comes back half an hour later."""
    day.happened["kill one"] += 1
    worker = day.happened["kill one"] - 1
    day.post.cluster.kill_worker(worker)
    day.later(30 * MINUTE, lambda: day.post.cluster.start_worker(worker))


def kill_all(day: Day) -> None:
    """The cluster cannot be reached for an hour."""
    day.happened["kill all"] += 1
    for worker in range(3):
        day.post.cluster.kill_worker(worker)
        day.later(HOUR, lambda worker=worker: day.post.cluster.start_worker(worker))  # type: ignore[misc]


def mute(day: Day) -> None:
    """Nobody can be told of anything for half an hour, in which something fails."""
    day.happened["mute"] += 1
    day.box.status = 503
    break_for_long(day)
    day.later(30 * MINUTE, lambda: setattr(day.box, "status", 200))


def jump(day: Day) -> None:
    """The clock is set: back, on, and back again."""
    day.happened["jump"] += 1
    day.post.clock.suspend((-HOUR, 2 * HOUR, -20 * MINUTE)[day.happened["jump"] - 1])


def slow(day: Day) -> None:
    """The cluster takes longer for its answers than rounds are apart."""
    day.happened["slow"] += 1
    day.post.cluster.inject(Fault(match="GET /connectors", delay=45.0, times=20))


def no_ledger(day: Day) -> None:
    """The ledger cannot be read for twenty minutes."""
    day.happened["no ledger"] += 1
    _away(day, day.post.folder / ".connectform/local.db")


def no_store(day: Day) -> None:
    """What watch remembers cannot be read for twenty minutes."""
    day.happened["no store"] += 1
    _away(day, day.post.folder / ".connectform/watch/local.db")


def _away(day: Day, path: Path) -> None:
    kept = path.with_suffix(".kept")
    path.rename(kept)
    path.mkdir()
    day.later(20 * MINUTE, lambda: (path.rmdir(), kept.rename(path)))


def no_broker(day: Day) -> None:
    """The brokers are away: workers answer from memory."""
    day.happened["no broker"] += 1
    day.post.cluster.stop_broker()
    day.later(15 * MINUTE, day.post.cluster.start_broker)


def break_off(day: Day) -> None:
    """A file cannot be read as a definition for a while."""
    day.happened["break off"] += 1
    path = day.post.folder / "connectors/new.yaml"
    path.write_text("kind: [")
    day.later(10 * MINUTE, path.unlink)


def storm(day: Day) -> None:
    """Every connector fails at once, for twenty minutes."""
    day.happened["storm"] += 1
    for name in day.names:
        day.post.cluster.fail_task(name, 0, REFUSED, for_good=True)
    day.later(20 * MINUTE, lambda: [day.post.cluster.heal(name) for name in day.names])


def check(day: Day) -> None:
    """See that all is well again, that nothing was wrong on the way, and that nothing has grown."""
    assert day.last is not None
    assert day.wrong == []
    assert day.happened.keys() >= {"storm", "kill all", "no ledger", "no store", "jump", "delete"}
    assert {verdict.health.value for verdict in day.last.judged.verdicts.values()} == {"healthy"}
    assert day.last.judged.verdicts.keys() == set(day.names)
    assert day.last.judged.missing == ()
    assert day.restarts.total() > len(day.names)
    assert set(day.ill.values()) == {"resolved"}
    with watch_store(day.seat) as store:
        assert DESK.kept(store).board == {}
    assert day.rounds > 0.85 * DAY / EVERY
    assert day.blocks[-1] < day.blocks[1] * 1.02
    assert max(day.stored) < 2000 * len(day.names)
