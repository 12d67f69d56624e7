"""Changes, and what the rules about changes should find in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from reconcile.lint.check import Ignoring, lint_plan
from reconcile.model.lint import LintSettings, WorkingHours
from reconcile.model.plan import Plan
from reconcile.model.problem import Problem
from tests.unit.plan.worlds import NOON, TODAY, definition, desired, live, live_connector, plan

POSTGRES = "io.debezium.connector.postgresql.PostgresConnector"
FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
JDBC = "io.aiven.connect.jdbc.JdbcSinkConnector"
HOURS = LintSettings(hours=WorkingHours(begins=time(8), ends=time(18)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A connector before and after a change; without `after` it is deleted."""

    what: str
    codes: tuple[str, ...]
    before: Mapping[str, str | None] = field(default_factory=dict)
    after: Mapping[str, str | None] | None = None
    settings: LintSettings = field(default_factory=LintSettings)

    def plan(self) -> Plan:
        """Return the plan that makes the change."""
        wanted = [definition(config=self.after)] if self.after is not None else []
        found = live(live_connector(config=self.before))
        return plan(desired(*wanted), found, owns=("orders",), prune=True)

    def findings(self) -> tuple[Problem, ...]:
        """Return what the rules find in it."""
        ignoring = Ignoring(comments=(), today=TODAY)
        return lint_plan(self.plan(), self.settings, ignoring, now=NOON)


def source(**settings: str) -> dict[str, str | None]:
    """A source of Debezium."""
    named = {key.replace("_", "."): value for key, value in settings.items()}
    return {"connector.class": POSTGRES, "topics": None, "file": None, **named}


CASES = (
    Case(what="a connector is deleted", codes=("CF080",)),
    Case(
        what="another topic prefix",
        codes=("CF081",),
        before=source(topic_prefix="shop"),
        after=source(topic_prefix="store"),
    ),
    Case(
        what="another slot",
        codes=("CF081",),
        before=source(topic_prefix="shop", slot_name="one"),
        after=source(topic_prefix="shop", slot_name="two"),
    ),
    Case(
        what="another file to read",
        codes=("CF081",),
        before={"connector.class": FILE_SOURCE, "file": "a.txt"},
        after={"connector.class": FILE_SOURCE, "file": "b.txt"},
    ),
    Case(
        what="another class",
        codes=("CF081",),
        before={},
        after={"connector.class": JDBC},
    ),
    Case(what="another file to write", codes=(), before={"file": "a.txt"}, after={"file": "b.txt"}),
    Case(
        what="another group",
        codes=("CF082",),
        before={},
        after={"consumer.override.group.id": "orders-2"},
    ),
    Case(
        what="a restart at noon",
        codes=("CF083",),
        before={"file": "a.txt"},
        after={"file": "b.txt"},
        settings=HOURS,
    ),
    Case(
        what="a restart at noon on a day off",
        codes=(),
        before={"file": "a.txt"},
        after={"file": "b.txt"},
        settings=LintSettings(hours=WorkingHours(days=frozenset({1, 2}))),
    ),
    Case(
        what="a restart before work begins",
        codes=(),
        before={"file": "a.txt"},
        after={"file": "b.txt"},
        settings=LintSettings(hours=WorkingHours(begins=time(13), ends=time(18))),
    ),
    Case(
        what="half the tasks",
        codes=("CF084",),
        before={"tasks.max": "8"},
        after={"tasks.max": "4"},
    ),
    Case(what="some tasks fewer", codes=(), before={"tasks.max": "8"}, after={"tasks.max": "6"}),
    Case(
        what="another format",
        codes=("CF085",),
        before={"value.converter": "org.apache.kafka.connect.json.JsonConverter"},
        after={"value.converter": "io.confluent.connect.avro.AvroConverter"},
    ),
    Case(
        what="another host in a URL",
        codes=("CF086",),
        before={"connection.url": "jdbc:postgresql://db.internal:5432/shop"},
        after={"connection.url": "jdbc:postgresql://db.elsewhere.example:5432/shop"},
    ),
    Case(
        what="another host with a password before it",
        codes=("CF086",),
        before={"connection.uri": "mongodb://u:pl@nted/secret@db.internal/shop"},
        after={"connection.uri": "mongodb://u:pl@nted/secret@db.elsewhere.example/shop"},
    ),
    Case(
        what="another database on the same host",
        codes=(),
        before={"connection.url": "jdbc:postgresql://db.internal:5432/shop"},
        after={"connection.url": "jdbc:postgresql://db.internal:5432/store"},
    ),
    Case(
        what="errors are tolerated",
        codes=("CF087",),
        before={"errors.tolerance": "none"},
        after={"errors.tolerance": "all"},
    ),
    Case(
        what="one more table",
        codes=("CF088",),
        before=source(topic_prefix="shop", table_include_list="public.a"),
        after=source(topic_prefix="shop", table_include_list="public.a,public.b"),
    ),
    Case(
        what="one topic fewer",
        codes=("CF089",),
        before={"topics": "orders,returns"},
        after={"topics": "orders"},
    ),
    Case(
        what="one topic more", codes=(), before={"topics": "orders"}, after={"topics": "orders,x"}
    ),
)
