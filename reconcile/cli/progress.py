"""Show an apply while it runs: a bar on a terminal, lines in a log."""

from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import Final, Protocol, Self

from reconcile.apply.events import (
    ChangeStarted,
    Event,
    Finished,
    Retrying,
    Waiting,
    WaveStarted,
    Written,
)
from reconcile.cli.terminal import Screen, coloured
from reconcile.clock import Clock
from reconcile.model.outcome import Outcome
from reconcile.redact import one_line
from reconcile.report.outcome_text import outcome_line
from reconcile.report.spans import Line, dim, line, plain
from reconcile.report.words import listed

_QUIET_SECONDS: Final = 10.0
_MOST_NAMES: Final = 4


class _Bar(Protocol):
    def show(self, done: int, waiting: str) -> None: ...

    def print(self, row: Line) -> None: ...


class Progress:
    """Tell what happens to `total` changes; `on_event` may be called from any thread.

    `cluster` is named where there are several. Without a live terminal each end of a change is a line, and so is, every 10 seconds, what is
    still under way.
    """

    def __init__(self, screen: Screen, *, total: int, clock: Clock, cluster: str = "") -> None:
        self._screen = screen
        self._total = total
        self._place = f"{cluster}: " if cluster else ""
        self._clock = clock
        self._lock = Lock()
        self._done = 0
        self._under_way: dict[str, str] = {}
        self._last_line = clock.monotonic()
        self._bar: _Bar | None = None
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Draw the bar where there is a terminal."""
        if self._screen.live:
            self._bar = _rich_bar(self._screen, self._total, self._resources)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._resources.__exit__(kind, error, trace)

    def on_event(self, event: Event) -> None:
        """Show one event."""
        with self._lock:
            self._take(event)
            if self._bar is not None:
                self._bar.show(self._done, self._place + _names_text(self._under_way))
            elif self._clock.monotonic() - self._last_line >= _QUIET_SECONDS and self._under_way:
                self._print(line(dim(f"waiting for {_names_text(self._under_way)}")))

    def _take(self, event: Event) -> None:
        match event:
            case WaveStarted():
                pass
            case ChangeStarted(name=name):
                self._under_way[name] = "writing"
            case Retrying(name=name, reason=reason):
                self._under_way[name] = f"sent again: {reason}"
            case Written(name=name):
                self._under_way[name] = "settling"
            case Waiting(reasons=reasons):
                self._under_way.update(reasons)
            case Finished(outcome=outcome):
                self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        self._under_way.pop(outcome.name, None)
        self._done += 1
        self._print(outcome_line(outcome))

    def _print(self, row: Line) -> None:
        self._last_line = self._clock.monotonic()
        numbered = line(dim(f"[{self._done}/{self._total}] {self._place}"), *row)
        if self._bar is not None:
            self._bar.print(numbered)
        else:
            self._screen.print([numbered])


def _names_text(under_way: dict[str, str]) -> str:
    texts = [f"{name} ({what})" if what else name for name, what in sorted(under_way.items())]
    first, rest = listed(texts, _MOST_NAMES)
    return one_line(", ".join([*first, *([rest] if rest else [])]))


def _rich_bar(screen: Screen, total: int, resources: ExitStack) -> _Bar:
    """Return a Rich progress bar that is taken away when the resources are released."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as RichProgress
    from rich.text import Text

    console = Console(file=screen.stream, no_color=not screen.colour, highlight=False)
    progress = RichProgress(
        TextColumn("Applying"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[waiting]}", markup=False),
        console=console,
        transient=True,
    )
    resources.enter_context(progress)
    task = progress.add_task("", total=total, waiting="")

    class Bar:
        def show(self, done: int, waiting: str) -> None:
            progress.update(task, completed=done, waiting=waiting)

        def print(self, row: Line) -> None:
            text = coloured([row]) if screen.colour else plain([row])
            console.print(Text.from_ansi(text.rstrip("\n")), soft_wrap=True)

    return Bar()
