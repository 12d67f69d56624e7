"""What git says of the files."""

import subprocess

import pytest

from reconcile.desired.git import commit_of, is_dirty


@pytest.fixture
def checkout(tmp_path):
    """Make a repository with one commit."""
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    (tmp_path / "a.yaml").write_text("a: 1\n")
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "First"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    return tmp_path


def test_a_clean_checkout_has_its_commit(checkout):
    assert len(commit_of(str(checkout))) == 40
    assert not is_dirty(str(checkout))


@pytest.mark.parametrize("name", ["a.yaml", "new.yaml"])
def test_changed_and_new_files_make_it_dirty(checkout, name):
    (checkout / name).write_text("b: 2\n")

    assert is_dirty(str(checkout))


def test_a_folder_outside_of_git_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert commit_of(str(tmp_path)) == ""
    assert not is_dirty(str(tmp_path))


def test_without_git_there_is_no_commit(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))

    assert commit_of(str(checkout)) == ""
    assert not is_dirty(str(checkout))
