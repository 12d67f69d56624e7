"""Which names a connector may have."""

import pytest

from reconcile.desired.names import check_name
from reconcile.model.codes import Code
from reconcile.model.problem import Severity


@pytest.mark.parametrize("name", ["orders", "orders-sink_2.v1", "A", "123"])
def test_ordinary_names_pass(name):
    assert check_name(name, ("name",)) == ()


@pytest.mark.parametrize(
    "name", ["a/b", "50%", "a\\b", "a\nb", "a\x00", "a\x7f", " a", "a ", "  ", "${{ var.X }}-sink"]
)
def test_names_that_cannot_be_addressed_are_refused(name):
    (finding,) = check_name(name, ("name",))

    assert finding.code is Code.UNUSABLE_NAME
    assert finding.severity is Severity.ERROR
    assert finding.message.isprintable()
    assert finding.hint


@pytest.mark.parametrize("name", ["orders sink", "größe", "a+b", "a:b", "a?b"])
def test_unusual_names_are_warned_of(name):
    (finding,) = check_name(name, ("name",))

    assert finding.severity is Severity.WARNING
