"""Real definitions from public repositories, made creatable, are in sync once applied.

Of each file the class becomes one that is installed, and keys whose classes are not installed are
renamed. The values stay as they are.
"""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real.stand import Stand, clusters
from tests.real_clusters import real_versions

_CLASS = "org.apache.kafka.connect.file.FileStreamSourceConnector"
_REFUSED = {
    "connect-json/021.json",
    "connect-json/024.json",
    "connect-json/028.json",
    "connect-json/044.json",
    "strimzi/029.yaml",
}
_NOT_INSTALLED = re.compile(
    r'(?<![\w.])(?=(?:transforms|predicates|(?:key|value|header)\.converter)"?\s*:)'
)
_PROVIDED = re.compile(r"\$\{file:[^:}]+:")
_KAFKA_CONNECTOR = "KafkaConnector"


def write_corpus(stand: Stand, folder: Path) -> dict[str, dict[str, str]]:
    """Write every file that can be read, under names of our own; return what they must come to."""
    stand.write_project(
        more="defaults:\n  - spec: {state: stopped, config: {topic: corpus, by.default: x}}\n"
    )
    expected = {}
    with (folder / "labels.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"] not in _REFUSED]
    for row in rows:
        text = (folder / row["file"]).read_bytes().decode("utf-8")
        stem = re.sub(r"[/.]", "-", row["file"])
        text = _adapted(text, row["connector_class"], stand)
        name, config = _as_others_read(text, stem)
        renamed = f"{stand.prefix}-{stem}"
        text = re.sub(
            rf'(\bname"?\s*:\s*"?){re.escape(name)}(?=["\s,}}]|$)', rf"\g<1>{renamed}", text
        )
        suffix = Path(row["file"]).suffix
        target = stand.place.folder / "connectors" / f"{renamed}{suffix}"
        target.write_bytes(text.encode())
        expected[renamed] = {"topic": "corpus", "by.default": "x", **config}
    return expected


def _adapted(text: str, class_name: str, stand: Stand) -> str:
    text = re.sub(
        rf'(\bclass"?\s*:\s*["\']?\s*){re.escape(class_name)}(?![\w.])', rf"\g<1>{_CLASS}", text
    )
    text = _NOT_INSTALLED.sub("not.here.", text)
    return _PROVIDED.sub(f"${{file:{stand.properties}:", text)


def _as_others_read(text: str, stem: str) -> tuple[str, dict[str, str]]:
    """Return name and texts of a file by readers that are not ours."""
    text = text.removeprefix("\ufeff")
    try:
        document = json.loads(text, parse_int=str, parse_float=str, strict=False)
    except ValueError:
        return _strimzi(text)
    config = document["config"] if "connector.class" not in document else document
    name = document.get("name") or config.get("name") or stem
    return name, _texts({key: value for key, value in config.items() if key != "name"})


def _strimzi(text: str) -> tuple[str, dict[str, str]]:
    documents = [*yaml.load_all(text, Loader=yaml.BaseLoader)]
    (found,) = [each for each in documents if each and each.get("kind") == _KAFKA_CONNECTOR]
    spec = found["spec"]
    fields = {"connector.class": spec.get("class"), "tasks.max": spec.get("tasksMax")}
    given = {key: value for key, value in fields.items() if value is not None}
    return found["metadata"]["name"], _texts({**spec.get("config", {}), **given})


def _texts(config: Mapping[str, Any]) -> dict[str, str]:
    texts = {
        key: str(value).lower() if isinstance(value, bool) else value
        for key, value in config.items()
    }
    return {key: value for key, value in texts.items() if value is not None}


@pytest.mark.parametrize("stand", clusters(real_versions()[:1]), indirect=True)
def test_what_others_wrote_is_in_sync_once_applied(stand: Stand, shared_folder):
    expected = write_corpus(stand, shared_folder("definitions"))

    applied = stand.place.run("apply", "--auto-approve")

    assert applied.code == 0, applied.both[-5000:]
    assert set(stand.names()) == set(expected)
    stored = {name: stand.config(name) for name in expected}
    assert stored == expected
    planned = stand.place.run("plan", "--detailed-exitcode")
    assert "No changes." in planned.out, planned.both
    assert planned.code == 0
