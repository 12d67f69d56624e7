"""What holds of health, whatever is seen and whenever."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from reconcile.health.classify import diagnose
from reconcile.health.rollup import Progress, Sight, health_of
from reconcile.model.desired import TargetState
from reconcile.model.health import Health
from reconcile.model.live import LiveStatus, LiveTask, State
from tests.laws.law import law

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
ORDER = list(Health)
SPANS = st.integers(0, 3600).map(lambda seconds: timedelta(seconds=seconds))
WORKERS = st.sampled_from(["a", "b"])


@st.composite
def sights(draw: st.DrawFn) -> Sight:
    states = draw(st.lists(st.sampled_from(State), max_size=4))
    tasks = tuple(
        LiveTask(id=number, state=state, worker=draw(WORKERS))
        for number, state in enumerate(states)
    )
    status = LiveStatus(state=draw(st.sampled_from(State)), tasks=tasks)
    moved = NOON - draw(SPANS)
    return Sight(
        status=draw(st.sampled_from([status, None])),
        generated=draw(st.integers(0, 5)),
        desired=draw(st.sampled_from([*TargetState, None])),
        progress=draw(st.sampled_from([Progress(moved_at=moved, waiting=True), None])),
        gone=frozenset(draw(st.sets(WORKERS))),
        from_memory=draw(st.booleans()),
    )


@law(sight=sights(), span=SPANS)
def test_what_stays_as_it_is_never_gets_better_by_waiting(sight: Sight, span: timedelta) -> None:
    first = health_of(None, sight, NOON)
    later = health_of(first, sight, NOON + span)

    assert ORDER.index(later.health) >= ORDER.index(first.health)


@law(sights=st.lists(sights(), min_size=1, max_size=5))
def test_looking_twice_at_once_changes_nothing(sights: list[Sight]) -> None:
    verdict = None
    for minute, sight in enumerate(sights):
        now = NOON + timedelta(minutes=minute)
        verdict = health_of(verdict, sight, now)

        assert health_of(verdict, sight, now) == verdict


@law(sight=sights(), now=SPANS)
def test_nothing_that_is_not_seen_at_first_hand_is_well(sight: Sight, now: timedelta) -> None:
    verdict = health_of(None, sight, NOON + now)

    if sight.from_memory:
        assert verdict.health is Health.UNKNOWN
    if sight.status and any(task.state is State.FAILED for task in sight.status.tasks):
        assert verdict.health in (Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN)


@law(trace=st.text())
def test_any_text_has_a_diagnosis_on_one_line(trace: str) -> None:
    assert "\n" not in diagnose(trace).cause
