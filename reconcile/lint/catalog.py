"""All rules, in the order of their codes."""

from typing import Final

from reconcile.lint import (
    changes,
    clients,
    converters,
    databases,
    failures,
    names,
    pairs,
    secrets,
    settings,
    transforms,
)
from reconcile.lint.rule import ForChange, ForComments, Rule
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel, LintSettings

_ABOUT_IGNORING: Final = (
    Rule(
        code=Code.IGNORE_WITHOUT_REASON,
        title="An ignore comment without a reason",
        level=LintLevel.WARN,
        why="In a year nobody knows whether the finding may still be ignored.",
        fix="write the reason behind the code: # connectform:ignore CF014 records are replayed from the source",
        check=ForComments(),
    ),
    Rule(
        code=Code.IGNORE_OF_NOTHING,
        title="An ignore comment or an exception that ignores nothing",
        level=LintLevel.WARN,
        why="What it was written for is gone, or it stands in the wrong place and hides the next finding there. A comment counts for its own line, or, alone on a line, for the line below; before the first line of a document for all of it, at the top of a file for all of the file. Of an exception in the project file it is a notice.",
        fix="remove it, or move it to the line of the finding",
        check=ForComments(),
    ),
    Rule(
        code=Code.EXCEPTION_EXPIRED,
        title="An exception has expired",
        level=LintLevel.WARN,
        why="Its last day is over, so what it excepted is found again.",
        fix="mend what it excepted and remove it, or move the day if the reason still holds",
        check=ForComments(),
    ),
)

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (
            *_ABOUT_IGNORING,
            *secrets.RULES,
            *failures.RULES,
            *settings.RULES,
            *transforms.RULES,
            *converters.RULES,
            *clients.RULES,
            *databases.RULES,
            *pairs.RULES,
            *names.RULES,
            *changes.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
"""Every rule there is."""

ABOUT_CHANGES: Final = frozenset(rule.code for rule in RULES if isinstance(rule.check, ForChange))
"""The codes of the rules that look at a plan."""

BY_CODE: Final = {rule.code: rule for rule in RULES}


def level_of(rule: Rule, settings: LintSettings) -> LintLevel:
    """Return how much a rule matters in a project."""
    return settings.levels.get(rule.code, rule.level)
