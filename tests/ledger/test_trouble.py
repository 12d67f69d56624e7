"""A ledger that cannot be used says so, with what to do, and is never taken for an empty one."""

import os
import sqlite3
from pathlib import Path

import pytest

from reconcile.clock import SystemClock
from reconcile.errors import LedgerError
from reconcile.ledger import keys
from reconcile.ledger.git_store import GitStore, ref_of
from reconcile.ledger.opening import open_store
from reconcile.ledger.reading import read_memory
from reconcile.ledger.sqlite_store import SqliteStore
from reconcile.ledger.store import Store
from reconcile.ledger.writing import record_text
from reconcile.model.codes import Code
from reconcile.model.ledger import Record
from reconcile.model.project import KafkaAccess, LedgerChoice, LedgerKind
from tests.fake_clock import FakeClock
from tests.ledger.places import git, remote_place

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


def test_a_push_that_is_declined_is_told(tmp_path: Path) -> None:
    store = remote_place(tmp_path).open()
    hook = tmp_path / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    code, message, hint = problem_of(lambda: store.swap({"run/1": "a"}, given={}))
    assert code is Code.LEDGER_REPOSITORY
    assert "declined" in message
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


@pytest.mark.real
def test_brokers_that_do_not_answer_are_told_in_time() -> None:
    access = KafkaAccess(settings={"bootstrap.servers": "127.0.0.1:1", "socket.timeout.ms": "1000"})
    store = open_store(
        LedgerChoice(LedgerKind.KAFKA, "t"),
        cluster="prod",
        root=".",
        kafka=access,
        clock=SystemClock(),
    )
    code, message, _ = problem_of(lambda: store.read(""))
    assert code is Code.LEDGER_UNREADABLE
    assert "kafka:t" in message
