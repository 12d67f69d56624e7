"""The Kafka Connect REST API: one function per endpoint, the only door to a Connect cluster."""
