"""Rules that leave keys as they are live."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase, translate

from reconcile.model.codes import Code
from reconcile.model.desired import Definition, IgnoreRule
from reconcile.model.problem import Problem, Severity


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule in force, with the pattern that its keys match."""

    rule: IgnoreRule
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """The rules in force for one connector, the cluster's first."""

    rules: tuple[ActiveRule, ...] = ()

    def matching(self, key: str) -> IgnoreRule | None:
        """Return the first rule that speaks of a key, or None."""
        for active in self.rules:
            if active.pattern.fullmatch(key):
                return active.rule
        return None


def activated(rules: Iterable[IgnoreRule], today: date) -> tuple[ActiveRule, ...]:
    """Return the rules that have not expired; a rule holds to the end of its last day."""
    return tuple(
        ActiveRule(rule, re.compile("|".join(map(translate, rule.keys))))
        for rule in rules
        if rule.keys and not is_expired(rule, today)
    )


def rules_for(
    definition: Definition, cluster_rules: Sequence[ActiveRule], today: date
) -> ActiveRules:
    """Return the rules in force for one definition."""
    return ActiveRules(
        tuple(
            active
            for active in (*cluster_rules, *activated(definition.ignore, today))
            if any(fnmatchcase(definition.name, glob) for glob in active.rule.connectors)
        )
    )


def is_expired(rule: IgnoreRule, today: date) -> bool:
    """Tell whether the last day of a rule is over."""
    return rule.expires is not None and today > rule.expires


def expired_problems(
    cluster_rules: Iterable[IgnoreRule], definitions: Iterable[Definition], today: date
) -> list[Problem]:
    """Return one warning for each rule that no longer holds."""
    expired = [(rule, "") for rule in cluster_rules if is_expired(rule, today)]
    expired += [
        (rule, definition.name)
        for definition in definitions
        for rule in definition.ignore
        if is_expired(rule, today)
    ]
    return [_expired_problem(rule, connector) for rule, connector in expired]


def _expired_problem(rule: IgnoreRule, connector: str) -> Problem:
    return Problem(
        code=Code.IGNORE_EXPIRED,
        message=f"the rule to ignore {', '.join(rule.keys)} expired on {rule.expires},"
        " so these keys are compared again",
        location=rule.location,
        hint="remove the rule, or move its date if the reason still holds",
        severity=Severity.WARNING,
        connector=connector,
    )
