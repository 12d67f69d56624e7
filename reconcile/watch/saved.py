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
                "last": text_of(one.last),
                "failing": text_of(one.failing),
                "well": text_of(one.well),
                "chance": one.chance,
            }
            for name, one in book.attempts.items()
        },
        "recent": [text_of(moment) for moment in book.recent],
        "breaker": None
        if breaker is None
        else {
            "opened": text_of(breaker.opened),
            "canary": breaker.canary,
            "probed": text_of(breaker.probed),
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
                last=moment_of(one["last"]),
                failing=moment_of(one["failing"]),
                well=moment_of(one["well"]),
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
            probed=moment_of(breaker["probed"]),
            probes=int(breaker["probes"]),
            released=breaker["released"],
        ),
    )


def text_of(moment: datetime | None) -> str | None:
    """Return a time as text, None as it is."""
    return None if moment is None else moment.isoformat()


def moment_of(text: str | None) -> datetime | None:
    """Return the time that a text stands for, None as it is."""
    return None if text is None else datetime.fromisoformat(text)
