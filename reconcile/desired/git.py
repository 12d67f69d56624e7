"""Run git: the only door to it."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_SECONDS: Final = 10.0
_HASH: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_USER_INFO: Final = re.compile(r"://[^/@\s]+@")
# No question may ever wait for an answer that nobody gives.
_QUIET: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "LC_ALL": "C",
}
_QUIET_SSH: Final = {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What git printed, and the code it ended with; `code` is None where it did not end, or is missing."""

    code: int | None
    out: bytes = b""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether git did what it was asked for."""
        return self.code == 0

    @property
    def text(self) -> str:
        """Return what git printed, without the space around it."""
        return self.out.decode("utf-8", "replace").strip()


def run_git(
    path: str,
    *arguments: str,
    content: bytes = b"",
    seconds: float = _SECONDS,
    environment: Mapping[str, str] | None = None,
    online: bool = False,
) -> Answer:
    """Run git in a folder; `content` is its standard input. Errors show no credentials of a URL.

    `online` says that git may speak to a remote: then ssh asks nothing, unless somebody chose
    another way to run it.
    """
    command = ("git", "-C", path, *arguments)
    try:
        done = subprocess.run(  # noqa: S603  # no shell; the arguments are ours
            command,
            capture_output=True,
            check=False,
            timeout=seconds,
            input=content,
            env=_environment(path, environment or {}, online=online),
        )
    except FileNotFoundError:
        return Answer(code=None, error="git is not installed")
    except OSError as error:
        return Answer(code=None, error=error.strerror or str(error))
    except ValueError:
        return Answer(code=None, error="no command can hold such a text")
    except subprocess.TimeoutExpired:
        return Answer(code=None, error=f"git did not answer in {seconds:.0f} s")
    said = done.stderr.decode("utf-8", "replace").strip()
    return Answer(code=done.returncode, out=done.stdout, error=_USER_INFO.sub("://", said))


def commit_of(path: str) -> str:
    """Return the hash of the commit checked out in a folder, or nothing where there is none."""
    return _text(path, "rev-parse", "--verify", "--quiet", "HEAD")


def commit_with(path: str, files: Sequence[str]) -> str:
    """Return the commit checked out in a folder if it has these files as they are, or nothing."""
    plain = ("--literal-pathspecs", "--no-optional-locks")
    answer = run_git(path, *plain, "status", "--porcelain", "--ignored", "--", *files)
    return commit_of(path) if answer.ok and not answer.text else ""


def author_of(path: str) -> str:
    """Return who git says commits in a folder, as `name <address>`, or nothing."""
    name, address = _text(path, "config", "user.name"), _text(path, "config", "user.email")
    return f"{name} <{address}>" if name and address else name or address


def resolve_ref(path: str, ref: str) -> str:
    """Return the hash of the commit that a ref stands for, or nothing where there is none."""
    if ref.startswith("-"):
        return ""
    found = _text(path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return found if _HASH.fullmatch(found) else ""


def introduced_by(path: str, file: str) -> str:
    """Return the newest commit that changed a file, or nothing."""
    plain = ("--literal-pathspecs", "-c", "log.showSignature=false")
    return _text(path, *plain, "log", "-1", "--format=%H", "--", file)


def has_file(path: str, commit: str, file: str) -> bool:
    """Tell whether a commit has a file at this place in the folder."""
    return run_git(path, "cat-file", "-e", f"{commit}:./{file}").ok


def folder_in(path: str) -> tuple[str, str]:
    """Return the uppermost folder of a checkout, and the way from there to this one."""
    top, _, prefix = _text(path, "rev-parse", "--show-toplevel", "--show-prefix").partition("\n")
    return top, prefix


def default_branch(path: str) -> str:
    """Return the branch that a clone began with, else the one checked out; nothing for neither."""
    remote = _text(path, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    own = _text(path, "symbolic-ref", "--quiet", "--short", "HEAD")
    return remote.removeprefix("origin/") or own


def archive(path: str, commit: str) -> Answer:
    """Return the folder as it was at a commit, as a tar file."""
    return run_git(path, "archive", "--format=tar", commit, "--", ".", seconds=60.0, online=True)


def _text(path: str, *arguments: str) -> str:
    answer = run_git(path, *arguments)
    return answer.text if answer.ok else ""


def _environment(path: str, extra: Mapping[str, str], *, online: bool) -> dict[str, str]:
    plain = {**os.environ, **_QUIET, **extra}
    return {**plain, **_QUIET_SSH} if online and not _has_ssh(path, plain) else plain


def _has_ssh(path: str, environment: Mapping[str, str]) -> bool:
    """Tell whether somebody chose how git runs ssh; GIT_SSH_COMMAND of ours would hide it all."""
    if environment.get("GIT_SSH_COMMAND") or environment.get("GIT_SSH"):
        return True
    return bool(_text(path, "config", "--get", "core.sshCommand"))
