"""Measure, print the tables and write them to `docs/benchmarks.md`."""

import argparse
from pathlib import Path

from benchmarks import anomalies, apply, plan, watch
from benchmarks.processes import machine

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    """Run the chosen benchmarks."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--counts", default="10,1000,10000")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-real", action="store_true", help="leave the real sandbox out")
    options = parser.parse_args()
    counts = [int(count) for count in options.counts.split(",")]
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Medians of whole processes, each measured in turn with its floor in",
        "the same run; read the ratios, not the seconds.",
        "",
        f"Machine: {machine()}.",
        "",
        "## A plan of a cluster in sync",
        "",
        "The floor is a bare script: one HTTP read, parse the JSON, load the YAML with libyaml, compare",
        "the dictionaries. The bound is 1.8 times its time plus 300 ms, and twice its memory plus 30 MB.",
        "",
        *plan.table(counts, options.runs),
    ]
    lines += [
        "",
        "## A round of watch",
        "",
        "On a simulated cluster whose connectors run, without metrics. The first round reads every",
        "definition and every config, as all rounds would without a memory; a later one reads names,",
        "statuses and the offsets of 20. Of its time on the whole the simulated cluster takes a part.",
        "",
        *watch.table(),
        "",
        "## Anomaly detection",
        "",
        "The naive detector keeps the last day of a series, one sample a minute, and compares with",
        "its mean. Processor time of a sample and memory of a series, in turn in the same run; what",
        "it finds is in [anomalies](anomalies.md).",
        "",
        *anomalies.cost_table(),
    ]
    if not options.no_real:
        lines += [
            "",
            "## Apply on a real cluster of three workers",
            "",
            "The floor is the best sequence of the same requests sent bare, 32 at a time, under the same",
            "settle rule; running connectors are stopped first and deleted then. The bound is 1.3 times",
            "its time. Both columns are whole processes; what starting Python, reading the cluster and",
            "planning take of it is told apart, since the bare requests plan nothing.",
            "",
            *apply.table(options.rounds),
        ]
    text = "\n".join(lines) + "\n"
    print(text)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
