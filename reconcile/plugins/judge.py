"""What is wrong with the settings of one connector, as problems at their places."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.config import Config
from reconcile.model.desired import Definition
from reconcile.model.plugin import Catalog, SettingError
from reconcile.model.problem import Location, Problem, Severity
from reconcile.model.release import PLUGIN_VERSIONS, Release
from reconcile.plugins.aliases import CONNECTORS, canonical
from reconcile.plugins.catalog import likely, names_of
from reconcile.plugins.check import VERSION_KEY, check_config, unknown_keys
from reconcile.plugins.masking import secret_texts, without
from reconcile.plugins.sensitive import is_sensitive

_CLASS: Final = "connector.class"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A config to be judged: whose it is, and where it was written.

    `class_name` is the full name of its class, `secrets` are texts to keep out of every message,
    `look_up` the command that explains a setting.
    """

    name: str
    cluster: str
    class_name: str
    config: Config
    definition: Definition | None = None
    secrets: tuple[str, ...] = ()
    look_up: str = "explain"


def judge_definition(
    definition: Definition, catalog: Catalog, *, version: str, release: Release
) -> tuple[Problem, ...]:
    """Return what the definitions of a cluster's plugins say against one connector, unasked.

    `version` and `release` are those of Connect there. What a value is that holds a reference to a
    secret or a placeholder of the worker is not known, and nothing is said against it.
    """
    config = definition.config
    hidden = [
        key
        for key, value in config.reveal().items()
        if config.reference(key) is not None or is_sensitive(key, value)
    ]
    names = names_of(catalog, CONNECTORS)
    subject = Subject(
        name=definition.name,
        cluster=definition.cluster,
        class_name=canonical(definition.class_name, names),
        config=config,
        definition=definition,
        secrets=secret_texts(config, hidden),
        look_up="schema show",
    )
    too_old = version_problems(subject, version, release)
    if not subject.class_name or "${" in subject.class_name:
        return too_old
    if subject.class_name not in names.values():
        return (*too_old, unknown_class(subject, names, catalog.remedy))
    checked = check_config(config, subject.class_name, catalog)
    explained = checked.known & frozenset(_own_keys(catalog, subject.class_name))
    return (
        *too_old,
        *setting_problems(subject, checked.errors, explained),
        *unknown_key_problems(subject, checked.known),
    )


def unknown_class(subject: Subject, names: Collection[str], remedy: str) -> Problem:
    """Return the problem of a class that a cluster does not have."""
    guess = likely(subject.class_name, names)
    return problem_at(
        subject,
        Code.UNKNOWN_CLASS,
        f"{subject.cluster} has no connector class {without(subject.class_name, subject.secrets)}",
        key=_CLASS,
        hint=f"did you mean {guess}?" if guess else remedy,
    )


def version_problems(subject: Subject, version: str, release: Release) -> tuple[Problem, ...]:
    """Return the problem of a plugin version that Connect is too old to choose."""
    if VERSION_KEY not in subject.config or release >= PLUGIN_VERSIONS:
        return ()
    return (
        problem_at(
            subject,
            Code.NOT_SUPPORTED_BY_CLUSTER,
            f"Connect {version} cannot choose the version of a plugin"
            f" (needs {PLUGIN_VERSIONS[0]}.{PLUGIN_VERSIONS[1]})",
            key=VERSION_KEY,
            hint="leave out `version`",
        ),
    )


def setting_problems(
    subject: Subject, errors: tuple[SettingError, ...], explained: Collection[str]
) -> list[Problem]:
    """Return what is said against single keys; `explained` are those that the class documents."""
    definition = subject.definition
    public = {*definition.config.keys(), *explained} if definition else {*explained}
    problems: dict[tuple[Location | None, str], Problem] = {}
    for error in errors:
        if error.key in subject.config.unresolved():
            continue
        shown = error.key if error.key in public else without(error.key, subject.secrets)
        for message in dict.fromkeys(error.messages):
            problem = problem_at(
                subject,
                Code.VALIDATION,
                _setting_message(error.key, shown, message, subject.secrets),
                key=error.key,
                hint=_setting_hint(subject, error, explained),
                severity=Severity.WARNING if error.advice else Severity.ERROR,
            )
            # Connect repeats a rule about several keys for each of them (topics and topics.regex).
            problems.setdefault((problem.location, problem.message), problem)
    return list(problems.values())


def unknown_key_problems(subject: Subject, known: Collection[str]) -> list[Problem]:
    """Return the keys that no definition knows, with what they may have meant."""
    return [_unknown_key(subject, key, guess) for key, guess in unknown_keys(subject.config, known)]


def problem_at(
    subject: Subject,
    code: Code,
    message: str,
    *,
    key: str = "",
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Problem:
    """Return a problem at the place of a key, or of the whole definition."""
    definition = subject.definition
    place = definition.location if definition is not None else None
    if definition is not None and key:
        place = definition.locate(key)
    return Problem(
        code=code,
        message=message,
        location=place,
        hint=hint,
        severity=severity,
        connector=subject.name,
    )


def _own_keys(catalog: Catalog, class_name: str) -> set[str]:
    return {key for plugin in catalog.plugins.get(class_name, ()) for key in plugin.settings}


def _setting_hint(subject: Subject, error: SettingError, explained: Collection[str]) -> str:
    if error.meant:
        return f"did you mean {without(error.meant, subject.secrets)}?"
    if error.key not in explained:
        return "see what the documentation of the plugin says of it"
    written = (subject.config.get(_CLASS) or subject.class_name).strip()
    shown = without(written, subject.secrets)
    return f"see `{command(subject.look_up, shown, error.key, cluster=subject.cluster)}`"


def _setting_message(key: str, shown: str, message: str, secrets: Collection[str]) -> str:
    """Return a message of the worker's that names its key, both without secrets."""
    text = without(message, secrets)
    return text if key in message or shown in text else f"{shown}: {text}"


def _unknown_key(subject: Subject, key: str, guess: str | None) -> Problem:
    definition = subject.definition
    declared = definition is not None and key in definition.config
    shown = key if declared else without(key, subject.secrets)
    class_name = without(subject.class_name, subject.secrets)
    meant = f"did you mean {without(guess, subject.secrets)}?" if guess else ""
    return problem_at(
        subject,
        Code.UNKNOWN_SETTING,
        f"{shown} is no setting of {class_name}, which ignores it",
        key=key,
        hint=meant or "check the spelling, or leave it out",
        severity=Severity.WARNING,
    )
