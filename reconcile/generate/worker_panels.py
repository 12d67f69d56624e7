"""Panels of workers: heap, garbage collection, rebalances, tasks."""

from reconcile.generate.panels import Built, Query, graph
from reconcile.generate.promql import counted, equals, series
from reconcile.measure.dialects import JAVA, names_of
from reconcile.model.metrics import Measure


def worker_panels(*conditions: str) -> list[Built]:
    """Return panels of the workers, in whichever dialect their metrics are named."""
    tasks = series(names_of(Measure.TASKS), *conditions)
    rebalances = series(counted(names_of(Measure.REBALANCES)), *conditions)
    used, limit = (
        f"sum by (instance) ({_memory(measure, conditions)})"
        for measure in (Measure.HEAP_BYTES, Measure.HEAP_LIMIT_BYTES)
    )
    spent = series(counted(names_of(Measure.GC_SECONDS)), *conditions)
    of_workers = f"and on (instance) {tasks}"
    collecting = f"sum by (instance) (rate({spent}[$__rate_interval]))"
    return [
        graph(
            "Tasks of each worker",
            "How many tasks each worker runs.",
            Query(f"max by (instance) ({tasks})", "{{instance}}"),
        ),
        graph(
            "Rebalances",
            "Rebalances that each worker has completed.",
            Query(f"max by (instance) (increase({rebalances}[$__rate_interval]))", "{{instance}}"),
            bars=True,
        ),
        graph(
            "Heap in use",
            "The share of its largest heap that each worker uses.",
            Query(f"{used} / {limit} {of_workers}", "{{instance}}"),
            unit="percentunit",
            limits={0.9: "red"},
        ),
        graph(
            "Garbage collection",
            "The share of time that each worker spends collecting garbage.",
            Query(f"{collecting} {of_workers}", "{{instance}}"),
            unit="percentunit",
        ),
    ]


def _memory(measure: Measure, conditions: tuple[str, ...]) -> str:
    """Return the heap as any version of the exporters names it; pools, where there are any, apart."""
    found = [
        series(name, *conditions, *([equals(*meaning.where)] if meaning.where else ()))
        for name, meaning in JAVA
        if meaning.measure is measure
    ]
    return " or ".join(found)
