"""Write the files of a new repository."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from reconcile.errors import UsageError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem
from reconcile.run.output import write_file

_PROJECT: Final = """\
# yaml-language-server: $schema=schemas/project.schema.json
apiVersion: connectform/v1
kind: Project
metadata: {{name: {name}}}
definitions: [connectors]

clusters:
  local:
    url: "http://127.0.0.1:8083"

  # A cluster with several workers, a password from the environment and a CA of its own:
  # prod:
  #   urls: ["https://connect-1.example.com:8083", "https://connect-2.example.com:8083"]
  #   auth: {{basic: {{username: ci, password: "${{{{ env.CONNECT_PASSWORD }}}}"}}}}
  #   tls: {{ca: certs/ca.pem}}
  #   ownership: {{owns: ["orders-*"]}}     # deletes only these, and only with --prune
  #   ledger: git                         # remembers what was applied where pipelines find it
"""

_CONNECTOR: Final = """\
# yaml-language-server: $schema=../schemas/definition.schema.json
apiVersion: connectform/v1
kind: Connector
metadata:
  name: example-sink
  labels: {team: data-platform}
spec:
  class: FileStreamSink             # an alias or a full class name
  tasksMax: 1
  config:
    file: /tmp/example-sink.txt
    topics: example
  errors:
    tolerance: all
    deadLetterQueue: {topic: "${{ connector.name }}.dlq", replicationFactor: 1, headers: true}
"""

_GITIGNORE: Final = """\
.connectform/
apply-result.json
plan.json
"""

_IGNORE_FILE: Final = ".gitignore"
_SCHEMAS: Final = ("definition.schema.json", "project.schema.json")


def scaffold(directory: Path, *, name: str) -> tuple[str, ...]:
    """Write a project file, an example definition and the schemas for editors.

    Nothing is written where any of the files exists already (UsageError, all of them at once); but
    an existing .gitignore is kept, and gets the lines that it lacks. Returns the paths written,
    relative to the directory.
    """
    files: Mapping[str, str] = {
        "connectform.yaml": _PROJECT.format(name=name),
        "connectors/example-sink.yaml": _CONNECTOR,
        **{f"schemas/{schema}": shipped("schemas", schema) for schema in _SCHEMAS},
    }
    existing = [path for path in files if (directory / path).exists()]
    if existing:
        raise UsageError(*(_exists(path) for path in existing))
    files = {**files, **_ignoring(directory)}
    for path, text in files.items():
        write_file(directory / path, text)
    return tuple(files)


def _ignoring(directory: Path) -> Mapping[str, str]:
    """Return .gitignore with our lines, or nothing where it holds them all already."""
    try:
        before = (directory / _IGNORE_FILE).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return {_IGNORE_FILE: _GITIGNORE}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(_unreadable(_IGNORE_FILE)) from error
    known = {line.strip() for line in before.splitlines()}
    missing = [line for line in _GITIGNORE.splitlines() if line not in known]
    if not missing:
        return {}
    gap = "" if not before or before.endswith("\n") else "\n"
    return {_IGNORE_FILE: "\n".join([f"{before}{gap}{missing[0]}", *missing[1:], ""])}


def shipped(folder: str, name: str) -> str:
    """Return a file that ships with connectform."""
    return (shipped_folder(folder) / name).read_text(encoding="utf-8")


def shipped_folder(folder: str) -> Path:
    """Return a folder that ships with connectform, from the package or from the checkout."""
    package = Path(str(resources.files("reconcile")))
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def _unreadable(path: str) -> Problem:
    return Problem(
        code=Code.FILE_EXISTS,
        message=f"{path} exists already and cannot be read as text; nothing was written",
        hint="mend it, or move it away first",
    )


def _exists(path: str) -> Problem:
    return Problem(
        code=Code.FILE_EXISTS,
        message=f"{path} exists already; nothing was written",
        hint="run init in an empty folder, or move the file away first",
    )
