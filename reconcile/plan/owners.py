"""Say whose a connector is, where the ledger says that it is another project's."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.ledger import Memory
from reconcile.model.problem import Location, Problem


def owner_problem(
    name: str, project: str, memory: Memory, *, cluster: str, location: Location | None = None
) -> Problem | None:
    """Return why a project may not touch a connector of this name, or None where it may.

    What nobody has recorded is nobody's, and may be touched by all.
    """
    record = memory.records.get(name)
    if record is None or record.project == project:
        return None
    who = f" ({record.actor})" if record.actor else ""
    return Problem(
        code=Code.OWNED_BY_ANOTHER,
        message=f"{name} belongs to project {record.project}, says the ledger {memory.place} of"
        f" {record.at:%Y-%m-%d}{who}",
        location=location,
        hint=f"leave it alone; only {record.project} can give it up, by a command in its own"
        f" checkout: {command('forget', name, cluster=cluster)}",
        connector=name,
    )


def owner_problems(
    names: Iterable[str], project: str, memory: Memory, *, cluster: str
) -> list[Problem]:
    """Return why a project may not touch some of these connectors."""
    found = (owner_problem(name, project, memory, cluster=cluster) for name in names)
    return [problem for problem in found if problem is not None]


def recorded_like(glob: str, memory: Memory) -> list[str]:
    """Return the recorded connectors that a name or a glob means."""
    return [name for name in memory.records if name == glob or fnmatchcase(name, glob)]
