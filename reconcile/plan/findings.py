"""What is wrong with the settings that a plan would write."""

from collections.abc import Collection
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.config import Config
from reconcile.model.desired import TargetState
from reconcile.model.plan import ValidationMode
from reconcile.model.plugin import Plugin, SettingError, Validation
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.release import INITIAL_STATE, PLUGIN_VERSIONS, Release
from reconcile.plan.draft import Draft, DraftChange
from reconcile.plan.masking import secret_texts, without
from reconcile.plugins.check import check_settings, unknown_keys
from reconcile.plugins.sensitive import is_masked
from reconcile.plugins.suggest import suggest

_PLUGIN_VERSION: Final = "connector.plugin.version"
_CLASS: Final = "connector.class"


def findings_of(
    change: DraftChange,
    draft: Draft,
    *,
    plugin: Plugin | None,
    validation: Validation | None,
    hidden: frozenset[str],
) -> tuple[Problem, ...]:
    """Return the problems of one config to write; nothing for a change that writes none."""
    if change.config is None:
        return ()
    found = [
        *_version_problems(change, change.config, draft),
        *_mask_problems(change, change.config),
        *_unresolved_problems(change, change.config),
    ]
    if draft.options.validation is not ValidationMode.OFF:
        found += _checked(change, change.config, draft, plugin, validation, hidden)
    return tuple(found)


def _checked(
    change: DraftChange,
    config: Config,
    draft: Draft,
    plugin: Plugin | None,
    validation: Validation | None,
    hidden: frozenset[str],
) -> list[Problem]:
    """Judge by the worker's answer where there is one, and by definitions where there is none."""
    secrets = secret_texts(config, hidden)
    if _class_is_unknown(change, draft, validation):
        return [_unknown_class(change, draft, secrets)]
    found = []
    errors: tuple[SettingError, ...] = ()
    known: Collection[str] = ()
    if validation is not None and validation.failure:
        found.append(_failure_problem(change, validation, draft, secrets))
    if validation is not None and not validation.failure:
        errors, known = validation.errors, validation.known_keys
    elif plugin is not None:
        errors, known = check_settings(config, plugin), plugin.settings.keys()
    explained = plugin.settings.keys() if plugin is not None else ()
    found += _setting_problems(change, config, errors, secrets, explained)
    return found + [
        _unknown_key(change, key, guess, secrets) for key, guess in unknown_keys(config, known)
    ]


def _class_is_unknown(change: DraftChange, draft: Draft, validation: Validation | None) -> bool:
    if validation is not None and (validation.unknown_class or validation.known_keys):
        return validation.unknown_class
    known = draft.aliases.values()
    return bool(known) and change.class_name not in known


def _unknown_class(change: DraftChange, draft: Draft, secrets: Collection[str]) -> Problem:
    guess = suggest(change.class_name, draft.aliases)
    hint = f"did you mean {guess}?" if guess else "install the plugin on every worker"
    return _problem(
        change,
        Code.UNKNOWN_CLASS,
        f"{draft.taken_from.cluster} has no connector class {without(change.class_name, secrets)}",
        key=_CLASS,
        hint=hint,
    )


def _failure_problem(
    change: DraftChange, validation: Validation, draft: Draft, secrets: Collection[str]
) -> Problem:
    reason = without(validation.failure, secrets)
    return _problem(
        change,
        Code.VALIDATION_SKIPPED,
        f"the settings of {change.name} could not be validated: {reason}",
        hint="run again, or use --validate schema to check against definitions alone",
        severity=Severity.ERROR if draft.options.strict else Severity.WARNING,
    )


def _setting_problems(
    change: DraftChange,
    config: Config,
    errors: tuple[SettingError, ...],
    secrets: Collection[str],
    explained: Collection[str],
) -> list[Problem]:
    texts = dict.fromkeys(
        (error.key, message)
        for error in errors
        if error.key not in config.unresolved()
        for message in error.messages
    )
    public = {*change.definition.config.keys(), *explained} if change.definition else {*explained}
    problems: dict[tuple[Location | None, str], Problem] = {}
    for key, message in texts:
        shown = key if key in public else without(key, secrets)
        text = _setting_message(key, shown, message, secrets)
        hint = "see what the documentation of the plugin says of it"
        if key in explained:
            written = without((config.get(_CLASS) or change.class_name).strip(), secrets)
            hint = f"see `connectform explain {written} {key}`"
        problem = _problem(change, Code.VALIDATION, text, key=key, hint=hint)
        # Connect repeats a rule about several keys for each of them (topics and topics.regex).
        problems.setdefault((problem.location, text), problem)
    return list(problems.values())


def _setting_message(key: str, shown: str, message: str, secrets: Collection[str]) -> str:
    """Return a message of the worker's that names its key, both without secrets."""
    text = without(message, secrets)
    return text if key in message or shown in text else f"{shown}: {text}"


def _unknown_key(
    change: DraftChange, key: str, guess: str | None, secrets: Collection[str]
) -> Problem:
    declared = change.definition is not None and key in change.definition.config
    shown = key if declared else without(key, secrets)
    class_name = without(change.class_name, secrets)
    meant = f"did you mean {without(guess, secrets)}?" if guess else ""
    return _problem(
        change,
        Code.UNKNOWN_SETTING,
        f"{shown} is no setting of {class_name}, which ignores it",
        key=key,
        hint=meant or "check the spelling, or leave it out",
        severity=Severity.WARNING,
    )


def _version_problems(change: DraftChange, config: Config, draft: Draft) -> list[Problem]:
    identity = draft.taken_from.identity
    found = []
    if _PLUGIN_VERSION in config and identity.release < PLUGIN_VERSIONS:
        found.append(
            _problem(
                change,
                Code.NOT_SUPPORTED_BY_CLUSTER,
                f"Connect {identity.version} cannot choose the version of a plugin"
                f" (needs {_text(PLUGIN_VERSIONS)})",
                key=_PLUGIN_VERSION,
                hint="leave out `version`",
            )
        )
    created_halted = (
        change.live is None
        and change.state is not None
        and change.state.after is not TargetState.RUNNING
    )
    if created_halted and identity.release < INITIAL_STATE:
        found.append(
            _problem(
                change,
                Code.NOT_SUPPORTED_BY_CLUSTER,
                f"Connect {identity.version} cannot create a connector that does not run"
                f" (needs {_text(INITIAL_STATE)}): {change.name} runs for a moment",
                hint="make sure that a short run does no harm",
                severity=Severity.WARNING,
            )
        )
    return found


def _mask_problems(change: DraftChange, config: Config) -> list[Problem]:
    lost = [
        _problem(
            change,
            Code.MASKED_VALUE,
            f"{key} of {change.name} is to keep its live value, but the server masks it, and an"
            " update would write the mask",
            key=key,
            hint=f"take {key} out of the ignore rule and give it a value, or leave the"
            " connector as it is",
        )
        for key in change.lost
    ]
    written = [
        _problem(
            change,
            Code.MASKED_VALUE,
            f"the value of {key} is a mask, not a value",
            key=key,
            hint="put a reference to the secret there: ${{ env.NAME }}",
        )
        for key, value in sorted(config.reveal().items())
        if is_masked(value)
    ]
    return [*lost, *written]


def _unresolved_problems(change: DraftChange, config: Config) -> list[Problem]:
    unresolved = sorted(config.unresolved())
    if not unresolved:
        return []
    return [
        _problem(
            change,
            Code.SECRETS_NOT_RESOLVED,
            f"secrets of {change.name} were not resolved ({', '.join(unresolved)}): this plan can"
            " be read, not applied",
            hint="plan without --no-secrets where the secrets are",
            severity=Severity.NOTICE,
        )
    ]


def _problem(
    change: DraftChange,
    code: Code,
    message: str,
    *,
    key: str = "",
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(
        code=code,
        message=message,
        location=_place(change, key),
        hint=hint,
        severity=severity,
        connector=change.name,
    )


def _place(change: DraftChange, key: str) -> Location | None:
    definition = change.definition
    if definition is not None and key:
        return definition.locate(key)
    return definition.location if definition is not None else None


def _text(release: Release) -> str:
    return f"{release[0]}.{release[1]}"
