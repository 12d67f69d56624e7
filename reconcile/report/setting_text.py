"""The settings of a plugin, as a table or one in full."""

import textwrap
from collections.abc import Iterable
from typing import Final

from reconcile.model.plugin import Setting
from reconcile.report.spans import Line, Span, Style, bold, dim, line
from reconcile.report.table import Table

_COLUMNS: Final = ("SETTING", "TYPE", "DEFAULT", "IMPORTANCE", "ABOUT")
_LONGEST_DEFAULT: Final = 32
_WIDTH: Final = 88


def settings_table(settings: Iterable[Setting]) -> Table:
    """Return one row a setting, in the order the plugin gives them; required ones stand out."""
    return Table(_COLUMNS, tuple(_row(setting) for setting in settings))


def setting_lines(setting: Setting) -> list[Line]:
    """Return one setting in full: type, default, importance, documentation."""
    facts = [setting.type.lower(), f"{setting.importance.lower()} importance"]
    facts.append("required" if setting.required else f"default {_default(setting) or '(none)'}")
    text = " ".join(setting.documentation.split())
    return [
        line(bold(setting.name), "  ", dim(", ".join(facts))),
        *(line(f"  {row}") for row in textwrap.wrap(text, _WIDTH)),
    ]


def settings_document(class_name: str, settings: Iterable[Setting]) -> dict[str, object]:
    """Return the settings of a class as a JSON document (`schemas/settings.schema.json`)."""
    return {
        "format_version": "1.0",
        "kind": "settings",
        "class": class_name,
        "settings": [
            {
                "name": setting.name,
                "type": setting.type.value,
                "required": setting.required,
                "default": setting.default,
                "importance": setting.importance,
                "documentation": setting.documentation,
                "group": setting.group,
            }
            for setting in settings
        ],
    }


def _row(setting: Setting) -> tuple[Span, ...]:
    style = Style.BOLD if setting.required else Style.PLAIN
    about = " ".join(setting.documentation.split())
    return (
        Span(setting.name, style),
        dim(setting.type.lower()),
        Span("(required)" if setting.required else _default(setting), Style.DIM),
        dim(setting.importance.lower()),
        Span(about),
    )


def _default(setting: Setting) -> str:
    if setting.default is None:
        return ""
    text = setting.default or '""'
    return text if len(text) <= _LONGEST_DEFAULT else text[: _LONGEST_DEFAULT - 1] + "…"
