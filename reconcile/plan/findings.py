"""What is wrong with the settings that a plan would write."""

from collections.abc import Collection
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.desired import TargetState
from reconcile.model.live import ConnectorKind
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import Catalog, SettingError, Validation
from reconcile.model.problem import Problem, Severity
from reconcile.model.release import INITIAL_STATE
from reconcile.plan.base import CLASS
from reconcile.plan.digest import short_class
from reconcile.plan.draft import Draft, DraftChange
from reconcile.plugins.aliases import canonical, kinds_of
from reconcile.plugins.catalog import plugin_of
from reconcile.plugins.check import VERSION_KEY, check_config
from reconcile.plugins.judge import (
    Subject,
    problem_at,
    setting_problems,
    unknown_class,
    unknown_key_problems,
    version_problems,
)
from reconcile.plugins.masking import secret_texts, without
from reconcile.plugins.sensitive import is_masked

_REMEDY: Final = "install the plugin on every worker"


def findings_of(
    change: DraftChange,
    draft: Draft,
    *,
    catalog: Catalog,
    validation: Validation | None,
    hidden: frozenset[str],
) -> tuple[Problem, ...]:
    """Return the problems of one config to write; nothing for a change that writes none."""
    config = change.config
    if config is None:
        return ()
    identity = draft.taken_from.identity
    subject = Subject(
        name=change.name,
        cluster=draft.taken_from.cluster,
        class_name=change.class_name,
        config=config,
        definition=change.definition,
        secrets=secret_texts(config, hidden),
    )
    found = [
        *version_problems(subject, identity.version, identity.release),
        *_halted_problems(subject, change, draft),
        *_mask_problems(subject, change),
        *_move_problems(subject, change, draft, catalog),
    ]
    if change.origin is not None and _class_is_unknown(subject, draft, None):
        # A move stops the old connector before the new one is created, so this is always looked at.
        return (unknown_class(subject, draft.aliases, _REMEDY),)
    if draft.options.validation is not ValidationMode.OFF:
        found += _checked(subject, draft, catalog, validation)
    return tuple(found)


def _checked(
    subject: Subject, draft: Draft, catalog: Catalog, validation: Validation | None
) -> list[Problem]:
    """Judge by the worker's answer where there is one, and by definitions where there is none."""
    if _class_is_unknown(subject, draft, validation):
        return [unknown_class(subject, draft.aliases, _REMEDY)]
    found = []
    errors: tuple[SettingError, ...] = ()
    known: Collection[str] = ()
    if validation is not None and validation.failure:
        found.append(_failure_problem(subject, validation, draft))
    if validation is not None and not validation.failure:
        errors, known = validation.errors, validation.known_keys
    else:
        checked = check_config(subject.config, subject.class_name, catalog)
        errors, known = checked.errors, checked.known
    wanted = subject.config.get(VERSION_KEY) or ""
    plugin = plugin_of(catalog, subject.class_name, wanted.strip())
    explained = plugin.settings.keys() if plugin is not None else ()
    found += setting_problems(subject, errors, explained)
    return found + unknown_key_problems(subject, known)


def _class_is_unknown(subject: Subject, draft: Draft, validation: Validation | None) -> bool:
    if validation is not None and (validation.unknown_class or validation.known_keys):
        return validation.unknown_class
    known = draft.aliases.values()
    return bool(known) and subject.class_name not in known


def _failure_problem(subject: Subject, validation: Validation, draft: Draft) -> Problem:
    reason = without(validation.failure, subject.secrets)
    return problem_at(
        subject,
        Code.VALIDATION_SKIPPED,
        f"the settings of {subject.name} could not be validated: {reason}",
        hint="run again, or use --validate schema to check against definitions alone",
        severity=Severity.ERROR if draft.options.strict else Severity.WARNING,
    )


def _halted_problems(subject: Subject, change: DraftChange, draft: Draft) -> list[Problem]:
    identity = draft.taken_from.identity
    created_halted = (
        change.live is None
        and change.state is not None
        and change.state.after is not TargetState.RUNNING
    )
    if not created_halted or identity.release >= INITIAL_STATE:
        return []
    return [
        problem_at(
            subject,
            Code.NOT_SUPPORTED_BY_CLUSTER,
            f"Connect {identity.version} cannot create a connector that does not run"
            f" (needs {INITIAL_STATE[0]}.{INITIAL_STATE[1]}): {subject.name} runs for a moment",
            hint="make sure that a short run does no harm",
            severity=Severity.WARNING,
        )
    ]


def _mask_problems(subject: Subject, change: DraftChange) -> list[Problem]:
    lost = [
        problem_at(
            subject,
            Code.MASKED_VALUE,
            f"{key} of {subject.name} is to keep its live value, but the server masks it, and an"
            " update would write the mask",
            key=key,
            hint=f"take {key} out of the ignore rule and give it a value, or leave the"
            " connector as it is",
        )
        for key in change.lost
    ]
    written = [
        problem_at(
            subject,
            Code.MASKED_VALUE,
            f"the value of {key} is a mask, not a value",
            key=key,
            hint="put a reference to the secret there: ${{ env.NAME }}",
        )
        for key, value in sorted(subject.config.reveal().items())
        if is_masked(value)
    ]
    return [*lost, *written]


def _move_problems(
    subject: Subject, change: DraftChange, draft: Draft, catalog: Catalog
) -> list[Problem]:
    """Say where offsets would go to another class: one of the other kind cannot read them."""
    if change.origin is None:
        return []
    old = change.origin.live
    former = canonical(old.class_name, draft.aliases)
    unlisted = not draft.aliases and short_class(former) == short_class(subject.class_name)
    if former == subject.class_name or unlisted:
        return []
    kinds = kinds_of(subject.class_name, catalog.infos)
    if kinds and old.kind is not ConnectorKind.UNKNOWN and old.kind not in kinds:
        return [
            problem_at(
                subject,
                Code.CANNOT_MOVE,
                f"{old.name} is a {old.kind}, and {subject.name} would be a {kinds[0]}, which cannot"
                " go on from its offsets",
                key=CLASS,
                hint="remove movedFrom: one is deleted, the other created",
            )
        ]
    return [
        problem_at(
            subject,
            Code.MOVES_TO_OTHER_CLASS,
            f"{subject.name} is moved from {old.name}, of class {former}: class"
            f" {subject.class_name} may not understand its offsets",
            key=CLASS,
            hint="see in the documentation of both that it does; else remove movedFrom",
            severity=Severity.WARNING,
        )
    ]
