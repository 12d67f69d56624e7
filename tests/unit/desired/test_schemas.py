"""The schemas: found in a package and in a checkout, and good for editors."""

import json

import pytest
from jsonschema import Draft202012Validator

from reconcile.desired.schemas import DEFINITION, PROJECT, read_schemas, schema_folder


def test_an_installed_package_brings_its_schemas(tmp_path):
    package = tmp_path / "site-packages" / "reconcile"
    (package / "schemas").mkdir(parents=True)

    assert schema_folder(package) == package / "schemas"


def test_in_a_checkout_they_lie_beside_the_package(tmp_path):
    package = tmp_path / "reconcile"
    package.mkdir()

    assert schema_folder(package) == tmp_path / "schemas"


def fields(schema, path=()):
    """Yield every field that a schema describes."""
    for name, below in schema.get("properties", {}).items():
        yield (*path, name), below
        yield from fields(below, (*path, name))
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from fields(schema[name], (*path, name))
    for name, below in schema.get("$defs", {}).items():
        yield from fields(below, (*path, name))


@pytest.mark.parametrize("name", [DEFINITION, PROJECT])
def test_schemas_are_valid_and_explain_every_field(name):
    schema = read_schemas()[name]
    Draft202012Validator.check_schema(schema)

    unexplained = [
        path for path, below in fields(schema) if "description" not in below and "$ref" not in below
    ]

    assert unexplained == []
    assert json.dumps(schema).count("http") < 40


def test_every_example_in_the_schemas_fits_its_field():
    schema = read_schemas()[DEFINITION]
    for path, below in fields(schema):
        validator = Draft202012Validator({**below, "$defs": schema["$defs"]})
        for example in below.get("examples", ()):
            assert validator.is_valid(example), path
