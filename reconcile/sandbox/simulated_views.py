"""Show the state of the group as the REST API does, and serialise large lists only once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcile.sandbox.simulated_answers import encode
from reconcile.sandbox.simulated_flavors import MASK, VERSION_KEY, Traits
from reconcile.sandbox.simulated_herder import Herder
from reconcile.sandbox.simulated_java import hash_order
from reconcile.sandbox.simulated_plugins import Plugin
from reconcile.sandbox.simulated_state import Connector, Instance
from reconcile.sandbox.simulated_steps import Surroundings, plugin_of


@dataclass(slots=True, kw_only=True)
class Views:
    """What readers see of a herder; serialised pieces are kept until their connector changes."""

    herder: Herder
    traits: Traits
    _pieces: dict[tuple[str, str], tuple[Connector, bytes]] = field(default_factory=dict)
    _lists: dict[tuple[bool, bool, bool], tuple[int, bytes]] = field(default_factory=dict)

    def config(self, connector: Connector, *, as_sent: bool = False) -> dict[str, str]:
        """Return the stored config: in hash order, or in the order in which it was sent."""
        config = dict(connector.config or {})
        if self.traits.counts_writes:
            config[VERSION_KEY] = str(connector.writes)
        keys = config if as_sent else hash_order(config)
        hidden = self._hidden(plugin_of(connector, self.herder.around))
        return {key: MASK if key in hidden else config[key] for key in keys}

    def info(self, connector: Connector, *, as_sent: bool = False) -> dict[str, object]:
        """Return what `GET /connectors/{name}` says."""
        return {
            "name": connector.name,
            "config": self.config(connector, as_sent=as_sent),
            "tasks": [
                {"connector": connector.name, "task": task}
                for task in range(len(connector.task_configs))
            ],
            "type": self._type(connector),
        }

    def status(self, connector: Connector) -> dict[str, object] | None:
        """Return what `GET /connectors/{name}/status` says, None where there is none yet."""
        if connector.instance is None:
            return None
        return {
            "name": connector.name,
            "connector": instance_json(connector.instance, self.herder.around),
            "tasks": [
                {"id": number, **instance_json(task, self.herder.around)}
                for number, task in connector.tasks.items()
            ],
            "type": self._type(connector),
        }

    def task_configs(self, connector: Connector) -> list[dict[str, str]]:
        """Return the configs that the tasks were given, which nobody has seen masked."""
        return [
            {key: config[key] for key in hash_order(config)} for config in connector.task_configs
        ]

    def listing(self, *, expanded: bool, info: bool, status: bool) -> bytes:
        """Return the body of `GET /connectors`.

        As in Connect a connector without a status drops out of an expanded list that asks for
        status, also from its info.
        """
        wanted = (expanded, info, status)
        known = self._lists.get(wanted)
        if known is not None and known[0] == self.herder.generation:
            return known[1]
        body = self._list(expanded=expanded, info=info, status=status)
        self._lists[wanted] = (self.herder.generation, body)
        return body

    def _list(self, *, expanded: bool, info: bool, status: bool) -> bytes:
        names = self.herder.live_names()
        if not expanded:
            return encode(names)
        entries = []
        for name in names:
            connector = self.herder.connectors[name]
            if status and connector.instance is None:
                continue
            parts = []
            if status:
                parts.append(b'"status":' + self._piece(connector, "status"))
            if info:
                parts.append(b'"info":' + self._piece(connector, "info"))
            entries.append(encode(name) + b":{" + b",".join(parts) + b"}")
        return b"{" + b",".join(entries) + b"}"

    def _piece(self, connector: Connector, part: str) -> bytes:
        known = self._pieces.get((connector.name, part))
        if known is not None and known[0] is connector:
            return known[1]
        body = encode(self.info(connector) if part == "info" else self.status(connector))
        self._pieces[connector.name, part] = (connector, body)
        return body

    def _type(self, connector: Connector) -> str:
        plugin = plugin_of(connector, self.herder.around)
        return plugin.kind if plugin else "unknown"

    def _hidden(self, plugin: Plugin | None) -> frozenset[str]:
        if not self.traits.masks or plugin is None:
            return frozenset()
        own = {one.name for one in plugin.definitions if one.type == "PASSWORD"}
        overrides = {
            f"{client}.override.{name}"
            for client, settings in self.herder.around.plugins.clients.items()
            for name, setting in settings.items()
            if setting.type == "PASSWORD"
        }
        return frozenset(own | overrides)


def instance_json(instance: Instance, around: Surroundings) -> Mapping[str, object]:
    """Return one line of a status; versions are shown from 4.1 on, traces where there are any."""
    shown: dict[str, object] = {"state": instance.state.value, "worker_id": instance.worker_id}
    if around.features.plugin_versions:
        shown["version"] = instance.version
    if instance.trace:
        shown["trace"] = instance.trace
    return shown
