"""Rules about a change: what is right in the file, and still costs something to bring about."""

import re
from collections.abc import Iterator
from typing import Final

from reconcile.lint.classes import dialect_of, kind_of
from reconcile.lint.rule import Fault, ForChange, Rule
from reconcile.lint.subject import ChangeSubject, items_of, whole
from reconcile.model.codes import Code
from reconcile.model.lint import LintLevel
from reconcile.model.live import ConnectorKind
from reconcile.model.plan import Action, EffectKind

_WRITING: Final = frozenset({Action.UPDATE, Action.MOVE})
_CLASS: Final = "connector.class"
_GROUP: Final = "consumer.override.group.id"
_TASKS: Final = "tasks.max"
_TOLERANCE: Final = "errors.tolerance"
_IDENTITY: Final = (
    "topic.prefix",
    "database.server.name",
    "mongodb.name",
    "slot.name",
    "database.names",
    "database.dbname",
)
_IDENTITY_OF: Final = {
    "FileStreamSource": ("file",),
    "FileStreamSourceConnector": ("file",),
    "JdbcSourceConnector": ("mode",),
    "MirrorSourceConnector": ("source.cluster.alias",),
    "MongoSourceConnector": ("database", "collection", "offset.partition.name"),
}
_FORMATS: Final = (
    "key.converter",
    "value.converter",
    "format.class",
    "output.data.format",
    "input.data.format",
)
_HOSTED: Final = re.compile(
    r"(?:^|[._-])(?:url|urls|uri|uris|hostname|host|hosts|endpoint|servers|address)$", re.IGNORECASE
)
_HOST: Final = re.compile(
    r"^(?:[a-z][a-z0-9+.:-]*://)?(?:[^@/\s]*@)?(?P<host>\[[0-9a-f:]+\]|[^/:;?,\s]+)", re.IGNORECASE
)
_TABLES: Final = ("table.include.list", "collection.include.list")
_MOST_NAMED: Final = 5


def _is_deleted(subject: ChangeSubject) -> Iterator[Fault]:
    change = subject.change
    if change.action is Action.DELETE:
        offsets = "are reset" if change.reset_offsets else "stay on the cluster"
        yield Fault("", f"{change.name} is deleted; its offsets {offsets}")


def _identity(subject: ChangeSubject) -> Iterator[Fault]:
    if subject.change.action not in _WRITING:
        return
    written = subject.change.class_name
    if (
        subject.differs(_CLASS)
        and subject.before(_CLASS).rpartition(".")[2] != subject.after(_CLASS).rpartition(".")[2]
    ):
        yield Fault(
            _CLASS,
            f"{subject.change.name} becomes a connector of another class, which cannot use the offsets",
        )
        return
    if kind_of(written) is not ConnectorKind.SOURCE:
        return
    keys = _IDENTITY if dialect_of(written) else _IDENTITY_OF.get(written.rpartition(".")[2], ())
    for key in keys:
        if subject.differs(key):
            yield Fault(
                key,
                f"{key} changes{subject.shown(key)}: the source does not find its offsets again",
            )


def _group(subject: ChangeSubject) -> Iterator[Fault]:
    if (
        subject.change.action is not Action.UPDATE
        or kind_of(subject.change.class_name) is ConnectorKind.SOURCE
    ):
        return
    before, after = subject.before(_GROUP), subject.after(_GROUP)
    if before != after and (before or after):
        own = f"connect-{subject.change.name}"
        yield Fault(
            _GROUP,
            f"{subject.change.name} reads on in the consumer group {after or own}, and not in {before or own}",
        )


def _working_hours(subject: ChangeSubject) -> Iterator[Fault]:
    hours, now, change = subject.settings.hours, subject.now, subject.change
    restarts = change.has(EffectKind.RESTARTS_TASKS) or change.action in {
        Action.RESTART,
        Action.DELETE,
        Action.MOVE,
    }
    if hours is None or not restarts:
        return
    if now.weekday() in hours.days and hours.begins <= now.time() < hours.ends:
        what = "is deleted" if change.action is Action.DELETE else "restarts"
        yield Fault("", f"{change.name} {what} in working hours, at {now:%H:%M}")


def _fewer_tasks(subject: ChangeSubject) -> Iterator[Fault]:
    if subject.change.action is not Action.UPDATE:
        return
    before, after = whole(subject.before(_TASKS)), whole(subject.after(_TASKS))
    if before is not None and after is not None and after * 2 <= before:
        yield Fault(_TASKS, f"tasks.max falls from {before} to {after}")


def _format(subject: ChangeSubject) -> Iterator[Fault]:
    if subject.change.action is not Action.UPDATE:
        return
    for key in _FORMATS:
        if subject.differs(key):
            yield Fault(key, f"{key} changes{subject.shown(key)}")


def _other_host(subject: ChangeSubject) -> Iterator[Fault]:
    config = subject.change.config
    if subject.change.action not in _WRITING or config is None:
        return
    for key in config:
        if not _HOSTED.search(key) or not subject.differs(key):
            continue
        if subject.is_hidden(key):
            yield Fault(key, f"{key} changes, and perhaps leads to another host")
            continue
        before, after = _hosts(subject.before(key)), _hosts(subject.after(key))
        new = [host for host in after if host not in before]
        if before and new:
            yield Fault(
                key, f"{key} leads to another host: {', '.join(new)}, and not {', '.join(before)}"
            )


def _hosts(text: str) -> tuple[str, ...]:
    """Return the hosts of an address or a list of them, without user information."""
    found = (_HOST.match(part.removeprefix("jdbc:")) for part in items_of(text))
    return tuple(match["host"].lower() for match in found if match and "${" not in match["host"])


def _starts_to_skip(subject: ChangeSubject) -> Iterator[Fault]:
    if subject.change.action is not Action.UPDATE or subject.is_back(_TOLERANCE):
        return
    before, after = subject.before(_TOLERANCE).lower(), subject.after(_TOLERANCE).lower()
    if after == "all" != before:
        message = f"{subject.change.name} skips records that it cannot convert from now on"
        yield Fault(_TOLERANCE, message)


def _new_tables(subject: ChangeSubject) -> Iterator[Fault]:
    if subject.change.action is not Action.UPDATE or not dialect_of(subject.change.class_name):
        return
    for key in _TABLES:
        before = items_of(subject.before(key))
        new = [item for item in items_of(subject.after(key)) if item not in before]
        if before and new:
            yield Fault(
                key,
                f"{_some(new)} {'is' if len(new) == 1 else 'are'} new in {key}, and existing rows are not copied",
            )


def _topics_left(subject: ChangeSubject) -> Iterator[Fault]:
    if (
        subject.change.action is not Action.UPDATE
        or kind_of(subject.change.class_name) is ConnectorKind.SOURCE
    ):
        return
    after = items_of(subject.after("topics"))
    gone = [topic for topic in items_of(subject.before("topics")) if topic not in after]
    if after and gone:
        yield Fault("topics", f"{_some(gone)} {'is' if len(gone) == 1 else 'are'} no longer read")


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


RULES: Final = (
    Rule(
        code=Code.IS_DELETED,
        title="A connector is deleted",
        level=LintLevel.WARN,
        why="Deleting stops the flow of data. A connector of the same name that is created later goes on from the offsets, where they stay.",
        fix="see that nothing needs it any more; protect: true keeps a connector from being deleted",
        check=ForChange(_is_deleted),
    ),
    Rule(
        code=Code.IDENTITY_CHANGES,
        title="A source loses its place",
        level=LintLevel.WARN,
        why="A source finds its offsets by what it reads: topic prefix, slot, database, file. With another value it starts from scratch, with a new snapshot, or from now on, with a gap.",
        fix="take the change back, or plan for a snapshot and for records that come twice",
        check=ForChange(_identity),
    ),
    Rule(
        code=Code.GROUP_CHANGES,
        title="A sink changes its consumer group",
        level=LintLevel.WARN,
        why="The offsets stay with the old group. In the new one the sink starts where auto.offset.reset says: at the very beginning, or at the end, with a gap.",
        fix="keep the group, or copy the offsets before",
        check=ForChange(_group),
    ),
    Rule(
        code=Code.RESTART_IN_WORKING_HOURS,
        title="A restart in working hours",
        level=LintLevel.WARN,
        why="An update restarts all tasks of a connector, and rebalances the workers. Silent unless lint.workingHours in the project file says when people work.",
        fix="apply later, or say in the change why it cannot wait",
        check=ForChange(_working_hours),
    ),
    Rule(
        code=Code.FAR_FEWER_TASKS,
        title="Far fewer tasks",
        level=LintLevel.WARN,
        why="With half the tasks or fewer a connector may no longer keep up, and the lag is seen only later.",
        fix="lower it in steps, and watch the lag",
        check=ForChange(_fewer_tasks),
    ),
    Rule(
        code=Code.FORMAT_CHANGES,
        title="The format of records changes",
        level=LintLevel.WARN,
        why="Records in the old format are already in the topics. A sink has to read those first and fails on them; consumers of a source get two formats in one topic.",
        fix="use a new topic for the new format, or wait until all has been read",
        check=ForChange(_format),
    ),
    Rule(
        code=Code.OTHER_HOST,
        title="A connector turns to another host",
        level=LintLevel.WARN,
        why="Data and credentials go to the new address as soon as the change is applied, and during live validation even before. A host that nobody knows may be a mistake or worse.",
        fix="see that the new host is one of yours",
        check=ForChange(_other_host),
    ),
    Rule(
        code=Code.STARTS_TO_SKIP,
        title="Errors become tolerated",
        level=LintLevel.WARN,
        why="A task that stops on a bad record is noticed at once. One that skips it is not, unless the dead letter queue is watched.",
        fix="see that somebody watches the dead letter queue",
        check=ForChange(_starts_to_skip),
    ),
    Rule(
        code=Code.NEW_TABLES,
        title="New tables without their rows",
        level=LintLevel.INFO,
        why="Debezium takes its snapshot when a connector is new. A table that is added later gives its changes from then on, and not the rows that it holds already.",
        fix="ask for an incremental snapshot of the new tables, if their rows are wanted",
        check=ForChange(_new_tables),
    ),
    Rule(
        code=Code.TOPICS_LEFT,
        title="Topics that are no longer read",
        level=LintLevel.INFO,
        why="What was not read until now is left unread. The group keeps its offsets for a while, and goes on from there if the topic comes back in time.",
        fix="see that the lag of these topics is 0 before the change",
        check=ForChange(_topics_left),
    ),
)
