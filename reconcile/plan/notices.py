"""What a draft has to say besides its changes."""

from collections.abc import Collection, Mapping
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.desired import Definition, Desired
from reconcile.model.live import LiveState
from reconcile.model.problem import Problem, Severity
from reconcile.model.release import is_addressable
from reconcile.plan.compare import Comparison
from reconcile.plan.ignore import expired_problems
from reconcile.plan.options import PlanOptions

_MOST_NAMES: Final = 5


def draft_problems(
    desired: Desired,
    live: LiveState,
    definitions: Mapping[str, Definition],
    compared: Mapping[str, Comparison],
    owned: Collection[str],
    options: PlanOptions,
) -> tuple[Problem, ...]:
    """Return the findings that need no answer from a worker."""
    return (
        *expired_problems(options.ignore, definitions.values(), options.today),
        *_unmanageable(live, desired),
        *_prune_problems(desired, owned, options),
        *_empty_problems(desired, owned, options),
        *_masked_problems(compared),
        *_unresolved_problems(compared),
    )


def _unmanageable(live: LiveState, desired: Desired) -> list[Problem]:
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
        if not is_addressable(name, live.identity.release)
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


def _empty_problems(
    desired: Desired, owned: Collection[str], options: PlanOptions
) -> list[Problem]:
    nothing_wanted = not desired.definitions and desired.complete and not options.selection
    if not nothing_wanted or (options.prune and owned):
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


def _masked_problems(compared: Mapping[str, Comparison]) -> list[Problem]:
    masked = {name: found.masked for name, found in compared.items() if found.masked}
    if not masked:
        return []
    return [
        Problem(
            code=Code.MASKED_VALUE,
            message=f"the server masks {_values_of(masked)}: they cannot be compared, so a change"
            " to them alone is not seen",
            hint="change another key with them, and the whole config is written",
            severity=Severity.NOTICE,
        )
    ]


def _unresolved_problems(compared: Mapping[str, Comparison]) -> list[Problem]:
    unresolved = {name: found.unresolved for name, found in compared.items() if found.unresolved}
    if not unresolved:
        return []
    return [
        Problem(
            code=Code.SECRETS_NOT_RESOLVED,
            message=f"secrets were not resolved: {_values_of(unresolved)} are not compared",
            hint="plan without --no-secrets where the secrets are",
            severity=Severity.NOTICE,
        )
    ]


def _values_of(keys: Mapping[str, Collection[str]]) -> str:
    """Return how many values of which connectors: `3 values of a, b and 2 more`."""
    names = sorted(keys)
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    number = sum(map(len, keys.values()))
    noun = "value" if number == 1 else "values"
    return f"{number} {noun} of {', '.join(names[:_MOST_NAMES])}{rest}"
