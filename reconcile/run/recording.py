"""Enter into the ledger what is as git declares, and was not written by this run."""

from collections.abc import Collection
from dataclasses import replace

from reconcile.model.applied import Applied, AppliedValue
from reconcile.model.desired import Definition
from reconcile.model.ledger import Memory, Record
from reconcile.model.live import LiveConnector
from reconcile.model.plan import Action, Reason
from reconcile.model.plugin import Plugin
from reconcile.plan.applied import applied_of
from reconcile.plan.draft import DraftChange
from reconcile.plan.fingerprints import Fingerprints
from reconcile.plan.show import hidden_keys
from reconcile.plugins.sensitive import is_masked


def declared_record(
    definition: Definition,
    connector: LiveConnector,
    before: Record | None,
    template: Record,
    *,
    plugin: Plugin | None,
    fingerprints: Fingerprints,
    commit: str,
) -> Record | None:
    """Return the record of a connector that is as git declares, or None where it need not change.

    `template` says who enters it. What the server masks was not compared, so it stays as it was
    remembered.
    """
    hidden = _hidden(definition, plugin)
    fresh = applied_of(definition, hidden, fingerprints, commit=commit)
    fresh = _as_far_as_seen(fresh, connector, before.applied if before is not None else None)
    record = replace(
        template,
        name=definition.name,
        applied=fresh,
        protect=definition.protect,
        on_delete=definition.on_delete,
        labels=definition.labels,
        more=before.more if before is not None else {},
    )
    return None if before is not None and _says_the_same(before, record) else record


def is_recorded(
    definition: Definition, before: Record | None, project: str, fingerprints: Fingerprints
) -> bool:
    """Tell whether a record says already what git declares, as far as that needs no plugin.

    What was a secret when it was recorded is taken for one still.
    """
    if before is None or before.applied is None:
        return False
    hidden = [key for key, value in before.applied.values.items() if value.text is None]
    fresh = replace(
        before,
        project=project,
        pending=None,
        applied=applied_of(definition, hidden, fingerprints, commit=""),
        protect=definition.protect,
        on_delete=definition.on_delete,
        labels=definition.labels,
    )
    return _says_the_same(before, fresh)


def live_record(
    connector: LiveConnector, template: Record, *, plugin: Plugin | None, fingerprints: Fingerprints
) -> Record:
    """Return the record of a connector that git does not declare, as it is live."""
    asked = DraftChange(
        action=Action.DELETE,
        reason=Reason.NOT_DECLARED,
        name=connector.name,
        class_name=connector.class_name,
        live=connector,
    )
    hidden = hidden_keys(asked, plugin.settings if plugin is not None else {})
    values: dict[str, AppliedValue] = {}
    for key, text in connector.config.reveal().items():
        if key not in hidden:
            values[key] = AppliedValue(text=text)
        elif is_masked(text):
            values[key] = AppliedValue()
        else:
            values[key] = AppliedValue(fingerprint=fingerprints.of(connector.name, key, text))
    applied = Applied(values=values, fingerprint_key=fingerprints.key_id)
    return replace(template, name=connector.name, applied=applied)


def gone_names(
    memory: Memory, project: str, declared: Collection[str], live: Collection[str]
) -> tuple[str, ...]:
    """Return the connectors of a project that are remembered, and neither declared nor live."""
    return tuple(
        name
        for name in memory.records
        if name not in declared and name not in live and memory.records[name].project == project
    )


def _hidden(definition: Definition, plugin: Plugin | None) -> frozenset[str]:
    asked = DraftChange(
        action=Action.CREATE,
        reason=Reason.NOT_LIVE,
        name=definition.name,
        class_name=definition.class_name,
        definition=definition,
        config=definition.config,
    )
    return hidden_keys(asked, plugin.settings if plugin is not None else {})


def _as_far_as_seen(fresh: Applied, connector: LiveConnector, before: Applied | None) -> Applied:
    masked = [
        key
        for key in fresh.values
        if (value := connector.config.get(key)) is not None and is_masked(value)
    ]
    if not masked:
        return fresh
    known = before.values if before is not None else {}
    kept = {
        key: known.get(key, AppliedValue(reference=fresh.values[key].reference)) for key in masked
    }
    return replace(fresh, values={**fresh.values, **kept})


def _says_the_same(before: Record, after: Record) -> bool:
    return (
        before.pending is None
        and before.applied is not None
        and after.applied is not None
        and _content(before.applied) == _content(after.applied)
        and (before.project, before.protect, before.on_delete, dict(before.labels))
        == (after.project, after.protect, after.on_delete, dict(after.labels))
    )


def _content(applied: Applied) -> Applied:
    return replace(applied, values=dict(applied.values), path="", line=0, commit="")
