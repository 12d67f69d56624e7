"""Secrets that became others since a plan was made are told as changes of it."""

from dataclasses import replace

import pytest

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.config import Config, Secret
from reconcile.model.plan import Action, Change, EffectKind, ValueKind
from reconcile.plan.fingerprints import NO_FINGERPRINTS, Fingerprints
from reconcile.plan.rotation import (
    rotated_against_live,
    rotated_since_plan,
    with_fingerprints,
    with_rotated,
)
from tests.unit.plan.worlds import definition, live_connector, plan_one, record

KEYED = Fingerprints(Secret("the key"))
WRITTEN = "${{ env.PASSWORD }}"
MASK = "****************"


def update() -> Change:
    """Return an update of topics, of a connector with a secret that stays as it is."""
    wanted = definition(config={"topics": "b", "password": "new"}, references={"password": WRITTEN})
    (change,) = plan_one(wanted, live_connector(config={"password": "new"})).changes
    return change


def remembered(password: str, fingerprints: Fingerprints = KEYED) -> Applied:
    fingerprint = fingerprints.of("orders", "password", password)
    return Applied(
        values={"password": AppliedValue(text=None, fingerprint=fingerprint)},
        fingerprint_key=fingerprints.key_id,
    )


@pytest.mark.parametrize(
    ("applied", "fingerprints", "keys"),
    [
        (remembered("old"), KEYED, ("password",)),
        (remembered("new"), KEYED, ()),
        (remembered("old"), NO_FINGERPRINTS, ()),
        (None, KEYED, ()),
    ],
)
def test_a_keyed_fingerprint_tells_that_a_secret_is_another_than_planned(
    applied, fingerprints, keys
):
    assert rotated_since_plan(replace(update(), applied=applied), fingerprints) == keys


@pytest.mark.parametrize(
    ("live", "known", "keys"),
    [
        ("old", None, ("password",)),
        ("new", None, ()),
        (None, None, ()),
        (MASK, remembered("old"), ("password",)),
        (MASK, remembered("new"), ()),
        (MASK, None, ()),
    ],
)
def test_what_is_live_tells_that_a_secret_is_replaced_and_the_ledger_where_that_is_masked(
    live, known, keys
):
    found = live_connector(config={"password": live})
    entry = record(applied=known) if known else None

    assert rotated_against_live(update(), found, entry, KEYED) == keys
    assert rotated_against_live(update(), None, entry, KEYED) == ()
    created = replace(update(), action=Action.CREATE)
    assert rotated_against_live(created, found, entry, KEYED) == ()


@pytest.mark.parametrize(
    ("live", "before"), [("old", ValueKind.SENSITIVE), (MASK, ValueKind.MASKED)]
)
def test_a_rotated_secret_is_shown_beside_the_other_changes_and_never_as_text(live, before):
    found = live_connector(config={"password": live})
    shown = with_rotated(update(), ("password",), found)

    assert [one.key for one in shown.keys] == ["password", "topics"]
    password = shown.keys[0]
    assert (password.before.kind, password.after.kind) == (before, ValueKind.SENSITIVE)
    assert password.after.reference == WRITTEN
    assert shown.unchanged == update().unchanged - 1
    assert [
        effect.count for effect in shown.effects if effect.kind is EffectKind.SECRET_CHANGED
    ] == [1]
    assert "new" not in repr(shown)


def test_nothing_rotated_shows_nothing_new():
    change = update()

    assert with_rotated(change, (), live_connector()) is change
    assert with_rotated(change, ("password",), None) is change


def test_what_is_written_is_remembered_and_not_what_was_planned():
    change = replace(update(), applied=remembered("old"))

    written = with_fingerprints(change, KEYED)

    assert written.applied == remembered("new")
    assert with_fingerprints(change, NO_FINGERPRINTS) is change
    assert with_fingerprints(replace(change, applied=None), KEYED).applied is None
    unresolved = replace(change, config=Config({}, {"password": WRITTEN}))
    assert with_fingerprints(unresolved, KEYED).applied == remembered("old")
