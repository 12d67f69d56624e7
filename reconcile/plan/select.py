"""Which live connectors without a definition a selection reaches."""

from typing import Final

from reconcile.model.plan import Selection
from reconcile.model.selection import matches

_NAME: Final = "name"


def reaches_undeclared(selection: Selection, name: str) -> bool:
    """Tell whether a live connector that git does not declare is surely part of a selection.

    Its labels are unknown, since Connect has none: a term about a label never selects it, and
    always counts as excluding it. So nothing is deleted that might be meant to be left out.
    """
    names_alone: list[str] = []
    for text in selection.exclude:
        terms = [term.strip() for term in text.split(",")]
        about_names = [term for term in terms if term.partition("=")[0].strip() == _NAME]
        if not about_names:
            return False
        names_alone.append(",".join(about_names))
    known = Selection(select=selection.select, exclude=tuple(names_alone))
    return matches(known, name, {})
