"""Say who runs this, and where: for ledgers and locks."""

import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reconcile.desired.git import author_of
from reconcile.http.authorization import split_user_info
from reconcile.model.ledger import Run
from reconcile.run.context import Context

_ACTORS: Final = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR", "CHANGE_AUTHOR")
_RUN_URLS: Final = ("CI_JOB_URL", "BUILD_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One run of one command: its id, who began it, and where it can be looked at."""

    run: str
    command: str
    actor: str
    host: str
    run_url: str = ""


def identity_of(context: Context, command: str, *, root: str) -> Identity:
    """Return who runs a command: the person behind a pipeline, else git's author, else the user."""
    environment = context.environment
    named = next((environment[name] for name in _ACTORS if environment.get(name)), "")
    return Identity(
        run=run_id(context.clock.now(), context.rng),
        command=command,
        actor=named or author_of(root) or environment.get("USER", ""),
        host=socket.gethostname(),
        run_url=run_url_of(environment),
    )


def run_id(now: datetime, rng: random.Random) -> str:
    """Return a name for a run; later runs sort behind earlier ones."""
    return f"{now:%Y%m%dT%H%M%SZ}-{rng.getrandbits(24):06x}"


def run_of(
    identity: Identity, project: str, now: datetime, counts: Mapping[str, int] | None = None
) -> Run:
    """Return the record of a run that is over as soon as it is written."""
    return Run(
        id=identity.run,
        project=project,
        command=identity.command,
        actor=identity.actor,
        started_at=now,
        finished_at=now,
        run_url=identity.run_url,
        counts=counts or {},
    )


def is_pipeline(environment: Mapping[str, str]) -> bool:
    """Tell whether this runs in a pipeline, whose disk is gone afterwards."""
    return environment.get("CI", "").lower() in {"true", "1"}


def run_url_of(environment: Mapping[str, str]) -> str:
    """Return where the run of a pipeline can be looked at, or nothing outside of one."""
    if environment.get("GITHUB_RUN_ID"):
        server = shown_url(environment.get("GITHUB_SERVER_URL", "https://github.com"))
        repository = environment.get("GITHUB_REPOSITORY", "")
        return f"{server}/{repository}/actions/runs/{environment['GITHUB_RUN_ID']}"
    return shown_url(next((environment[name] for name in _RUN_URLS if environment.get(name)), ""))


def shown_url(url: str) -> str:
    """Return an address as it may be shown: without the `user:password@` that it may hold."""
    return split_user_info(url)[0]
