"""What git declares, as files for Prometheus and Grafana."""
