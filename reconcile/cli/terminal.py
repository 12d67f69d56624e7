"""Print to the process's streams: documents to standard output, everything else to the other."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from typing import Final, Self, TextIO

from reconcile.redact import Redactor, visible
from reconcile.report.spans import Line, Span, Style, plain
from reconcile.report.table import Table, table_lines

_COLOURS: Final[Mapping[Style, str]] = {
    Style.PLAIN: "",
    Style.DIM: "dim",
    Style.BOLD: "bold",
    Style.ADD: "green",
    Style.CHANGE: "yellow",
    Style.DESTROY: "red",
    Style.GOOD: "green",
    Style.WARNING: "yellow",
    Style.ERROR: "bold red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One stream and what it can show; `columns` is None where nothing limits the width.

    `live` tells whether text can be drawn over: a progress bar.
    """

    stream: TextIO
    colour: bool = False
    live: bool = False
    columns: int | None = None

    @classmethod
    def of(cls, stream: TextIO, environment: Mapping[str, str]) -> Self:
        """Return a stream with what the environment says of it; nothing it cannot encode fails."""
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        terminal = stream.isatty()
        return cls(
            stream=stream,
            colour=wants_colour(environment, terminal=terminal),
            live=terminal and environment.get("TERM") != "dumb",
            columns=shutil.get_terminal_size().columns if terminal else None,
        )

    def write(self, text: str) -> None:
        """Write and flush; once nobody reads any more (`| head`), the rest is dropped."""
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:
            _discard_from_now_on(self.stream)

    def print(self, lines: Iterable[Line]) -> None:
        """Write lines, in colour where that is wanted."""
        self.write(coloured(lines) if self.colour else plain(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The three standard streams."""

    out: Screen
    err: Screen
    answers: TextIO

    @classmethod
    def of_process(cls) -> Self:
        """Return the terminal of this process; a stream that was closed (`>&-`) is as good as empty."""
        return cls(
            out=Screen.of(sys.stdout or StringIO(), os.environ),
            err=Screen.of(sys.stderr or StringIO(), os.environ),
            answers=sys.stdin or StringIO(),
        )

    @property
    def interactive(self) -> bool:
        """Tell whether somebody is there to answer a question."""
        return self.answers.isatty() and self.err.stream.isatty()

    def document(self, text: str) -> None:
        """Write a document in a format of its own (JSON, YAML) to standard output."""
        self.out.write(text)

    def show(self, lines: Iterable[Line]) -> None:
        """Print a text document to standard output."""
        self.out.print(lines)

    def table(self, table: Table) -> None:
        """Print a table to standard output, cut to the width of the terminal."""
        self.out.print(table_lines(table, self.out.columns))

    def note(self, lines: Iterable[Line], *, redactor: Redactor | None = None) -> None:
        """Print lines to standard error, with the secrets a redactor knows masked."""
        self.err.print(lines if redactor is None else _redacted(lines, redactor))

    def say(self, text: str) -> None:
        """Print plain text to standard error."""
        self.err.write(visible(text).rstrip("\n") + "\n")

    def ask(self, question: str) -> str:
        """Ask on standard error and return the answer without surrounding space."""
        self.err.write(visible(question))
        return self.answers.readline().strip()


def wants_colour(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Tell whether to print in colour (no-color.org, force-color.org)."""
    if environment.get("NO_COLOR"):
        return False
    if forced := environment.get("FORCE_COLOR"):
        return forced not in {"0", "false"}
    return terminal and environment.get("TERM") != "dumb"


def coloured(lines: Iterable[Line]) -> str:
    """Return lines with ANSI colours; of eight colours only, which every terminal has."""
    from rich.color import ColorSystem
    from rich.style import Style as RichStyle

    styles = {style: RichStyle.parse(colour) for style, colour in _COLOURS.items()}

    def render(span: Span) -> str:
        return styles[span.style].render(span.text, color_system=ColorSystem.STANDARD)

    return "".join("".join(map(render, row)) + "\n" for row in lines)


def _redacted(lines: Iterable[Line], redactor: Redactor) -> list[Line]:
    return [tuple(Span(redactor.redact(span.text), span.style) for span in row) for row in lines]


def _discard_from_now_on(stream: TextIO) -> None:
    """Point the stream at nowhere, so that neither we nor the interpreter's exit fails again."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
