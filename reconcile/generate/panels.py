"""The kinds of panels that our dashboards have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Panel,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH: Final = 24

GOOD: Final = "green"
FAIR: Final = "yellow"
BAD: Final = "red"
NEUTRAL: Final = "blue"

_THIS: Final = "${__data.fields.Connector:percentencode}"

Built = Builder[Panel]
Steps = Mapping[float | None, str]
Words = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Query:
    """An expression, and what its series are called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: a value for each connector, or the value of a label."""

    title: str
    expression: str
    label: str = ""
    unit: str = "short"
    words: Words | None = None
    steps: Steps | None = None


def tile(
    title: str,
    meaning: str,
    *queries: Query,
    unit: str = "short",
    steps: Steps | None = None,
    words: Words | None = None,
    colors: Mapping[str, str] | None = None,
) -> Built:
    """Return a panel with the newest values in large digits; series may have colors by their names."""
    named = len(queries) > 1 or bool(queries[0].legend)
    text = kinds.BigValueTextMode.VALUE_AND_NAME if named else kinds.BigValueTextMode.VALUE
    panel = (
        stat.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets([_target(query, number) for number, query in enumerate(queries)])
        .unit(unit)
        .no_value("0")
        .thresholds(_thresholds(steps or {None: NEUTRAL}))
        .mappings([_mapping(words)] if words else [])
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .text_mode(text)
        .color_mode(kinds.BigValueColorMode.BACKGROUND)
        .graph_mode(kinds.BigValueGraphMode.NONE)
        .height(4)
        .span(WIDTH // 8)
    )
    for name, color in (colors or {}).items():
        fixed = {"mode": "fixed", "fixedColor": color}
        panel.override_by_name(name, [DynamicConfigValue("color", fixed)])
    return panel


def graph(
    title: str,
    meaning: str,
    *queries: Query,
    unit: str = "short",
    limits: Steps | None = None,
    bars: bool = False,
) -> Built:
    """Return a panel with lines over time, or bars; `limits` are drawn as dashed lines."""
    style = kinds.GraphThresholdsStyleMode.DASHED if limits else kinds.GraphThresholdsStyleMode.OFF
    stacking = kinds.StackingMode.NORMAL if bars else kinds.StackingMode.NONE
    return (
        timeseries.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets([_target(query, number) for number, query in enumerate(queries)])
        .unit(unit)
        .min(0)
        .draw_style(kinds.GraphDrawStyle.BARS if bars else kinds.GraphDrawStyle.LINE)
        .fill_opacity(80 if bars else 10)
        .stacking(common.StackingConfig().mode(stacking))
        .thresholds(_thresholds({None: "transparent", **(limits or {})}))
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        .legend(
            common.VizLegendOptions()
            .display_mode(kinds.LegendDisplayMode.TABLE)
            .placement(kinds.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
            .calcs(["lastNotNull", "max"])
            .sort_by("Last *")
            .sort_desc(sort_desc=True)
        )
        .tooltip(
            common.VizTooltipOptions()
            .mode(kinds.TooltipDisplayMode.MULTI)
            .sort(kinds.SortOrder.DESCENDING)
        )
        .height(9)
        .span(WIDTH // 2)
    )


def timeline(title: str, meaning: str, query: Query, words: Words) -> Built:
    """Return a panel with a coloured band for each series."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets([_target(query, 0)])
        .mappings([_mapping(words)])
        .show_value(kinds.VisibilityMode.NEVER)
        .row_height(0.8)
        .line_width(0)
        .fill_opacity(70)
        .per_page(20)
        .legend(
            common.VizLegendOptions()
            .display_mode(kinds.LegendDisplayMode.LIST)
            .placement(kinds.LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
        .height(10)
        .span(WIDTH)
    )


def grid(
    title: str, meaning: str, columns: Sequence[Column], addresses: Mapping[str, str]
) -> Built:
    """Return a table with a row for each connector, and what all columns know of it.

    `addresses` are those that a connector's name leads to, with `{connector}` in them.
    """
    names = {"Time": "", "cluster": "Cluster", "connector": "Connector"}
    hidden = {"Time": True}
    for number, column in enumerate(columns):
        value = f"Value #{_letter(number)}"
        names[column.label or value] = column.title
        if column.label:
            hidden[value] = True
    places = {name: place for place, name in enumerate(names)}
    panel = (
        table.Panel()
        .title(title)
        .description(meaning)
        .datasource(SOURCE)
        .targets([_cell(column, number) for number, column in enumerate(columns)])
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(
                id_val="organize",
                options={"excludeByName": hidden, "indexByName": places, "renameByName": names},
            )
        )
        .show_header(show_header=True)
        .filterable(filterable=True)
        .height(12)
        .span(WIDTH)
    )
    for column in columns:
        panel.override_by_name(column.title, _look(column))
    leads = [
        {"title": label, "url": url.replace("{connector}", _THIS), "targetBlank": True}
        for label, url in addresses.items()
    ]
    return panel.override_by_name("Connector", [DynamicConfigValue("links", leads)])


def _target(query: Query, number: int) -> prometheus.Dataquery:
    found = prometheus.Dataquery().expr(query.expression).ref_id(_letter(number)).datasource(SOURCE)
    return found.range().legend_format(query.legend or "__auto")


def _cell(column: Column, number: int) -> prometheus.Dataquery:
    found = prometheus.Dataquery().expr(column.expression).ref_id(_letter(number))
    return found.datasource(SOURCE).instant().format(PromQueryFormat.TABLE)


def _look(column: Column) -> list[DynamicConfigValue]:
    """Return what is said of the cells of a column."""
    found = [DynamicConfigValue("unit", column.unit)]
    if column.words:
        found.append(DynamicConfigValue("mappings", [_mapping(column.words)]))
    if column.steps:
        steps = _thresholds(column.steps).build()
        found.append(DynamicConfigValue("thresholds", steps))
    if column.words or column.steps:
        look = {"type": kinds.TableCellDisplayMode.COLOR_TEXT}
        found.append(DynamicConfigValue("custom.cellOptions", look))
    return found


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    found = [Threshold(value=value, color=color) for value, color in steps.items()]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)


def _mapping(words: Words) -> ValueMap:
    """Return what stands for values: a text and a color."""
    return ValueMap(
        options={
            value: ValueMappingResult(text=text, color=color, index=number)
            for number, (value, (text, color)) in enumerate(words.items())
        }
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number)
