"""Build the tree of a YAML document from its nodes: aliases bounded, tags refused, text kept."""

from array import array
from typing import Any, Final, TypeAlias

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconcile.desired.nodes import MOST_NODES, Document, Plain, Shapes, Tree, marks_of
from reconcile.model.codes import Code
from reconcile.model.marks import Path, pack, unpack
from reconcile.model.problem import Problem

# Composed without a resolver, nodes have a tag only where one was written.
_Node: TypeAlias = Any
_Entries: TypeAlias = list[tuple[_Node, _Node]]

_MERGE: Final = "<<"
_MAYBE_NO_TEXT: Final = frozenset("-0123456789tTfFnN~")
_MOST_PROBLEMS: Final = 100
_TAG_PREFIX: Final = "tag:yaml.org,2002:"
_MERGE_HINT: Final = "give << a mapping, an alias of one, or a list of them"
_ALIAS_HINT: Final = "write the values out, or move what is shared into defaults"
_TAG_HINT: Final = "write the value without a tag; in quotes it is text"


def build_tree(root: Node, path: str, shapes: Shapes) -> Document:
    """Return the document that a composed node stands for; `path` names the file in places."""
    return _Builder(path, shapes).build(root)


def position(node: Node | None) -> int:
    """Return where a node starts, packed."""
    mark = node.start_mark if node is not None else None
    return pack(mark.line + 1, mark.column + 1) if mark is not None else pack(1, 1)


class _Builder:
    """Build the tree of one document, and remember where its parts stand."""

    def __init__(self, path: str, shapes: Shapes) -> None:
        self._path = path
        self._shapes = shapes
        self._paths: list[Path] = []
        self._packed = array("Q")
        self._problems: list[Problem] = []
        self._seen: set[int] = set()
        self._open: set[int] = set()
        self._nodes = 0
        self._aliased = False
        self._full = False

    def build(self, root: _Node) -> Document:
        """Return the document that a composed node stands for."""
        self._mark((), root)
        tree = self._value(root, ())
        return Document(
            tree=tree,
            marks=marks_of(self._path, self._paths, self._packed, self._shapes),
            problems=tuple(self._problems),
        )

    def _mark(self, path: Path, node: _Node) -> None:
        self._paths.append(path)
        self._packed.append(position(node))

    def _value(self, node: _Node, path: Path) -> Tree:
        if node.tag is not None:
            self._refuse_tag(node)
        if isinstance(node, ScalarNode):
            text: str = node.value
            if node.style or (text and text[0] not in _MAYBE_NO_TEXT):
                return text
            return Plain(text)
        if not self._enter(node):
            return {}
        self._open.add(id(node))
        tree = (
            self._sequence(node, path)
            if isinstance(node, SequenceNode)
            else self._mapping(self._entries(node), path)
        )
        self._open.discard(id(node))
        return tree

    def _sequence(self, node: _Node, path: Path) -> Tree:
        tree: list[Tree] = []
        for index, item in enumerate(node.value):
            below = (*path, str(index))
            self._mark(below, item)
            tree.append(self._value(item, below))
        return tree

    def _mapping(self, entries: _Entries, path: Path) -> Tree:
        keys = tuple(
            [
                key.value if key.tag is None and key.__class__ is ScalarNode else self._key(key)
                for key, _ in entries
            ]
        )
        tree: dict[str, Tree] = {}
        paths, packed = self._paths, self._packed
        for below, (key, value) in zip(self._shapes.below(path, keys), entries, strict=True):
            mark = key.start_mark
            paths.append(below)
            packed.append(pack(mark.line + 1, mark.column + 1))
            # Settings are nearly all scalars: those take no further call.
            if value.tag is None and value.__class__ is ScalarNode:
                text: str = value.value
                plain = not (value.style or (text and text[0] not in _MAYBE_NO_TEXT))
                tree[below[-1]] = Plain(text) if plain else text
            else:
                tree[below[-1]] = self._value(value, below)
        if len(tree) < len(keys):
            self._refuse_duplicates(keys, entries)
        return tree

    def _key(self, key: _Node) -> str:
        if key.tag is not None:
            self._refuse_tag(key)
        if not isinstance(key, ScalarNode):
            self._refuse(Code.WRONG_TYPE, "a key must be text", key, "put the key in quotes")
        return _text(key)

    def _entries(self, node: _Node) -> _Entries:
        """Return the entries of a mapping; its own come before those that `<<` merges."""
        entries: _Entries = node.value
        if _MERGE not in [key.value for key, _ in entries]:
            return entries
        own = [entry for entry in entries if not _is_merge(entry[0])]
        known = {_text(key) for key, _ in own}
        for key, value in entries:
            if not _is_merge(key):
                continue
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                if not isinstance(source, MappingNode):
                    self._refuse(Code.WRONG_TYPE, "<< merges mappings alone", key, _MERGE_HINT)
                    continue
                if not self._enter(source):
                    continue
                self._open.add(id(source))
                for entry in self._entries(source):
                    if _text(entry[0]) not in known:
                        known.add(_text(entry[0]))
                        own.append(entry)
                self._open.discard(id(source))
        return own

    def _enter(self, node: _Node) -> bool:
        """Count a collection; tell whether it may be expanded."""
        self._nodes += 1 + len(node.value)
        self._aliased = self._aliased or id(node) in self._seen
        self._seen.add(id(node))
        if id(node) in self._open:
            self._refuse(Code.TOO_MANY_ALIASES, "an alias holds itself", node, _ALIAS_HINT)
            return False
        if self._nodes <= MOST_NODES:
            return True
        if not self._full:
            self._full = True
            code = Code.TOO_MANY_ALIASES if self._aliased else Code.TOO_LARGE
            cause = "with its aliases expanded, " if self._aliased else ""
            message = f"{cause}this document has more than {MOST_NODES:,} parts"
            self._refuse(code, message, node, _ALIAS_HINT if self._aliased else "split it")
        return False

    def _refuse_duplicates(self, keys: tuple[str, ...], entries: _Entries) -> None:
        first: dict[str, _Node] = {}
        for text, (key, _) in zip(keys, entries, strict=True):
            if text not in first:
                first[text] = key
                continue
            before = unpack(self._path, position(first[text]))
            message = f'the key "{text}" is already set on line {before.line}'
            self._refuse(Code.DUPLICATE_KEY, message, key, "keep one of the two")

    def _refuse_tag(self, node: _Node) -> None:
        tag = node.tag.replace(_TAG_PREFIX, "!!")
        self._refuse(Code.FORBIDDEN_TAG, f"the tag {tag} is not allowed", node, _TAG_HINT)

    def _refuse(self, code: Code, message: str, node: _Node, hint: str) -> None:
        if len(self._problems) >= _MOST_PROBLEMS:
            return
        location = unpack(self._path, position(node))
        self._problems.append(Problem(code=code, message=message, location=location, hint=hint))


def _text(key: _Node) -> str:
    return str(key.value) if isinstance(key, ScalarNode) else "?"


def _is_merge(key: _Node) -> bool:
    return key.value == _MERGE and isinstance(key, ScalarNode) and not key.style
