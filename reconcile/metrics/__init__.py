"""Metrics in: exporter pages of workers, and the API of a Prometheus server."""
