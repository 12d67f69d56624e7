import pytest

from reconcile.model.codes import Code
from reconcile.model.problem import Location, Problem, Severity
from reconcile.report.problem_text import counts_text, problem_lines, problems_lines
from reconcile.report.spans import plain


def _problem(message: str, *, path: str = "", line: int = 0, **more: object) -> Problem:
    location = Location(path, line, 5 if line else 0) if path else None
    return Problem(code=Code.WRONG_TYPE, message=message, location=location, **more)  # type: ignore[arg-type]


def test_a_problem_shows_place_severity_message_code_and_hint() -> None:
    problem = _problem(
        'tasks.max must be a whole number, not "two"',
        path="connectors/orders.yaml",
        line=14,
        hint="write a number without quotes",
    )

    assert plain(problem_lines(problem)) == (
        'connectors/orders.yaml:14:5: error: tasks.max must be a whole number, not "two"  [CF104]\n'
        "  hint: write a number without quotes\n"
    )


@pytest.mark.parametrize(
    ("severity", "text"),
    [
        (Severity.ERROR, "error: m  [CF104]\n"),
        (Severity.WARNING, "warning: m  [CF104]\n"),
        (Severity.NOTICE, "notice: m  [CF104]\n"),
    ],
)
def test_a_problem_without_a_place_starts_with_its_severity(severity: Severity, text: str) -> None:
    assert plain(problem_lines(_problem("m", severity=severity))) == text


def test_a_message_and_a_hint_of_several_lines_stay_readable() -> None:
    problem = _problem("first\nsecond", hint="do this\nthen that")

    assert plain(problem_lines(problem)) == (
        "error: first  [CF104]\n  second\n  hint: do this\n        then that\n"
    )


def test_an_empty_message_is_still_a_problem() -> None:
    assert plain(problem_lines(_problem(""))) == "error:   [CF104]\n"


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert plain(problem_lines(_problem("m", path="a.yaml"))).startswith("a.yaml: error: m")


def test_problems_are_sorted_by_place_told_once_and_counted() -> None:
    problems = [
        _problem("no place"),
        _problem("late", path="b.yaml", line=2),
        _problem("last line", path="a.yaml", line=10),
        _problem("first line", path="a.yaml", line=9),
        _problem("late", path="b.yaml", line=2),
        _problem("only a warning", path="a.yaml", line=9, severity=Severity.WARNING),
    ]

    assert plain(problems_lines(problems)) == (
        "a.yaml:9:5: error: first line  [CF104]\n"
        "a.yaml:9:5: warning: only a warning  [CF104]\n"
        "a.yaml:10:5: error: last line  [CF104]\n"
        "b.yaml:2:5: error: late  [CF104]\n"
        "error: no place  [CF104]\n"
        "4 errors, 1 warning in 2 files.\n"
    )


def test_no_problems_are_no_lines() -> None:
    assert problems_lines([]) == []


def test_problems_without_files_are_counted_without_files() -> None:
    assert counts_text([_problem("m")]) == "1 error"
    assert counts_text([_problem("m", path="a.yaml")]) == "1 error in 1 file"
