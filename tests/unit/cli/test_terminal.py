import io
import subprocess
import sys
from collections.abc import Mapping

import pytest

from reconcile.cli.terminal import Screen, Terminal, coloured, wants_colour
from reconcile.redact import Redactor
from reconcile.report.spans import Span, Style, line
from reconcile.report.table import Table


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _terminal(*, answers: io.StringIO | None = None) -> Terminal:
    return Terminal(
        out=Screen.of(io.StringIO(), {}),
        err=Screen.of(io.StringIO(), {}),
        answers=answers or io.StringIO(),
    )


def _printed(screen: Screen) -> str:
    assert isinstance(screen.stream, io.StringIO)
    return screen.stream.getvalue()


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_environment(
    *, environment: Mapping[str, str], terminal: bool, wanted: bool
) -> None:
    assert wants_colour(environment, terminal=terminal) is wanted


def test_a_terminal_has_colour_a_width_and_can_be_drawn_over() -> None:
    screen = Screen.of(Tty(), {"TERM": "xterm"})

    assert screen.colour
    assert screen.live
    assert screen.columns is not None
    assert not Screen.of(Tty(), {"TERM": "dumb"}).live


def test_a_pipe_has_none_of_that() -> None:
    screen = Screen.of(io.StringIO(), {})

    assert (screen.colour, screen.live, screen.columns) == (False, False, None)


@pytest.mark.parametrize("style", Style)
def test_every_style_has_a_colour(style: Style) -> None:
    assert "text" in coloured([line(Span("text", style))])


def test_colours_are_ansi_sequences_around_the_text() -> None:
    assert coloured([line(Span("+", Style.ADD), " a")]) == "\x1b[32m+\x1b[0m a\n"


def test_documents_go_to_standard_output_and_all_else_to_standard_error() -> None:
    terminal = _terminal()

    terminal.document('{"a": 1}\n')
    terminal.show([line("shown")])
    terminal.table(Table(("NAME",), ((Span("a"),),)))
    terminal.note([line("noted")])
    terminal.say("said")

    assert _printed(terminal.out) == '{"a": 1}\nshown\nNAME\na\n'
    assert _printed(terminal.err) == "noted\nsaid\n"


def test_notes_mask_what_the_redactor_knows() -> None:
    terminal = _terminal()

    terminal.note([line("password hunter2-hunter2")], redactor=Redactor(["hunter2-hunter2"]))

    assert _printed(terminal.err) == "password (redacted)\n"


def test_what_is_said_cannot_act_on_the_terminal() -> None:
    terminal = _terminal()

    terminal.say("two\nlines\x1b[2J")

    assert _printed(terminal.err) == "two\nlines\\x1b[2J\n"


def test_a_question_is_asked_on_standard_error_and_the_answer_is_trimmed() -> None:
    terminal = _terminal(answers=io.StringIO("yes \n"))

    assert terminal.ask("Enter a value: ") == "yes"
    assert _printed(terminal.err) == "Enter a value: "
    assert _printed(terminal.out) == ""


def test_somebody_is_there_only_where_both_ends_are_a_terminal() -> None:
    piped = Screen.of(io.StringIO(), {})
    screen = Screen.of(Tty(), {})

    assert Terminal(out=piped, err=screen, answers=Tty()).interactive
    assert not Terminal(out=screen, err=piped, answers=Tty()).interactive
    assert not Terminal(out=screen, err=screen, answers=io.StringIO()).interactive


def _python(program: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def test_a_reader_that_leaves_early_does_not_stop_the_program() -> None:
    program = (
        "from reconcile.cli.terminal import Terminal\n"
        "terminal = Terminal.of_process()\n"
        "for _ in range(5000): terminal.document('x' * 100 + '\\n')\n"
        "terminal.say('went on')\n"
    )
    with _python(program) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()

    assert said == b"went on\n"
    assert process.returncode == 0


def test_what_a_terminal_cannot_encode_is_escaped() -> None:
    program = (
        "from reconcile.cli.terminal import Terminal\n"
        "from reconcile.report.spans import line\n"
        "Terminal.of_process().show([line('注文 é')])\n"
    )
    with _python(program, PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate(timeout=60)

    assert out == b"\\u6ce8\\u6587 \\xe9\n"
    assert err == b""


def test_rich_is_not_loaded_where_no_colour_is_wanted() -> None:
    program = (
        "import sys\n"
        "from reconcile.cli.terminal import Terminal\n"
        "from reconcile.report.spans import line\n"
        "Terminal.of_process().show([line('a')])\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'rich'])\n"
    )
    with _python(program, NO_COLOR="1") as process:
        out, _ = process.communicate(timeout=60)

    assert out == b"a\n[]\n"
