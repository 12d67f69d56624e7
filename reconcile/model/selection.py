"""Match connectors against `--select` and `--exclude`."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.plan import Selection
from reconcile.model.problem import Problem

_NAME: Final = "name"


def matches(selection: Selection, name: str, labels: Mapping[str, str]) -> bool:
    """Tell whether a run is about a connector.

    Each text holds terms `key=glob` with commas between them, all of which must match; one text
    that matches is enough, and one in `exclude` is enough to leave the connector out. `name` is
    the connector's name, other keys are labels. A live connector without a definition has no
    labels, so that only terms with `name` reach it.
    """
    if selection.select and not any(_all_match(text, name, labels) for text in selection.select):
        return False
    return not any(_all_match(text, name, labels) for text in selection.exclude)


def check_selection(selection: Selection) -> tuple[Problem, ...]:
    """Return the malformed terms of a selection."""
    given = [("--select", text) for text in selection.select]
    given += [("--exclude", text) for text in selection.exclude]
    return tuple(problem for option, text in given for problem in _check_text(option, text))


def _all_match(text: str, name: str, labels: Mapping[str, str]) -> bool:
    return all(_matches(term, name, labels) for term in _terms(text))


def _matches(term: str, name: str, labels: Mapping[str, str]) -> bool:
    key, _, glob = term.partition("=")
    value = name if key.strip() == _NAME else labels.get(key.strip())
    return value is not None and fnmatchcase(value, glob.strip())


def _terms(text: str) -> Iterator[str]:
    return (term.strip() for term in text.split(","))


def _check_text(option: str, text: str) -> Iterator[Problem]:
    for term in _terms(text):
        key, equals, glob = (part.strip() for part in term.partition("="))
        if equals and key and glob and key[-1] not in "!=~<>":
            continue
        hint = "write terms such as name=orders-* or team=payments, with commas between them"
        if equals and key.endswith("!"):
            other = "--exclude" if option == "--select" else "--select"
            hint = f"write {other} '{key[:-1]}={glob}'"
        elif term and not equals:
            hint = f"did you mean {option} '{_NAME}={term}'?"
        message = f'{option}: "{term}" is no term of the form key=glob'
        yield Problem(code=Code.USAGE, message=message, hint=hint)
