"""What somebody changed by hand, in the words of `watch`."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconcile.model.drift import Drift
from reconcile.model.plan import Cause, Change
from reconcile.report.spans import plain
from reconcile.report.watch_text import drifted_line, watched_summary
from tests.golden.nouns import IDENTITY, UPDATED

NOTHING = Drift(
    project="shop",
    cluster="prod",
    identity=IDENTITY,
    created_at=datetime(2027, 1, 4, tzinfo=UTC),
)


def caused(*causes: Cause | None) -> Change:
    keys = tuple(
        replace(key, cause=cause) for key, cause in zip(UPDATED.keys, causes, strict=False)
    )
    return replace(UPDATED, name="a", keys=keys)


def paused(cause: Cause | None) -> Change:
    assert UPDATED.state is not None
    return replace(UPDATED, name="a", keys=(), state=replace(UPDATED.state, cause=cause))


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        (replace(NOTHING, missing=(caused(),)), "deleted by hand"),
        (
            replace(NOTHING, changed=(caused(Cause.LIVE, Cause.BOTH),)),
            "batch.size changed by hand; db.password changed in git and by hand",
        ),
        (
            replace(NOTHING, changed=(caused(None),)),
            "batch.size not as git declares, and nobody can tell who changed it",
        ),
        (replace(NOTHING, state=(paused(Cause.LIVE),)), "paused by hand"),
        (
            replace(NOTHING, state=(paused(None),)),
            "paused not as git declares, and nobody can tell who changed it",
        ),
    ],
)
def test_who_changed_what_is_said_in_one_line(drift: Drift, words: str):
    assert plain([drifted_line(drift, "a", "")]) == f"a: drifted  {words}\n"
    assert plain([drifted_line(drift, "a", "held")]) == f"a: drifted  {words}; held\n"


def test_the_summary_counts_what_is_missing_and_what_drifted():
    assert plain([watched_summary("prod", (), 1, 2)]) == (
        "0 connectors on prod: 1 missing, 2 drifted.\n"
    )
