"""Describe trouble on request: what a matching request is answered, and whether it still happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from reconcile.sandbox.simulated_answers import JSON, Answer, Request, denied, error, nothing, page
from reconcile.sandbox.simulated_group import NO_LEADER, REBALANCE_EXPECTED


class Effect(StrEnum):
    """Whether a request that was answered by a fault takes effect all the same."""

    NEVER = "never"
    NOW = "now"
    LATER = "later"


class Conflict(StrEnum):
    """The messages with which Connect answers 409."""

    STALE = (
        "Cannot complete request momentarily due to stale configuration "
        "(typically caused by a concurrent config change)"
    )
    NO_LEADER = NO_LEADER
    REBALANCE = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Trouble for requests that match `METHOD /path`, with `*` for anything in either.

    The path may be written with or without its query. Without an `answer` the request goes its
    way, only `delay` seconds late. `after` is how much later an effect of `LATER` comes. Applied
    to `times` requests, None for all, from the one after `skip` on, and to one worker if named.
    """

    match: str = "* *"
    answer: Answer | None = None
    delay: float = 0.0
    effect: Effect = Effect.NEVER
    after: float = 0.0
    times: int | None = 1
    skip: int = 0
    worker: int | None = None


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults in force, in the order in which they were added."""

    _entries: list[Fault] = field(default_factory=list)
    _seen: list[int] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._entries.append(fault)
        self._seen.append(0)

    def clear(self) -> None:
        """Take every fault back."""
        self._entries.clear()
        self._seen.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the first fault that applies to a request, and count it."""
        for index, fault in enumerate(self._entries):
            if not matches(fault, request):
                continue
            self._seen[index] += 1
            place = self._seen[index] - fault.skip
            if place >= 1 and (fault.times is None or place <= fault.times):
                return fault
        return None


def matches(fault: Fault, request: Request) -> bool:
    """Return whether a fault is meant for a request."""
    if fault.worker is not None and fault.worker != request.worker:
        return False
    return any(
        fnmatchcase(f"{request.method} {path}", fault.match)
        for path in {request.target, request.path}
    )


def answered(
    match: str,
    status: int,
    body: str = "",
    *,
    content_type: str | None = JSON,
    headers: Mapping[str, str] | None = None,
    times: int | None = 1,
) -> Fault:
    """Return a fault that answers anything at all."""
    answer = Answer(
        status=status, body=body.encode(), content_type=content_type, headers=headers or {}
    )
    return Fault(match=match, answer=answer, times=times)


def conflict(match: str, message: Conflict = Conflict.REBALANCE, *, times: int | None = 1) -> Fault:
    """Return a passing 409."""
    return Fault(match=match, answer=error(409, message), times=times)


def rebalance_expected(match: str = "GET /connectors/*", *, times: int | None = 1) -> Fault:
    """Return the 500 that reads get between a config change and its rebalance."""
    return Fault(match=match, answer=error(500, REBALANCE_EXPECTED), times=times)


def timed_out(
    match: str,
    *,
    effect: Effect,
    after: float = 0.0,
    delay: float = 0.0,
    times: int | None = 1,
) -> Fault:
    """Return the 500 after which nobody knows whether the write happens."""
    answer = error(500, "Request timed out")
    return Fault(match=match, answer=answer, effect=effect, after=after, delay=delay, times=times)


def starting(*, times: int | None = 1) -> Fault:
    """Return the HTML 404 that a worker answers to everything while it starts."""
    return Fault(answer=page(404, "Not Found"), times=times)


def bad_gateway(match: str = "* *", *, times: int | None = 1) -> Fault:
    """Return the HTML 502 of a proxy."""
    return Fault(
        match=match, answer=page(502, "Bad Gateway", content_type="text/html"), times=times
    )


def unauthorised(match: str = "* *", *, times: int | None = None) -> Fault:
    """Return a 401."""
    return Fault(match=match, answer=denied(), times=times)


def forbidden(match: str = "* *", *, times: int | None = None) -> Fault:
    """Return a 403, as role-based access control answers."""
    return Fault(
        match=match, answer=error(403, "User is denied operation on this resource"), times=times
    )


def dropped(match: str, *, effect: Effect = Effect.NEVER, times: int | None = 1) -> Fault:
    """Return a connection that is reset instead of an answer."""
    return Fault(match=match, answer=Answer(drop=True), effect=effect, times=times)


def silent(
    match: str, seconds: float, *, effect: Effect = Effect.NEVER, times: int | None = 1
) -> Fault:
    """Return a connection that stays open without an answer, for seconds of real time."""
    return Fault(match=match, answer=Answer(silence=seconds), effect=effect, times=times)


def late(match: str, seconds: float, *, times: int | None = 1) -> Fault:
    """Return an answer that is right but comes late on the cluster's clock."""
    return Fault(match=match, delay=seconds, times=times)


def unhealthy(*, times: int | None = None) -> Fault:
    """Return a worker whose `/health` fails."""
    body = '{"status":"unhealthy","message":"Worker was unable to handle this request."}'
    return answered("GET /health", 500, body, times=times)


def unavailable(match: str = "* *", *, times: int | None = 1) -> Fault:
    """Return a 503 without a body."""
    return Fault(match=match, answer=nothing(503), times=times)
