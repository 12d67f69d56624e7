"""Fill the references of a definition that was applied before."""

from collections.abc import Mapping
from dataclasses import replace

from reconcile.desired.files import SecretFiles
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import Refusal, Sources, fill
from reconcile.model.applied import Applied
from reconcile.model.codes import Code
from reconcile.model.config import Config


def refilled(
    loaded: LoadedProject,
    applied: Applied,
    environment: Mapping[str, str],
    literals: Mapping[str, str],
) -> tuple[Config | None, tuple[Refusal, ...]]:
    """Return the config of what was applied, or why it cannot be had again.

    References are filled as of now; `literals` are the secrets that stood in git itself.
    """
    files = SecretFiles(loaded.project.root)
    sources = Sources(
        environment=environment,
        allowed=loaded.project.environment,
        locate_file=files.locate,
        read_file=files.read,
    )
    values: dict[str, str] = {}
    references: dict[str, str] = {}
    refusals: list[Refusal] = []
    for key, value in applied.values.items():
        if value.text is not None:
            values[key] = value.text
        elif value.reference is not None:
            references[key] = value.reference
            filled = fill(value.reference, sources)
            refusals += [
                replace(refusal, message=f"{key}: {refusal.message}") for refusal in filled.refusals
            ]
            if filled.text is not None:
                values[key] = filled.text
        elif key in literals:
            values[key] = literals[key]
        else:
            refusals.append(_lost(key))
    return (None if refusals else Config(values, references)), tuple(refusals)


def _lost(key: str) -> Refusal:
    return Refusal(
        Code.CANNOT_ROLL_BACK,
        f"{key} was a secret that stood in git itself, and no commit says which",
        "the ledger never keeps secrets: set it by hand, or revert the commit in git",
    )
