"""Run what a page of documentation shows, on a cluster of the test's own."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.cli.harness import clean_environment
from tests.docs.pages import MakeLive, RunCommand, RunPipeline, SetVariable, WriteFile, parts_of
from tests.prepared import path_of_commands

Put = Callable[[str, dict[str, str]], None]
Happen = Callable[[RunPipeline], None]


def nothing_happens(part: RunPipeline) -> None:
    """Leave a forge out: tests/forges plays one."""


def follow(
    page: Path,
    folder: Path,
    shown: Mapping[str, str],
    put: Put,
    happen: Happen = nothing_happens,
) -> None:
    """Do all that a page does, and compare what commands print with what it says.

    `shown` maps texts of the page to what stands for them here, `put` makes a connector by hand,
    `happen` lets something happen on a forge.
    Commands that need a real sandbox of their own are left out.
    """
    variables: dict[str, str] = {}
    for part in parts_of(page):
        match part:
            case WriteFile(name, text):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_here(text, shown))
            case MakeLive(configs):
                for name, config in configs.items():
                    put(name, config)
            case SetVariable(name, value):
                variables[name] = value
            case RunPipeline():
                happen(part)
            case RunCommand(real=True):
                continue  # tests/real runs these
            case RunCommand():
                _check(part, _run(_here(part.line, shown), folder, variables), shown)


def _here(text: str, shown: Mapping[str, str]) -> str:
    for on_page, here in shown.items():
        text = text.replace(on_page, here)
    return text


def _run(line: str, folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=clean_environment() | variables | {"PATH": path_of_commands()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _check(
    part: RunCommand, done: subprocess.CompletedProcess[str], shown: Mapping[str, str]
) -> None:
    out = done.stdout
    for on_page, here in shown.items():
        out = out.replace(here, on_page)
    assert done.returncode == part.code, f"$ {part.line}\n{out}{done.stderr}"
    if part.output:
        assert "\n".join(map(str.rstrip, out.strip().splitlines())) == part.output, out
