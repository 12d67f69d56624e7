"""Run `connectform sandbox` as a real process."""

import os
import subprocess
import sys
from pathlib import Path

from reconcile.clock import SystemClock, until

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "reconcile", "sandbox")


def start(folder, *arguments, **environment):
    """Start a command in a folder; its own environment lets Maven and Java find their settings."""
    return subprocess.Popen(
        (*COMMAND, *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(folder, *arguments):
    """Run a command in a folder; return its exit code, output and errors."""
    with start(folder, *arguments) as process:
        out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def left_running(folder):
    """Return the command lines of all processes that name a folder."""
    shown = subprocess.run(
        ("ps", "-ww", "-eo", "pid=,args="), capture_output=True, text=True, check=True
    ).stdout
    return [line for line in shown.splitlines() if str(folder) in line]


def wait_for(condition):
    """Wait up to a minute for a condition; return whether it held."""
    return until(SystemClock(), condition, timeout=60, interval=0.05)
