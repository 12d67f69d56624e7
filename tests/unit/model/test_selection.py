"""Which connectors a run is about."""

import pytest

from reconcile.model.codes import Code
from reconcile.model.plan import Selection
from reconcile.model.selection import check_selection, matches

LABELS = {"team": "payments", "strimzi.io/cluster": "mine", "query": "a=b"}


@pytest.mark.parametrize(
    ("select", "exclude", "expected"),
    [
        ((), (), True),
        (("name=orders-*",), (), True),
        (("name=ORDERS-*",), (), False),
        (("name=pay-*",), (), False),
        (("team=payments",), (), True),
        (("team=pay*",), (), True),
        (("tier=*",), (), False),
        (("strimzi.io/cluster=mine",), (), True),
        (("query=a=b",), (), True),
        (("query=a",), (), False),
        ((" team = payments , name = orders-sink ",), (), True),
        (("team=payments,name=other",), (), False),
        (("name=other", "team=payments"), (), True),
        ((), ("name=orders-*",), False),
        ((), ("team=payments,name=other",), True),
        (("team=payments",), ("name=orders-sink",), False),
        (("name=orders-[a-s]*",), (), True),
    ],
)
def test_terms_are_joined_and_texts_are_choices(select, exclude, expected):
    selection = Selection(select=select, exclude=exclude)

    assert matches(selection, "orders-sink", LABELS) is expected


def test_a_connector_without_a_definition_is_reached_by_its_name_alone():
    assert matches(Selection(select=("name=orders-*",)), "orders-sink", {})
    assert not matches(Selection(select=("team=*",)), "orders-sink", {})


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        (Selection(select=("orders-*",)), "--select", "--select 'name=orders-*'"),
        (Selection(exclude=("orders-*",)), "--exclude", "--exclude 'name=orders-*'"),
        (Selection(select=("team!=payments",)), "team!=payments", "--exclude 'team=payments'"),
        (Selection(exclude=("team!=payments",)), "team!=payments", "--select 'team=payments'"),
        (Selection(select=("",)), '""', "team=payments"),
        (Selection(select=("team=a,",)), '""', "team=payments"),
        (Selection(select=("=a",)), '"=a"', "team=payments"),
        (Selection(select=("team=",)), '"team="', "team=payments"),
    ],
)
def test_malformed_terms_are_told_with_what_to_write(selection, message, hint):
    (problem,) = check_selection(selection)

    assert problem.code is Code.USAGE
    assert message in problem.message
    assert hint in problem.hint


def test_the_hint_shows_what_terms_look_like():
    (problem,) = check_selection(Selection(select=("team=",)))

    assert problem.hint == (
        "write terms such as name=orders-* or team=payments, with commas between them"
    )


@pytest.mark.parametrize("text", ["name=a,team=b", "x=*", "X=1", "query=a!=b", "query=a="])
def test_well_formed_terms_pass(text):
    assert check_selection(Selection(select=(text,), exclude=(text,))) == ()
