"""Write docs/lint-rules.md from the table of rules; examples come from the corpus."""

import re
from collections.abc import Mapping
from pathlib import Path

from reconcile.lint.catalog import RULES
from reconcile.lint.rule import ForChange, ForCluster, ForComments, ForConnector, Rule
from reconcile.model.problem import Problem
from reconcile.report.problem_text import problem_lines
from tests.lint_corpus.changes import CASES
from tests.lint_corpus.corpus import PROJECTS, ROOT, lint_folder

PAGE = Path(__file__).parents[1] / "docs" / "lint-rules.md"

_HEAD = """\
# Lint rules

<!-- Written by `make rules` from the rules in reconcile/lint; do not edit. -->

What each rule finds, why it matters and what to do. How to run them, set their levels and ignore findings is on the page of [lint](lint.md).

"""


def page() -> str:
    """Return the page."""
    examples = _examples()
    sections = [_section(rule, examples[rule.code.value]) for rule in RULES]
    return _HEAD + _table() + "\n" + "\n".join(sections)


def _table() -> str:
    rows = [
        f"| [{rule.code}](#{_anchor(rule)}) | {rule.title} | {rule.level} | {_where(rule)} |\n"
        for rule in RULES
    ]
    return "| Code | Finds | Level | Looks at |\n| --- | --- | --- | --- |\n" + "".join(rows)


def _anchor(rule: Rule) -> str:
    words = re.sub(r"[^a-z0-9 -]", "", f"{rule.code} {rule.title}".lower())
    return words.replace(" ", "-")


def _where(rule: Rule) -> str:
    match rule.check:
        case ForConnector():
            return "a definition"
        case ForCluster():
            return "all definitions of a cluster"
        case ForChange():
            return "a change in a plan"
        case ForComments():
            return "what ignores findings"


def _section(rule: Rule, example: Problem) -> str:
    return (
        f'<a name="{rule.code.lower()}"></a>\n\n'
        f"## {rule.code} {rule.title}\n\n{rule.why}\n\n"
        f"```text\n{_text(example)}\n```\n\n"
        f"**What to do:** {rule.fix}.\n"
    )


def _text(problem: Problem) -> str:
    lines = ("".join(span.text for span in row) for row in problem_lines(problem))
    return "\n".join(line.replace("faulty/", "connectors/", 1) for line in lines)


def _examples() -> Mapping[str, Problem]:
    found = [problem for name in PROJECTS for problem in lint_folder(ROOT / name)[0]]
    found += [problem for case in CASES for problem in case.findings()]
    return {problem.code.value: problem for problem in reversed(found)}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
