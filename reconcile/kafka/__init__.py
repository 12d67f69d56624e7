"""Brokers: the only door to them, and the only import of a Kafka client, which is an extra."""
