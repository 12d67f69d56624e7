"""Choose the format of a page by what a client accepts (RFC 9110, 12.5.1)."""

from collections.abc import Iterator
from typing import Final

OPENMETRICS: Final = "application/openmetrics-text"
CLASSIC: Final = "text/plain"

_ANY: Final = frozenset({CLASSIC, "text/*", "*/*"})


def prefers_openmetrics(accept: str) -> bool:
    """Tell whether a client would rather have OpenMetrics than the classic text.

    Of two that it likes as much, the first that it names; nothing but classic text for one that
    names neither. Versions make no difference: we speak 1.0.0 and 0.0.4, which all readers know.
    """
    open_metrics = classic = 0.0
    first = ""
    for media, quality in _accepted(accept):
        if media == OPENMETRICS:
            open_metrics, first = max(open_metrics, quality), first or media
        elif media in _ANY:
            classic, first = max(classic, quality), first or media
    if open_metrics == classic:
        return first == OPENMETRICS and open_metrics > 0
    return open_metrics > classic


def _accepted(accept: str) -> Iterator[tuple[str, float]]:
    """Yield the media types of a header with the weight of each."""
    for part in accept.split(","):
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        weights = (one.removeprefix("q=") for one in parameters if one.startswith("q="))
        yield media, _weight(next(weights, "1"))


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
