"""Accept into git what is live: rewrite the files that declare what drifted, as far as is safe."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Final

from reconcile.desired.files import read_text
from reconcile.desired.project import LoadedProject
from reconcile.desired.references import escape
from reconcile.desired.rewrite import Rewritten, Wish, rewrite
from reconcile.desired.write import double_quoted, key_text, scalar_text
from reconcile.errors import ClusterError, ConnectformError, UsageError
from reconcile.model.codes import Code
from reconcile.model.command import command
from reconcile.model.drift import Drift
from reconcile.model.plan import Change, KeyChange, Selection, ValidationMode, ValueKind
from reconcile.model.problem import Location, Problem
from reconcile.model.selection import matches
from reconcile.plan.drift import drift_of
from reconcile.plugins.masking import secret_texts, without
from reconcile.plugins.sensitive import is_sensitive
from reconcile.plugins.suggest import suggest
from reconcile.redact import one_line
from reconcile.run.context import Context
from reconcile.run.exporting import variable_name
from reconcile.run.output import write_file
from reconcile.run.planning import NotPlanned, Planned, PlanRequest, plan_clusters

_NAME: Final = "name"
_BOM: Final = "\ufeff"
_UNPRINTED: Final = " # the live value is not shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What was not written into git: a key (None for the state), why, and what to write by hand.

    `line` is empty where nothing can be said.
    """

    connector: str
    key: str | None
    reason: str
    line: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Update:
    """One file that is to be written, from one text to another; its `diff` shows no secret."""

    path: Path
    before: str = field(repr=False)
    after: str = field(repr=False)
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Acceptance:
    """What of the drift git can accept, by connector, and what people must write themselves.

    `missing` are declared and not live: only removing them from git accepts that.
    """

    updates: tuple[Update, ...] = ()
    accepted: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    missing: tuple[str, ...] = ()


def accept(
    context: Context,
    loaded: LoadedProject,
    cluster: str,
    names: Sequence[str],
    *,
    selection: Selection,
) -> Acceptance:
    """Return how the files come to say what was changed by hand on a cluster; writes nothing.

    Without names all that drifted is meant. What git changed and nobody applied yet stays. Raises
    UsageError for a name that git does not declare.
    """
    request = PlanRequest(
        clusters=(cluster,), selection=selection, validation=ValidationMode.OFF, lenient=True
    )
    with plan_clusters(context, loaded, request) as items:
        (planned,) = items
        if isinstance(planned, NotPlanned):
            raise ClusterError(*planned.problems)
        _check_names(planned, names, selection)
        drift = drift_of(planned.plan)
        wanted = _chosen(drift, names)
        context.redactor.learn(_secrets(planned, wanted))
        return _accepted(loaded, planned, wanted, _missing(drift, names))


def write_updates(acceptance: Acceptance) -> None:
    """Write the files, each in one step.

    Raises ConnectformError where one has changed since it was read, or cannot be written.
    """
    for update in acceptance.updates:
        found = read_text(str(update.path), str(update.path))
        if found != update.before:
            problem = Problem(
                code=Code.UNWRITABLE_FILE,
                message="this file was changed meanwhile; it was left alone",
                location=Location(str(update.path)),
                hint="run the command again",
            )
            raise ConnectformError(problem)
        mark = _BOM if update.path.read_bytes().startswith(_BOM.encode()) else ""
        write_file(update.path, mark + update.after)


def _check_names(planned: Planned, names: Sequence[str], selection: Selection) -> None:
    declared, live = planned.desired.definitions, planned.live.connectors
    problems = [_undeclared(planned, name) for name in names if name not in declared]
    problems += [
        Problem(
            code=Code.USAGE,
            message=f"{name} is left out by --select or --exclude",
            hint="give names or a selection, not both",
        )
        for name in names
        if name in declared and not matches(selection, name, declared[name].labels)
    ]
    problems += [
        Problem(
            code=Code.UNKNOWN_CONNECTOR,
            message=f"{name} is not on cluster {planned.cluster.name}: there is nothing to accept",
            location=declared[name].location,
            hint="remove its definition, or apply to bring it back",
            connector=name,
        )
        for name in names
        if name in declared and name not in live
    ]
    if problems:
        raise UsageError(*problems)


def _undeclared(planned: Planned, name: str) -> Problem:
    if name in planned.live.connectors:
        export = command("export", cluster=planned.cluster.name)
        hint = f"{export} writes a definition for what git does not declare yet"
    else:
        close = suggest(name, planned.desired.definitions)
        hint = f"did you mean {close}?" if close else "connectform status lists the connectors"
    return Problem(
        code=Code.UNKNOWN_CONNECTOR,
        message=f"git declares no connector {name} for cluster {planned.cluster.name}",
        hint=hint,
    )


def _chosen(drift: Drift, names: Sequence[str]) -> list[Change]:
    """Return what drifted; a held connector is meant only where it is named."""
    found = {change.name: change for change in (*drift.state, *drift.changed)}
    if names:
        missing = {change.name for change in drift.missing}
        held = {item.change.name: item.change for item in drift.held}
        found = {name: change for name, change in {**held, **found}.items() if name in set(names)}
        found = {name: change for name, change in found.items() if name not in missing}
    return [found[name] for name in sorted(found)]


def _missing(drift: Drift, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(change.name for change in drift.missing if not names)


def _accepted(
    loaded: LoadedProject, planned: Planned, changes: Sequence[Change], missing: tuple[str, ...]
) -> Acceptance:
    left: list[Left] = []
    wishes: dict[str, list[Wish]] = defaultdict(list)
    for change in changes:
        wish, refused = _wish(change)
        left += refused
        if wish.items and change.location is not None:
            wishes[change.location.path].append(wish)
    updates: list[Update] = []
    accepted: dict[str, tuple[str | None, ...]] = {}
    for path, wished in wishes.items():
        update, rewritten = _rewritten(loaded, planned, path, wished, changes)
        if isinstance(rewritten, str):
            left += [
                _left_over(changes, wish.name, item, rewritten)
                for wish in wished
                for item in wish.items
            ]
            continue
        accepted |= rewritten.accepted
        left += [
            _left_over(changes, name, item, reason)
            for (name, item), reason in rewritten.stuck.items()
        ]
        if update is not None:
            updates.append(update)
    return Acceptance(
        updates=tuple(updates),
        accepted=accepted,
        left=tuple(sorted(left, key=lambda item: (item.connector, item.key or ""))),
        missing=missing,
    )


def _wish(change: Change) -> tuple[Wish, list[Left]]:
    """Return what git is to say of a connector, and what must not be written for it."""
    refused: list[Left] = []
    values: dict[str, str | None] = {}
    for key in change.keys:
        reason = _forbidden(key)
        if reason:
            refused.append(_left(change, key, reason))
        else:
            values[key.key] = change.before.get(key.key) if change.before is not None else None
    state = change.state.before if change.state is not None else None
    return Wish(name=change.name, values=values, state=state), refused


def _forbidden(key: KeyChange) -> str:
    """Return why a key may not be written from what is live, or nothing."""
    if key.key == _NAME:
        return "the name inside the config is set by Connect itself; apply puts it right"
    if key.before is not None and key.before.kind is ValueKind.MASKED:
        return "the server masks its value"
    if key.after is not None and key.after.reference:
        return f"git makes it from {key.after.reference}"
    return "it is a secret, and secrets are not written into files" if key.sensitive else ""


def _rewritten(
    loaded: LoadedProject,
    planned: Planned,
    path: str,
    wishes: Sequence[Wish],
    changes: Sequence[Change],
) -> tuple[Update | None, Rewritten | str]:
    """Return the update of one file and what came of each wish, or why the file is left alone."""
    file = Path(loaded.project.root, path)
    if not file.resolve().is_relative_to(Path(loaded.project.root).resolve()):
        return None, "its file is outside of the project"
    text = read_text(str(file), path)
    if isinstance(text, Problem):
        return None, text.message
    found = rewrite(loaded, text, path, planned.cluster.name, wishes)
    if found.text == text:
        return None, found
    secrets = _secrets_in(planned, path, changes)
    diff = tuple(without(row, secrets) for row in _diff(text, found.text, path))
    return Update(path=file, before=text, after=found.text, diff=diff), found


def _diff(before: str, after: str, path: str) -> Iterator[str]:
    """Return the lines that change, and no others: what stands around them may be secret."""
    names = (f"a/{path}", f"b/{path}")
    return unified_diff(before.splitlines(), after.splitlines(), *names, n=0, lineterm="")


def _left_over(changes: Iterable[Change], name: str, item: str | None, reason: str) -> Left:
    change = next(change for change in changes if change.name == name)
    key = next((key for key in change.keys if key.key == item), None)
    if key is not None:
        return _left(change, key, reason)
    state = change.state.before if change.state is not None else None
    line = f"state: {state}" if state is not None else ""
    return Left(connector=name, key=None, reason=reason, line=line, location=change.location)


def _left(change: Change, key: KeyChange, reason: str) -> Left:
    return Left(
        connector=change.name,
        key=key.key,
        reason=reason,
        line=_by_hand(change, key),
        location=key.location or change.location,
    )


def _by_hand(change: Change, key: KeyChange) -> str:
    """Return the YAML that people may write for a key, with a reference in the place of a secret."""
    if key.key == _NAME:
        return ""
    name = key_text(key.key)
    if key.before is None:
        return f"# {name} is not set live: remove it"
    if key.before.kind is ValueKind.PLAIN:
        return f"{name}: {_on_one_line(escape(key.before.text))}"
    if key.after is not None and key.after.reference:
        return f"{name}: {_UNPRINTED}"
    return f"{name}: ${{{{ env.{variable_name(change.name, key.key)} }}}}"


def _on_one_line(text: str) -> str:
    """Return a text as a scalar that stays one when it is printed: escapes are for double quotes."""
    written = scalar_text(text, 0)
    return written if one_line(written) == written else double_quoted(text)


def _secrets(planned: Planned, changes: Sequence[Change]) -> Iterator[str]:
    """Yield what the connectors at hand, and those beside them, keep secret."""
    for path in {change.location.path for change in changes if change.location is not None}:
        yield from _secrets_in(planned, path, changes)


def _secrets_in(planned: Planned, path: str, changes: Iterable[Change] = ()) -> tuple[str, ...]:
    """Return the secrets of the connectors that a file declares, as git and the cluster have them."""
    found: dict[str, None] = {}
    hidden_live = {change.name: change.precondition.hidden for change in changes}
    for definition in planned.desired.definitions.values():
        if definition.location.path != path:
            continue
        live = planned.live.connectors.get(definition.name)
        for config in (definition.config, *([live.config] if live is not None else [])):
            values = config.reveal()
            hidden = [
                key
                for key, value in values.items()
                if key in definition.config.references()
                or key in hidden_live.get(definition.name, ())
                or is_sensitive(key, value)
            ]
            found.update(dict.fromkeys(secret_texts(config, hidden)))
    return tuple(found)
