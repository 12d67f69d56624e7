"""Desired and live states to plan from, with defaults for what a test does not speak of."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.config import Config
from reconcile.model.desired import Definition, Desired
from reconcile.model.ledger import Memory, Record
from reconcile.model.live import (
    ClusterIdentity,
    LiveConnector,
    LiveState,
    LiveStatus,
    LiveTask,
    State,
)
from reconcile.model.plan import Plan
from reconcile.model.plugin import Plugin, PluginInfo, Setting, SettingType, Validation
from reconcile.model.problem import Location
from reconcile.plan.build import build_plan
from reconcile.plan.decide import draft_plan
from reconcile.plan.draft import Draft
from reconcile.plan.options import PlanOptions
from reconcile.plugins.aliases import class_aliases

NOON = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
TODAY = date(2027, 1, 4)
SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
ALIASES = class_aliases(
    [PluginInfo(class_name=SINK, kind="sink"), PluginInfo(class_name=SOURCE, kind="source")]
)
BASE = {"connector.class": SINK, "tasks.max": "1", "topics": "orders", "file": "out.txt"}


def definition(
    name: str = "orders",
    config: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
    **more: Any,
) -> Definition:
    values = {**BASE, **(config or {})}
    return Definition(
        name=name,
        cluster="local",
        config=Config(
            {key: value for key, value in values.items() if value is not None}, references
        ),
        location=Location(f"connectors/{name}.yaml", 1, 1),
        **more,
    )


def live_connector(
    name: str = "orders",
    config: Mapping[str, str] | None = None,
    *,
    state: State = State.RUNNING,
    tasks: int = 1,
    **more: Any,
) -> LiveConnector:
    values = {**BASE, **(config or {}), "name": name}
    status = LiveStatus(
        state=state, tasks=tuple(LiveTask(id=number, state=state) for number in range(tasks))
    )
    return LiveConnector(
        name=name,
        config=Config({key: value for key, value in values.items() if value is not None}),
        **({"status": status, "generated_tasks": tasks} | more),
    )


def desired(*definitions: Definition, **more: Any) -> Desired:
    return Desired(
        project="shop",
        cluster="local",
        definitions={item.name: item for item in definitions},
        **more,
    )


def live(*connectors: LiveConnector, version: str = "4.3.1") -> LiveState:
    return LiveState(
        cluster="local",
        url="http://127.0.0.1:8083",
        identity=ClusterIdentity(version=version, kafka_cluster_id="4L6g3nShT-eMCtK--X86sw"),
        connectors={item.name: item for item in connectors},
        taken_at=NOON,
    )


def options(**more: Any) -> PlanOptions:
    return PlanOptions(**({"now": NOON} | more))


def record(name: str = "orders", **more: Any) -> Record:
    """What the project `shop` applied to a connector, which is all of BASE."""
    values = {key: AppliedValue(text=text) for key, text in BASE.items()}
    applied = Applied(values=values)
    return Record(**({"name": name, "project": "shop", "applied": applied, "at": NOON} | more))


def memory(*records: Record, **more: Any) -> Memory:
    """A ledger that holds these records."""
    known = {item.name: item for item in records}
    return Memory(**({"place": "ledger", "exists": True, "records": known} | more))


def draft(wanted: Desired, found: LiveState, **more: Any) -> Draft:
    if more.get("prune") and "memory" not in more:
        # Only what the ledger knows as ours is ever deleted.
        strays = [
            name
            for name in found.connectors.keys() - wanted.definitions.keys()
            if any(fnmatchcase(name, glob) for glob in more.get("owns", ()))
        ]
        more["memory"] = memory(*map(record, strays), place="", exists=False)
    return draft_plan(wanted, found, options=options(**more), aliases=ALIASES)


def plan(
    wanted: Desired,
    found: LiveState,
    *,
    plugins: Mapping[str, Plugin] | None = None,
    validations: Iterable[Validation] = (),
    **more: Any,
) -> Plan:
    return build_plan(
        draft(wanted, found, **more),
        plugins=plugins or {},
        validations={answer.connector: answer for answer in validations},
        now=NOON,
    )


def plan_one(wanted: Definition, found: LiveConnector | None = None, **more: Any) -> Plan:
    """Return the plan for one connector."""
    version = more.pop("version", "4.3.1")
    connectors = [found] if found is not None else []
    return plan(desired(wanted), live(*connectors, version=version), **more)


def setting(name: str, kind: SettingType = SettingType.STRING, **more: Any) -> Setting:
    return Setting(name=name, type=kind, **more)


def plugin(*settings: Setting, class_name: str = SINK) -> Plugin:
    return Plugin(class_name=class_name, settings={item.name: item for item in settings})
