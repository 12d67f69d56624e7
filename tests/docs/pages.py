"""Read the commands and files of a page of documentation, in order."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN_URL = "http://127.0.0.1:8083"
SHOWN_ID = "Qm3rTz1yS0-pages"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_PARTS = re.compile(
    r"<!-- file: (?P<hidden>[^\n,]+), hidden\n(?P<text>.*?)-->"
    r"|<!-- file: (?P<name>[^\n]+?) -->\s*```\w+\n(?P<body>.*?)```"
    r"|<!-- live: (?P<live>.*?) -->"
    r"|<!-- env: (?P<env>.*?) -->"
    r"|<!-- run: (?P<run>.*?) -->"
    r"|<!-- pipeline: (?P<pipeline>\w+) -->(?:\s*```text\n(?P<said>.*?)```)?"
    r"|```console(?P<kind>[^\n]*)\n(?P<console>.*?)```",
    re.DOTALL,
)
_CODE = re.compile(r"\s+# exits with (\d+)$")


@dataclass(frozen=True, slots=True)
class WriteFile:
    """A file that the page shows."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class MakeLive:
    """Connectors that are on the cluster before the next command."""

    configs: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class SetVariable:
    """An environment variable for the commands that follow."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class RunCommand:
    """A command, its exit code, and what it prints to standard output where the page shows that."""

    line: str
    code: int
    output: str
    real: bool


@dataclass(frozen=True, slots=True)
class RunPipeline:
    """What happens on a forge, and lines that it then shows; tests/forges plays one."""

    step: str
    said: tuple[str, ...]


Part = RunPipeline | WriteFile | MakeLive | SetVariable | RunCommand


def parts_of(page: Path) -> Iterator[Part]:
    """Yield what a page does, in order."""
    for found in _PARTS.finditer(page.read_text(encoding="utf-8")):
        if found["hidden"]:
            yield WriteFile(found["hidden"], found["text"])
        elif found["name"]:
            yield WriteFile(found["name"], found["body"])
        elif found["live"]:
            yield MakeLive(json.loads(found["live"]))
        elif found["env"]:
            yield SetVariable(*found["env"].split("=", 1))
        elif found["run"]:
            yield RunCommand(found["run"], 0, "", real=False)
        elif found["pipeline"]:
            yield RunPipeline(found["pipeline"], tuple((found["said"] or "").splitlines()))
        elif found["console"] is not None:
            yield from _commands(found["console"], real="real" in found["kind"])


def _commands(text: str, *, real: bool) -> Iterator[RunCommand]:
    for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, output = block.partition("\n")
        code = _CODE.search(line)
        yield RunCommand(_CODE.sub("", line), int(code[1]) if code else 0, output.rstrip(), real)
