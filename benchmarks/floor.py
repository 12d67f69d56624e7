"""The floor of a plan: one HTTP read, parse the JSON, load the YAML, compare dictionaries."""

import http.client
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def main(url: str, folder: str) -> int:
    """Return the number of connectors that differ."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
    connection.request("GET", "/connectors?expand=info&expand=status")
    live = json.loads(connection.getresponse().read())
    different = 0
    for path in Path(folder, "connectors").rglob("*.yaml"):
        definition = yaml.load(path.read_bytes(), Loader=Loader)  # noqa: S506  # the safe loader
        spec, name = definition["spec"], definition["metadata"]["name"]
        wanted = {key: str(value) for key, value in spec["config"].items()}
        wanted |= {
            "name": name,
            "connector.class": spec["class"],
            "tasks.max": str(spec["tasksMax"]),
        }
        entry = live.get(name)
        state = entry["status"]["connector"]["state"] if entry else ""
        different += (
            not entry or entry["info"]["config"] != wanted or state.lower() != spec["state"]
        )
    return different


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2]), "differ")
