"""Watch a cluster beside what happens to it, and keep what each round saw and whom it told."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.model.health import Health
from reconcile.redact import Redactor
from reconcile.report.spans import plain
from reconcile.report.watch_text import watched_line
from reconcile.run.context import Context
from reconcile.run.identity import identity_of
from reconcile.run.ledgers import Lock
from reconcile.watch.loop import Course, watch_cluster
from reconcile.watch.rounds import COMMAND, Round, Seat
from reconcile.watch.telling import watched_rows
from tests.cli.harness import clean_environment
from tests.watch.inbox import Inbox

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert as a receiver was told of it, and at which second."""

    at: float
    fires: bool
    name: str
    connector: str

    @property
    def subject(self) -> tuple[str, str]:
        return self.name, self.connector


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one round saw, the second at which it ended, and the line of each connector.

    `notes` are what becomes of a connector, as far as its line says so.
    """

    at: float
    round: Round
    lines: dict[str, str]
    notes: dict[str, str]

    @property
    def troubled(self) -> dict[str, str]:
        """Return how the connectors are that are not healthy, "" for a cluster that was not read."""
        judged = self.round.judged
        if self.round.problems:
            return {"": "not read"}
        return dict.fromkeys(judged.missing, "missing") | {
            name: verdict.health.value
            for name, verdict in judged.verdicts.items()
            if verdict.health is not Health.HEALTHY
        }

    @property
    def failures(self) -> dict[str, str]:
        """Return of what class the failures are, by connector."""
        candidates = self.round.judged.candidates.items()
        return {name: one.seen.failure.value for name, one in candidates if one.seen.failed}

    @property
    def restarted(self) -> float | None:
        """Return the second at which a restart was made, None where none was."""
        outcomes = self.round.result.outcomes if self.round.result is not None else ()
        return self.at - max(one.seconds for one in outcomes) if outcomes else None


@dataclass(slots=True)
class Beside:
    """What watching has seen and told since it began, in order."""

    seen: list[Seen] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def keep(self, found: Round, box: Inbox) -> None:
        """Keep a round; its alerts were delivered before it ended."""
        at = CLOCK.monotonic()
        rows = watched_rows(found)
        lines = {row.name: plain([watched_line(row)]).rstrip("\n") for row in rows}
        notes = {row.name: row.note for row in rows if row.note and row.name not in found.restarts}
        self.told += [
            Told(
                at=at,
                fires=alert["status"] == "firing",
                name=alert["labels"]["alertname"],
                connector=alert["labels"].get("connector", ""),
            )
            for document in box.documents()
            for alert in document["alerts"]
        ]
        self.seen.append(Seen(at=at, round=found, lines=lines, notes=notes))

    def firing(self) -> set[tuple[str, str]]:
        """Return the alerts of which the last that was told is that they fire."""
        last = {told.subject: told.fires for told in self.told}
        return {subject for subject, fires in last.items() if fires}

    def is_well(self) -> bool:
        """Tell whether all was healthy in the last round, and nobody thinks otherwise."""
        return bool(self.seen) and not self.seen[-1].troubled and not self.firing()


@contextmanager
def watching(folder: Path, box: Inbox, cluster: str) -> Iterator[Beside]:
    """Watch a cluster of the project in a folder, in rounds as the command does, for the block."""
    context = Context(
        clock=CLOCK,
        environment=clean_environment(),
        directory=folder,
        redactor=Redactor(),
        rng=random.Random(),  # noqa: S311  # jitter, not secrecy
    )
    loaded = load_project(None, folder)
    identity = identity_of(context, COMMAND, root=loaded.project.root)
    seat = Seat(context=context, loaded=loaded, cluster=cluster, lock=Lock(identity=identity))
    beside, ended = Beside(), threading.Event()
    course = Course(
        tell=lambda found: beside.keep(found, box),
        wait=ended.wait,
        reload=lambda before: load_project(None, folder, before),
    )
    thread = threading.Thread(target=watch_cluster, args=(seat, course), name="watch")
    thread.start()
    try:
        yield beside
    finally:
        ended.set()
        thread.join()
