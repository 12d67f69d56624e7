"""A project, its simulated cluster, and a clock that moves only when told to."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from reconcile.apply.options import ApplyOptions, Interrupt
from reconcile.desired.project import load_project
from reconcile.model.outcome import ApplyResult
from reconcile.redact import Redactor
from reconcile.run.applying import carry_out, check_plans
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.run.planning import PlanRequest, plan_clusters
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_server import serve
from reconcile.sandbox.simulated_timing import Timing
from reconcile.watch.alerting import alert_of_round
from reconcile.watch.loop import look, watch_lease, watch_store
from reconcile.watch.rounds import Round, Seat
from tests.fake_clock import FakeClock

REFUSED = "org.apache.kafka.connect.errors.RetriableException: java.net.ConnectException: Connection refused"
BAD_RECORD = "org.apache.kafka.connect.errors.DataException: Struct schema is missing"
RESTARTING = "{enabled: true, backoff: {initial: 30s, jitter: 0}}"


@dataclass(slots=True)
class Post:
    """Where a cluster is watched from; `urls` are the declared workers where these are several."""

    folder: Path
    url: str
    cluster: SimulatedCluster
    clock: FakeClock
    before: Round | None = None
    environment: dict[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    processes: Iterator[int] = field(default_factory=count)

    def write_project(
        self,
        *,
        restart: str = RESTARTING,
        watch: str = "{}",
        more: str = "",
        alerts: str = "{}",
        top: str = "",
    ) -> None:
        """Write the project file; `restart` holds for all connectors, `top` are more fields."""
        (self.folder / "connectform.yaml").write_text(
            "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
            f"alerts: {alerts}\nwatch: {watch}\n"
            f"clusters:\n  local: {{urls: {json.dumps(self.urls or (self.url,))}{more}}}\n"
            f"defaults: [{{spec: {{restart: {restart}}}}}]\n{top}",
            encoding="utf-8",
        )

    def declare(self, name: str, more: str = "") -> None:
        """Declare a connector, and have it run on the cluster."""
        config = {"connector.class": "FileStreamSink", "topics": "lines", "file": "out.txt"}
        (self.folder / f"connectors/{name}.yaml").write_text(
            f"apiVersion: connectform/v1\nkind: Connector\nmetadata: {{name: {name}}}\n"
            f"spec: {{class: FileStreamSink, config: {{topics: lines, file: out.txt}}{more}}}\n",
            encoding="utf-8",
        )
        self.cluster.put(name, config | {"tasks.max": "1"})

    @property
    def seat(self) -> Seat:
        """Return the seat of a process that has just begun."""
        context = Context(
            clock=self.clock,
            environment=self.environment,
            directory=self.folder,
            redactor=Redactor(),
            rng=random.Random(1),  # noqa: S311  # jitter, not secrecy
        )
        loaded = load_project(None, self.folder)
        # The clock stands and chance is repeated: processes are told apart by their number.
        identity = identity_of(context, "watch", root=loaded.project.root)
        identity = replace(identity, run=f"{identity.run}-{next(self.processes)}")
        return Seat(context=context, loaded=loaded, cluster="local", lock=Lock(identity=identity))

    def round(self, seconds: float = 0.0) -> Round:
        """Let time pass, then make one round as a process that has just begun."""
        self.clock.advance(seconds)
        self.cluster.clear_requests()
        seat = self.seat
        with watch_store(seat) as store, watch_lease(seat, store) as lease:
            found = look(seat, self.before, store, lease)
            found = alert_of_round(seat, found, store, lease)
        if not found.problems:
            self.before = found
        return found

    def apply(self) -> ApplyResult:
        """Apply what git declares, as a pipeline does."""
        seat = self.seat
        context, loaded = seat.context, seat.loaded
        lock = Lock(identity=identity_of(context, "apply", root=loaded.project.root))
        request = PlanRequest(clusters=("local",))
        with plan_clusters(context, loaded, request, lock=lock) as plans:
            (planned,) = check_plans(plans, allow_deletes=None, allow_updates=None)
            return carry_out(
                context,
                planned,
                options=ApplyOptions(),
                observe=lambda _event: None,
                interrupt=Interrupt(),
            )

    def restarts(self) -> list[str]:
        """Return the connectors that the last round has restarted, as the cluster saw it."""
        return [
            request.path.split("/")[2]
            for request in self.cluster.requests
            if request.method == "POST" and "/restart" in request.path
        ]


@contextmanager
def post_in(folder: Path, **cluster: object) -> Iterator[Post]:
    """Yield a post that watches a cluster without connectors."""
    clock = FakeClock()
    simulated = SimulatedCluster(clock=clock, **{"timing": Timing.instant(), **cluster})  # type: ignore[arg-type]
    (folder / "connectors").mkdir()
    with serve(simulated) as server:
        post = Post(folder=folder, url=server.url, cluster=simulated, clock=clock)
        post.workers = server.urls
        post.write_project()
        yield post
