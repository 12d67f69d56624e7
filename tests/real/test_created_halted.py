"""What is created paused or stopped does not run in between."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.real.stand import Stand


@contextmanager
def watched(stand: Stand, *names: str) -> Iterator[dict[str, set[str]]]:
    """Gather the states that connectors and their tasks are seen in, as fast as can be asked."""
    seen: dict[str, set[str]] = {name: set() for name in names}
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for name, states in seen.items():
                states.update(stand.states(name))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def test_created_paused_or_stopped_a_connector_never_runs(stand: Stand):
    stand.write_project()
    names = {state: f"{stand.prefix}-{state}" for state in ("paused", "stopped")}
    for state, name in names.items():
        stand.place.write(
            f"connectors/{state}.yaml",
            "apiVersion: connectform/v1\nkind: Connector\n"
            f"metadata: {{name: {name}}}\nspec:\n  class: FileStreamSink\n  state: {state}\n"
            f"  config: {{file: {stand.place.folder}/{state}, topics: {stand.prefix}-lines}}\n",
        )

    with watched(stand, *names.values()) as seen:
        applied = stand.place.run("apply", "--auto-approve")

    assert applied.code == 0, applied.both
    if stand.creates_in_a_state:
        assert seen == {names["paused"]: {"PAUSED"}, names["stopped"]: {"STOPPED"}}
        # A sink's task makes its file when it starts.
        assert not [state for state in names if (stand.place.folder / state).exists()]
        if stand.place.cluster:
            writes = [each.method for each in stand.place.cluster.requests if each.method != "GET"]
            assert sorted(writes) == ["POST", "POST", "PUT", "PUT"]  # the PUTs validate
            assert stand.place.cluster.writes == 2
    else:
        assert "runs for a moment" in applied.out
        assert {state: stand.state(name) for state, name in names.items()} == {
            "paused": "PAUSED",
            "stopped": "STOPPED",
        }
