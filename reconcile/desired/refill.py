"""Fill the references of a definition that was applied before."""

from collections.abc import Mapping

from reconcile.desired.files import SecretFiles
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import Sources, fill
from reconcile.model.applied import Applied
from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.problem import Location, Problem


def refilled(
    loaded: LoadedProject,
    name: str,
    applied: Applied,
    environment: Mapping[str, str],
    literals: Mapping[str, str],
) -> tuple[Config | None, tuple[Problem, ...]]:
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
    problems: list[Problem] = []
    for key, value in applied.values.items():
        if value.text is not None:
            values[key] = value.text
        elif value.reference is not None:
            references[key] = value.reference
            filled = fill(value.reference, sources)
            problems += [
                _problem(name, applied, f"{key}: {refusal.message}", refusal.hint)
                for refusal in filled.refusals
            ]
            if filled.text is not None:
                values[key] = filled.text
        elif key in literals:
            values[key] = literals[key]
        else:
            reason = f"{key} was a secret that stood in git itself, and no commit says which"
            hint = "the ledger never keeps secrets: set it by hand, or revert the commit in git"
            problems.append(_problem(name, applied, reason, hint))
    return (None if problems else Config(values, references)), tuple(problems)


def _problem(name: str, applied: Applied, reason: str, hint: str) -> Problem:
    return Problem(
        code=Code.CANNOT_ROLL_BACK,
        message=f"{name} cannot be set back: {reason}",
        location=Location(applied.path, applied.line) if applied.path else None,
        hint=hint,
        connector=name,
    )
