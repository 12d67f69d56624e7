import io

from reconcile.apply.events import (
    ChangeStarted,
    Event,
    Finished,
    Retrying,
    Waiting,
    WaveStarted,
    Written,
)
from reconcile.cli.progress import Progress
from reconcile.cli.terminal import Screen
from reconcile.model.outcome import Outcome, OutcomeStatus
from reconcile.model.plan import Action
from tests.fake_clock import FakeClock


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _started(name: str) -> ChangeStarted:
    return ChangeStarted(name=name, action=Action.UPDATE)


def _finished(name: str, status: OutcomeStatus = OutcomeStatus.APPLIED) -> Finished:
    return Finished(outcome=Outcome(name=name, action=Action.UPDATE, status=status, seconds=4.2))


def _shown(stream: io.StringIO, *events: Event | float, colour: str = "1") -> str:
    """Show events on a stream; numbers among them are seconds that pass."""
    clock = FakeClock()
    screen = Screen.of(stream, {"TERM": "xterm", "NO_COLOR": colour})
    with Progress(screen, total=3, clock=clock) as progress:
        for event in events:
            if isinstance(event, float):
                clock.advance(event)
            else:
                progress.on_event(event)
    return stream.getvalue()


def test_a_log_gets_one_line_for_each_end() -> None:
    text = _shown(
        io.StringIO(),
        WaveStarted(wave=0, changes=3),
        _started("a"),
        _started("b"),
        Written(name="a", action=Action.UPDATE),
        _finished("a"),
        _finished("b", OutcomeStatus.FAILED),
    )

    assert text == "[1/3] a: updated (4.2 s)\n[2/3] b: failed (4.2 s)\n"


def test_a_log_is_told_every_ten_seconds_what_is_waited_for() -> None:
    text = _shown(
        io.StringIO(),
        *(_started(name) for name in "abcdef"),
        Retrying(name="b", reason="rebalance", seconds=1.0),
        Written(name="c", action=Action.UPDATE),
        9.0,
        Waiting(reasons=(("a", "UNASSIGNED"),)),
        2.0,
        Waiting(reasons=(("a", ""),)),
        5.0,
        Waiting(reasons=(("a", "RUNNING"),)),
    )

    assert text == (
        "[0/3] waiting for a, b (sent again: rebalance), c (settling), d (writing), and 2 more\n"
    )


def test_a_reason_from_a_worker_cannot_act_on_the_terminal() -> None:
    waiting = Waiting(reasons=(("a", "\x1b[2J\n"),))

    assert _shown(io.StringIO(), 11.0, waiting) == "[0/3] waiting for a (\\x1b[2J\\n)\n"
    assert "\x1b[2J" not in _shown(Tty(), waiting)


def test_a_terminal_gets_a_bar_with_the_names_under_way() -> None:
    text = _shown(Tty(), _started("orders-sink"), _finished("orders-sink"))

    assert "Applying" in text
    assert "[1/3] orders-sink: updated (4.2 s)" in text


def test_a_terminal_with_colour_keeps_it_above_the_bar() -> None:
    assert "\x1b[32mupdated\x1b[0m" in _shown(Tty(), _finished("a"), colour="")
