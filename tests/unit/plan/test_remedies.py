import shlex

import pytest

from reconcile.model.plan import Action, Selection
from reconcile.model.selection import check_selection, matches
from reconcile.plan.remedies import remedies_for
from reconcile.redact import one_line
from tests.unit.report.plans import change

NAMES = (
    "orders-sink",
    "a b",
    " padded ",
    "it's",
    "$(reboot)",
    "a;b|c&d",
    "a,b",
    "a*b?[c]",
    "a=b",
    "-x",
    "größe",
    "a\nb",
    "\x1b[31mred",
    "`x`",
    "!history",
    "##[group]x",
    "a#b",
    "a\u00a0b",
    "::error::x",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_that_takes_a_drift_back_selects_its_connector(name):
    words = shlex.split(remedies_for(change(name=name), "prod").take_back)

    assert one_line(" ".join(words)) == " ".join(words)
    assert words[:3] == ["connectform", "apply", "--select"]
    assert words[4:] == ["--cluster", "prod"]
    selection = Selection(select=(words[3],))
    assert check_selection(selection) == ()
    assert matches(selection, name, {})
    assert not matches(selection, name + "x", {})


@pytest.mark.parametrize("name", NAMES)
def test_the_command_that_accepts_a_drift_names_its_connector(name):
    accept = remedies_for(change(name=name), "prod").accept
    words = shlex.split(accept)

    assert one_line(accept) == accept
    assert words[:3] == ["connectform", "export", "--update"]
    if "--select" in words:
        selection = Selection(select=(words[words.index("--select") + 1],))
        assert matches(selection, name, {})
    else:
        assert name in words[3:]
        assert not name.startswith("-") or words[-2:] == ["--", name]


def test_what_is_missing_is_accepted_by_no_command():
    assert remedies_for(change(Action.CREATE), "prod").accept == ""


def test_a_plain_name_needs_no_quotes():
    found = remedies_for(change(), "prod")

    assert found.take_back == "connectform apply --select name=orders-sink --cluster prod"
    assert found.accept == "connectform export --update orders-sink --cluster prod"
