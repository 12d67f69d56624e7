"""One run over several clusters, as a whole process."""

from pathlib import Path

from tests.cli.harness import Workplace
from tests.cli.test_moving import quick, two_clusters


def _declare(place: Workplace, name: str, clusters: str, class_name: str) -> None:
    place.write(
        f"connectors/{name}.yaml",
        "apiVersion: connectform/v1\nkind: Connector\n"
        f"metadata: {{name: {name}, clusters: [{clusters}]}}\nspec:\n  class: {class_name}\n"
        "  config: {topics: t, file: out.txt}\n",
    )


def test_a_run_over_two_clusters_ends_with_one_sum_that_names_both(tmp_path: Path):
    with two_clusters(tmp_path, quick()) as two:
        _declare(two.place, "a", "east, west", "FileStreamSink")
        _declare(two.place, "b", "west", "NoSuchSink")

        result = two.place.run(
            "apply", "--auto-approve", "--all-clusters", "--prune", "--validate", "off"
        )

    assert result.code == 5, result.both
    assert "] east: a: created" in result.err
    assert "] west: b: failed" in result.err
    assert result.err.count("Apply complete") == 1
    assert result.err.endswith(
        "east: Apply complete: 1 added, 0 changed, 0 destroyed.\n"
        "west: Apply incomplete: 1 applied, 1 failed.\n"
        "Apply incomplete: 2 applied, 1 failed. (2 clusters)\n"
        "Mend what failed and run again: what is applied is left alone.\n"
    )


def test_one_cluster_is_not_named_in_each_line(workplace: Workplace):
    workplace.write_sink("a")

    result = workplace.run("apply", "--auto-approve")

    assert "] a: created" in result.err
    assert result.err.endswith("Apply complete: 1 added, 0 changed, 0 destroyed.\n")
