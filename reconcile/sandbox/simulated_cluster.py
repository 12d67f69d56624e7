"""Run an embedded Kafka Connect cluster: what it is asked, what it is told by hand, what it saw."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from reconcile.clock import Clock
from reconcile.model.flavor import Flavor
from reconcile.sandbox import simulated_admin as admin
from reconcile.sandbox.simulated_aiven import platform_answer
from reconcile.sandbox.simulated_answers import Answer, Request, error
from reconcile.sandbox.simulated_faults import Effect, Fault, Faults
from reconcile.sandbox.simulated_flavors import traits_of
from reconcile.sandbox.simulated_group import new_group, timed_out
from reconcile.sandbox.simulated_herder import Herder
from reconcile.sandbox.simulated_plugins import installed
from reconcile.sandbox.simulated_providers import Providers
from reconcile.sandbox.simulated_routes import (
    Route,
    carry_out,
    find_route,
    refused_entry,
    refused_path,
)
from reconcile.sandbox.simulated_rules import WORKER_CONVERTERS, Rules
from reconcile.sandbox.simulated_state import Connector, Offset, StepKind, Target
from reconcile.sandbox.simulated_steps import Later, Surroundings
from reconcile.sandbox.simulated_timing import Timing
from reconcile.sandbox.simulated_versions import features_of

_WRITING = {"POST", "PUT", "PATCH", "DELETE"}


class RequestRecord(NamedTuple):
    """One request that the cluster answered; status 0 stands for none."""

    method: str
    path: str
    status: int


class SimulatedCluster:
    """A Connect group of one or more workers, safe to share between threads.

    Every delay is read off `clock` when somebody looks; the cluster has no thread of its own.
    `users` maps names to passwords and turns basic authentication on. `only` narrows the
    connector plugins to these class names; `converters` replaces those of the workers.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        version: str = "4.3.1",
        workers: int = 1,
        cluster_id: str = "simulated-kafka",
        group_id: str = "connect-cluster",
        flavor: Flavor | str = Flavor.APACHE,
        seed: int = 0,
        brokers: int = 3,
        timing: Timing | None = None,
        users: Mapping[str, str] | None = None,
        providers: Providers | None = None,
        converters: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._faults = Faults()
        self._records: list[RequestRecord] = []
        self._worker_ids = [f"127.0.0.1:{8083 + index}" for index in range(workers)]
        self._dead: set[int] = set()
        self._broker_is_down = False
        self._writes_waiting: list[Request] = []
        self._stale: dict[tuple[int, str], tuple[float, Answer]] = {}
        traits = traits_of(Flavor(flavor), version)
        features = features_of(traits.version)
        rules = Rules(
            plugins=installed(traits.version, features, only=only),
            features=features,
            group_id=group_id,
            converters={**WORKER_CONVERTERS, **(converters or {})},
            providers=providers or Providers(),
        )
        around = Surroundings(
            features=features,
            timing=timing or Timing.real(workers=workers),
            plugins=rules.plugins,
            workers=tuple(self._worker_ids),
            seed=seed,
            brokers=brokers,
        )
        self._group = new_group(
            Herder(clock=clock, around=around),
            rules,
            traits=traits,
            cluster_id=cluster_id,
            users=users or {},
        )

    @property
    def version(self) -> str:
        """Return the version that the workers report."""
        return self._group.traits.version

    @property
    def clock(self) -> Clock:
        """Return the clock that the cluster lives by."""
        return self._clock

    @property
    def workers(self) -> int:
        """Return the number of workers, dead ones included."""
        return len(self._worker_ids)

    def respond(self, request: Request) -> Answer:
        """Return the answer to a request, after the delay that it asks for has passed."""
        with self._lock:
            self._group.herder.catch_up()
            answer = self._answer(request)
            status = 0 if answer.drop or answer.silence else answer.status
            self._records.append(RequestRecord(request.method, request.target, status))
        if answer.delay:
            self._clock.sleep(answer.delay)
        return answer

    @property
    def requests(self) -> list[RequestRecord]:
        """Return the requests seen so far."""
        with self._lock:
            return list(self._records)

    @property
    def writes(self) -> int:
        """Return the number of requests that could change something; validation does not."""
        return sum(
            record.method in _WRITING and not record.path.endswith("/config/validate")
            for record in self.requests
        )

    def clear_requests(self) -> None:
        """Forget the requests seen so far."""
        with self._lock:
            self._records.clear()

    def inject(self, fault: Fault) -> None:
        """Put a fault in force."""
        with self._lock:
            self._faults.add(fault)

    def clear_faults(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._faults.clear()

    def settle(self) -> None:
        """Let everything that is under way happen now, whatever time it would take."""
        with self._lock:
            self._group.herder.catch_up()
            self._group.herder.finish()

    def configs(self) -> dict[str, dict[str, str]]:
        """Return the stored config of every connector by name."""
        with self._lock:
            self._group.herder.catch_up()
            live = self._group.herder.connectors.values()
            return {entry.name: dict(entry.config) for entry in live if entry.config is not None}

    def running_config(self, name: str) -> dict[str, str] | None:
        """Return the config that the tasks on air were made from, which no request can tell."""
        with self._lock:
            applied = self._connector(name).applied
            return None if applied is None else dict(applied)

    def target_of(self, name: str) -> Target:
        """Return what a connector was told to be, which no request can tell."""
        with self._lock:
            return self._connector(name).target

    def state_of(self, name: str) -> dict[str, object] | None:
        """Return the status document of a connector, None where there is none."""
        with self._lock:
            self._group.herder.catch_up()
            connector = self._group.herder.connectors.get(name)
            return self._group.views.status(connector) if connector else None

    def put(self, name: str, config: Mapping[str, str], *, target: Target = Target.RUNNING) -> None:
        """Create or change a connector by hand, without validation and without a record of it."""
        with self._lock:
            self._group.herder.catch_up()
            connector = self._group.herder.find(name)
            complete = {**config} if "name" in config else {**config, "name": name}
            if connector is None:
                self._group.herder.create(name, complete, target)
            else:
                self._group.herder.update(connector, complete)

    def remove(self, name: str) -> None:
        """Delete a connector by hand."""
        with self._lock:
            self._group.herder.delete(self._connector(name))

    def set_target(self, name: str, target: Target) -> None:
        """Pause, resume or stop a connector by hand."""
        with self._lock:
            self._group.herder.set_target(self._connector(name), target)

    def fail_connector(self, name: str, trace: str, *, for_good: bool = False) -> None:
        """Let a connector report FAILED; for good means after every restart too."""
        with self._lock:
            self._group.herder.fail(self._connector(name), None, trace, for_good=for_good)

    def fail_task(self, name: str, task: int, trace: str, *, for_good: bool = False) -> None:
        """Let a task report FAILED; for good means after every restart too."""
        with self._lock:
            self._group.herder.fail(self._connector(name), task, trace, for_good=for_good)

    def heal(self, name: str) -> None:
        """Lift every failure that was meant for good; the next restart then succeeds."""
        with self._lock:
            self._group.herder.keep(replace(self._connector(name), broken={}))

    def set_offsets(self, name: str, offsets: tuple[Offset, ...]) -> None:
        """Record the positions of a connector, as if it had committed them."""
        with self._lock:
            self._group.herder.offsets[name] = offsets

    def offsets(self, name: str) -> tuple[Offset, ...]:
        """Return the positions kept under a name, also after its connector is gone."""
        with self._lock:
            self._group.herder.catch_up()
            return self._group.herder.offsets.get(name, ())

    def advertise(self, worker: int, address: str) -> None:
        """Give a worker the address by which statuses name it."""
        with self._lock:
            self._worker_ids[worker] = address
            self._place(delay=0.0)

    def kill_worker(self, worker: int) -> None:
        """Kill a worker: its connections break, its states stay as they were for a while."""
        with self._lock:
            self._dead.add(worker)
            self._place(delay=self._group.timing.worker_lost)

    def start_worker(self, worker: int) -> None:
        """Start a killed worker again; it has forgotten the levels of its loggers."""
        with self._lock:
            self._dead.discard(worker)
            self._group.herder.loggers.pop(worker, None)
            self._place(delay=self._group.timing.worker_lost)

    def stop_broker(self) -> None:
        """Take the broker away: reads go on from memory, writes time out and wait."""
        with self._lock:
            self._broker_is_down = True

    def start_broker(self) -> None:
        """Bring the broker back: writes that timed out take effect soon after."""
        with self._lock:
            self._group.herder.catch_up()
            self._broker_is_down = False
            for request in self._writes_waiting:
                self._do_later(request, self._group.timing.broker_recovers)
            self._writes_waiting.clear()

    def _connector(self, name: str) -> Connector:
        self._group.herder.catch_up()
        connector = self._group.herder.find(name)
        if connector is None:
            raise KeyError(name)
        return connector

    def _place(self, *, delay: float) -> None:
        alive = [
            address for index, address in enumerate(self._worker_ids) if index not in self._dead
        ]
        self._group.herder.catch_up()
        self._group.herder.place_on(alive, delay=delay)

    def _answer(self, request: Request) -> Answer:
        if request.worker in self._dead:
            return Answer(drop=True)
        fault = self._faults.take(request)
        if fault is not None and fault.answer is not None:
            self._take_effect(request, fault)
            return replace(fault.answer, delay=fault.delay)
        answer = platform_answer(self._group, request)
        answer = answer or refused_path(self._group, request) or self._routed(request)
        return replace(answer, delay=fault.delay) if fault else answer

    def _take_effect(self, request: Request, fault: Fault) -> None:
        match fault.effect:
            case Effect.NOW:
                self._routed(request)
            case Effect.LATER:
                self._do_later(request, fault.after)
            case Effect.NEVER:
                pass

    def _do_later(self, request: Request, delay: float) -> None:
        step = Later(kind=StepKind.LATE_REQUEST, delay=delay)
        self._group.herder.schedule("", step, action=partial(self._routed, request))

    def _routed(self, request: Request) -> Answer:
        route = find_route(request, self._group.features)
        if isinstance(route, Answer):
            return route
        refused = refused_entry(self._group, request)
        if refused:
            return refused
        if self._broker_is_down and (route.writes or route.through_herder):
            return self._without_broker(request, route)
        lagging = self._group.timing.stale_read if request.worker else 0.0
        if not lagging or route.writes or route.through_herder:
            return carry_out(self._group, request, route)
        return self._stale_answer(request, route, lagging)

    def _without_broker(self, request: Request, route: Route) -> Answer:
        timing = self._group.timing
        if route.answer is admin.health:
            return replace(admin.unhealthy(), delay=timing.health_times_out)
        if route.writes:
            self._writes_waiting.append(request)
        if route.writes and not route.through_herder:
            refused = error(500, "Error writing target state to Kafka")
            return replace(refused, delay=timing.broker_pause_times_out)
        return replace(timed_out(self._group), delay=timing.broker_write_times_out)

    def _stale_answer(self, request: Request, route: Route, lagging: float) -> Answer:
        """Answer from what another worker than the first has heard of so far."""
        now = self._clock.monotonic()
        known = self._stale.get((request.worker, request.target))
        if known is not None and now - known[0] < lagging:
            return known[1]
        answer = carry_out(self._group, request, route)
        self._stale[request.worker, request.target] = (now, answer)
        return answer
