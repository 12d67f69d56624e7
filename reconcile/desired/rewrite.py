"""Make the text of a file say what is live of its connectors, and prove that it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.desired.accept import Edit, edits_for_key, edits_for_state, origin_of
from reconcile.desired.declared import Content, read_content
from reconcile.desired.load import read_documents
from reconcile.desired.nodes import Shapes
from reconcile.desired.outline import outline_of
from reconcile.desired.project import LoadedProject
from reconcile.desired.splice import Stuck, put, remove
from reconcile.desired.sugar import TASKS
from reconcile.model.desired import Definition, TargetState

_CHANGES_MORE = "written at its place, it would change something else that the file says"
_NOT_READ_BACK = "what would be written there does not read as the live value"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wish:
    """What git is to say of one connector: its live values by key, None where one is not set.

    `state` is None where git's own may stay.
    """

    name: str
    values: Mapping[str, str | None] = field(repr=False)
    state: TargetState | None = None

    @property
    def items(self) -> tuple[str | None, ...]:
        """Return the keys, and None for the state where that is wished for."""
        return (*sorted(self.values), *([None] if self.state is not None else ()))

    def only(self, item: str | None) -> "Wish":
        """Return the wish for one item alone."""
        if item is None:
            return Wish(name=self.name, values={}, state=self.state)
        return Wish(name=self.name, values={item: self.values[item]})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rewritten:
    """The new text of a file, what it accepts by connector, and what stays as it is, and why.

    An item is a key, or None for the state.
    """

    text: str = field(repr=False)
    accepted: Mapping[str, tuple[str | None, ...]]
    stuck: Mapping[tuple[str, str | None], str]


def rewrite(
    loaded: LoadedProject, text: str, path: str, cluster: str, wishes: Sequence[Wish]
) -> Rewritten:
    """Return the text of a file with the wishes fulfilled, as far as that can be done safely.

    Whatever is written is read again: the new text counts only where each accepted item then says
    what is live, and nothing else in the file, on any cluster, says anything new.
    """
    accepted: dict[str, tuple[str | None, ...]] = {}
    stuck: dict[tuple[str, str | None], str] = {}
    before = read_content(loaded, text, path)
    for wish in wishes:
        done = _attempt(loaded, text, path, cluster, before, wish)
        if isinstance(done, tuple):
            text, before = done
            accepted[wish.name] = wish.items
            continue
        taken: list[str | None] = []
        for item in wish.items:
            done = _attempt(loaded, text, path, cluster, before, wish.only(item))
            if isinstance(done, Stuck):
                stuck[wish.name, item] = done.reason
            else:
                text, before = done
                taken.append(item)
        if taken:
            accepted[wish.name] = tuple(taken)
    return Rewritten(text=text, accepted=accepted, stuck=stuck)


def _attempt(
    loaded: LoadedProject, text: str, path: str, cluster: str, before: Content, wish: Wish
) -> tuple[str, Content] | Stuck:
    """Return the text with one wish fulfilled and what it declares then, or why that cannot be."""
    declared = before.find(cluster, wish.name)
    if declared is None:
        return Stuck("its definition is not in this file")
    clusters = tuple(loaded.project.clusters)
    origin = origin_of(declared, cluster, clusters, loaded.defaults)
    edits: list[Edit] = []
    for key in sorted(wish.values):
        found = edits_for_key(origin, key, wish.values[key])
        if isinstance(found, Stuck):
            return found
        edits += found
    if wish.state is not None:
        found = edits_for_state(origin, wish.state)
        if isinstance(found, Stuck):
            return found
        edits += found
    for edit in edits:
        outline = outline_of(text, path)
        spliced = (
            remove(text, outline, declared.document, edit.path)
            if edit.gone
            else put(text, outline, declared.document, edit.path, edit.value)
        )
        if isinstance(spliced, Stuck):
            return spliced
        text = spliced
        if _unreadable(text, path):
            return Stuck(_NOT_READ_BACK)
    after = read_content(loaded, text, path)
    wrong = _difference(before, after, (cluster, wish.name), wish)
    return Stuck(wrong) if wrong else (text, after)


def _unreadable(text: str, path: str) -> bool:
    """Tell whether a text is no YAML or JSON any more, so that its outline cannot be drawn."""
    return bool(read_documents(text, path, Shapes()).problems)


def _difference(before: Content, after: Content, place: tuple[str, str], wish: Wish) -> str:
    """Return what is wrong with a new text, or nothing."""
    known = {(problem.code, problem.message) for problem in before.problems}
    if any((problem.code, problem.message) not in known for problem in after.problems):
        return _NOT_READ_BACK
    if before.definitions.keys() != after.definitions.keys():
        return _CHANGES_MORE
    for each, old in before.definitions.items():
        new = after.definitions[each]
        if each != place:
            if _whole(old) != _whole(new):
                return _CHANGES_MORE
        elif not _says(new, wish):
            return _NOT_READ_BACK
        elif not _keeps(old, new, wish):
            return _CHANGES_MORE
    return ""


def _says(new: Definition, wish: Wish) -> bool:
    """Tell whether a definition says what is live of all that is wished for."""
    if wish.state is not None and new.state not in {None, wish.state}:
        return False
    return all(_is_met(new, key, value) for key, value in wish.values.items())


def _is_met(new: Definition, key: str, value: str | None) -> bool:
    if value is None:
        return key not in new.config
    tasks = new.tasks_range if key == TASKS else None
    if tasks is not None and value.isdecimal():
        return tasks.nearest(int(value)) == int(value)
    return new.config.get(key) == value and new.config.reference(key) is None


def _keeps(old: Definition, new: Definition, wish: Wish) -> bool:
    """Tell whether a definition says nothing new of what is not wished for."""
    keys = {*old.config.keys(), *new.config.keys()} - wish.values.keys()
    kept = all(
        old.config.get(key) == new.config.get(key)
        and old.config.reference(key) == new.config.reference(key)
        for key in keys
    )
    tasks = TASKS in wish.values or old.tasks_range == new.tasks_range
    state = wish.state is not None or old.state == new.state
    return kept and tasks and state and _rest(old) == _rest(new)


def _whole(definition: Definition) -> object:
    """Return all that a definition says, places apart."""
    return (definition.config, definition.state, definition.tasks_range, _rest(definition))


def _rest(definition: Definition) -> object:
    """Return what a definition says besides its settings and its state, places apart."""
    moved = definition.moved_from
    return (
        dict(definition.labels),
        definition.wave,
        definition.protect,
        definition.on_delete,
        [(rule.keys, rule.reason, rule.expires, rule.connectors) for rule in definition.ignore],
        (moved.name, moved.cluster) if moved else None,
    )
