"""Which regular expressions are too dangerous to try."""

import pytest

from reconcile.model.regexes import runs_away


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(a+)+$", True),
        ("((a+))+", True),
        ("(?:(?:x|y)z)*", True),
        ("(a|a)*b", True),
        ("(a?a?)*", True),
        ("(a{1,9}){30}", True),
        ("[a-z]+(-[a-z0-9]+)*", True),
        ("a*a*a*a*b", True),
        ("x" * 301, True),
        ("[a-z0-9-]+", False),
        ("[a-z]+(-[a-z0-9]++)*", False),
        ("(?>a+)+", False),
        ("(a+)++b", False),
        ("(a+)?", False),
        ("([a-z]{2}-)+", False),
        (r"\(a+\)+", False),
        ("[(a+)]+", False),
        ("team-[a-z]{3}-(source|sink)", False),
        ("((a|b))", False),
        ("a{", False),
        ("(", False),
    ],
)
def test_what_can_match_a_text_in_many_ways_runs_away(pattern, expected):
    assert runs_away(pattern) is expected
