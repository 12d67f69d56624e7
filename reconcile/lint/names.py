"""Rules about names and labels."""

from collections.abc import Iterator
from typing import Final

from reconcile.lint.rule import Fault, ForConnector, Rule
from reconcile.lint.subject import Subject
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.model.regexes import may_match

_LONGEST: Final = 100


def _unusual(subject: Subject) -> Iterator[Fault]:
    pattern, name = subject.settings.names, subject.definition.name
    if pattern and not may_match(pattern, name):
        yield Fault("", f"the name {name} does not follow lint.names, {pattern}")


def _long(subject: Subject) -> Iterator[Fault]:
    length = len(subject.definition.name)
    if length > _LONGEST:
        yield Fault("", f"the name has {length} characters")


def _no_owner(subject: Subject) -> Iterator[Fault]:
    labels, wanted = subject.definition.labels, subject.settings.owner_labels
    if not any(labels.get(label) for label in wanted):
        yield Fault(
            "",
            f"{subject.definition.name} has no label that says whose it is ({' or '.join(wanted)})",
        )


RULES: Final = (
    Rule(
        code=Code.UNUSUAL_NAME,
        title="A name that breaks the project's convention",
        level=LintLevel.WARN,
        why="The project says in lint.names what names look like, so that people and globs find them.",
        fix="rename it; movedFrom carries the offsets over",
        check=ForConnector(_unusual),
    ),
    Rule(
        code=Code.LONG_NAME,
        title="A very long name",
        level=LintLevel.INFO,
        why="The name is a part of consumer groups, client ids, metrics and often of topics, which end at 249 characters.",
        fix="choose a name of up to 100 characters",
        check=ForConnector(_long),
    ),
    Rule(
        code=Code.NO_OWNER,
        title="Nobody owns the connector",
        level=LintLevel.OFF,
        why="When it fails at night somebody has to be asked. Off until the project gives this rule a level; lint.ownerLabels names the labels that count.",
        fix="add metadata.labels with one of them",
        check=ForConnector(_no_owner),
    ),
)
