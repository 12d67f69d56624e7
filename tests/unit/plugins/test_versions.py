import pytest

from reconcile.plugins.versions import is_range, newest_last, satisfies


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("4.3.1", "4.3.1"),
        ("4.3.1", " 4.3.1 "),
        ("4.0", "4"),
        ("3.4.1.Final", "3.4.1"),
        ("4.3.1", "[4.0,5.0)"),
        ("4.0", "[4.0,5.0)"),
        ("4.3.1", "(4.0,]"),
        ("4.3.1", "[4.3.1]"),
        ("4.3.1", "(,4.3.1]"),
        ("5.1", "[1,2),[5,6)"),
        ("10.0", "[9.0,)"),
        ("2.0-rc1", "[1.9,2.0)"),
    ],
)
def test_a_version_is_the_one_wanted_or_in_its_range(version, wanted):
    assert satisfies(version, wanted)
    assert is_range(wanted)


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("4.3.1", "4.3"),
        ("5.0", "[4.0,5.0)"),
        ("4.0", "(4.0,5.0)"),
        ("3.9", "[4.0,5.0)"),
        ("3", "[1,2),[5,6)"),
        ("2.0-SNAPSHOT", "2.0"),
        ("4.3.1-ccs", "4.3.1"),
    ],
)
def test_a_version_outside_is_not_wanted(version, wanted):
    assert not satisfies(version, wanted)


@pytest.mark.parametrize("text", ["", "[4.0,5.0", "4.0,5.0", "[1,2,3]", "[4.0,5.0) and more"])
def test_what_is_no_version_and_no_range_is_known(text):
    assert not is_range(text)


def test_versions_are_ordered_by_their_numbers_and_their_names():
    wanted = ["2.0.alpha1", "2.0-beta", "2.0-m1", "2.0-rc1", "2.0-SNAPSHOT", "2.0", "2.0.sp1"]
    assert newest_last([*reversed(wanted), "2.0.1", "10", "2.0-x"]) == [
        *wanted,
        "2.0-x",
        "2.0.1",
        "10",
    ]
    assert newest_last(["", "1", ""]) == ["", "1"]
