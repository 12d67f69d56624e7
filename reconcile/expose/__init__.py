"""Metrics out: what watching found, for Prometheus to scrape."""
