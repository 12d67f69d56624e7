"""Generate realistic connector definitions: 30 keys, converters, transforms, placeholders."""

import json
from pathlib import Path

SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"


def config_of(number: int, class_name: str = SINK) -> dict[str, str]:
    """Return the settings of one connector, as Connect stores them, `name` left out."""
    table = f"orders_{number:05d}"
    return {
        "connector.class": class_name,
        "tasks.max": "1",
        "topics": f"shop.public.{table}",
        "file": f"/tmp/connectform-bench/{table}.txt",  # noqa: S108  # never opened: stopped
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "key.converter.schemas.enable": "false",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "header.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        "transforms": "unwrap,route,stamp",
        "transforms.unwrap.type": "org.apache.kafka.connect.transforms.ExtractField$Value",
        "transforms.unwrap.field": "after",
        "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.route.regex": "shop\\.public\\.(.*)",
        "transforms.route.replacement": f"warehouse.$1.{number % 7}",
        "transforms.stamp.type": "org.apache.kafka.connect.transforms.InsertField$Value",
        "transforms.stamp.timestamp.field": "loaded_at",
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": f"dlq.{table}",
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.deadletterqueue.context.headers.enable": "true",
        "errors.log.enable": "true",
        "errors.log.include.messages": "false",
        "errors.retry.timeout": "600000",
        "errors.retry.delay.max.ms": "60000",
        "consumer.override.max.poll.records": str(500 + number % 100),
        "consumer.override.auto.offset.reset": "earliest",
        "connection.url": f"jdbc:postgresql://db-{number % 12}.internal:5432/shop",
        "connection.user": "${file:/opt/secrets/db.properties:user}",
        "connection.password": "${file:/opt/secrets/db.properties:password}",
    }


def yaml_of(number: int) -> str:
    """Return one definition as a person would write it."""
    config = config_of(number)
    lines = [
        "apiVersion: connectform/v1",
        "kind: Connector",
        "metadata:",
        f"  name: {name_of(number)}",
        f'  labels: {{team: team-{number % 40}, tier: "{number % 3}"}}',
        "spec:",
        f"  class: {config.pop('connector.class')}",
        f"  tasksMax: {config.pop('tasks.max')}",
        "  state: stopped",
        "  config:",
        *(f"    {key}: {_scalar(value)}" for key, value in config.items()),
    ]
    return "\n".join(lines) + "\n"


def _scalar(value: str) -> str:
    return value if value.isdigit() else json.dumps(value)


def name_of(number: int) -> str:
    """Return the name of one connector."""
    return f"orders-{number:05d}-sink"


def write_project(folder: Path, count: int, url: str) -> None:
    """Write a project of `count` definitions, one a file, forty folders of teams."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "connectform.yaml").write_text(
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: bench}\n"
        f'definitions: [connectors]\nclusters:\n  bench: {{url: "{url}"}}\n'
    )
    for number in range(count):
        path = folder / "connectors" / f"team-{number % 40}" / f"{name_of(number)}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml_of(number))
