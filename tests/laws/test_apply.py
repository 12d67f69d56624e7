"""Wherever an apply is cut off, applying again brings the cluster to where git wants it."""

import contextlib
from collections.abc import Mapping

from hypothesis import strategies as st

from reconcile.model.desired import TargetState
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.model.plan import Change
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_faults import Conflict, Effect, Fault
from reconcile.sandbox.simulated_state import Target
from tests.laws.law import law
from tests.unit.apply.world import (
    RUNNING,
    World,
    create,
    delete,
    file_source,
    set_state,
    update,
    world,
)

Wanted = tuple[dict[str, str], TargetState]

NAMES = st.sampled_from(["orders", "payments", "refunds"])
CONFIGS = st.sampled_from([file_source(file=f"{letter}.txt") for letter in "xyz"])
CONNECTORS = st.dictionaries(
    NAMES, st.tuples(CONFIGS, st.sampled_from(list(TargetState))), max_size=3
)
WRITES = ("POST /connectors", "PUT /connectors/*", "DELETE /connectors/*", "* /connectors/*")
EFFECTS = st.sampled_from(list(Effect))
FAULTS = st.one_of(
    st.builds(
        lambda match, effect: faults.timed_out(match, effect=effect, after=40.0),
        st.sampled_from(WRITES[:3]),
        EFFECTS,
    ),
    st.builds(faults.conflict, st.sampled_from(WRITES[:3]), st.sampled_from(list(Conflict))),
    st.builds(faults.rebalance_expected, st.just("GET /connectors/*")),
    st.builds(faults.dropped, st.sampled_from(WRITES[:3])),
)


class Killed(BaseException):
    """The end of the process, as far as apply can tell."""


class Fuse:
    """Cut the process off at its n-th request, the answer to which it does not see."""

    def __init__(self) -> None:
        self.left: int | None = None

    def __call__(self, _: object) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


def changes_to(w: World, wanted: Mapping[str, Wanted]) -> list[Change]:
    """Return the plan that a plain comparison gives."""
    live = w.snapshot()
    changes: list[Change] = []
    for name, (config, state) in sorted(wanted.items()):
        if name not in live:
            changes.append(create(name, config, None if state is RUNNING else state))
            continue
        before, now = dict(live[name].config.reveal()), live[name].target_state
        moved = None if now is state else (now, state)
        if before != config:
            changes.append(update(name, before, config, moved))
        elif moved is not None:
            changes.append(set_state(name, *moved))
    gone = sorted(live.keys() - wanted.keys())
    return changes + [delete(name, dict(live[name].config.reveal())) for name in gone]


def carry_out(w: World, wanted: Mapping[str, Wanted]) -> ApplyResult:
    return w.apply(*changes_to(w, wanted), parallelism=1)


def check_state(w: World, wanted: Mapping[str, Wanted]) -> None:
    assert w.cluster.configs().keys() == wanted.keys()
    for name, (config, state) in wanted.items():
        assert w.config(name) == config
        assert w.cluster.target_of(name) is Target(state.value.upper())


@law(
    examples=60,
    before=CONNECTORS,
    wanted=CONNECTORS,
    version=st.sampled_from(["3.6.2", "3.9.1", "4.3.1"]),
    cut_at=st.integers(min_value=0, max_value=40),
    troubles=st.lists(FAULTS, max_size=3),
    pause=st.sampled_from([0.0, 0.5, 30.0]),
)
def test_an_apply_cut_off_anywhere_converges_when_it_is_run_again(
    before: dict[str, Wanted],
    wanted: dict[str, Wanted],
    version: str,
    cut_at: int,
    troubles: list[Fault],
    pause: float,
) -> None:
    fuse = Fuse()
    with world(version=version, on_request=fuse) as w:
        for name, (config, state) in before.items():
            w.given(name, config, state)
        for trouble in troubles:
            w.cluster.inject(trouble)

        plan = w.plan(*changes_to(w, wanted))
        fuse.left = cut_at
        with contextlib.suppress(Killed):
            w.carry_out(plan, parallelism=1)
        fuse.left = None
        w.clock.advance(pause)

        for _ in range(3):
            carry_out(w, wanted)
            w.clock.advance(60.0)
        check_state(w, wanted)
        w.cluster.clear_requests()
        assert carry_out(w, wanted).outcomes == ()
        assert w.cluster.writes == 0


@law(
    examples=25,
    before=CONNECTORS,
    wanted=CONNECTORS,
    version=st.sampled_from(["3.6.2", "4.3.1"]),
)
def test_an_undisturbed_apply_does_all_of_its_plan_and_leaves_nothing_to_do(
    before: dict[str, Wanted], wanted: dict[str, Wanted], version: str
) -> None:
    with world(version=version) as w:
        for name, (config, state) in before.items():
            w.given(name, config, state)
        planned = changes_to(w, wanted)
        result = w.apply(*planned)
        assert result.count(OutcomeStatus.APPLIED) == len(planned)
        check_state(w, wanted)
        assert changes_to(w, wanted) == []
