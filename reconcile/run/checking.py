"""Check the files of a project without any cluster, by the plugin snapshots it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.desired.load import Checked, check_files
from reconcile.desired.project import LoadedProject
from reconcile.errors import DefinitionError
from reconcile.model.desired import Desired
from reconcile.model.problem import Problem
from reconcile.plugins.judge import judge_definition
from reconcile.run.snapshots import no_snapshot, read_snapshot


def check_offline(loaded: LoadedProject, clusters: Sequence[str], folder: Path) -> Checked:
    """Return all that is wrong with the files, and with settings as far as snapshots tell."""
    checked = check_files(loaded, clusters=clusters)
    judged = judge_by_snapshots(loaded, checked.desired, folder)
    return replace(checked, problems=tuple(dict.fromkeys((*checked.problems, *judged))))


def judge_by_snapshots(
    loaded: LoadedProject, desired: Mapping[str, Desired], folder: Path
) -> tuple[Problem, ...]:
    """Return what the snapshots in a folder say against definitions, by cluster, each once.

    Clusters without a snapshot are named once, in a notice.
    """
    problems: dict[Problem, None] = {}
    without = []
    for cluster, found in desired.items():
        definitions = found.definitions.values()
        try:
            snapshot = read_snapshot(loaded.project, folder, cluster)
        except DefinitionError as error:
            problems.update(dict.fromkeys(error.problems))
            continue
        if snapshot is None:
            # Where nothing is declared, nothing is left unchecked.
            without += [cluster] if definitions else []
            continue
        for definition in definitions:
            judged = judge_definition(
                definition,
                snapshot.catalog,
                version=snapshot.manifest.version,
                release=snapshot.manifest.release,
            )
            problems.update(dict.fromkeys(judged))
    if without:
        problems[no_snapshot(loaded.project, folder, without)] = None
    return tuple(problems)
