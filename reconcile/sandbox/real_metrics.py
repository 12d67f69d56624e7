"""What the exporter of a worker shows: everything of Connect, in the names of Strimzi's rules."""

from typing import Final

# The exporter reads an attribute as domain<key=value, ...><>name: value, and the first rule wins.
EXPORTER_RULES: Final = """\
lowercaseOutputName: true
includeObjectNames: ["kafka.connect:*", "debezium.*:*"]
rules:
  - pattern: 'kafka.connect<type=(.+)-metrics, connector=(.+), task=([0-9]+)><>([a-z-]+)'
    name: kafka_connect_$1_$4
    labels: {connector: "$2", task: "$3"}
    type: GAUGE
  - pattern: 'kafka.connect<type=connector-metrics, connector=(.+)><>status: ([a-z]+)'
    name: kafka_connect_connector_status
    value: 1
    labels: {connector: "$1", status: "$2"}
    type: GAUGE
  - pattern: 'kafka.connect<type=connect-worker-metrics, connector=(.+)><>([a-z-]+)'
    name: kafka_connect_worker_$2
    labels: {connector: "$1"}
    type: GAUGE
  - pattern: 'kafka.connect<type=connect-worker-metrics><>([a-z-]+)'
    name: kafka_connect_worker_$1
    type: GAUGE
  - pattern: 'kafka.connect<type=connect-worker-rebalance-metrics><>([a-z-]+)'
    name: kafka_connect_worker_rebalance_$1
    type: GAUGE
  - pattern: 'debezium.([^:]+)<type=connector-metrics, context=([^,]+), server=([^,>]+).*><>(MilliSecondsBehindSource)'
    name: debezium_metrics_$4
    labels: {plugin: "$1", context: "$2", server: "$3"}
    type: GAUGE
"""
