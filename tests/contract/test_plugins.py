import pytest

from reconcile.connect import reads, writes
from reconcile.connect.answers import HealthStatus
from reconcile.connect.failures import WriteFailureKind
from reconcile.model.config import Config
from reconcile.model.plugin import Plugin, SettingError, SettingType, Validation
from tests.contract.world import SOURCE_CLASS, World, refused, unreadable

REQUIRED = "required, and it has no default"
TOPICS = "Must configure one of topics or topics.regex"
BOTH = "topics and topics.regex are mutually exclusive options, but both are set."
INSERT = "org.apache.kafka.connect.transforms.InsertField$Value"
NAMED = "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"


def validated(world: World, name: str = "orders", **settings: str) -> Validation:
    values = {key.replace("__", "."): value for key, value in settings.items()}
    return reads.validate_config(world.connection, name, Config(values))


def errors_of(found: Validation) -> dict[str, tuple[str, ...]]:
    assert found.failure == ""
    return {error.key: error.messages for error in found.errors}


def sink_errors(world: World, **settings: str) -> dict[str, tuple[str, ...]]:
    basics = {"connector__class": "FileStreamSink", "file": "f", "topics": "a"}
    return errors_of(validated(world, **(basics | settings)))


def source_errors(world: World, **settings: str) -> dict[str, tuple[str, ...]]:
    basics = {"connector__class": "FileStreamSource", "file": "f", "topic": "t"}
    return errors_of(validated(world, **(basics | settings)))


def test_a_worker_says_who_it_is(world: World) -> None:
    identity = reads.get_identity(world.connection)

    assert identity.release >= (3, 6)
    assert identity.commit
    assert identity.kafka_cluster_id


def test_health_is_known_from_connect_3_9_on(world: World) -> None:
    health = reads.get_health(world.connection)

    expected = HealthStatus.HEALTHY if world.release >= (3, 9) else HealthStatus.UNKNOWN
    assert health.status is expected


def test_plugins_are_listed_each_once(world: World) -> None:
    connectors = reads.list_plugins(world.connection)
    everything = reads.list_plugins(world.connection, connectors_only=False)

    assert len(set(everything)) == len(everything)
    assert set(connectors) <= set(everything)
    (source,) = [plugin for plugin in connectors if plugin.class_name == SOURCE_CLASS]
    assert source.kind == "source"
    assert source.version == world.connection.worker.identity.version
    kinds = {plugin.kind for plugin in everything}
    assert {"source", "sink", "converter", "header_converter", "transformation"} <= kinds


@pytest.mark.parametrize("written", ["FileStreamSource", "FileStreamSourceConnector", SOURCE_CLASS])
def test_a_plugin_says_what_its_settings_are(world: World, written: str) -> None:
    settings = reads.get_plugin_settings(world.connection, written).settings

    assert settings["topic"].required
    assert settings["topic"].default is None
    assert settings["file"].importance == "HIGH"
    assert settings["batch.size"].type is SettingType.INT
    assert settings["batch.size"].default == "2000"
    assert settings["tasks.max"].default == "1"
    assert settings["tasks.max"].order > settings["name"].order
    assert settings["transforms"].type is SettingType.LIST
    assert settings["errors.tolerance"].documentation
    assert ("tasks.max.enforce" in settings) is (world.release >= (3, 8))
    assert ("connector.plugin.version" in settings) is (world.release >= (4, 1))
    assert "topics" not in settings


def test_settings_of_other_plugins_and_of_none(world: World) -> None:
    converter = "org.apache.kafka.connect.json.JsonConverter"

    assert "schemas.enable" in reads.get_plugin_settings(world.connection, converter).settings
    assert "static.field" in reads.get_plugin_settings(world.connection, INSERT).settings
    assert reads.get_plugin_settings(world.connection, "Nope") is None


def test_settings_of_a_version_from_connect_4_1_on(world: World) -> None:
    def settings_of(version: str) -> Plugin | None:
        return reads.get_plugin_settings(world.connection, "FileStreamSource", version=version)

    assert "topic" in settings_of(world.connection.worker.identity.version).settings
    if world.release < (4, 1):
        assert "topic" in settings_of("1.0").settings
    else:
        error = unreadable(lambda: settings_of("1.0"))
        assert "[1.0,1.0]" in error.problems[0].message


def test_a_config_without_errors_has_none(world: World) -> None:
    found = validated(world, connector__class="FileStreamSource", topic="t", bogus__key="1")

    assert found.errors == ()
    assert {"topic", "file", "tasks.max", "name", "transforms"} <= found.known_keys
    assert "bogus.key" not in found.known_keys
    assert found.connector == "orders"


@pytest.mark.parametrize("written", ["FileStreamSource", "FileStreamSourceConnector", SOURCE_CLASS])
def test_the_class_may_be_written_in_any_way(world: World, written: str) -> None:
    found = errors_of(validated(world, connector__class=written))

    assert found == {"topic": (REQUIRED,)}


def test_errors_of_a_source(world: World) -> None:
    assert source_errors(world, tasks__max="0", batch__size="x") == {
        "tasks.max": ("Value must be at least 1",),
        "batch.size": ("Not a number of type INT",),
    }
    assert source_errors(world, tasks__max="abc") == {"tasks.max": ("Not a number of type INT",)}
    assert source_errors(world, topic="") == {"topic": ("String must be non-empty",)}
    assert source_errors(world, exactly__once__support="required") == {
        "exactly.once.support": ("This worker does not have exactly-once source support enabled.",)
    }
    assert source_errors(world, topic__creation__groups="g") == {}
    assert source_errors(world, errors__deadletterqueue__topic__name="dlq") == {}


def test_errors_of_the_topics_of_a_sink(world: World) -> None:
    regex = "topics.regex"
    assert errors_of(validated(world, connector__class="FileStreamSink")) == {
        "topics": (TOPICS,),
        regex: (TOPICS,),
    }
    assert sink_errors(world, topics__regex="b") == {"topics": (BOTH,), regex: (BOTH,)}
    dlq = sink_errors(world, errors__deadletterqueue__topic__name="a")
    assert dlq.keys() == {"topics"}
    assert "The DLQ topic 'a' may not be included in the list of topics" in dlq["topics"][0]
    assert sink_errors(world, errors__deadletterqueue__topic__name="dlq") == {}
    assert sink_errors(world, errors__tolerance="some") == {
        "errors.tolerance": ("String must be one of: none, all",)
    }


def test_errors_of_transforms_and_predicates(world: World) -> None:
    kind = "transforms.t1.type"
    assert sink_errors(world, transforms="t1") == {kind: (REQUIRED,)}
    assert sink_errors(world, transforms="t1", transforms__t1__type="Insert$Value") == {
        kind: ("Class Insert$Value could not be found.",)
    }
    assert (
        sink_errors(
            world,
            transforms="t1",
            transforms__t1__type=INSERT,
            transforms__t1__static__field="f",
            transforms__t1__static__value="v",
        )
        == {}
    )
    assert sink_errors(world, predicates="p") == {"predicates.p.type": (REQUIRED,)}
    assert sink_errors(world, predicates="p", predicates__p__type=NAMED) == {
        "predicates.p.pattern": (REQUIRED,)
    }


def test_errors_of_converters_from_connect_3_8_on(world: World) -> None:
    unknown = sink_errors(world, value__converter="Nope")
    wrong = sink_errors(
        world, value__converter="JsonConverter", value__converter__schemas__enable="zzz"
    )

    assert unknown == {"value.converter": ("Class Nope could not be found.",)}
    if world.release >= (3, 8):
        assert wrong == {
            "value.converter.schemas.enable": ("Expected value to be either true or false",)
        }
    else:
        assert wrong == {}


def test_space_around_the_class_of_a_converter_is_wrong_from_connect_3_8_on(world: World) -> None:
    sent = " org.apache.kafka.connect.storage.StringConverter"
    expected = {"value.converter": (f"Failed to load class {sent}: {sent}",)}

    errors = sink_errors(world, value__converter=sent)

    assert errors == (expected if world.release >= (3, 8) else {})


def test_an_override_that_does_not_parse_stands_at_its_key(world: World) -> None:
    assert sink_errors(world, consumer__override__max__poll__records="abc") == {
        "consumer.override.max.poll.records": ("Not a number of type INT",)
    }


def test_a_placeholder_that_cannot_be_resolved_stands_at_its_key(world: World) -> None:
    found = validated(
        world, connector__class="FileStreamSource", topic="t", file="${file:/no/such:key}"
    )

    assert found.errors == (
        SettingError(key="file", messages=("Could not read properties from file /no/such",)),
    )


def test_a_provider_that_nobody_knows_is_plain_text(world: World) -> None:
    assert source_errors(world, file="${vault:/no/such:key}") == {}


def test_an_unknown_class_is_told_apart_from_errors(world: World) -> None:
    found = validated(world, connector__class="Nope", topic="t")

    assert found.unknown_class
    assert found.errors == ()


def test_a_version_of_a_plugin_that_is_not_there(world: World) -> None:
    found = source_errors(world, connector__plugin__version="9.9")

    if world.release < (4, 1):
        assert found == {}
        return
    assert set(found) == {"connector.class", "connector.plugin.version"}
    assert "[9.9,9.9]" in found["connector.class"][0]
    assert source_errors(world, connector__plugin__version="[3.0,9.0)") == {}


def test_levels_of_loggers(world: World) -> None:
    logger = "org.apache.kafka.connect.runtime.WorkerSourceTask"

    assert {level.name for level in reads.get_loggers(world.connection)}
    assert writes.set_logger_level(world.connection, logger, "DEBUG") == (logger,)
    assert reads.get_logger(world.connection, logger).level == "DEBUG"
    writes.set_logger_level(world.connection, logger, "INFO")
    assert reads.get_logger(world.connection, logger).level == "INFO"
    assert reads.get_logger(world.connection, "no.such.Logger") is None
    failure = refused(lambda: writes.set_logger_level(world.connection, logger, "LOUD"))
    assert failure.kind is WriteFailureKind.NOT_FOUND


def test_a_level_holds_for_loggers_below_and_for_those_whose_names_begin_alike(
    world: World,
) -> None:
    part, logger = "org.apache.kafka.connect.runtime.Worker", "org.apache.kafka.connect.runtime"
    writes.set_logger_level(world.connection, f"{part}SourceTask", "DEBUG")

    alike = writes.set_logger_level(world.connection, f"{part}Source", "WARN")
    below = writes.set_logger_level(world.connection, logger, "INFO")

    assert f"{part}SourceTask" in alike
    assert f"{part}SourceTask" in below


def test_levels_of_the_whole_cluster_from_connect_3_7_on(world: World) -> None:
    logger = "org.apache.kafka.connect.runtime.WorkerSinkTask"

    names = world.insist(
        lambda: writes.set_logger_level(world.connection, logger, "WARN", whole_cluster=True)
    )

    assert (logger in names) is (world.release < (3, 7))
    assert world.eventually(lambda: reads.get_logger(world.connection, logger).level == "WARN")
    world.insist(
        lambda: writes.set_logger_level(world.connection, logger, "INFO", whole_cluster=True)
    )
