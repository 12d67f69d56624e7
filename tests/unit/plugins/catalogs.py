"""Plugins of a cluster to check by: a source, a sink, a converter, transforms and a predicate."""

from collections.abc import Iterable

from reconcile.model.plugin import Catalog, Plugin, PluginInfo, Setting, SettingType
from reconcile.plugins.catalog import with_plugins

SINK = "org.example.LinesSinkConnector"
CDC = "io.example.cdc.PostgresConnector"
JSON = "org.example.json.JsonConverter"
INSERT = "org.example.transforms.InsertField$Value"
ROUTER = "org.example.transforms.RegexRouter"
TOMBSTONE = "org.example.predicates.RecordIsTombstone"


def setting(name: str, kind: SettingType = SettingType.STRING, **more: object) -> Setting:
    return Setting(name=name, type=kind, **more)


FRAMEWORK = (
    setting("name", required=True),
    setting("connector.class", required=True),
    setting("connector.plugin.version"),
    setting("tasks.max", SettingType.INT, default="1", documentation="Most tasks."),
    setting("key.converter", SettingType.CLASS),
    setting("value.converter", SettingType.CLASS),
    setting("header.converter", SettingType.CLASS),
    setting("transforms", SettingType.LIST, default=""),
    setting("predicates", SettingType.LIST, default=""),
    setting("errors.tolerance", default="none"),
)
LINES = (
    setting("file", documentation="The file to write."),
    setting("topics", SettingType.LIST, default=""),
    setting("topics.regex", default=""),
    setting("errors.deadletterqueue.topic.name", default=""),
)
ROWS = (
    setting("database.hostname", required=True),
    setting("database.port", SettingType.INT, default="5432"),
    setting("database.password", SettingType.PASSWORD, default="changeme"),
    setting("slot.drop", SettingType.BOOLEAN, default="false"),
    setting("ratio", SettingType.DOUBLE),
    setting("snapshot.mode", default="initial", recommended=("always", "initial", "never")),
    setting("exactly.once.support", default="requested"),
)


def plugin(name: str, settings: Iterable[Setting], version: str = "") -> Plugin:
    return Plugin(class_name=name, settings={one.name: one for one in settings}, version=version)


def info(name: str, kind: str, version: str = "4.3.1") -> PluginInfo:
    return PluginInfo(class_name=name, kind=kind, version=version)


def catalog(*more: Plugin, infos: Iterable[PluginInfo] = (), complete: bool = True) -> Catalog:
    """Return what one cluster has; the source is there in two versions."""
    listed = (
        info(SINK, "sink"),
        info(CDC, "source", "3.2.0"),
        info(CDC, "source", "3.4.1"),
        info(JSON, "converter"),
        info(JSON, "header_converter"),
        info(INSERT, "transformation"),
        info(ROUTER, "transformation"),
        info(TOMBSTONE, "predicate"),
        *infos,
    )
    return with_plugins(
        Catalog(infos=listed, complete=complete),
        (
            plugin(SINK, (*LINES, *FRAMEWORK)),
            plugin(CDC, (*ROWS, *FRAMEWORK), "3.2.0"),
            plugin(CDC, (*ROWS, setting("lsn.flush", SettingType.BOOLEAN), *FRAMEWORK), "3.4.1"),
            plugin(
                JSON,
                (
                    setting("schemas.enable", SettingType.BOOLEAN, default="true"),
                    setting("converter.type", required=True),
                    setting("registry.url", required=True),
                ),
            ),
            plugin(INSERT, (setting("static.field"), setting("offset.field"))),
            plugin(
                ROUTER, (setting("regex", required=True), setting("replacement", required=True))
            ),
            plugin(TOMBSTONE, ()),
            *more,
        ),
    )
