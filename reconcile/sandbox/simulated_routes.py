"""Find the handler of a request, and refuse what never reaches one."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from reconcile.sandbox import simulated_admin as admin
from reconcile.sandbox import simulated_connectors as connectors
from reconcile.sandbox import simulated_operations as operations
from reconcile.sandbox.simulated_answers import (
    JSON,
    Answer,
    Request,
    bare_error,
    denied,
    error,
    nothing,
    page,
)
from reconcile.sandbox.simulated_group import REBALANCE_EXPECTED, Group
from reconcile.sandbox.simulated_versions import Features

_AMBIGUOUS = (
    (re.compile(r"%2f", re.IGNORECASE), "Ambiguous URI path separator"),
    (re.compile(r"%25"), "Ambiguous URI path encoding"),
    (re.compile(r"%00"), "Bad Request"),
    (re.compile(r"//"), "Ambiguous URI empty segment"),
    (re.compile(r"/(%2e|\.%2e|%2e\.|%2e%2e)(/|$)", re.IGNORECASE), "Ambiguous URI path segment"),
    (re.compile(r"%(5c|[01][0-9a-f]|7f)", re.IGNORECASE), "Suspicious Path Character"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the API.

    `*` stands for any one part of the path. A request `through_herder` waits for the group's one
    working thread, and so fails while a rebalance is expected or the broker is gone.
    """

    method: str
    path: tuple[str, ...]
    answer: Callable[..., Answer]
    through_herder: bool = False
    writes: bool = False
    feature: str = ""


def _route(
    line: str,
    answer: Callable[..., Answer],
    *,
    herder: bool = False,
    writes: bool = False,
    feature: str = "",
) -> Route:
    method, _, path = line.partition(" ")
    return Route(
        method=method,
        path=tuple(part for part in path.split("/") if part),
        answer=answer,
        through_herder=herder,
        writes=writes,
        feature=feature,
    )


ROUTES = (
    _route("GET /", admin.root),
    _route("GET /health", admin.health, herder=True, feature="health"),
    _route("GET /connectors", connectors.list_connectors),
    _route("POST /connectors", connectors.create, herder=True, writes=True),
    _route("GET /connectors/*", connectors.read, herder=True),
    _route("DELETE /connectors/*", connectors.delete, herder=True, writes=True),
    _route("GET /connectors/*/config", connectors.read_stored_config, herder=True),
    _route("PUT /connectors/*/config", connectors.put_config, herder=True, writes=True),
    _route(
        "PATCH /connectors/*/config",
        connectors.patch_config,
        herder=True,
        writes=True,
        feature="patch_config",
    ),
    _route("GET /connectors/*/status", operations.read_status),
    _route("GET /connectors/*/tasks", connectors.read_tasks, herder=True),
    _route(
        "GET /connectors/*/tasks-config",
        connectors.read_tasks_config,
        herder=True,
        feature="tasks_config",
    ),
    _route("GET /connectors/*/tasks/*/status", operations.read_task_status),
    _route("POST /connectors/*/tasks/*/restart", operations.restart_task, herder=True, writes=True),
    _route("POST /connectors/*/restart", operations.restart, herder=True, writes=True),
    _route("PUT /connectors/*/pause", operations.pause, writes=True),
    _route("PUT /connectors/*/resume", operations.resume, writes=True),
    _route("PUT /connectors/*/stop", operations.stop, herder=True, writes=True),
    _route("GET /connectors/*/topics", operations.read_topics),
    _route("PUT /connectors/*/topics/reset", operations.reset_topics, writes=True),
    _route("GET /connectors/*/offsets", operations.read_offsets, herder=True),
    _route("PATCH /connectors/*/offsets", operations.alter_offsets, herder=True, writes=True),
    _route("DELETE /connectors/*/offsets", operations.reset_offsets, herder=True, writes=True),
    _route("GET /connector-plugins", admin.list_plugins),
    _route("GET /connector-plugins/*/config", admin.read_definitions),
    _route("PUT /connector-plugins/*/config/validate", admin.validate),
    _route("GET /admin/loggers", admin.list_loggers),
    _route("GET /admin/loggers/*", admin.read_logger),
    _route("PUT /admin/loggers/*", admin.set_logger),
)


def find_route(request: Request, features: Features) -> Route | Answer:
    """Return the route of a request, or the answer where there is none."""
    segments = request.segments
    here = [
        route
        for route in ROUTES
        if len(route.path) == len(segments)
        and _fits(route.path, segments)
        and (not route.feature or getattr(features, route.feature))
    ]
    if not here:
        return bare_error(404, "Not Found")
    for route in here:
        if route.method == request.method:
            return route
    return bare_error(405, "Method Not Allowed")


def carry_out(group: Group, request: Request, route: Route) -> Answer:
    """Return the handler's answer, or that of a worker which expects a rebalance."""
    names = [
        segment for part, segment in zip(route.path, request.segments, strict=True) if part == "*"
    ]
    looks_at_connectors = route.through_herder and route.answer is not admin.health
    if looks_at_connectors and not route.writes and _rebalance_expected(group):
        return error(500, REBALANCE_EXPECTED)
    answer: Answer = route.answer(group, request, *names)
    return answer


def refused_path(group: Group, request: Request) -> Answer | None:
    """Return Jetty's answer to a path that it does not let through (Connect 4)."""
    if not group.features.strict_paths:
        return None
    for pattern, title in _AMBIGUOUS:
        if pattern.search(request.path):
            return page(400, title) if request.method == "GET" else nothing(400)
    return None


def refused_entry(group: Group, request: Request) -> Answer | None:
    """Return the answer to a wrong password or a body of the wrong kind, `/` included."""
    if group.users and not _known_user(group, request):
        return denied()
    if request.body and not request.content_type.lower().startswith(JSON):
        return bare_error(415, "Unsupported Media Type")
    return None


def _fits(path: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(
        segment and part in ("*", segment) for part, segment in zip(path, segments, strict=True)
    )


def _rebalance_expected(group: Group) -> bool:
    return group.herder.now() < group.herder.rebalance_until


def _known_user(group: Group, request: Request) -> bool:
    scheme, _, token = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        user, _, password = base64.b64decode(token).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    wanted = group.users.get(user)
    return wanted is not None and hmac.compare_digest(wanted.encode(), password.encode())
