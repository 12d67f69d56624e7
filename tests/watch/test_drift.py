"""What was changed by hand is told; and set back to what was last applied where git asks for that."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from reconcile.errors import LedgerError
from reconcile.ledger.keys import connector_key
from reconcile.ledger.lease import HeldLease, hold_lease
from reconcile.ledger.reading import read_memory
from reconcile.ledger.writing import record_text
from reconcile.model.desired import OffsetsOnDelete
from reconcile.model.ledger import Record
from reconcile.model.outcome import OutcomeStatus
from reconcile.report.spans import plain
from reconcile.run.history import read_history
from reconcile.run.holding import hold
from reconcile.run.ledgers import lease_of, opened_store
from reconcile.sandbox.simulated_faults import answered
from reconcile.sandbox.simulated_state import Target
from reconcile.watch.alerting import DESK
from reconcile.watch.drifting import HEALS, heal_round
from reconcile.watch.loop import watch_lease, watch_once, watch_store
from reconcile.watch.restarts import Ruling
from reconcile.watch.rounds import Round, make_round
from reconcile.watch.telling import drifted_lines, is_well
from tests.unit.apply.mover import Killed
from tests.unit.desired.checkout import alone, commit
from tests.watch.post import Post

GIT = {"topics": "lines", "file": "out.txt"}
HEALING = "selfHeal: true, state: running"


def declare(post: Post, spec: str = HEALING, *, name: str = "a", **config: str) -> None:
    """Write a definition into git; nobody has applied it yet."""
    settings = ", ".join(f"{key}: '{value}'" for key, value in {**GIT, **config}.items())
    (post.folder / f"connectors/{name}.yaml").write_text(
        f"apiVersion: connectform/v1\nkind: Connector\nmetadata: {{name: {name}}}\n"
        f"spec: {{class: FileStreamSink, {spec}, config: {{{settings}}}}}\n",
        encoding="utf-8",
    )


def by_hand(post: Post, name: str = "a", **config: str) -> None:
    """Change settings of a connector on the cluster."""
    post.cluster.put(
        name, post.cluster.configs()[name] | config, target=post.cluster.target_of(name)
    )
    post.cluster.settle()


def pause(post: Post, name: str = "a") -> None:
    post.cluster.set_target(name, Target.PAUSED)
    post.cluster.settle()


def live(post: Post, name: str = "a") -> tuple[str, ...] | None:
    """Return the topics and the file of a connector, what else is set, and its state."""
    config = dict(post.cluster.configs().get(name, {}))
    if not config:
        return None
    more = config.keys() - {"name", "connector.class", "tasks.max", "topics", "file"}
    return (
        config["topics"],
        config.get("file", ""),
        *sorted(more),
        post.cluster.target_of(name).name.lower(),
    )


def rounds(post: Post, count: int = 4) -> list[Round]:
    """Make a round each minute."""
    return [post.round(60) for _ in range(count)]


def said(found: Round) -> list[str]:
    return [plain([text]).strip() for text in drifted_lines(found).values()]


def writers(post: Post) -> list[str]:
    """Return the commands that wrote to the cluster, by the ledger's history."""
    seat = post.seat
    return [run.command for run in read_history(seat.context, seat.loaded, "local").runs]


APPLIED = ("lines", "out.txt", "running")

Act = Callable[[Post], None]


def nothing(post: Post) -> None:
    del post


def removed(post: Post) -> None:
    post.cluster.remove("a")


def git_file(post: Post) -> None:
    declare(post, file="git.txt")


def undeclared(post: Post) -> None:
    (post.folder / "connectors/a.yaml").unlink()


@pytest.mark.parametrize(
    ("git", "hand", "after"),
    [
        # nothing new in git
        (nothing, nothing, APPLIED),
        (nothing, lambda p: by_hand(p, file="hand.txt"), APPLIED),
        (nothing, lambda p: by_hand(p, extra="1"), APPLIED),
        (nothing, pause, APPLIED),
        (nothing, lambda p: (by_hand(p, topics="x"), pause(p)), APPLIED),
        (nothing, removed, APPLIED),
        # git says something new, which nobody has applied: that is never written
        (git_file, nothing, APPLIED),
        (git_file, lambda p: by_hand(p, topics="hand"), APPLIED),
        (git_file, lambda p: by_hand(p, extra="1"), APPLIED),
        (git_file, pause, APPLIED),
        (git_file, removed, APPLIED),
        # and where both changed the same, or somebody accepted it into git, only people know
        (git_file, lambda p: by_hand(p, file="hand.txt"), ("lines", "hand.txt", "running")),
        (git_file, lambda p: by_hand(p, file="git.txt"), ("lines", "git.txt", "running")),
        (
            git_file,
            lambda p: by_hand(p, file="hand.txt", topics="hand"),
            ("hand", "hand.txt", "running"),
        ),
        (
            lambda p: declare(p, extra="1"),
            lambda p: by_hand(p, extra="1", topics="hand"),
            ("hand", "out.txt", "extra", "running"),
        ),
        (
            lambda p: declare(p, "selfHeal: true, state: paused"),
            pause,
            ("lines", "out.txt", "paused"),
        ),
        (
            lambda p: declare(p, "selfHeal: true, state: stopped"),
            pause,
            ("lines", "out.txt", "paused"),
        ),
        (
            lambda p: declare(p, "selfHeal: true, state: stopped"),
            lambda p: by_hand(p, file="hand.txt"),
            APPLIED,
        ),
        # git no longer asks for it
        (undeclared, lambda p: by_hand(p, file="hand.txt"), ("lines", "hand.txt", "running")),
        (undeclared, removed, None),
        (
            lambda p: declare(p, "state: running"),
            lambda p: by_hand(p, file="hand.txt"),
            ("lines", "hand.txt", "running"),
        ),
        (
            lambda p: declare(p, f"{HEALING}, protect: true"),
            lambda p: by_hand(p, file="hand.txt"),
            ("lines", "hand.txt", "running"),
        ),
        (
            lambda p: declare(p, f"{HEALING}, ignore: [{{keys: [file], reason: tuned}}]"),
            lambda p: by_hand(p, file="hand.txt", topics="hand"),
            ("lines", "hand.txt", "running"),
        ),
        (
            lambda p: declare(p, f"{HEALING}, tasksMax: {{min: 1, max: 4}}"),
            lambda p: by_hand(p, **{"tasks.max": "3"}, topics="hand"),
            ("hand", "out.txt", "running"),
        ),
    ],
)
def test_what_was_changed_by_hand_is_set_back_and_nothing_else(post, git, hand, after):
    declare(post)
    post.apply()
    git(post)
    hand(post)
    before = live(post)

    found = rounds(post)

    assert live(post) == after
    assert writers(post) == ["apply"] + ["watch"] * (after != before)
    assert not any(one.problems for one in found)


def test_what_a_pipeline_applies_between_two_rounds_is_no_drift(post):
    declare(post, "selfHeal: true, tasksMax: 1")
    post.apply()
    post.round()
    declare(post, "selfHeal: true, tasksMax: 1", file="new.txt")
    post.apply()

    found = post.round(30)

    assert not found.reading.is_anew
    assert said(found) == []
    assert is_well(found)


def test_what_is_not_managed_is_no_drift(post):
    declare(post, "selfHeal: true")
    post.apply()
    pause(post)
    post.cluster.put("foreign", {"connector.class": "FileStreamSink", "topics": "x"})

    found = rounds(post)[-1]

    assert said(found) == []
    assert is_well(found)
    assert writers(post) == ["apply"]


@pytest.mark.parametrize("begun", [True, False])
def test_what_nobody_ever_applied_was_not_changed_by_hand(post, begun):
    if begun:
        declare(post)
        post.apply()
    declare(post, name="b")
    declare(post, name="c")
    post.cluster.put("b", {"connector.class": "FileStreamSink", "topics": "hand"})

    found = rounds(post)[-1]

    assert said(found) == []
    assert "c" not in post.cluster.configs()
    assert post.cluster.configs()["b"]["topics"] == "hand"


def test_what_another_project_applied_is_left_to_that_one(post):
    declare(post)
    post.apply()
    seat = post.seat
    with opened_store(seat.context, seat.loaded, "local") as store:
        record = read_memory(store).records["a"]
        other = Record(name="a", project="others", applied=record.applied, at=post.clock.now())
        store.swap({connector_key("a"): record_text(other)}, given={})
    by_hand(post, file="hand.txt")

    found = rounds(post)[-1]

    assert found.healing.drift.names == ()
    assert writers(post) == ["apply"]


def test_without_self_heal_drift_is_told_with_who_and_what(post):
    for name in "abcd":
        declare(post, "state: running", name=name)
    post.apply()
    declare(post, "state: running", name="b", file="git.txt")
    by_hand(post, "a", file="hand.txt", extra="1")
    by_hand(post, "b", file="hand.txt")
    pause(post, "c")
    post.cluster.remove("d")

    found = rounds(post)[-1]

    assert said(found) == [
        "a: drifted  extra, file changed by hand",
        "b: drifted  file changed in git and by hand",
        "c: drifted  paused by hand",
        "d: drifted  deleted by hand",
    ]
    assert not is_well(found)
    assert writers(post) == ["apply"]


def test_the_ledger_says_after_it_what_it_said_before(post):
    spec = f"{HEALING}, onDelete: {{offsets: reset}}"
    declare(post, spec)
    first = post.apply()
    before = memory(post)
    by_hand(post, file="hand.txt")

    rounds(post)

    after = memory(post)
    assert first.outcomes[0].status is OutcomeStatus.APPLIED
    assert after.applied == before.applied
    assert after.on_delete is OffsetsOnDelete.RESET
    assert after.pending is None


def memory(post: Post) -> Record:
    seat = post.seat
    with opened_store(seat.context, seat.loaded, "local") as store:
        return read_memory(store).records["a"]


def set_hold(post: Post, hours: int = 1) -> None:
    seat = post.seat
    until = post.clock.now() + timedelta(hours=hours)
    hold(seat.context, seat.loaded, "local", "a", reason="vendor", until=until, lock=seat.lock)


def test_what_is_held_is_left_and_set_back_once_the_hold_is_over(post):
    declare(post)
    post.apply()
    set_hold(post)
    by_hand(post, file="hand.txt")

    held = rounds(post)[-1]
    assert live(post) == ("lines", "hand.txt", "running")
    assert said(held) == []
    assert is_well(held)

    post.round(3600)
    rounds(post)
    assert live(post) == APPLIED


def test_what_is_frozen_is_left(post):
    day = f"{post.clock.now():%Y-%m-%d}"
    freeze = f"[{{reason: sale, from: {day}, until: {day}}}]"
    declare(post)
    post.apply()
    post.write_project(more=f", freezes: {freeze}")
    by_hand(post, file="hand.txt")

    rounds(post)

    assert writers(post) == ["apply"]


MEANWHILE: dict[str, Act] = {
    "a hold": set_hold,
    "git lets it go": undeclared,
    "self-heal is turned off": lambda p: declare(p, "state: running"),
    "git says something else": git_file,
    "somebody takes it back": lambda p: by_hand(p, file="out.txt"),
    "a pipeline applies": lambda p: (declare(p, file="new.txt"), p.apply()),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_happens_between_looking_and_writing_is_seen(post, what):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    post.clock.advance(120)
    seat = post.seat
    with watch_store(seat) as store, watch_lease(seat, store) as lease:
        found = make_round(seat, None, store, lease)
        MEANWHILE[what](post)
        before = (live(post), writers(post))
        healed = heal_round(post.seat, found, store, lease)

    assert healed.healing.heals == ("a",)
    assert (live(post), writers(post)) == before


def test_whoever_writes_meanwhile_is_not_disturbed_and_costs_no_attempt(post):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    seat = post.seat
    context = seat.context
    with opened_store(context, seat.loaded, "local") as ledger:
        wanted = lease_of(context, seat.loaded, seat.lock.identity)
        with hold_lease(ledger, wanted, clock=post.clock, rng=context.rng):
            busy = post.round(120)

    assert said(busy) == [
        "a: drifted  file changed by hand; its setting back waits: another run writes to this cluster"
    ]
    assert busy.healing.standings["a"].attempts == 0
    post.round(1)
    assert live(post) == APPLIED


def test_of_two_instances_one_sets_back(post):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    post.clock.advance(120)
    first, second = post.seat, post.seat
    with watch_store(first) as store, watch_lease(first, store):
        with pytest.raises(LedgerError, match="another connectform watches"):
            watch_once(second, rehearse=False)
        assert writers(post) == ["apply"]
    watch_once(second, rehearse=False)
    assert writers(post) == ["apply", "watch"]


def test_a_rehearsal_says_what_it_would_set_back_and_writes_nothing(post):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")

    early = watch_once(post.seat, rehearse=True)
    post.round()
    post.clock.advance(120)
    due = watch_once(post.seat, rehearse=True)

    assert "is set back at 09:0" in said(early)[0]
    assert said(due) == [
        "a: drifted  file changed by hand; would be set back to what was last applied"
    ]
    assert writers(post) == ["apply"]


@pytest.mark.parametrize("point", range(1, 7))
def test_a_crash_anywhere_ends_well_and_costs_one_attempt(post, point, monkeypatch):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    swap = HeldLease.swap
    left = [point]

    def brittle(lease: HeldLease, changes: dict[str, str | None]) -> None:
        """End the process right after it has kept something."""
        swap(lease, changes)
        left[0] -= 1
        if not left[0]:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(HeldLease, "swap", brittle)
        try:
            post.round(120)
        except Killed:
            killed = True
        else:
            killed = False

    last = rounds(post, 12)[-1]

    assert killed == (left[0] <= 0)
    assert live(post) == APPLIED
    assert said(last) == []
    assert last.healing.standings["a"].attempts <= 2
    assert memory(post).pending is None


def test_who_changes_it_again_and_again_is_fought_ever_more_rarely_and_then_left(post):
    post.write_project(watch="{every: 1m}")
    declare(post)
    post.apply()
    began = post.clock.now()
    heals: list[int] = []
    for _ in range(80):
        if live(post) == APPLIED:
            by_hand(post, file="hand.txt")
        found = post.round(300)
        if found.healing.result is not None:
            heals.append(round((post.clock.now() - began).total_seconds() / 60))

    gaps = [after - before for before, after in itertools.pairwise(heals)]
    assert len(heals) == 5
    assert all(gap >= least for gap, least in zip(gaps, [4, 16, 60, 60], strict=True))
    assert found.healing.standings["a"].ruling is Ruling.GIVEN_UP
    assert said(found) == [
        "a: drifted  file changed by hand; given up after 5 attempts to set it back"
    ]
    assert live(post) == ("lines", "hand.txt", "running")
    assert ("SelfHealFighting", "a") in firing(post)

    by_hand(post, file="out.txt")
    for _ in range(7):
        post.round(3600)
    by_hand(post, file="hand.txt")
    post.round(600)
    post.round(120)
    assert live(post) == APPLIED


def test_no_more_are_set_back_at_once_than_the_budget_allows(post):
    post.write_project(watch="{heals: {perMinute: 2, concurrent: 2}}")
    names = [f"c{number:02}" for number in range(12)]
    for name in names:
        declare(post, name=name)
    post.apply()
    for name in names[:5]:
        by_hand(post, name, file="hand.txt")

    decided = [len(found.healing.heals) for found in rounds(post, 6)]

    assert max(decided) == 2
    assert sum(decided) == 5
    assert all(live(post, name) == APPLIED for name in names)


@pytest.mark.parametrize("hand", [pause, lambda p, name: p.cluster.remove(name)])
def test_where_most_differ_at_once_somebody_is_at_work_and_nothing_is_set_back(post, hand):
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        declare(post, name=name)
    post.apply()
    for name in names[:3]:
        hand(post, name)

    found = rounds(post)[-1]

    assert writers(post) == ["apply"]
    assert "3 of 5 differ at once: somebody is at work on the cluster" in said(found)[0]


def test_workers_that_answer_from_memory_say_nothing_of_drift(post):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    post.cluster.stop_broker()

    lost = post.round(120)

    assert lost.healing is None
    assert writers(post) == ["apply"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("PUT /connectors/a/config", "could not be set back"),
        ("PUT /connector-plugins/*", "set back to what was last applied"),
    ],
)
def test_a_worker_that_refuses_is_told_and_costs_an_attempt(post, fault, words):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    post.cluster.inject(answered(fault, 500, "out of order", times=None))

    refused = post.round(120)

    assert words in said(refused)[0]
    assert refused.healing.standings["a"].attempts == 0
    post.cluster.clear_faults()
    assert post.round(60).healing.standings["a"].attempts == 1
    rounds(post, 10)
    assert live(post) == APPLIED


KEY = "fingerprintKey: '${{ env.KEY }}'\n"
REFERENCE = "${{ env.PASSWORD }}"


@dataclass(frozen=True)
class Secrets:
    """How a password is given, what becomes of it, and whether it can be set back."""

    top: str = KEY
    written: str = REFERENCE
    rotate: str | None = "old secret"
    hand: Act = nothing
    healed: bool = False
    why: str = ""


@pytest.mark.parametrize(
    "case",
    [
        Secrets(hand=lambda p: by_hand(p, file="hand.txt"), healed=True),
        Secrets(hand=lambda p: by_hand(p, password="by hand"), healed=True),
        Secrets(hand=removed, healed=True),
        Secrets(hand=lambda p: by_hand(p, file="hand.txt", password="*****"), healed=True),
        Secrets(top="", hand=lambda p: by_hand(p, file="hand.txt"), healed=True),
        Secrets(top="", hand=lambda p: by_hand(p, password="by hand"), why="password refers to"),
        Secrets(top="", hand=removed, why="password refers to"),
        Secrets(
            top="",
            hand=lambda p: by_hand(p, file="hand.txt", password="*****"),
            why="password refers to",
        ),
        Secrets(
            rotate="new secret",
            hand=lambda p: by_hand(p, file="hand.txt"),
            why="password refers to",
        ),
        Secrets(
            top="",
            rotate="new secret",
            hand=lambda p: by_hand(p, file="hand.txt"),
            why="password refers to",
        ),
        Secrets(rotate="new secret", hand=removed, why="password refers to"),
        Secrets(rotate=None, hand=lambda p: by_hand(p, file="hand.txt"), why="PASSWORD"),
        Secrets(
            written="in git itself",
            hand=lambda p: by_hand(p, file="hand.txt"),
            why="no commit says which",
        ),
    ],
)
def test_a_secret_is_written_only_where_it_surely_is_the_one_that_was_applied(post, case):
    post.environment.update(KEY="a key of some length", PASSWORD="old secret")
    post.write_project(top=case.top)
    declare(post, password=case.written)
    post.apply()
    was = post.cluster.configs()["a"]["password"]
    post.environment.pop("PASSWORD")
    if case.rotate is not None:
        post.environment["PASSWORD"] = case.rotate
    case.hand(post)

    found = rounds(post)[-1]

    if case.healed:
        assert live(post) == ("lines", "out.txt", "password", "running")
        assert post.cluster.configs()["a"]["password"] == was
        assert writers(post) == ["apply", "watch"]
    else:
        assert writers(post) == ["apply"]
        assert case.why in said(found)[0]
        assert "secret" not in "".join(said(found)).replace("was a secret", "")


def test_a_secret_that_stood_in_git_comes_from_the_commit_that_was_applied(post, monkeypatch):
    alone(monkeypatch, post.folder)
    post.environment.update(KEY="a key of some length")
    post.write_project(top=KEY)
    declare(post, password="in git itself")
    commit(post.folder)
    post.apply()
    declare(post, password="another one", file="git.txt")
    commit(post.folder)
    by_hand(post, topics="hand")

    rounds(post)

    assert live(post) == ("lines", "out.txt", "password", "running")
    assert post.cluster.configs()["a"]["password"] == "in git itself"


def test_drift_is_an_alert_once_it_lasts_and_what_is_missing_is_told_once(post):
    for name in "ab":
        declare(post, "state: running", name=name)
    post.apply()
    by_hand(post, "a", file="hand.txt")
    post.cluster.remove("b")

    post.round()
    assert firing(post) == set()
    rounds(post, 2)
    post.round(15 * 60)

    assert firing(post) == {("ConnectorDrifted", "a"), ("ConnectorMissing", "b")}
    by_hand(post, "a", file="out.txt")
    post.round(600)
    assert firing(post) == {("ConnectorMissing", "b")}


def firing(post: Post) -> set[tuple[str, str]]:
    """Return the alerts that people were told of and that go on."""
    with watch_store(post.seat) as store:
        board = DESK.kept(store).board
    return {(name.value, on) for (name, on), one in board.items() if one.told}


def test_what_is_remembered_of_heals_and_unreadable_sets_nothing_back(post):
    declare(post)
    post.apply()
    by_hand(post, file="hand.txt")
    post.round()
    with watch_store(post.seat) as store, watch_lease(post.seat, store) as lease:
        lease.swap({HEALS.key: '{"attempts": 7}'})

    with pytest.raises(LedgerError, match="does not say what was set back"):
        post.round(600)
    assert writers(post) == ["apply"]
