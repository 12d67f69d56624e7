import pytest

from reconcile.report.words import counted, listed


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1234, "1,234 keys")]
)
def test_a_number_agrees_with_its_noun(number: int, text: str) -> None:
    assert counted(number, "key") == text


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert counted(2, "entry", "entries") == "2 entries"


def test_a_long_list_says_how_many_are_left_out() -> None:
    assert listed(["a", "b", "c"], 2) == (("a", "b"), "and 1 more")
    assert listed(["a", "b"], 2) == (("a", "b"), "")
