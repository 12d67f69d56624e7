"""Repositories of git, in folders of the test."""

import os
import subprocess
from pathlib import Path

import pytest

_IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


def alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let git see neither settings nor repositories of whoever runs the tests."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    command = ("git", "-C", str(folder), *_IDENTITY, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str = "Change") -> str:
    """Commit all files of a folder, in a repository that is made where there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")
