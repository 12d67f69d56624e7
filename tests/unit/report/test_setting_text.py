import pytest

from reconcile.model.plugin import Setting, SettingType
from reconcile.report.setting_text import setting_lines, settings_document, settings_table
from reconcile.report.spans import Style, plain
from reconcile.report.table import table_lines


def _setting(name: str = "batch.size", **more: object) -> Setting:
    values: dict[str, object] = {"name": name, "type": SettingType.INT, "default": "100"}
    return Setting(**(values | more))  # type: ignore[arg-type]


def test_settings_are_a_table_in_which_required_ones_stand_out() -> None:
    table = settings_table(
        [
            _setting(documentation="Records\n  in one write."),
            _setting("topics", type=SettingType.LIST, default=None, required=True),
            _setting("url", default=None),
        ]
    )

    assert plain(table_lines(table)) == (
        "SETTING     TYPE  DEFAULT     IMPORTANCE  ABOUT\n"
        "batch.size  int   100         medium      Records in one write.\n"
        "topics      list  (required)  medium\n"
        "url         int               medium\n"
    )
    assert [row[0].style for row in table.rows] == [Style.PLAIN, Style.BOLD, Style.PLAIN]


def test_a_long_default_is_cut_and_an_empty_one_can_be_seen() -> None:
    table = settings_table([_setting(default="x" * 40), _setting(default="")])

    assert [row[2].text for row in table.rows] == [f"{'x' * 31}…", '""']


@pytest.mark.parametrize(
    ("more", "facts"),
    [
        ({}, "int, medium importance, default 100"),
        ({"default": None}, "int, medium importance, default (none)"),
        ({"required": True}, "int, medium importance, required"),
    ],
)
def test_one_setting_is_shown_in_full(more: dict[str, object], facts: str) -> None:
    setting = _setting(documentation="word " * 30, **more)

    first, *rest = plain(setting_lines(setting)).splitlines()

    assert first == f"batch.size  {facts}"
    assert "".join(rest).count("word") == 30
    assert all(len(text) <= 90 for text in rest)


def test_settings_are_written_as_a_document() -> None:
    document = settings_document("C", [_setting(group="g", documentation="d")])

    assert document == {
        "format_version": "1.0",
        "kind": "settings",
        "class": "C",
        "settings": [
            {
                "name": "batch.size",
                "type": "INT",
                "required": False,
                "default": "100",
                "importance": "MEDIUM",
                "documentation": "d",
                "group": "g",
            }
        ],
    }
