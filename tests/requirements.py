"""What a test needs of the machine: skipped loudly where it is missing, failed under REQUIRE_REAL=1."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from reconcile.sandbox.real_tools import OLDEST_JAVA, find_java, java_version


def require(tool: str, reason: str) -> str:
    """Return the path of a program; skip the test without it, or fail where all must run."""
    beside = Path(sys.executable).parent
    path = shutil.which(tool) or shutil.which(tool, path=str(beside))
    if path is None:
        _miss(f"{tool} is not on the PATH; it is needed for {reason}")
    return str(path)


def require_real() -> None:
    """Skip the test where no real sandbox can be started, or fail where all must run."""
    if missing := missing_for_real():
        _miss(missing)


def require_shared(name: str) -> Path:
    """Return a folder of material kept beside the repository; skip the test, or fail, without it."""
    folder = Path(__file__).parents[2] / "shared" / name
    if not folder.is_dir():
        _miss(f"../shared/{name} is not beside this repository")
    return folder


@cache
def missing_for_real() -> str:
    """Return what a real sandbox lacks on this machine, "" if nothing."""
    java = find_java()
    version = java_version(java) if java else 0
    lacks = [tool for tool in ("mvn", "openssl") if shutil.which(tool) is None]
    if version < OLDEST_JAVA:
        lacks.insert(0, f"Java {OLDEST_JAVA} or later (found: {version or 'none'})")
    return f"a real sandbox needs {', '.join(lacks)}" if lacks else ""


def _miss(reason: str) -> None:
    if os.environ.get("REQUIRE_REAL") == "1":
        pytest.fail(f"REQUIRE_REAL=1, and {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED: {reason}")
