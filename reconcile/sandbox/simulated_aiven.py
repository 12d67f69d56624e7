"""Answer the second address of an Aiven service: its platform API, which is no Connect.

Source of paths and forms: `handler/kafkaconnect` and `error.go` of aiven/go-client-codegen; of the
refusal: aiven/terraform-provider-aiven#647. It has no stop, no offsets and no topics. Only reading
is simulated: what matters is that clients of Connect cannot take it for Connect.
"""

import re

from reconcile.sandbox.simulated_answers import Answer, Request, document
from reconcile.sandbox.simulated_group import Group

_PATH = re.compile(r"/v1/project/[^/]+/service/[^/]+/(?P<rest>.*)")
_NO_TOKEN = "Missing (expired) db token"  # noqa: S105  # what it says


def platform_answer(group: Group, request: Request) -> Answer | None:
    """Return the answer of the platform API, or None for a request to Connect itself."""
    if not group.traits.platform_api or not request.path.startswith("/v1/"):
        return None
    found = _PATH.fullmatch(request.path)
    if not request.authorization.startswith("Bearer "):
        return _error(401, _NO_TOKEN)
    match (request.method, found["rest"].rstrip("/").split("/") if found else []):
        case ("GET", ["connectors"]):
            return document({"connectors": [_connector(group, name) for name in _names(group)]})
        case ("GET", ["connectors", name, "status"]) if name in _names(group):
            return document({"status": _status(group, name)})
        case ("GET", ["available-connectors"]):
            return document({"plugins": _plugins(group)})
        case _:
            return _error(404, "Not Found")


def _error(status: int, message: str) -> Answer:
    errors = [{"message": message, "status": status}]
    return document({"errors": errors, "message": message}, status=status)


def _names(group: Group) -> list[str]:
    return group.herder.live_names()


def _connector(group: Group, name: str) -> dict[str, object]:
    info = group.views.info(group.herder.connectors[name])
    return {key: info[key] for key in ("name", "config", "tasks")}


def _status(group: Group, name: str) -> dict[str, object]:
    connector = group.herder.connectors[name]
    tasks = [
        {"id": number, "state": task.state.value, "trace": task.trace}
        for number, task in connector.tasks.items()
    ]
    state = connector.instance.state.value if connector.instance else "UNASSIGNED"
    return {"state": state, "tasks": tasks}


def _plugins(group: Group) -> list[dict[str, str]]:
    return [
        {"class": plugin.class_name, "type": kind, "version": plugin.version}
        for kind in ("sink", "source")
        for plugin in group.rules.plugins.of_kind(kind)
    ]
