"""What a round reads: all of it at first, and then what may have changed."""

import os
from pathlib import Path

import pytest

from reconcile.watch.reading import LOOK_ANEW
from tests.watch.post import REFUSED, Post

ALL = "/connectors?expand=info&expand=status"
CHEAP = ["/", "/connectors", "/connectors?expand=status", "/health"]
SINK = {"connector.class": "FileStreamSink", "topics": "lines", "file": "out.txt"}


def asked(post: Post, seconds: float = 30.0) -> list[str]:
    """Return what a round asks the cluster for beside offsets, some time after the one before."""
    found = post.round(seconds)
    assert found.problems == ()
    paths = [request.path for request in post.cluster.requests]
    return [path for path in paths if not path.endswith("/offsets")]


def extra(post: Post, seconds: float = 30.0) -> list[str]:
    """Return what a round asks for beside statuses."""
    return [target for target in asked(post, seconds) if target not in CHEAP]


def test_configs_are_read_at_the_start_and_every_ten_minutes_and_statuses_in_between(post):
    post.declare("a")
    assert ALL in asked(post)
    assert [sorted(asked(post)) for _ in range(2)] == [CHEAP, CHEAP]
    assert ALL not in asked(post, LOOK_ANEW.total_seconds() - 61)
    assert ALL in asked(post, 1)
    assert sorted(asked(post)) == CHEAP


def test_a_clock_that_is_set_back_says_nothing_of_how_old_a_reading_is(post):
    post.declare("a")
    post.round()
    post.clock.suspend(-3600)
    assert ALL in asked(post)


def test_another_project_file_may_mean_another_cluster(post):
    post.declare("a")
    post.round()
    post.write_project(watch="{every: 20s}")
    assert ALL in asked(post)
    assert ALL not in asked(post)


def test_what_has_other_tasks_is_new_or_has_failed_is_read_again_by_name(post):
    post.write_project(restart="{enabled: false}")
    for name in "abc":
        post.declare(name)
    post.round()
    post.cluster.put("a", SINK | {"tasks.max": "3"})
    post.cluster.fail_task("b", 0, REFUSED)
    post.cluster.put("by hand", SINK | {"tasks.max": "1"})

    assert extra(post) == ["/connectors/a", "/connectors/b", "/connectors/by%20hand"]
    assert extra(post) == []
    assert post.before.reading.live.connectors["a"].config.get("tasks.max") == "3"
    assert post.before.reading.live.connectors.keys() == {"a", "b", "c", "by hand"}


def test_where_many_have_changed_all_configs_are_read_at_once(post):
    names = [f"sink-{number}" for number in range(21)]
    for name in names:
        post.declare(name)
    post.round()
    for name in names:
        post.cluster.put(name, SINK | {"tasks.max": "2"})
    assert extra(post) == [ALL]


def test_what_was_written_to_is_read_again(post):
    post.write_project(restart="{enabled: true, backoff: {initial: 30s, jitter: 0}}")
    post.declare("a")
    post.declare("b")
    post.cluster.fail_task("a", 0, REFUSED)
    post.round()
    assert post.round(30).restarts == ("a",)
    assert ALL not in [request.path for request in post.cluster.requests]
    assert extra(post) == ["/connectors/a"]


def test_a_connector_that_is_deleted_is_missing_at_once_and_no_config_is_read(post):
    post.declare("a")
    post.declare("b")
    post.round()
    post.cluster.remove("a")
    assert extra(post) == []
    assert post.before.judged.missing == ("a",)


def test_definitions_are_read_after_a_change_once_they_are_still_and_then_kept(post):
    post.declare("a")
    post.round()
    readings = [post.round(30).reading.declared for _ in range(3)]
    assert readings[0] is readings[1] is readings[2]

    post.declare("b")
    changed = [post.round(30).reading.declared for _ in range(3)]
    assert [found.desired.definitions.keys() for found in changed] == [{"a", "b"}] * 3
    assert changed[0] is changed[1] is changed[2]


@pytest.mark.parametrize("change", ["definition", "project", "exchanged", "removed", "link"])
def test_no_change_of_a_file_is_missed_whatever_its_size_and_time(post, change):
    post.declare("a")
    post.declare("b")
    path = post.folder / "connectors/a.yaml"
    target = post.folder / "elsewhere.yaml"
    if change == "link":
        target.write_text(path.read_text())
        path.unlink()
        path.symlink_to(target)
    for _ in range(3):
        post.round(30)
    text, when = path.read_text(), path.stat().st_mtime_ns
    match change:
        case "definition":
            path.write_text(text.replace("out.txt", "new.txt"))
            utime(path, when)
        case "project":
            post.write_project(restart="{enabled: false}")
        case "exchanged":
            other = path.with_suffix(".tmp")
            other.write_text(text.replace("out.txt", "new.txt"))
            utime(other, when)
            other.rename(path)
        case "removed":
            path.unlink()
        case "link":
            target.write_text(text.replace("out.txt", "new.txt"))
            utime(target, when)
    definition = post.round(30).reading.desired.definitions.get("a")
    if change == "removed":
        assert definition is None
    elif change == "project":
        assert not definition.restart.enabled
    else:
        assert definition.config.get("file") == "new.txt"


def utime(path: Path, nanoseconds: int) -> None:
    os.utime(path, ns=(nanoseconds, nanoseconds))


def test_a_secret_that_is_rotated_in_a_file_is_masked_from_the_next_round_on(post):
    secret = post.folder / "secret.txt"
    secret.write_text("first-secret\n")
    post.declare("a", "")
    path = post.folder / "connectors/a.yaml"
    path.write_text(
        path.read_text().replace("file: out.txt", 'file: out.txt, x.key: "${{ file.secret.txt }}"')
    )
    for _ in range(3):
        post.round(30)
    secret.write_text("other-secret\n")
    post.cluster.fail_task("a", 0, f"{REFUSED}: other-secret")
    assert "other-secret" not in str(post.round(30).judged.verdicts)
