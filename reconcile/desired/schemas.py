"""Find the JSON Schemas that editors and we share."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DEFINITION: Final = "definition.schema.json"
PROJECT: Final = "project.schema.json"

_PACKAGE: Final = Path(__file__).resolve().parent.parent


def schema_folder(package: Path = _PACKAGE) -> Path:
    """Return the folder of the schemas: inside an installed package, beside one in a checkout."""
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def read_schemas() -> Mapping[str, Mapping[str, Any]]:
    """Return the schemas of definitions and projects by file name."""
    return {
        name: json.loads((schema_folder() / name).read_text("utf-8"))
        for name in (DEFINITION, PROJECT)
    }
