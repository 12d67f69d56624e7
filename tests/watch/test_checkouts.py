"""A checkout that changes under us is read as it was or as it is, and never by halves."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.desired.project import load_project
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.run import declaring
from reconcile.run.declaring import Declared, declared_now
from reconcile.watch.loop import Course, watch_cluster
from reconcile.watch.rounds import Round
from tests.unit.desired.checkout import alone, commit, git
from tests.watch.post import Post

NAMES = [f"sink-{number}" for number in range(20)]


def write(folder: Path, revision: str, url: str) -> None:
    """Write a project of which every file says of which revision it is."""
    (folder / "connectors").mkdir(parents=True, exist_ok=True)
    (folder / "connectform.yaml").write_text(
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
        f"clusters: {{local: {{url: '{url}'}}}}\n"
        f"defaults: [{{spec: {{config: {{revision.project: {revision}}}}}}}]\n"
    )
    for name in NAMES:
        (folder / f"connectors/{name}.yaml").write_text(
            f"apiVersion: connectform/v1\nkind: Connector\nmetadata: {{name: {name}}}\n"
            "spec: {class: FileStreamSink, config: {topics: lines, file: out.txt,"
            f" revision: {revision}}}}}\n"
        )


def revisions(declared: Declared) -> set[str | None]:
    """Return all revisions that are in what was read: one, where it was read whole."""
    found = declared.desired.definitions.values()
    assert len(found) == len(NAMES), declared.desired.problems
    return {one.config.get(key) for one in found for key in ("revision", "revision.project")}


def read(post: Post, folder: Path, before: Declared | None = None) -> Declared:
    return declared_now(post.seat.context, load_project(folder, folder), "local", before)


def turn(link: Path, target: str) -> None:
    """Let a link lead elsewhere, in one step."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.rename(link)


def by_link(post: Post) -> tuple[Path, Callable[[], None]]:
    """A checkout that is exchanged as git-sync does it, and the old one removed."""
    for revision in ("old", "new"):
        write(post.folder / revision, revision, post.url)
    turn(post.folder / "current", "old")

    def change() -> None:
        turn(post.folder / "current", "new")
        for path in sorted((post.folder / "old").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    return post.folder / "current", change


def by_files(post: Post) -> tuple[Path, Callable[[], None]]:
    """Definitions that are exchanged as Kubernetes does it with a ConfigMap."""
    folder = post.folder / "mounted"
    for revision in ("old", "new"):
        write(folder / f"..{revision}", revision, post.url)
    turn(folder / "..data", "..old")
    (folder / "connectors").mkdir()
    for name in NAMES:
        (folder / f"connectors/{name}.yaml").symlink_to(f"../..data/connectors/{name}.yaml")
    (folder / "connectform.yaml").write_text((folder / "..old/connectform.yaml").read_text())

    def change() -> None:
        turn(folder / "..data", "..new")
        (folder / "connectform.yaml").write_text((folder / "..new/connectform.yaml").read_text())

    return folder, change


def by_writing(post: Post) -> tuple[Path, Callable[[], None]]:
    """Files that are written one after the other where they are."""
    folder = post.folder / "plain"
    write(folder, "old", post.url)
    return folder, lambda: write(folder, "new", post.url)


WAYS = {"a link": by_link, "links to files": by_files, "writing": by_writing}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("moment", ["before", "after", "within"])
@pytest.mark.parametrize("known", [False, True])
def test_what_changes_while_it_is_read_is_read_again(post, monkeypatch, way, moment, known):
    folder, change = WAYS[way](post)
    before = read(post, folder) if known else None
    loaded = load_project(folder, folder)
    learn = declaring.learn_declared

    def interrupted(*given: object) -> object:
        """Read the definitions, and have all files exchanged at some moment of that."""
        if moment == "before":
            change()
        found = learn(*given)
        if moment == "after":
            change()
        return found

    if moment == "within":
        one_by_one(monkeypatch, change)
    monkeypatch.setattr(declaring, "learn_declared", interrupted)
    with pytest.raises(DefinitionError) as caught:
        declared_now(post.seat.context, loaded, "local", before)
    monkeypatch.undo()

    assert [problem.code for problem in caught.value.problems] == [Code.FILES_CHANGING]
    assert revisions(read(post, folder, before)) == {"new"}


def one_by_one(monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]) -> None:
    """Have all files exchanged once the tenth of them is read."""
    from reconcile.desired import load

    read_text, left = load.read_text, [10]

    def reading_text(path: str, name: str) -> object:
        left[0] -= 1
        if not left[0]:
            change()
        return read_text(path, name)

    monkeypatch.setattr(load, "read_text", reading_text)


def test_a_project_file_of_before_is_not_mixed_with_definitions_of_now(post):
    folder, change = by_writing(post)
    loaded = load_project(folder, folder)
    change()

    with pytest.raises(DefinitionError, match="change while they are read"):
        declared_now(post.seat.context, loaded, "local", None)


def test_files_that_somebody_still_writes_are_waited_for(post):
    folder, change = by_writing(post)
    before = read(post, folder)
    half = folder / "connectors/sink-0.yaml"
    half.write_text("apiVersion: connectform/v1\nkind: Conn")
    context = post.seat.context

    class Writing:
        """A clock under which the file is finished while we wait."""

        def __getattr__(self, name: str) -> object:
            return getattr(post.clock, name)

        def sleep(self, seconds: float) -> None:
            post.clock.sleep(seconds)
            change()

    with pytest.raises(DefinitionError, match="change while they are read"):
        declared_now(
            replace(context, clock=Writing()), load_project(folder, folder), "local", before
        )
    assert revisions(read(post, folder, before)) == {"new"}


@pytest.mark.parametrize(("age", "believed"), [(0, False), (30, False), (120, True)])
@pytest.mark.parametrize("tree", ["checkout", "work tree"])
def test_while_git_is_at_work_nothing_is_read(post, monkeypatch, age, believed, tree):
    alone(monkeypatch, post.folder)
    folder = post.folder / "plain"
    write(folder, "old", post.url)
    commit(folder)
    place = folder
    if tree == "work tree":
        place = post.folder / "other"
        git(folder, "worktree", "add", "-q", str(place))
    lock = Path(git(place, "rev-parse", "--absolute-git-dir")) / "index.lock"
    lock.touch()
    when = post.clock.now().timestamp() - age
    os.utime(lock, (when, when))

    if believed:
        assert revisions(read(post, place)) == {"old"}
    else:
        with pytest.raises(DefinitionError, match="change while they are read"):
            read(post, place)
        lock.unlink()
        assert revisions(read(post, place)) == {"old"}


def test_a_checkout_at_the_same_time_is_never_read_by_halves(post, monkeypatch):
    alone(monkeypatch, post.folder)
    folder = post.folder / "plain"
    for revision in ("old", "new"):
        write(folder, revision, post.url)
        commit(folder)
        git(folder, "tag", revision)
    over = threading.Event()

    def check_out() -> None:
        for number in range(30):
            git(folder, "checkout", "-q", ("old", "new")[number % 2])
        over.set()

    context = replace(post.seat.context, clock=SystemClock())  # git's lock bears its time
    thread = threading.Thread(target=check_out)
    thread.start()
    seen: list[set[str | None]] = []
    while not over.is_set():
        try:
            loaded = load_project(folder, folder)
            seen.append(revisions(declared_now(context, loaded, "local", None)))
        except DefinitionError:
            continue
    thread.join()
    seen.append(revisions(read(post, folder)))

    assert all(len(one) == 1 for one in seen)
    assert seen[-1] == {"new"}


def test_watching_goes_on_over_an_exchanged_checkout(post):
    folder, change = by_link(post)
    told: list[Round] = []

    def wait(seconds: float) -> bool:
        post.clock.advance(seconds)
        if len(told) == 2:
            change()
        return len(told) == 4

    seat = post.seat
    course = Course(tell=told.append, wait=wait, reload=lambda: load_project(folder, folder))
    watch_cluster(seat, course)

    assert [found.problems for found in told] == [()] * 4
    assert [revisions(found.reading.declared) for found in told] == [
        {"old"},
        {"old"},
        {"new"},
        {"new"},
    ]
