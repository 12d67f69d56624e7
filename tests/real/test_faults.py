"""Real faults beside a watch, as `make faults` provokes more of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reconcile.model.alert import AlertName
from reconcile.sandbox.state import Sandbox
from tests.faults.beside import watching
from tests.faults.catalogue import FAULTS
from tests.faults.scene import scene_on
from tests.faults.story import Story, tell
from tests.real_clusters import real_id, real_versions
from tests.watch.inbox import inbox

pytestmark = [
    pytest.mark.real,
    # What workers say of a failure does not depend on their version; test_failures.py has them all.
    pytest.mark.parametrize("real_cluster", real_versions()[:1], ids=real_id, indirect=True),
]
CHOSEN = ("unwritable", "converted", "paused")


@pytest.fixture(scope="module")
def stories(
    real_cluster: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Story]]:
    faults = {name: FAULTS[name] for name in CHOSEN}
    faults["paused"] = replace(faults["paused"], patience=3.0)
    folder = tmp_path_factory.mktemp("faults")
    with inbox() as box, scene_on(real_cluster, folder, box.url) as scene:
        for fault in faults.values():
            fault.define(scene)
        scene.apply_all()
        with watching(folder, box, "here") as beside:
            yield {name: tell(fault, scene, beside) for name, fault in faults.items()}


def test_a_file_that_cannot_be_written_is_told_and_healed_by_a_restart(stories):
    story = stories["unwritable"]
    assert (story.healths[-1], story.failures) == ("unhealthy", ("authorisation",))
    assert "AccessDeniedException: /data/mount/unwritable.txt" in story.lines[-1]
    assert story.restarts
    assert_told_and_ended(story, AlertName.CONNECTOR_FAILED)


def test_a_wrong_converter_is_told_and_not_restarted(stories):
    story = stories["converted"]
    assert (story.healths[-1], story.failures) == ("unhealthy", ("data-format",))
    assert (story.restarts, story.notes) == ((), ("a restart cannot help",))
    assert_told_and_ended(story, AlertName.CANNOT_HELP)


def test_what_somebody_paused_is_seen_and_left_alone(stories):
    story = stories["paused"]
    assert (story.healths[-1], story.failures, story.restarts) == ("suspended", (), ())
    assert story.well is not None


def assert_told_and_ended(story: Story, name: AlertName) -> None:
    assert name in {alert.name for alert in story.alerts}
    assert all(alert.ended is not None for alert in story.alerts)
    assert story.well is not None
