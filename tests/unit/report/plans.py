"""Plans and changes to render, with defaults for what a test does not speak of."""

from datetime import UTC, datetime
from typing import Any

from reconcile.model.live import ClusterIdentity
from reconcile.model.plan import (
    Action,
    Change,
    KeyChange,
    Plan,
    Precondition,
    Reason,
    Shown,
    ValueKind,
)
from reconcile.model.problem import Location

NOON = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)


def plain_value(text: str) -> Shown:
    return Shown(kind=ValueKind.PLAIN, text=text)


def secret_value(number: int, reference: str = "") -> Shown:
    return Shown(kind=ValueKind.SENSITIVE, number=number, reference=reference)


def key_change(key: str, before: str | None, after: str | None, **more: Any) -> KeyChange:
    return KeyChange(
        key=key,
        before=None if before is None else plain_value(before),
        after=None if after is None else plain_value(after),
        **more,
    )


def change(action: Action = Action.UPDATE, name: str = "orders-sink", **more: Any) -> Change:
    values: dict[str, Any] = {
        "class_name": "FileStreamSink",
        "reason": Reason.CONFIG_DIFFERS,
        "precondition": Precondition(exists=action is not Action.CREATE),
        "location": Location("connectors/orders.yaml", 12, 1),
    }
    return Change(action=action, name=name, **(values | more))


def plan(*changes: Change, **more: Any) -> Plan:
    values: dict[str, Any] = {
        "project": "shop",
        "cluster": "local",
        "identity": ClusterIdentity(version="4.3.1", kafka_cluster_id="4L6g3nShT-eMCtK--X86sw"),
        "created_at": NOON,
        "in_sync": 0,
        "declared": len(changes),
    }
    return Plan(changes=changes, **(values | more))
