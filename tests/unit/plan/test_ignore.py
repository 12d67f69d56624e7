from datetime import date

from reconcile.model.codes import Code
from reconcile.model.desired import IgnoreRule
from reconcile.model.problem import Location, Severity
from reconcile.plan.ignore import activated, expired_problems, is_expired, rules_for
from tests.unit.plan.worlds import TODAY, definition

OLD = IgnoreRule(
    keys=("a.*", "b"),
    reason="incident",
    expires=date(2026, 12, 31),
    location=Location("connectform.yaml", 9, 3),
)
FRESH = IgnoreRule(keys=("c",), reason="platform", expires=TODAY)
ENDLESS = IgnoreRule(keys=("d",), reason="platform")


def test_a_rule_holds_to_the_end_of_its_last_day():
    assert [is_expired(rule, TODAY) for rule in (OLD, FRESH, ENDLESS)] == [True, False, False]


def test_the_first_rule_that_matches_counts():
    rules = rules_for(definition(ignore=(ENDLESS,)), activated([FRESH], TODAY), TODAY)
    assert rules.matching("c") is FRESH
    assert rules.matching("d") is ENDLESS
    assert rules.matching("e") is None


def test_an_expired_rule_is_a_warning_at_its_place():
    found = expired_problems([OLD, FRESH], [definition(ignore=(OLD, ENDLESS))], TODAY)
    assert [problem.connector for problem in found] == ["", "orders"]
    assert found[0].code is Code.IGNORE_EXPIRED
    assert found[0].severity is Severity.WARNING
    assert found[0].location == Location("connectform.yaml", 9, 3)
    assert found[0].message == (
        "the rule to ignore a.*, b expired on 2026-12-31, so these keys are compared again"
    )
    assert found[0].hint == "remove the rule, or move its date if the reason still holds"


def test_a_rule_of_the_definition_itself_expires_too():
    rules = rules_for(definition(ignore=(OLD, FRESH)), (), TODAY)
    assert rules.matching("b") is None
    assert rules.matching("c") is FRESH


def test_a_key_matches_as_a_whole_and_by_any_glob_of_a_rule():
    rules = rules_for(definition(ignore=(IgnoreRule(keys=("a.*", "b"), reason="x"),)), (), TODAY)
    assert [bool(rules.matching(key)) for key in ("a.x", "b", "b.x", "xb", "a")] == [
        True,
        True,
        False,
        False,
        False,
    ]
