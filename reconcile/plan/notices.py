"""What a draft has to say besides its changes."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.desired import Definition, Desired
from reconcile.model.live import LiveState
from reconcile.model.problem import Problem, Severity
from reconcile.model.release import is_addressable
from reconcile.plan.compare import Comparison
from reconcile.plan.ignore import expired_problems
from reconcile.plan.options import PlanOptions
from reconcile.plan.owners import owner_problems
from reconcile.plan.strays import Strays, is_owned

_MOST_NAMES: Final = 5


def draft_problems(
    desired: Desired,
    live: LiveState,
    definitions: Mapping[str, Definition],
    compared: Mapping[str, Comparison],
    strays: Strays,
    options: PlanOptions,
) -> tuple[Problem, ...]:
    """Return the findings that need no answer from a worker."""
    ours = [name for name in (*strays.doomed, *strays.orphaned) if is_owned(name, options.owns)]
    return (
        *(found for found in desired.problems if found.code is Code.OTHER_PROJECT_FILE),
        *expired_problems(options.ignore, definitions.values(), options.today),
        *_unmanageable(live, desired),
        *_prune_problems(desired, ours, options),
        *_unrecorded_problems(desired, strays, options),
        *_owner_problems(desired, definitions, options),
        *_memory_problems(definitions, live, options),
        *_empty_problems(desired, strays, options),
        *_masked_problems(compared, options),
        *_unresolved_problems(definitions),
    )


def _unmanageable(live: LiveState, desired: Desired) -> list[Problem]:
    release = live.identity.release
    return [
        Problem(
            code=Code.UNMANAGEABLE_NAME,
            message=f"{name!r} exists, but Connect {live.identity.version} rejects every request"
            " for a connector of this name",
            hint="only a worker older than 4.0 can change or delete it",
            severity=Severity.WARNING,
            connector=name if name in desired.definitions else "",
        )
        for name in sorted(live.connectors)
        if not is_addressable(name, release)
    ]


def _prune_problems(
    desired: Desired, owned: Collection[str], options: PlanOptions
) -> list[Problem]:
    if not options.prune or desired.complete or not owned:
        return []
    return [
        Problem(
            code=Code.PRUNE_HELD_BACK,
            message=f"nothing is deleted on {desired.cluster}: some files could not be used, and"
            " what they declare looks like something that git no longer declares",
            hint="repair the files, or leave out --keep-going to see all that is wrong",
            severity=Severity.WARNING,
        )
    ]


def _unrecorded_problems(desired: Desired, strays: Strays, options: PlanOptions) -> list[Problem]:
    """Say which connectors would be deleted if the ledger knew them as ours."""
    if not options.prune or not strays.undeclared:
        return []
    names = _names(strays.undeclared)
    return [
        Problem(
            code=Code.NOT_RECORDED,
            message=f"{names}: not deleted, since the ledger does not know"
            f" {'it' if len(strays.undeclared) == 1 else 'them'} as ours",
            hint=f"{command('adopt', strays.undeclared[0], cluster=desired.cluster)} takes a"
            " connector over, to be deleted by the next apply",
            severity=Severity.NOTICE,
        )
    ]


def _owner_problems(
    desired: Desired, definitions: Mapping[str, Definition], options: PlanOptions
) -> list[Problem]:
    """Refuse to touch what the ledger says is another project's."""
    found = owner_problems(definitions, desired.project, options.memory, cluster=desired.cluster)
    return [replace(problem, location=definitions[problem.connector].location) for problem in found]


def _memory_problems(
    definitions: Mapping[str, Definition], live: LiveState, options: PlanOptions
) -> list[Problem]:
    """Say that nothing is known of who changed what, where that would matter."""
    if options.knows_causes or not options.memory.place:
        return []
    if not any(name in live.connectors for name in definitions):
        return []
    return [
        Problem(
            code=Code.NO_LEDGER,
            message=f"the ledger {options.memory.place} holds nothing about {live.cluster}: what"
            " git and what somebody changed by hand cannot be told apart",
            hint=f"the next apply begins it; {command('adopt', cluster=live.cluster)} does so without"
            " writing to the cluster",
            severity=Severity.NOTICE,
        )
    ]


def _empty_problems(desired: Desired, strays: Strays, options: PlanOptions) -> list[Problem]:
    nothing_wanted = not desired.definitions and desired.complete and not options.selection
    if not nothing_wanted or strays.doomed:
        return []
    return [
        Problem(
            code=Code.NOTHING_DESIRED,
            message=f"git declares no connector for {desired.cluster}",
            location=next(
                (found.location for found in desired.problems if found.code is Code.NO_DEFINITIONS),
                None,
            ),
            hint="check `definitions` in the project file, and `clusters` in the definitions",
            severity=Severity.NOTICE,
        )
    ]


def _masked_problems(compared: Mapping[str, Comparison], options: PlanOptions) -> list[Problem]:
    masked = {name: found.masked for name, found in compared.items() if found.masked}
    if not masked:
        return []
    return [
        Problem(
            code=Code.MASKED_VALUE,
            message=f"the server masks {_values_of(masked)}: they cannot be compared, so a change"
            " to them alone is not seen",
            hint="change another key with them, and the whole config is written"
            if options.fingerprints.key is not None
            else "set fingerprintKey in the project file: then a change of ours is noticed",
            severity=Severity.NOTICE,
        )
    ]


def _unresolved_problems(definitions: Mapping[str, Definition]) -> list[Problem]:
    names = [name for name, definition in definitions.items() if definition.config.unresolved()]
    if not names:
        return []
    hold = f"{len(names)} connectors ({_names(names)})" if names[1:] else names[0]
    return [
        Problem(
            code=Code.SECRETS_NOT_RESOLVED,
            message=f"this plan was made without secrets: those of {hold} were not compared, and"
            " where one was changed, it is applied as well",
            hint="a pipeline plans again with secrets once this is merged; to apply from here, plan"
            " without --no-secrets",
            severity=Severity.NOTICE,
        )
    ]


def _names(names: Collection[str]) -> str:
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(sorted(names)[:_MOST_NAMES])}{rest}"


def _values_of(keys: Mapping[str, Collection[str]]) -> str:
    """Return how many values of which connectors: `3 values of a, b and 2 more`."""
    number = sum(map(len, keys.values()))
    noun = "value" if number == 1 else "values"
    return f"{number} {noun} of {_names(keys)}"
