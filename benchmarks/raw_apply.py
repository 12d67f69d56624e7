"""The floor of an apply: the bare requests, 32 at a time, under the same settle rule.

Settled means: the wanted configs and states are there, after an update the task configs carry the
changed value, and all states have been stable for 4 polls and 3 seconds.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

WIDTH = 32
_local = threading.local()


def call(url: str, method: str, path: str, body: object = None) -> Any:
    """Send one request, again while the cluster answers 409 or 500."""
    while True:
        if not hasattr(_local, "connection"):
            _local.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        data = None if body is None else json.dumps(body)
        _local.connection.request(method, path, data, {"Content-Type": "application/json"})
        response = _local.connection.getresponse()
        text = response.read()
        if response.status not in (409, 500):
            return json.loads(text) if text else None
        time.sleep(0.2)


def settle(url: str, names: list[str], wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the statuses of all names are as wanted, and stay so."""
    since, polls, pause, last = 0.0, 0, 0.25, None
    while True:
        statuses = call(url, "GET", "/connectors?expand=status")
        now = time.monotonic()
        view = [statuses.get(name, {}).get("status") for name in names]
        if all(status is not None and wanted(status) for status in view):
            if view != last:
                since, polls, last = now, 0, view
            polls += 1
            if polls >= 4 and now - since >= 3:
                return
        else:
            last = None
        time.sleep(pause)
        pause = 0.5


def running(status: dict[str, Any]) -> bool:
    """Tell whether a connector and its tasks run."""
    states = [status["connector"]["state"], *(task["state"] for task in status["tasks"])]
    return all(state == "RUNNING" for state in states) and bool(status["tasks"])


def stopped(status: dict[str, Any]) -> bool:
    """Tell whether a connector is stopped."""
    return bool(status["connector"]["state"] == "STOPPED")


def signs(url: str, names: list[str], key: str, value: str) -> None:
    """Wait until the task configs carry the changed value."""

    def wait(name: str) -> None:
        while True:
            tasks = call(url, "GET", f"/connectors/{name}/tasks")
            if isinstance(tasks, list) and tasks and tasks[0]["config"].get(key) == value:
                return
            time.sleep(0.25)

    wide(wait, names)


def wide(function: Callable[[str], object], names: list[str]) -> None:
    """Call a function for each name, 32 at a time."""
    with ThreadPoolExecutor(WIDTH) as pool:
        list(pool.map(function, names))


def main(phase: str, url: str, configs: dict[str, dict[str, str]]) -> None:
    """Carry out one phase for all connectors."""
    names = list(configs)
    match phase:
        case "create":
            wide(
                lambda name: call(
                    url, "POST", "/connectors", {"name": name, "config": configs[name]}
                ),
                names,
            )
            settle(url, names, running)
        case "update":
            wide(lambda name: call(url, "PUT", f"/connectors/{name}/config", configs[name]), names)
            signs(url, names, "file", configs[names[0]]["file"])
            settle(url, names, running)
        case "stop":
            wide(lambda name: call(url, "PUT", f"/connectors/{name}/stop"), names)
            settle(url, names, stopped)
        case "delete running":
            main("stop", url, configs)
            main("delete stopped", url, configs)
        case "delete stopped":
            wide(lambda name: call(url, "DELETE", f"/connectors/{name}"), names)
            while set(names) & set(call(url, "GET", "/connectors?expand=status")):
                time.sleep(0.25)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.stdin.read()))
