"""A git repository with a remote, whose commits are the same in every run."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass(slots=True)
class Repository:
    """A remote, and the clone of somebody who works on it."""

    folder: Path
    _commits: int = field(default=0)

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def create(self) -> None:
        """Make the remote, and a clone of it that is on main."""
        self.git(
            "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote), at=self.folder
        )
        self.git("clone", "--quiet", str(self.remote), str(self.work), at=self.folder)
        self.git("checkout", "--quiet", "-B", "main")

    def commit(self, message: str, files: dict[str, str | None]) -> str:
        """Write files (None deletes one), commit and push them; return the commit."""
        for path, text in files.items():
            target = self.work / path
            if text is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        self.git("add", "--all")
        self._dated("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")
        return self.head()

    def branch(self, name: str) -> None:
        """Begin a branch at main."""
        self.git("checkout", "--quiet", "-B", name, "main")

    def merge(self, name: str) -> str:
        """Merge a branch into main and push that; return the merge commit."""
        self.git("checkout", "--quiet", "main")
        self._dated("merge", "--quiet", "--no-ff", "--message", f"Merge {name}", name)
        self.git("push", "--quiet", "origin", "main")
        return self.head()

    def offer(self, number: int, commit: str) -> None:
        """Let the remote hold what a pull request would be merged to, as forges do."""
        tree = self.git("merge-tree", "--write-tree", "main", commit)
        merged = self._dated("commit-tree", tree, "-p", "main", "-p", commit, "-m", "merge")
        self.git("push", "--quiet", "--force", "origin", f"{merged}:refs/pull/{number}/merge")

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def checkout(self, target: Path, ref: str) -> None:
        """Check out a commit or a ref of the remote, shallow and with a detached head."""
        target.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", ".", at=target)
        self.git("remote", "add", "origin", f"file://{self.remote}", at=target)
        self.git("fetch", "--quiet", "--depth=1", "origin", ref, at=target)
        self.git("checkout", "--quiet", "--detach", "FETCH_HEAD", at=target)

    def git(self, *arguments: str, at: Path | None = None, **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.work,
            env=os.environ | IDENTITY | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def _dated(self, *arguments: str) -> str:
        """Run git at a time of its own, later with each call."""
        self._commits += 1
        moment = f"2027-01-04T09:{self._commits:02}:00Z"
        return self.git(*arguments, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)
