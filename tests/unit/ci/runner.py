"""The workflow commands that GitHub's runner finds in a log, by its own rules (ActionCommand.cs)."""

from dataclasses import dataclass

_KNOWN = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command, its properties and its data, unescaped."""

    name: str
    properties: dict[str, str]
    data: str


def commands_in(log: str) -> list[Command]:
    """Return all commands: `::name::` at the start of a line, and `##[name]` anywhere in it."""
    found = (_second(line) or _first(line) for line in log.replace("\r\n", "\n").split("\n"))
    return [command for command in found if command is not None]


def _second(line: str) -> Command | None:
    message = line.lstrip()
    end = message.find("::", 2)
    if not message.startswith("::") or end < 0:
        return None
    name, _, given = message[2:end].partition(" ")
    if name not in _KNOWN:
        return None
    pairs = (pair.split("=", 1) for pair in given.strip().split(",") if pair)
    properties = {pair[0]: _unescaped(pair[1], ":,") for pair in pairs if len(pair) == 2}
    return Command(name, properties, _unescaped(message[end + 2 :], ""))


def _first(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return Command(name, {}, line[end + 1 :]) if name in _KNOWN else None


def _unescaped(text: str, more: str) -> str:
    for character in "\r\n" + more:
        text = text.replace(f"%{ord(character):02X}", character)
    return text.replace("%25", "%")
