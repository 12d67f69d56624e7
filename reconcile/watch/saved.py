"""Write what is remembered of restarts as JSON, and read it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconcile.watch.budget import Book, Breaker
from reconcile.watch.restarts import Attempts


def write_book(book: Book) -> dict[str, object]:
    """Return a book as JSON values."""
    breaker = book.breaker
    return {
        "attempts": {
            name: {
                "count": one.count,
                "last": _text(one.last),
                "failing": _text(one.failing),
                "well": _text(one.well),
                "chance": one.chance,
            }
            for name, one in book.attempts.items()
        },
        "recent": [_text(moment) for moment in book.recent],
        "breaker": None
        if breaker is None
        else {
            "opened": _text(breaker.opened),
            "canary": breaker.canary,
            "probed": _text(breaker.probed),
            "probes": breaker.probes,
            "released": breaker.released,
        },
    }


def read_book(document: Mapping[str, Any]) -> Book:
    """Return the book of a document; raise KeyError, TypeError or ValueError for any other."""
    breaker = document["breaker"]
    return Book(
        attempts={
            name: Attempts(
                count=int(one["count"]),
                last=_time(one["last"]),
                failing=_time(one["failing"]),
                well=_time(one["well"]),
                chance=float(one["chance"]),
            )
            for name, one in document["attempts"].items()
        },
        recent=tuple(datetime.fromisoformat(text) for text in document["recent"]),
        breaker=None
        if breaker is None
        else Breaker(
            opened=datetime.fromisoformat(breaker["opened"]),
            canary=breaker["canary"],
            probed=_time(breaker["probed"]),
            probes=int(breaker["probes"]),
            released=breaker["released"],
        ),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
