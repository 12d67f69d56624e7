"""Structured log entries on standard error."""

import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from reconcile.cli.options import LogFormat, LogLevel
from reconcile.redact import Redactor, one_line

_RANK = {LogLevel.DEBUG: 0, LogLevel.INFO: 1, LogLevel.WARNING: 2, LogLevel.ERROR: 3}


def open_log(level: LogLevel, form: LogFormat, redactor: Redactor) -> Callable[..., None]:
    """Return a function that writes one entry: `log("request", at="debug", path=...)`.

    Every text passes the redactor; control characters are escaped.
    """
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=False, sort_keys=False)
    )

    def masked(
        _logger: object, _method: str, entry: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {
            key: one_line(redactor.redact(value)) if isinstance(value, str) else value
            for key, value in entry.items()
        }

    logger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            masked,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.BoundLogger,
    )

    def log(event: str, *, at: str = "info", **fields: object) -> None:
        if _RANK[LogLevel(at)] >= _RANK[level]:
            getattr(logger, at)(event, **fields)

    return log
