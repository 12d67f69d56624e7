"""Tell what may be shown, and what may be kept, of a text that refers to secrets."""

import re
from typing import Final

from reconcile.plugins.sensitive import is_sensitive

_REFERENCE: Final = re.compile(r"\$\{\{[^{}]*\}\}")


def shown_reference(key: str, reference: str) -> str:
    """Return the text that a secret was made from, reduced to its references where need be."""
    around = _REFERENCE.sub("", reference)
    if is_sensitive(key, around):
        return " ".join(_REFERENCE.findall(reference))
    return reference


def kept_reference(key: str, reference: str | None) -> str | None:
    """Return the text if all of it may be kept in files, and None where a secret stands around."""
    if reference is None or shown_reference(key, reference) != reference:
        return None
    return reference
