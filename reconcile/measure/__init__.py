"""Measure: what metrics and offsets say of tasks, workers and partitions; pure."""
