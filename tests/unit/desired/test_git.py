"""What git says of the files."""

import io
import os
import tarfile

import pytest

from reconcile.desired.git import (
    archive,
    author_of,
    commit_of,
    commit_with,
    folder_in,
    has_file,
    introduced_by,
    resolve_ref,
    run_git,
)
from tests.unit.desired.checkout import alone, commit, git


@pytest.fixture(autouse=True)
def alone_with_git(tmp_path, monkeypatch):
    """Keep the settings of whoever runs the tests out of them."""
    alone(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path):
    """Make a repository with one commit."""
    (tmp_path / "a.yaml").write_text("a: 1\n")
    commit(tmp_path, "First")
    return tmp_path


def test_a_clean_checkout_has_its_commit(checkout):
    assert len(commit_of(str(checkout))) == 40


def test_a_commit_has_files_only_as_they_are_in_it(checkout):
    (checkout / ".gitignore").write_text("ignored.yaml\n")
    known = commit(checkout, "Second")
    for name in ("new.yaml", "ignored.yaml"):
        (checkout / name).write_text("b: 2\n")
    folder = str(checkout)

    assert commit_with(folder, ["a.yaml", ".gitignore"]) == known
    assert commit_with(folder, ["a.yaml", "new.yaml"]) == ""
    assert commit_with(folder, ["a.yaml", "ignored.yaml"]) == ""
    (checkout / "a.yaml").write_text("b: 2\n")
    assert commit_with(folder, ["a.yaml"]) == ""
    assert commit_with(folder, [".gitignore"]) == known


def test_a_folder_outside_of_git_has_no_commit(tmp_path):
    assert commit_of(str(tmp_path)) == ""
    assert commit_with(str(tmp_path), ["a.yaml"]) == ""


def test_without_git_there_is_no_commit(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))

    assert commit_of(str(checkout)) == ""
    assert commit_with(str(checkout), ["a.yaml"]) == ""
    assert run_git(str(checkout), "status").error == "git is not installed"


@pytest.mark.parametrize(
    "ref", ["HEAD", "main", "refs/heads/main", "v1", "HEAD~0", "main^{commit}"]
)
def test_every_name_of_a_commit_stands_for_it(checkout, ref):
    git(checkout, "tag", "-a", "v1", "-m", "One")

    assert resolve_ref(str(checkout), ref) == commit_of(str(checkout))


def test_a_short_hash_stands_for_its_commit(checkout):
    found = commit_of(str(checkout))

    assert resolve_ref(str(checkout), found[:8]) == found


def test_a_detached_head_is_a_commit_like_any_other(checkout):
    first = commit_of(str(checkout))
    second = commit(checkout)
    git(checkout, "checkout", "-q", "--detach", first)

    assert resolve_ref(str(checkout), "HEAD") == commit_of(str(checkout)) == first
    assert resolve_ref(str(checkout), "main") == second


@pytest.mark.parametrize(
    "ref",
    [
        *("", " ", "nowhere", "origin/main", "a b", "main ", "0" * 40, "HEAD~7"),
        *("--upload-pack=touch hacked", "-x", "--all", "--exec=x", "-", "--"),
        *("HEAD..main", "HEAD...main", "^HEAD", "^main", "HEAD:a.yaml", "HEAD:", ":/First^{tree}"),
        *("main\nmain", "main\0", "é\ud800", "$(touch hacked)", "; touch hacked", "@{upstream}"),
        "x" * 5000,
    ],
)
def test_what_is_no_commit_stands_for_nothing(checkout, ref):
    assert resolve_ref(str(checkout), ref) == ""
    assert not (checkout / "hacked").exists()


def test_a_bare_clone_knows_its_commits(checkout, tmp_path_factory):
    bare = tmp_path_factory.mktemp("bare")
    git(checkout, "clone", "-q", "--bare", str(checkout), str(bare / "x.git"))

    found = resolve_ref(str(bare / "x.git"), "main")

    assert found == commit_of(str(checkout))
    assert archive(str(bare / "x.git"), found).ok


def test_a_shallow_clone_knows_its_newest_commit_alone(checkout, tmp_path_factory):
    shallow = tmp_path_factory.mktemp("shallow") / "x"
    first, second = commit_of(str(checkout)), commit(checkout)
    git(checkout, "clone", "-q", "--depth", "1", f"file://{checkout}", str(shallow))

    assert resolve_ref(str(shallow), first) == ""
    assert resolve_ref(str(shallow), "HEAD") == second


def test_an_archive_holds_the_folder_as_it_was(checkout):
    (checkout / "sub").mkdir()
    (checkout / "sub" / "b.yaml").write_text("b: 1\n")
    before = commit(checkout)
    (checkout / "sub" / "b.yaml").write_text("b: 2\n")
    commit(checkout)

    answer = archive(str(checkout / "sub"), before)

    with tarfile.open(fileobj=io.BytesIO(answer.out)) as files:
        assert files.getnames() == ["b.yaml"]
        assert files.extractfile("b.yaml").read() == b"b: 1\n"


def test_what_a_commit_has_is_known(checkout):
    (checkout / "sub").mkdir()
    (checkout / "sub" / "b.yaml").write_text("b: 1\n")
    first, second = commit_of(str(checkout)), commit(checkout)

    assert has_file(str(checkout / "sub"), second, "b.yaml")
    assert not has_file(str(checkout / "sub"), first, "b.yaml")
    assert not has_file(str(checkout / "sub"), second, "a.yaml")


def test_the_way_from_the_uppermost_folder_is_known(checkout):
    (checkout / "deep" / "er").mkdir(parents=True)

    assert folder_in(str(checkout / "deep" / "er")) == (str(checkout.resolve()), "deep/er/")
    assert folder_in(str(checkout))[1] == ""


@pytest.mark.parametrize("name", ["b.yaml", "b[1].yaml", ":(top)b.yaml", "-b.yaml", "é b.yaml"])
def test_the_newest_commit_of_a_file_is_found(checkout, name):
    (checkout / name).write_text("b: 1\n")
    commit(checkout)
    (checkout / name).write_text("b: 2\n")
    newest = commit(checkout)
    (checkout / "b1.yaml").write_text("c: 1\n")
    commit(checkout)

    assert introduced_by(str(checkout), name) == newest


def test_no_commit_brought_a_file_that_was_never_committed(checkout):
    (checkout / "new.yaml").write_text("")

    assert introduced_by(str(checkout), "new.yaml") == ""
    assert introduced_by(str(checkout), "nowhere.yaml") == ""


@pytest.mark.parametrize(
    ("settings", "author"),
    [
        ({}, ""),
        ({"user.name": "Ann É"}, "Ann É"),
        ({"user.email": "ann@example.com"}, "ann@example.com"),
        (
            {"user.name": "Ann É", "user.email": "ann@example.com"},
            "Ann É <ann@example.com>",
        ),
    ],
)
def test_the_author_is_who_git_says(checkout, settings, author):
    for key, value in settings.items():
        git(checkout, "config", key, value)

    assert author_of(str(checkout)) == author


def test_what_git_complains_of_shows_no_password(checkout):
    answer = run_git(str(checkout), "fetch", "file://me:hunter2hunter2@nowhere/x.git")

    assert not answer.ok
    assert "hunter2" not in answer.error


@pytest.fixture
def ssh_log(tmp_path, monkeypatch):
    """Let `ssh`, `mine` and `theirs` be programs that write down how they were called."""
    folder, log = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()
    for name in ("ssh", "mine", "theirs"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit 1\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("GIT_SSH", raising=False)
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    return log


def ask_remote(folder, **environment):
    return run_git(str(folder), "ls-remote", "ssh://host/x", online=True, environment=environment)


def test_ssh_asks_nothing_where_nobody_chose_how_it_runs(checkout, ssh_log):
    ask_remote(checkout)

    assert ssh_log.read_text().startswith("ssh -oBatchMode=yes ")


@pytest.mark.parametrize("variable", ["GIT_SSH", "GIT_SSH_COMMAND"])
def test_the_ssh_of_the_environment_is_used(checkout, ssh_log, variable):
    ask_remote(checkout, **{variable: "mine"})

    assert ssh_log.read_text().startswith("mine ")


def test_the_ssh_of_the_configuration_is_used(checkout, ssh_log):
    git(checkout, "config", "core.sshCommand", "theirs -i key")
    ask_remote(checkout)

    assert ssh_log.read_text().startswith("theirs -i key ")
