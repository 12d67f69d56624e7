"""The hidden first line: it says what it says, and cannot be broken out of."""

from datetime import UTC, datetime

import pytest

from reconcile.ci.marks import Earlier, Mark, MarkKind, extended, mark_line, read_mark

MARK = Mark(
    kind=MarkKind.PLAN,
    project="shop",
    cluster="prod",
    workflow=".github/workflows/plan.yml",
    order=(17, 2),
    commit="1" * 40,
    digest="sha256:" + "a" * 64,
    at=datetime(2027, 1, 4, 9, tzinfo=UTC),
    history=(Earlier(commit="0" * 40, digest=""),),
)
HOSTILE = (
    "--> <script>alert(1)</script>",
    "---->",
    "<!-- -->",
    "@everyone closes #1",
    'quote " and \\ backslash',
    "line\nbreak",
    "\u202eright to left",
    "é 😀",
    "-",
    "--",
)


def test_a_mark_is_read_as_it_was_written():
    assert read_mark(mark_line(MARK) + "\n## Plan\n") == MARK


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_ends_the_comment_that_hides_the_mark(text):
    mark = Mark(kind=MarkKind.DRIFT, project=text, cluster=text)

    line = mark_line(mark)

    inner = line.removeprefix("<!--").removesuffix("-->")
    assert "--" not in inner
    assert not {"<", ">", "@", "#", "\n"} & set(inner)
    assert line.isascii()
    assert read_mark(line) == mark


@pytest.mark.parametrize(
    "body",
    [
        "",
        "## Plan",
        "> " + mark_line(MARK),
        "\n" + mark_line(MARK),
        "<!-- connectform {} -->",
        "<!-- connectform {not json} -->",
        '<!-- connectform {"kind": "plan", "order": 3} -->',
        mark_line(MARK).replace('"plan"', '"other"'),
    ],
)
def test_what_does_not_begin_with_a_mark_is_not_ours(body):
    assert read_mark(body) is None


def test_runs_of_one_workflow_are_compared_and_no_others():
    def mark(workflow, *order):
        return Mark(kind=MarkKind.PLAN, project="", cluster="", workflow=workflow, order=order)

    assert mark("plan", 5, 1).is_older_than(mark("plan", 6, 1))
    assert mark("plan", 5, 1).is_older_than(mark("plan", 5, 2))
    assert not mark("plan", 5, 2).is_older_than(mark("plan", 5, 2))
    assert not mark("plan", 5, 1).is_older_than(mark("renamed", 6, 1))


def test_a_history_forgets_the_oldest():
    history = tuple(Earlier(commit=str(number), digest="") for number in range(10))

    found = extended(history, MARK)

    assert [earlier.commit for earlier in found] == [*map(str, range(1, 10)), MARK.commit]
