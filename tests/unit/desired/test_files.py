"""Finding and reading files."""

import os
import socket

import pytest

from reconcile.desired.files import (
    LARGEST,
    LARGEST_SECRET,
    SecretFiles,
    escaping,
    find_files,
    read_text,
    shown,
)
from reconcile.desired.references import Refusal
from reconcile.model.codes import Code
from reconcile.model.problem import Problem


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


@pytest.mark.parametrize(
    ("entries", "found", "missing"),
    [
        (["c"], ["c/a.yaml", "c/b.yml", "c/d/e.json"], []),
        (["c/d/e.json"], ["c/d/e.json"], []),
        (["c/README.md"], ["c/README.md"], []),
        (["c/*.y*ml"], ["c/a.yaml", "c/b.yml"], []),
        (["c", "c/a.yaml", "c/d"], ["c/a.yaml", "c/b.yml", "c/d/e.json"], []),
        (["c/d", "c"], ["c/d/e.json", "c/a.yaml", "c/b.yml"], []),
        (["none", "c/d"], ["c/d/e.json"], ["none"]),
        (["c/none*"], [], []),
    ],
)
def test_files_are_found_in_order_and_once(tmp_path, entries, found, missing):
    write(tmp_path, "c/b.yml", "c/a.yaml", "c/d/e.json", "c/README.md", "c/.x.yaml", "c/.g/h.yaml")

    files, absent = find_files(str(tmp_path), entries)

    assert [shown(path, str(tmp_path)) for path in files] == found
    assert absent == missing


def test_files_outside_the_root_are_shown_from_it(tmp_path):
    write(tmp_path, "a/x.yaml", "b/y.yaml")

    files, _ = find_files(str(tmp_path / "a"), ["../b"])

    assert [shown(path, str(tmp_path / "a")) for path in files] == ["../b/y.yaml"]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere")

    found = read_text(str(tmp_path / "a.yaml"), "a.yaml")

    assert isinstance(found, Problem)
    assert found.code is Code.UNREADABLE_FILE


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)

    found = read_text(str(path), "a.yaml")

    assert isinstance(found, Problem)
    assert found.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"secret", "secret"),
        (b"secret\n", "secret"),
        (b"secret\r\n", "secret"),
        (b"secret\n\n", "secret\n"),
        (b" secret ", " secret "),
        ("ge\u00dfheim".encode(), "ge\u00dfheim"),
    ],
)
def test_a_secret_file_loses_its_last_line_break_alone(tmp_path, content, text):
    (tmp_path / "s").write_bytes(content)
    files = SecretFiles(str(tmp_path))

    assert files.locate("s") is None
    assert files.read("s") == text
    assert text not in repr(files)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.UNRESOLVED_REFERENCE),
        (b"\n", Code.UNRESOLVED_REFERENCE),
        (b"\xff", Code.ENCODING),
        (b"x" * (LARGEST_SECRET + 1), Code.TOO_LARGE),
    ],
)
def test_a_secret_file_without_a_secret_is_refused(tmp_path, content, code):
    (tmp_path / "s").write_bytes(content)

    found = SecretFiles(str(tmp_path)).read("s")

    assert isinstance(found, Refusal)
    assert found.code is code


def test_a_secret_file_that_is_not_there_is_refused(tmp_path):
    found = SecretFiles(str(tmp_path)).read("none")

    assert isinstance(found, Refusal)
    assert found.code is Code.UNRESOLVED_REFERENCE


@pytest.mark.parametrize(
    "name", ["../s", "/etc/passwd", "link/s", "in/../../s", "deep/loop", "a\0b"]
)
def test_paths_that_lead_outside_are_refused(tmp_path, name):
    root = tmp_path / "root"
    write(tmp_path, "s", "root/in/x")
    (root / "link").symlink_to(tmp_path)
    (root / "deep").mkdir()
    (root / "deep" / "loop").symlink_to("../../s")

    found = SecretFiles(str(root)).locate(name)

    assert isinstance(found, Refusal)
    assert found.code is Code.FILE_OUTSIDE_PROJECT


def test_links_inside_the_project_are_followed(tmp_path):
    (tmp_path / "s").write_text("secret")
    (tmp_path / "link").symlink_to("s")
    files = SecretFiles(str(tmp_path))

    assert files.locate("link") is None
    assert files.read("link") == "secret"


def test_a_project_behind_a_link_still_holds_its_files(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "s").write_text("secret")
    (tmp_path / "link").symlink_to("real")

    assert SecretFiles(os.fspath(tmp_path / "link")).locate("s") is None


@pytest.fixture(params=["pipe", "socket", "folder"])
def no_regular_file(request, tmp_path, monkeypatch):
    """Return the path of something that is there and must not be opened."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.yaml"
    match request.param:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path.name)
        case _:
            path.mkdir()
    return path


def test_only_regular_files_are_read(no_regular_file):
    found = read_text(str(no_regular_file), "a.yaml")

    assert isinstance(found, Problem)
    assert found.code is Code.UNREADABLE_FILE
    assert "no regular file" in found.message


def test_only_regular_files_hold_secrets(no_regular_file):
    found = SecretFiles(str(no_regular_file.parent)).read(no_regular_file.name)

    assert isinstance(found, Refusal)
    assert found.code is Code.UNREADABLE_FILE


@pytest.mark.parametrize("entry", ["c", "c/*.yaml", "c/a.yaml"])
def test_a_pipe_among_definitions_is_found_so_that_it_can_be_told(tmp_path, entry):
    (tmp_path / "c").mkdir()
    os.mkfifo(tmp_path / "c" / "a.yaml")

    files, absent = find_files(str(tmp_path), [entry])

    assert [shown(path, str(tmp_path)) for path in files] == ["c/a.yaml"]
    assert absent == []


def test_links_that_lead_outside_the_root_escape_from_it(tmp_path):
    write(tmp_path, "x.yaml", "far/y.yaml", "root/c/a.yaml", "root-2/z.yaml")
    root = tmp_path / "root"
    (root / "c" / "inside.yaml").symlink_to("a.yaml")
    (root / "c" / "file.yaml").symlink_to(tmp_path / "x.yaml")
    (root / "c" / "near.yaml").symlink_to(tmp_path / "root-2" / "z.yaml")
    (root / "c" / "hop.yaml").symlink_to("file.yaml")
    (root / "linked").symlink_to(tmp_path / "far")
    paths, _ = find_files(str(root), ["c", "linked", "../far"])

    found = escaping(paths, str(root))

    assert {shown(path, str(root)) for path in paths} - {
        shown(path, str(root)) for path in found
    } == {"c/a.yaml", "c/inside.yaml", "../far/y.yaml"}
