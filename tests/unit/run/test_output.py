"""Files that a run leaves behind."""

import os
from pathlib import Path

import pytest

from reconcile.errors import ConnectformError
from reconcile.model.codes import Code
from reconcile.run.output import write_file


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "result.json"
    write_file(path, "a longer text")
    write_file(path, "größe")

    assert path.read_text("utf-8") == "größe"
    assert [*path.parent.iterdir()] == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("target")
    write_file(link, "text")

    assert link.is_symlink()
    assert (tmp_path / "target").read_text() == "text"


def test_what_is_no_regular_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, "text")

    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("path", ["folder", "file/below"])
def test_what_cannot_be_written_is_told_with_its_place_and_leaves_nothing(
    tmp_path: Path, path: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ConnectformError) as caught:
        write_file(tmp_path / path, "text", hint="choose another")

    (problem,) = caught.value.problems
    assert problem.code is Code.UNWRITABLE_FILE
    assert str(problem.location) == str(tmp_path / path)
    assert problem.hint == "choose another"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
