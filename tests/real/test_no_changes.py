"""After any apply the next plan is empty, on every version, simulated and real."""

import json
import re

from tests.real.every_value import SECRETS, Expected, write_everything
from tests.real.stand import Stand
from tests.sandbox_command import wait_for

_VARIABLE = re.compile(r"^(\w+)  # (.+): (\S+)$", re.MULTILINE)
_IN_STATES = {
    "running-stopped": ("running", "stopped"),
    "running-paused": ("running", "paused"),
    "paused-running": ("paused", "running"),
    "paused-stopped": ("paused", "stopped"),
    "stopped-running": ("stopped", "running"),
    "stopped-paused": ("stopped", "paused"),
    "running-running": ("running", "running"),
    "paused-paused": ("paused", "paused"),
    "stopped-stopped": ("stopped", "stopped"),
}


def apply(stand: Stand) -> None:
    result = stand.place.run("apply", "--auto-approve", **SECRETS)
    assert result.code == 0, result.both


def assert_no_changes(stand: Stand, folder: str = ".", **secrets: str) -> None:
    planned = stand.inside(folder).run("plan", "--detailed-exitcode", **(secrets or SECRETS))
    assert "No changes." in planned.out, planned.both
    assert planned.code == 0


def assert_stored(stand: Stand, expected: dict[str, Expected]) -> None:
    assert set(stand.names()) == set(expected)
    for name, one in expected.items():
        assert stand.config(name) == one.config
        assert one.state in {None, stand.state(name)}


def files_of_tasks_that_ran(stand: Stand) -> set[str]:
    """Return the files in which sinks of `write_in_states` wrote: a task makes its file at once."""
    return {path.name for path in stand.place.folder.iterdir() if path.name[:3] in {"old", "new"}}


def write_in_states(stand: Stand, *, after: bool) -> dict[str, Expected]:
    """Write a connector for each way from one state to another, before and after it."""
    expected = {}
    for name, states in _IN_STATES.items():
        state, file = states[after], f"{stand.place.folder}/{'new' if after else 'old'}-{name}"
        stand.place.write(
            f"connectors/{name}.yaml",
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {stand.prefix}-{name}}}\nspec:\n  class: FileStreamSink\n"
            f"  state: {state}\n  config: {{file: {file}, topics: {stand.prefix}-lines}}\n",
        )
        expected[f"{stand.prefix}-{name}"] = Expected(
            config={
                "connector.class": "FileStreamSink",
                "file": file,
                "topics": f"{stand.prefix}-lines",
            },
            state=state.upper(),
        )
    return expected


def test_every_kind_of_value_state_and_format_is_in_sync_once_applied(stand: Stand):
    expected = write_everything(stand)

    apply(stand)

    assert_stored(stand, expected)
    assert_no_changes(stand)
    # What a definition leaves open is no difference, whatever it comes to be.
    layers = f"{stand.prefix}-layers"
    by_hand = {"tasks.max": "4", "ignored.one": "theirs", "ignored.two": "theirs"}
    stand.put(layers, {**expected[layers].config, **by_hand})
    stand.ask("PUT", f"/connectors/{stand.prefix}-nameless/pause")
    assert wait_for(lambda: stand.state(f"{stand.prefix}-nameless") == "PAUSED")
    assert_no_changes(stand)


def test_a_second_apply_writes_nothing(stand: Stand):
    write_everything(stand)
    apply(stand)
    if stand.place.cluster:
        stand.place.cluster.clear_requests()

    apply(stand)

    (result,) = json.loads((stand.place.folder / "apply-result.json").read_text())["results"]
    assert result["outcomes"] == []
    if stand.place.cluster:
        assert stand.place.cluster.writes == 0


def test_config_and_state_changed_together_are_both_done(stand: Stand):
    stand.write_project()
    expected = write_in_states(stand, after=False)
    apply(stand)
    assert_stored(stand, expected)

    expected = write_in_states(stand, after=True)
    apply(stand)

    assert_stored(stand, expected)
    assert_no_changes(stand)
    if stand.real:
        # Neither the old settings nor the new ones ran where nobody asked for it.
        ran = {f"new-{name}" for name, states in _IN_STATES.items() if states[1] == "running"}
        old = {f"old-{name}" for name, states in _IN_STATES.items() if states[0] == "running"}
        found = files_of_tasks_that_ran(stand)
        if not stand.creates_in_a_state:
            found -= {
                f"old-{name}" for name, states in _IN_STATES.items() if states[0] != "running"
            }
        assert found == ran | old


def test_an_export_is_in_sync_once_its_secrets_are_set(stand: Stand):
    expected = write_everything(stand)
    apply(stand)
    stand.write_project(folder="exported")

    exported = stand.inside("exported").run("export", "--select", f"name={stand.prefix}*")

    assert exported.code == 0, exported.both
    secrets = {
        variable: expected[name].config[key]
        for variable, name, key in _VARIABLE.findall(exported.out)
    }
    assert any(key.endswith("V_SECRET") for key in secrets)
    files = (stand.place.folder / "exported" / "connectors").iterdir()
    assert len([*files]) == len(expected)
    assert_no_changes(stand, "exported", **secrets)
