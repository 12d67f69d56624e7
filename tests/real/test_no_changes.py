"""After any apply the next plan is empty, on every version, simulated and real."""

import json
import re

from tests.real.every_value import SECRETS, Expected, write_everything
from tests.real.stand import Stand


def applied(stand: Stand, *arguments: str) -> None:
    result = stand.place.run("apply", "--auto-approve", *arguments, **SECRETS)
    assert result.code == 0, result.both
    print(result.err[-900:])


def assert_no_changes(stand: Stand, folder: str = ".", **secrets: str) -> None:
    planned = stand.inside(folder).run("plan", "--detailed-exitcode", **(secrets or SECRETS))
    assert "No changes." in planned.out, planned.both
    assert planned.code == 0


def assert_stored(stand: Stand, expected: dict[str, Expected]) -> None:
    assert set(stand.names()) == set(expected)
    for name, one in expected.items():
        assert stand.config(name) == one.config
        assert one.state in {None, stand.state(name)}


def test_every_kind_of_value_state_and_format_is_in_sync_once_applied(stand: Stand):
    expected = write_everything(stand)

    applied(stand)

    assert_stored(stand, expected)
    assert_no_changes(stand)

    applied(stand)
    (result,) = json.loads((stand.place.folder / "apply-result.json").read_text())["results"]
    assert result["outcomes"] == []
