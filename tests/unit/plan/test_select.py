import pytest

from reconcile.model.plan import Selection
from reconcile.plan.select import reaches_undeclared


@pytest.mark.parametrize(
    ("select", "exclude", "reached"),
    [
        ((), (), True),
        (("name=orders-*",), (), True),
        (("name=other",), (), False),
        (("team=a",), (), False),
        (("team=a,name=orders-*",), (), False),
        (("team=a", "name=orders-*"), (), True),
        ((), ("name=orders-*",), False),
        ((), ("name=other",), True),
        ((), ("team=a",), False),
        ((), ("team=a,name=orders-*",), False),
        ((), ("team=a,name=other",), True),
        ((), ("name=orders-*,name=*-old",), False),
        ((), ("name=orders-*,name=other",), True),
        ((), ("name=other=x",), True),
        ((), ("name=other", "team=a"), False),
        (("name=orders-*",), ("name=other",), True),
    ],
)
def test_a_live_connector_without_definition_is_reached_only_where_that_is_sure(
    select, exclude, reached
):
    selection = Selection(select=select, exclude=exclude)
    assert reaches_undeclared(selection, "orders-old") is reached
