"""Find the JSON Schemas that editors and we share."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DEFINITION: Final = "definition.schema.json"
PROJECT: Final = "project.schema.json"

Schema = Mapping[str, Any]

_PACKAGE: Final = Path(__file__).resolve().parent.parent


def schema_folder(package: Path = _PACKAGE) -> Path:
    """Return the folder of the schemas: inside an installed package, beside one in a checkout."""
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def read_schemas() -> Mapping[str, Schema]:
    """Return the schemas of definitions and projects by file name."""
    return {
        name: json.loads((schema_folder() / name).read_text("utf-8"))
        for name in (DEFINITION, PROJECT)
    }


def resolve(reference: str, root: Schema, schemas: Mapping[str, Schema]) -> tuple[Schema, Schema]:
    """Return the schema that a `$ref` names, and the document it stands in."""
    name, _, pointer = reference.partition("#")
    root = schemas[name] if name else root
    target: Any = root
    for part in pointer.strip("/").split("/"):
        target = target[part] if part else target
    return target, root
