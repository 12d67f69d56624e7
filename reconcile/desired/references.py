"""Find and fill `${{ kind.name }}` in texts; `$${{` stands for a literal `${{`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from reconcile.model.codes import Code
from reconcile.plugins.suggest import suggest

OPENING: Final = "${{"
ESCAPED: Final = "$${{"

_TOKEN: Final = re.compile(r"\$\$\{\{|\$\{\{(?P<inside>.*?)\}\}|(?P<open>\$\{\{)", re.DOTALL)
_FORM: Final = re.compile(r"\s*(?P<kind>[A-Za-z]+)\.(?P<name>\S(?:.*\S)?)\s*", re.DOTALL)
_ENVIRONMENT_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Kind(StrEnum):
    """Where the text behind a reference comes from."""

    VARIABLE = "var"
    CONNECTOR = "connector"
    CLUSTER = "cluster"
    LABEL = "label"
    ENVIRONMENT = "env"
    FILE = "file"


_ABSENT: Final = frozenset(
    {Code.UNRESOLVED_REFERENCE, Code.UNREADABLE_FILE, Code.ENCODING, Code.TOO_LARGE}
)
SECRET_KINDS: Final = frozenset({Kind.ENVIRONMENT, Kind.FILE})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reference cannot be filled: code, message and hint of the problem to be."""

    code: Code
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sources:
    """Where references are looked up.

    `names` answers the public ones: a mapping per kind. `allowed` holds the globs of environment
    variables that may be named; None allows any. `locate_file` refuses paths outside the project,
    and `read_file` returns the text of a file. With `secrets` false neither environment nor files
    are read; with `lenient` a secret that is not there stays unresolved.
    """

    names: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    allowed: tuple[str, ...] | None = None
    locate_file: Callable[[str], Refusal | None]
    read_file: Callable[[str], str | Refusal]
    secrets: bool = True
    lenient: bool = False


UNREAD: Final = Sources(locate_file=lambda _name: None, read_file=lambda _name: "", secrets=False)
"""Sources by which no secret is looked up: what is wrong with a reference itself is found."""


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A text with its references filled.

    `text` is None where a secret was not resolved or a reference is refused. `reference` is set
    where secrets are part of the text: what was written, public references filled. `found` are
    the secret texts.
    """

    text: str | None
    reference: str | None = None
    found: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    def __repr__(self) -> str:
        """Return the reference alone: the text may be secret."""
        return f"Filled({self.reference!r})"


def escape(text: str) -> str:
    """Return a text that `fill` turns back into the given one."""
    return text.replace(OPENING, ESCAPED)


def fill(text: str, sources: Sources) -> Filled:
    """Return a text with every reference in it filled, or why that cannot be."""
    if OPENING not in text:
        return Filled(text)
    parts: list[str | None] = []
    written: list[str] = []
    found: list[str] = []
    refusals: list[Refusal] = []
    secret = False
    end = 0
    for token in _TOKEN.finditer(text):
        parts.append(text[end : token.start()])
        written.append(text[end : token.start()])
        end = token.end()
        if token[0] == ESCAPED:
            parts.append(OPENING)
            written.append(ESCAPED)
            continue
        kind, value = _look_up(token, sources)
        if isinstance(value, Refusal):
            refusals.append(value)
            continue
        parts.append(value)
        if kind in SECRET_KINDS:
            secret = True
            written.append(token[0])
            found += [value] if value is not None else []
        else:
            written.append(escape(value or ""))
    if refusals:
        return Filled(None, found=tuple(found), refusals=tuple(refusals))
    tail = text[end:]
    filled = [part for part in parts if part is not None]
    whole = "".join((*filled, tail)) if len(filled) == len(parts) else None
    return Filled(whole, "".join((*written, tail)) if secret else None, tuple(found))


def references_in(text: str) -> tuple[str, ...]:
    """Return the references of a text, escaped ones apart, and nothing of what is around them."""
    return tuple(token[0] for token in _TOKEN.finditer(text) if token[0] != ESCAPED)


def may_name(variable: str, allowed: tuple[str, ...] | None) -> bool:
    """Tell whether globs allow an environment variable; None allows any."""
    return allowed is None or any(fnmatchcase(variable, glob) for glob in allowed)


def _look_up(token: "re.Match[str]", sources: Sources) -> tuple[Kind | None, str | Refusal | None]:
    """Return the kind and the text of a reference; the text is None for an unresolved secret."""
    if token["open"]:
        return None, Refusal(
            Code.MALFORMED_REFERENCE,
            "this reference does not end",
            "close it with }}, or write $${{ for the characters ${{",
        )
    form = _FORM.fullmatch(token["inside"])
    kinds = [kind.value for kind in Kind]
    if form is None or form["kind"] not in kinds:
        guess = suggest(form["kind"], kinds) if form else None
        return None, Refusal(
            Code.MALFORMED_REFERENCE,
            f"{token[0]} is no reference",
            f"did you mean {guess}.{form['name']}?"
            if guess and form
            else "write ${{ var.NAME }}, connector.name, cluster.name, label.KEY, env.NAME or "
            "file.PATH; $${{ stands for the characters ${{",
        )
    kind, name = Kind(form["kind"]), form["name"]
    match kind:
        case Kind.ENVIRONMENT:
            return kind, _or_without(_environment(name, sources), sources)
        case Kind.FILE:
            refusal = sources.locate_file(name)
            if refusal is not None or not sources.secrets:
                return kind, refusal
            return kind, _or_without(sources.read_file(name), sources)
        case Kind.VARIABLE | Kind.CONNECTOR | Kind.CLUSTER | Kind.LABEL:
            return kind, _public(kind, name, sources)


def _or_without(found: str | Refusal | None, sources: Sources) -> str | Refusal | None:
    """Say that a plan can do without the secrets of a connector; those of a cluster are needed."""
    if sources.lenient and isinstance(found, Refusal) and found.code in _ABSENT:
        return None
    if not isinstance(found, Refusal) or found.code is not Code.UNRESOLVED_REFERENCE:
        return found
    if Kind.CONNECTOR not in sources.names:
        return found
    return replace(found, hint=f"{found.hint}, or plan with --no-secrets")


def _public(kind: Kind, name: str, sources: Sources) -> str | Refusal:
    known = sources.names.get(kind, {})
    if name in known:
        return known[name]
    guess = suggest(name, known)
    match kind:
        case Kind.VARIABLE:
            cluster = sources.names.get(Kind.CLUSTER, {}).get("name", "")
            message = f'cluster {cluster} has no variable "{name}"'
            hint = f"add it to clusters.{cluster}.vars in the project file"
        case Kind.LABEL:
            message, hint = f'this connector has no label "{name}"', "add it to metadata.labels"
        case _:
            message = f"there is no {kind.value}.{name} here"
            hint = "connector.name and cluster.name are all there is" if known else "use a var"
    return Refusal(
        Code.UNRESOLVED_REFERENCE, message, f"did you mean {kind.value}.{guess}?" if guess else hint
    )


def _environment(name: str, sources: Sources) -> str | Refusal | None:
    if _ENVIRONMENT_NAME.fullmatch(name) is None:
        return Refusal(
            Code.MALFORMED_REFERENCE,
            f'"{name}" is no name of an environment variable',
            "letters, digits and _ make a name",
        )
    if not may_name(name, sources.allowed):
        return Refusal(
            Code.FORBIDDEN_REFERENCE,
            f"definitions may not name the environment variable {name}",
            "references.env in the project file allows "
            f"{', '.join(sources.allowed or ()) or 'none'}",
        )
    if not sources.secrets:
        return None
    value = sources.environment.get(name)
    if not value:
        return Refusal(
            Code.UNRESOLVED_REFERENCE,
            f"the environment variable {name} is {'not set' if value is None else 'empty'}",
            "set it where connectform runs (a CI secret that does not exist arrives empty)",
        )
    if not _is_utf8(value):
        return Refusal(
            Code.ENCODING, f"the environment variable {name} holds bytes that are no UTF-8", ""
        )
    return value


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
