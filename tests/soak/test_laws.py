"""The laws on twenty times as many examples as in every test run."""

import pytest

from tests.crashes import test_interleavings
from tests.laws import test_accept, test_apply, test_health, test_measure, test_plan

TIMES = 20
LAWS = {
    name: law
    for module in (
        test_accept,
        test_plan,
        test_apply,
        test_interleavings,
        test_measure,
        test_health,
    )
    for name, law in vars(module).items()
    if hasattr(law, "tried")
}

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.mark.parametrize("name", LAWS)
def test_a_law_holds_on_many_more_examples(name):
    LAWS[name].tried(TIMES)()
