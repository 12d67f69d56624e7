"""Settings of public connectors, as their documentation lists them: what a snapshot would say."""

from reconcile.model.plugin import Catalog, Setting, SettingType
from tests.unit.plugins.catalogs import FRAMEWORK, catalog, info, plugin

MONGO_SOURCE = "com.mongodb.kafka.connect.MongoSourceConnector"
DEBEZIUM_JDBC_SINK = "io.debezium.connector.jdbc.JdbcSinkConnector"
REDIS_SINK = "com.github.jcustenborder.kafka.connect.redis.RedisSinkConnector"

# https://www.mongodb.com/docs/kafka-connector/current/source-connector/configuration-properties/
_MONGO = (
    *("connection.uri", "database", "collection", "server.api.version", "server.api.strict"),
    *("pipeline", "batch.size", "collation", "change.stream.full.document"),
    *("change.stream.full.document.before.change", "publish.full.document.only"),
    *("publish.full.document.only.tombstone.on.delete", "poll.max.batch.size"),
    *("poll.await.time.ms", "topic.prefix", "topic.suffix", "topic.separator"),
    *("topic.namespace.map", "topic.mapper", "output.format.key", "output.format.value"),
    *("output.json.formatter", "output.schema.key", "output.schema.value"),
    *("output.schema.infer.value", "startup.mode", "heartbeat.interval.ms"),
    *("heartbeat.topic.name", "offset.partition.name", "mongo.errors.tolerance"),
    *("mongo.errors.log.enable", "mongo.errors.deadletterqueue.topic.name"),
    *("errors.log.enable", "errors.deadletterqueue.topic.name"),
)
# https://jcustenborder.github.io/kafka-connect-documentation/projects/kafka-connect-redis/
_REDIS = (
    *("topics", "topics.regex", "redis.hosts", "redis.client.mode", "redis.database"),
    *("redis.password", "redis.ssl.enabled", "redis.ssl.provider", "redis.ssl.keystore.path"),
    *("redis.ssl.keystore.password", "redis.ssl.truststore.path"),
    *("redis.ssl.truststore.password", "redis.auto.reconnect.enabled"),
    *("redis.request.queue.size", "redis.socket.connect.timeout.ms"),
    *("redis.socket.keep.alive.enabled", "redis.socket.tcp.no.delay.enabled"),
    *("redis.connection.attempts", "redis.connection.retry.delay.ms", "redis.data.type"),
    *("redis.offset.behavior", "redis.operation.timeout.ms", "redis.charset"),
)
# https://debezium.io/documentation/reference/stable/connectors/jdbc.html
_DEBEZIUM_JDBC = (
    *("topics", "topics.regex", "connection.provider", "connection.url", "connection.username"),
    *("connection.password", "connection.pool.min_size", "connection.pool.max_size"),
    *("connection.pool.acquire_increment", "connection.pool.timeout", "use.time.zone"),
    *("delete.enabled", "truncate.enabled", "insert.mode", "primary.key.mode"),
    *("primary.key.fields", "schema.evolution", "quote.identifiers", "collection.name.format"),
    *("collection.naming.strategy", "column.naming.strategy", "field.include.list"),
    *("field.exclude.list", "batch.size", "use.reduction.buffer", "flush.max.retries"),
    *("flush.retry.delay.ms", "dialect.postgres.postgis.schema"),
    *("dialect.sqlserver.identity.insert",),
)


def documented() -> Catalog:
    """Return what a cluster with them would say; of converters and transforms it says nothing."""

    def settings(names: tuple[str, ...]) -> list[Setting]:
        return [Setting(name=name, type=SettingType.STRING) for name in names]

    return catalog(
        plugin(MONGO_SOURCE, [*settings(_MONGO), *FRAMEWORK], "2.0.0"),
        plugin(DEBEZIUM_JDBC_SINK, [*settings(_DEBEZIUM_JDBC), *FRAMEWORK], "3.0.0.Final"),
        plugin(REDIS_SINK, [*settings(_REDIS), *FRAMEWORK], "0.0.5"),
        infos=(
            info(MONGO_SOURCE, "source", "2.0.0"),
            info(DEBEZIUM_JDBC_SINK, "sink", "3.0.0.Final"),
            info(REDIS_SINK, "sink", "0.0.5"),
        ),
        complete=False,
    )
