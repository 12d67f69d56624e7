"""Snapshots of real workers, and our own examples judged by them without the worker."""

import json
import shutil
from pathlib import Path

from jsonschema import Draft202012Validator

from reconcile.desired.schemas import read_schemas
from tests.real.stand import Stand

ROOT = Path(__file__).parents[2]
SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"


def test_our_examples_are_right_by_the_snapshot_of_a_worker(stand: Stand):
    stand.write_project(cluster="    vars: {FOLDER: /tmp}\n")
    folder = stand.place.folder / "connectors"
    shutil.copytree(ROOT / "connectors", folder, dirs_exist_ok=True)

    pulled = stand.place.run("schema", "pull")
    before = stand.place.files()
    again = stand.place.run("schema", "pull")
    checked = stand.place.run("validate")

    assert pulled.code == again.code == 0, pulled.both
    assert "[CF" not in pulled.both
    assert "wrote" not in again.both
    assert stand.place.files() == before
    assert checked.code == 0, checked.both
    assert "no problems" in checked.both
    kept = stand.place.folder / "schemas/plugins/here/connectors" / f"{SOURCE}.json"
    (version,) = json.loads(kept.read_text())["versions"]
    assert version["version"] == stand.version
    assert version["settings"]["topic"]["required"] is True


def test_by_definitions_and_by_their_snapshot_the_same_is_wrong(stand: Stand):
    stand.write_project()
    assert stand.place.run("schema", "pull").code == 0
    stand.place.write(
        "connectors/lines.yaml",
        "apiVersion: connectform/v1\nkind: Connector\n"
        f"metadata: {{name: {stand.prefix}-lines}}\nspec:\n  class: FileStreamSource\n  config:\n"
        "    fiile: in.txt\n    batch.size: many\n    errors.tolerance: al\n"
        "    value.converter: JsonConvertr\n    key.converter: JsonConverter\n"
        "    key.converter.schemas.cache.size: many\n    transforms: stamp\n"
        "    transforms.stamp.type: org.apache.kafka.connect.transforms.InsertField$Value\n"
        "    transforms.stamp.static.feild: site\n",
    )

    checked = stand.place.run("validate", "--output", "json")
    planned = stand.place.run("plan", "--validate", "schema", "--output", "json")

    offline = {
        (row["code"], row["message"], row["line"]) for row in json.loads(checked.out)["problems"]
    }
    live = {
        (row["code"], row["message"], row["location"]["line"])
        for row in json.loads(planned.out)["plans"][0]["problems"]
        if row["location"]
    }
    assert offline == live
    assert {line for _, _, line in offline} == {3, 7, 8, 9, 10, 12, 15}


def test_the_schema_for_editors_knows_the_classes_of_a_worker(stand: Stand):
    stand.write_project()
    assert stand.place.run("schema", "pull").code == 0
    text = (stand.place.folder / "schemas/plugins/connector.schema.json").read_text()
    schema = json.loads(text)
    document = {
        "apiVersion": "connectform/v1",
        "kind": "Connector",
        "metadata": {"name": "a"},
        "spec": {"class": "FileStreamSource", "config": {"topic": "a", "batch.size": "many"}},
    }

    Draft202012Validator.check_schema(schema)
    (error,) = Draft202012Validator(schema).iter_errors(document)

    assert list(error.absolute_path) == ["spec", "config", "batch.size"]
    assert read_schemas()["definition.schema.json"].keys() <= schema.keys()
    assert len(text) < 150_000
