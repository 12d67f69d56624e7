"""A ledger that cannot be used says so, with what to do, and is never taken for an empty one."""

import os
import resource
import sqlite3
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.kafka.compacted_topic import CompactedTopic
from reconcile.ledger import keys
from reconcile.ledger.git_store import GitStore, ref_of
from reconcile.ledger.kafka_store import KafkaStore
from reconcile.ledger.reading import read_memory
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.store import Store
from reconcile.ledger.writing import record_text
from reconcile.model.codes import Code
from reconcile.model.ledger import Record
from reconcile.sandbox.spec import VERSIONS
from tests.fake_clock import FakeClock
from tests.ledger.places import git, git_place, kafka_place, remote_place
from tests.real_clusters import SharedSandbox, real_id

NOW = FakeClock().now()


def problem_of(work) -> tuple[Code, str, str]:
    with pytest.raises(LedgerError) as caught:
        work()
    (problem,) = caught.value.problems
    assert problem.hint
    return problem.code, problem.message, problem.hint


def sqlite(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "a.db", place="a.db")


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database" * 100)
    for work in (lambda: sqlite(tmp_path).read(""), lambda: sqlite(tmp_path).swap({}, given={})):
        assert problem_of(work)[0] is Code.LEDGER_UNREADABLE


def test_an_empty_file_is_an_empty_ledger(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    assert dict(sqlite(tmp_path).read("")) == {}


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    store = SqliteStore(tmp_path / "folder" / "a.db", place="a.db")
    assert problem_of(lambda: store.swap({"run/1": "a"}, given={}))[0] is Code.LEDGER_UNWRITABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_ledger_can_be_read_and_not_written(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    store.swap({"run/1": "a"}, given={})
    (tmp_path / "a.db").chmod(0o400)
    assert dict(store.read("")) == {"run/1": "a"}
    assert problem_of(lambda: store.swap({}, given={}))[0] is Code.LEDGER_UNWRITABLE


def test_a_writer_killed_in_the_middle_leaves_what_was_there_before(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    store.swap({"run/1": "a"}, given={})
    pid = os.fork()
    if pid == 0:
        connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(2000):
            connection.execute(
                "INSERT OR REPLACE INTO entries VALUES (?, ?)", (f"run/{number}", "x" * 500)
            )
        os._exit(9)
    os.waitpid(pid, 0)

    assert dict(store.read("")) == {"run/1": "a"}
    assert store.swap({"run/2": "b"}, given={"run/1": "a"})


def test_a_ledger_that_others_keep_locked_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db", place="a.db", patience=0.05)
    store.swap({"run/1": "a"}, given={})
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    with closing(connection):
        connection.execute("BEGIN EXCLUSIVE")
        written = problem_of(lambda: store.swap({"run/1": "b"}, given={}))
        read = problem_of(lambda: store.read(""))
    assert (written[0], read[0]) == (Code.LEDGER_UNWRITABLE, Code.LEDGER_UNREADABLE)
    assert "a.db was locked for 0.05 s" in written[1]
    assert dict(store.read("")) == {"run/1": "a"}


def test_a_disk_that_takes_no_more_is_told_and_the_ledger_stays(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    store.swap({"run/1": "a"}, given={})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        code, *_ = problem_of(lambda: store.swap({"run/2": "x" * 1_000_000}, given={}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code is Code.LEDGER_UNWRITABLE
    assert dict(store.read("")) == {"run/1": "a"}


def test_a_refused_change_makes_no_file(tmp_path: Path) -> None:
    assert not sqlite(tmp_path).swap({"run/1": "a"}, given={"run/2": "b"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", ["2.0", "10.3"])
def test_a_newer_format_is_refused_and_a_newer_minor_one_read(tmp_path: Path, version) -> None:
    store = sqlite(tmp_path)
    store.swap({keys.FORMAT: f'{{"format_version": "{version}"}}'}, given={})
    code, message, hint = problem_of(lambda: read_memory(store))
    assert code is Code.LEDGER_NEWER
    assert version in message
    assert "upgrade" in hint
    store.swap({keys.FORMAT: '{"format_version": "1.9", "more": 1}'}, given={})
    assert read_memory(store).exists


@pytest.mark.parametrize("version", ["0.9", "x", ""])
def test_a_format_that_nobody_wrote_is_not_called_a_newer_one(tmp_path: Path, version) -> None:
    store = sqlite(tmp_path)
    store.swap({keys.FORMAT: f'{{"format_version": "{version}"}}'}, given={})
    code, _, hint = problem_of(lambda: read_memory(store))
    assert code is Code.LEDGER_UNREADABLE
    assert "upgrade" not in hint


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"name": "a"}', "null"])
def test_a_damaged_entry_is_named(tmp_path: Path, text) -> None:
    store = sqlite(tmp_path)
    store.swap({keys.connector_key("a/b"): text}, given={})
    memory = read_memory(store)
    code, message, _ = problem_of(lambda: memory.records["a/b"])
    assert code is Code.LEDGER_UNREADABLE
    assert "connector/a%2Fb" in message


def test_records_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    store = sqlite(tmp_path)
    record = Record(name="a", project="shop", applied=None, at=NOW)
    store.swap(
        {keys.connector_key("a"): record_text(record), keys.connector_key("b"): "{"}, given={}
    )
    memory = read_memory(store)
    assert set(memory.records) == {"a", "b"}
    assert len(memory.records) == 2
    assert memory.records["a"] == record
    assert "c" not in memory.records


def repository(folder: Path) -> Store:
    return GitStore(str(folder), "prod", SystemClock())


def test_a_folder_of_a_repository_reads_what_was_written_from_there(tmp_path: Path) -> None:
    git_place(tmp_path).open()
    folder = tmp_path / "alone/kafka/connect"
    folder.mkdir(parents=True)
    store = repository(folder)

    assert store.swap({"run/1": "one"}, given={"run/1": None})
    assert store.read("run/") == {"run/1": "one"}
    assert repository(tmp_path / "alone").read("run/") == {"run/1": "one"}


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    code, message, _ = problem_of(lambda: repository(tmp_path).read(""))
    assert code is Code.LEDGER_REPOSITORY
    assert "not a git repository" in message


def test_a_remote_out_of_reach_is_told_without_its_password(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "here")
    git(tmp_path / "here", "remote", "add", "origin", "https://me:s3cret@127.0.0.1:1/x.git")
    code, message, _ = problem_of(lambda: repository(tmp_path / "here").read(""))
    assert code is Code.LEDGER_REPOSITORY
    assert "s3cret" not in message


def test_many_may_read_and_write_in_one_clone_at_once(tmp_path: Path) -> None:
    writer = remote_place(tmp_path).open()
    clone = tmp_path / "clone-0"
    writer.swap({"run/0": "0"}, given={})
    git(clone, "update-ref", "-d", ref_of("prod"))

    def work(number: int) -> str:
        store = repository(clone)
        assert store.swap({f"run/{number}": str(number)}, given={})
        return store.read("run/0")["run/0"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(1, 5))) == ["0"] * 4
    assert dict(repository(clone).read("run/")) == {f"run/{n}": str(n) for n in range(5)}


def test_a_ref_that_cannot_be_written_here_spoils_no_read_and_no_push(tmp_path: Path) -> None:
    place = remote_place(tmp_path)
    store, other = place.open(), place.open()
    folder = tmp_path / "clone-0" / ".git" / "refs" / "connectform"
    folder.mkdir()
    (folder / "prod.lock").touch()

    assert other.swap({"run/1": "a"}, given={})
    assert dict(store.read("run/")) == {"run/1": "a"}
    assert store.swap({"run/2": "b"}, given={"run/1": "a"})
    assert dict(other.read("run/")) == {"run/1": "a", "run/2": "b"}


def test_a_fetch_leaves_no_trace_but_the_ref_of_the_ledger(tmp_path: Path) -> None:
    place = remote_place(tmp_path)
    assert place.open().swap({"run/1": "a"}, given={})
    reader = place.open()
    reader.read("")
    refs = git(tmp_path / "clone-1", "for-each-ref", "--format=%(refname)").splitlines()
    assert [ref for ref in refs if "connectform" in ref] == [ref_of("prod")]
    assert not (tmp_path / "clone-1" / ".git" / "FETCH_HEAD").exists()


def test_what_git_gc_removed_here_is_fetched_anew(tmp_path: Path) -> None:
    place = remote_place(tmp_path)
    store, other = place.open(), place.open()
    store.swap({"run/1": "a"}, given={})
    assert dict(other.read("")) == {"run/1": "a"}
    clone = tmp_path / "clone-1"
    git(clone, "update-ref", "-d", ref_of("prod"))
    git(clone, "gc", "--quiet", "--prune=now")
    assert dict(other.read("")) == {"run/1": "a"}


def test_a_ledger_that_was_begun_anew_at_the_remote_is_read(tmp_path: Path) -> None:
    place = remote_place(tmp_path)
    store, other = place.open(), place.open()
    store.swap({"run/1": "a"}, given={})
    other.read("")
    git(tmp_path / "remote.git", "update-ref", "-d", ref_of("prod"))
    assert dict(other.read("")) == {}
    assert store.swap({"run/2": "b"}, given={"run/1": None})
    assert dict(other.read("")) == {"run/2": "b"}


class Overtaken(FakeClock):
    """A clock that lets somebody else write when it is asked, which is between read and write."""

    def __init__(self, work: Callable[[], bool]) -> None:
        super().__init__()
        self._work = work
        self.done: list[bool] = []

    def now(self) -> datetime:
        if not self.done:
            self.done.append(self._work())
        return super().now()


@pytest.mark.parametrize("make", [git_place, remote_place])
def test_of_two_who_write_the_same_in_the_same_second_one_wins(tmp_path, make) -> None:
    make(tmp_path).open()
    folder = str(tmp_path / ("alone" if make is git_place else "clone-0"))
    other = GitStore(folder, "prod", FakeClock())
    clock = Overtaken(lambda: other.swap({"run/1": "same"}, given={"run/1": None}))

    assert not GitStore(folder, "prod", clock).swap({"run/1": "same"}, given={"run/1": None})
    assert clock.done == [True]


def test_a_repository_of_long_hashes_keeps_a_ledger(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "here")
    store = repository(tmp_path / "here")
    assert store.swap({"run/1": "a"}, given={"run/1": None})
    assert store.swap({"run/1": "b"}, given={"run/1": "a"})
    assert dict(store.read("")) == {"run/1": "b"}


def test_a_repository_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "here")
    (tmp_path / "here" / ".git" / "refs" / "connectform").touch()
    code, message, _ = problem_of(lambda: repository(tmp_path / "here").swap({"a": "1"}, given={}))
    assert code is Code.LEDGER_REPOSITORY
    assert "update-ref" in message


def test_an_object_that_is_missing_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "here")
    here = tmp_path / "here"
    repository(here).swap({"run/1": "a"}, given={})
    blob = git(here, "rev-parse", f"{ref_of('prod')}:run/1.json")
    (here / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    code, message, _ = problem_of(lambda: repository(here).read(""))
    assert code is Code.LEDGER_UNREADABLE
    assert "not whole" in message


def test_a_push_that_is_declined_is_told(tmp_path: Path) -> None:
    remote_place(tmp_path).open()
    clone = str(tmp_path / "clone-0")
    store = GitStore(
        clone, "prod", SystemClock(), redact=lambda text: text.replace("hunter2", "(gone)")
    )
    hook = tmp_path / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho >&2; echo refs are closed to hunter2 >&2\nexit 1\n")
    hook.chmod(0o755)
    code, message, hint = problem_of(lambda: store.swap({"run/1": "a"}, given={}))
    assert code is Code.LEDGER_REPOSITORY
    assert message.endswith(
        "git push failed: [remote rejected] (pre-receive hook declined): refs are closed to (gone)"
    )
    assert "right to push" in hint
    assert dict(store.read("")) == {}


def test_work_tree_index_and_head_stay_as_they_are(tmp_path: Path) -> None:
    place = remote_place(tmp_path)
    store = place.open()
    clone = tmp_path / "clone-0"
    (clone / "new.txt").write_text("mine")
    before = git(clone, "status", "--porcelain"), git(clone, "rev-parse", "HEAD")
    assert store.swap({"run/1": "a"}, given={})
    assert (git(clone, "status", "--porcelain"), git(clone, "rev-parse", "HEAD")) == before


@pytest.mark.parametrize("cluster", ["prod", "a..b", "x.lock", "eu.", "a-b_c.d"])
def test_every_cluster_has_a_ref_that_git_takes(tmp_path: Path, cluster) -> None:
    git(tmp_path, "check-ref-format", ref_of(cluster))


def test_brokers_that_do_not_answer_are_told_in_time() -> None:
    settings = {"bootstrap.servers": "127.0.0.1:1"}
    clock = SystemClock()
    topic = CompactedTopic(settings, "t", transactional_id="x", clock=clock, seconds=0.5)
    store = KafkaStore(topic, name="t", cluster="prod", redact=str)
    code, message, hint = problem_of(lambda: store.read(""))
    assert code is Code.LEDGER_UNREADABLE
    assert "kafka:t" in message
    assert "security.protocol" in hint


@pytest.fixture(params=[pytest.param(VERSIONS[0], id=real_id(VERSIONS[0]), marks=pytest.mark.real)])
def servers(request: pytest.FixtureRequest, shared_sandbox: SharedSandbox) -> str:
    """The address of a real broker."""
    return shared_sandbox.of(request.param).bootstrap_servers


@pytest.mark.parametrize(
    ("partitions", "policy", "said"),
    [(2, "compact", "2 partitions"), (1, "delete", "cleanup.policy=delete")],
)
def test_a_topic_of_the_wrong_shape_is_refused_on_real_brokers(
    servers: str, partitions: int, policy: str, said: str
) -> None:
    from confluent_kafka.admin import AdminClient, NewTopic

    name = f"ledger-{uuid.uuid4().hex[:8]}"
    topic = NewTopic(name, num_partitions=partitions, config={"cleanup.policy": policy})
    admin = AdminClient({"bootstrap.servers": servers})
    (made,) = admin.create_topics([topic]).values()
    made.result()

    for work in (
        lambda: kafka_place(servers, name).open().read(""),
        lambda: kafka_place(servers, name).open().swap({"run/1": "a"}, given={}),
    ):
        code, message, _ = problem_of(work)
        assert code is Code.LEDGER_TOPIC
        assert said in message
