"""Round after round git moves on, hands and faults interfere, and the cluster comes to rest."""

import contextlib
import random
from collections.abc import Iterable, Mapping

import pytest

from reconcile.connect.reads import list_plugins
from reconcile.errors import ClusterError
from reconcile.live.snapshot import take_snapshot
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired, TargetState
from reconcile.model.outcome import ApplyResult, OutcomeStatus
from reconcile.model.plan import Action, Plan
from reconcile.model.problem import Location
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.options import PlanOptions
from reconcile.plugins.aliases import class_aliases
from reconcile.report.plan_text import plan_lines
from reconcile.report.spans import plain
from reconcile.sandbox import simulated_faults as faults
from reconcile.sandbox.simulated_faults import Conflict, Effect, Fault
from reconcile.sandbox.simulated_state import Target
from reconcile.sandbox.simulated_timing import Timing
from tests.unit.apply.world import World, file_source, world
from tests.unit.plan.worlds import memory, record

ROUNDS = 20
SEEDS = range(10)
ATTEMPTS = 2
NAMES = ("orders", "payments", "refunds", "invoices", "größe")
BY_HAND = "orders-by-hand"
OURS = memory(*(record(name) for name in NAMES))
STATES = (None, *TargetState)
WRITES = ("POST /connectors", "PUT /connectors/*", "DELETE /connectors/*")
READS = ("GET /connectors?*", "GET /connectors/*")
ANY = "* /connectors*"

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


def some_config(rng: random.Random) -> dict[str, str]:
    written = rng.choice(("FileStreamSource", file_source()["connector.class"]))
    return {
        **file_source(file=f"{rng.choice('xyz')}.txt", batch_size=rng.choice(("1", "200"))),
        "connector.class": written,
    }


def some_definitions(rng: random.Random) -> dict[str, Definition]:
    return {
        name: Definition(
            name=name,
            cluster="local",
            config=Config(some_config(rng)),
            location=Location(f"connectors/{name}.yaml", 1, 1),
            state=rng.choice(STATES),
            wave=rng.choice((-1, 0, 0, 1)),
        )
        for name in NAMES
        if rng.random() < 0.7
    }


def some_fault(rng: random.Random) -> Fault:
    write, effect = rng.choice(WRITES), rng.choice(list(Effect))
    times = rng.choice((1, 1, 2))
    return rng.choice(
        (
            faults.timed_out(write, effect=effect, after=rng.choice((0.2, 5.0, 40.0))),
            faults.conflict(write, rng.choice(list(Conflict)), times=times),
            faults.dropped(write, effect=effect),
            faults.dropped(rng.choice(READS), times=times),
            faults.rebalance_expected(times=times),
            faults.bad_gateway(ANY, times=times),
            faults.unavailable(ANY, times=times),
            faults.late(ANY, rng.choice((0.5, 20.0)), times=times),
            faults.starting(),
            faults.unhealthy(times=1),
        )
    )


def interfere(w: World, rng: random.Random) -> None:
    """Do by hand what operators do, and let tasks fail."""
    for name in w.cluster.configs():
        match rng.randrange(8):
            case 0:
                w.cluster.put(name, some_config(rng))
            case 1:
                w.cluster.set_target(name, rng.choice(list(Target)))
            case 2:
                w.cluster.remove(name)
            case 3:
                w.cluster.fail_task(name, 0, "java.lang.RuntimeException: x")
            case _:
                pass
    if rng.random() < 0.3:
        w.cluster.put(BY_HAND, some_config(rng))


def lose_a_worker(w: World, rng: random.Random) -> None:
    """Start the workers that are down, and kill one of several now and then."""
    for worker in range(w.cluster.workers):
        w.cluster.start_worker(worker)
    if w.cluster.workers > 1 and rng.random() < 0.3:
        w.cluster.kill_worker(rng.randrange(w.cluster.workers))


def planned(w: World, definitions: Mapping[str, Definition]) -> Plan:
    """Return the plan as commands make it, deletes included; all names were ours before."""
    draft = draft_plan(
        Desired(project="shop", cluster="local", definitions=definitions),
        take_snapshot(w.connection, clock=w.clock),
        options=PlanOptions(now=w.clock.now(), owns=("*",), prune=True, memory=OURS),
        aliases=class_aliases(list_plugins(w.connection)),
    )
    return build_plan(draft, now=w.clock.now())


def attempt(
    w: World, definitions: Mapping[str, Definition], parallelism: int, troubles: Iterable[Fault]
) -> None:
    """Plan and apply, with troubles that begin in between; what they leave hits the next plan."""
    with contextlib.suppress(ClusterError):
        found = planned(w, definitions)
        for trouble in troubles:
            w.cluster.inject(trouble)
        w.carry_out(found, parallelism=parallelism)
    w.clock.advance(60.0)


def check_undisturbed(result: ApplyResult) -> None:
    """Check that all was done; a task that failed before goes on failing in another state."""
    for outcome in result.outcomes:
        if outcome.status not in {OutcomeStatus.APPLIED, OutcomeStatus.ALREADY_APPLIED}:
            assert outcome.action is Action.SET_STATE
            assert [problem.code for problem in outcome.problems] == [Code.TASK_FAILED]


def check_at_rest(w: World, definitions: Mapping[str, Definition]) -> None:
    found = planned(w, definitions)
    assert "No changes." in plain(plan_lines(found))
    w.cluster.clear_requests()
    assert w.carry_out(found).outcomes == ()
    assert w.cluster.writes == 0
    assert w.cluster.configs().keys() - {BY_HAND} == definitions.keys()
    for name, definition in definitions.items():
        stored = w.config(name)
        assert {**stored, "connector.class": ""} == {
            **definition.config.reveal(),
            "connector.class": "",
        }
        if definition.state is not None:
            assert w.cluster.target_of(name) is Target(definition.state.value.upper())


@pytest.mark.parametrize("version", ["3.6.2", "3.9.1", "4.3.1"])
@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_round_of_trouble_there_is_nothing_left_to_change(seed, version):
    rng = random.Random(f"{version}-{seed}")  # noqa: S311  # rounds that can be had again
    parallelism, workers = rng.choice((1, 8)), rng.choice((1, 3))
    with world(version=version, workers=workers, timing=Timing.real(workers=workers)) as w:
        for _ in range(ROUNDS):
            definitions = some_definitions(rng)
            interfere(w, rng)
            lose_a_worker(w, rng)
            troubles = [some_fault(rng) for _ in range(rng.randrange(9))]
            for number in range(ATTEMPTS):
                attempt(w, definitions, parallelism, () if number else troubles)
            # A worker that stays unhealthy is rightly never written to, so troubles must end.
            w.cluster.clear_faults()
            check_undisturbed(w.carry_out(planned(w, definitions), parallelism=parallelism))
            check_at_rest(w, definitions)
