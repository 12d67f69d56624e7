"""What the exceptions of Kafka, of Connect and of Schema Registry mean."""

from typing import Final

from reconcile.health.rule import Rule, answered, rule
from reconcile.model.health import Chance, FailureClass

KAFKA: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        "the connector's principal has no right to this on the brokers: add the ACL or role, then"
        " restart",
        r"\b(Topic|Group|Cluster|TransactionalId|DelegationToken)AuthorizationException\b",
        r"\bkafka\.common\.errors\.AuthorizationException\b",
        r"Not authorized to access (topics|group|transactional)",
        r"(Topic|Group|Cluster|TransactionalId) authorization failed",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "client and brokers do not agree on how to log in: check security.protocol and sasl.mechanism",
        r"\b(UnsupportedSaslMechanism|IllegalSaslState)Exception\b",
        r"No (serviceName|JAAS|'KafkaClient')",
        r"Could not find a '\w+' (entry|section)",
        r"No LoginModule|Value not specified for key|JAAS config",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.NO,
        "the brokers refuse these credentials: check user, password or token, and their expiry",
        r"\bSaslAuthenticationException\b",
        r"\bkafka\.common\.errors\.AuthenticationException\b",
        r"\b(Failed|Account|Credential)?LoginException\b",
        r"\bDelegationToken(Expired|NotFound|OwnerMismatch)Exception\b",
        r"Authentication failed (due to|during)",
        r"\bSaslException\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.MAYBE,
        "the topic is not there and is not created by itself, or its brokers cannot be reached: create"
        " it, correct its name, or see whether bootstrap.servers is right",
        r"Topic \S{1,249} not present in metadata",
        r"\bUnknownTopic(OrPartition|Id)Exception\b",
        r"This server does not host this topic-partition",
        r"Topic.{0,250} (does not exist|doesn't exist|not found)",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "no bootstrap server has an address that can be resolved: check bootstrap.servers",
        r"No resolvable bootstrap",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "a record or batch is larger than producer, topic or broker allow: raise max.request.size"
        " (producer.override.) and max.message.bytes together, or send less",
        r"\bRecord(Batch)?TooLargeException\b",
        r"\b(MESSAGE|MSG_SIZE)_TOO_LARGE\b",
        r"larger than the maximum (message|request) size|value of the max\.request\.size",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.YES,
        "the task took longer for one batch than the group waits: lower max.poll.records or raise"
        " max.poll.interval.ms (consumer.override.)",
        r"\bCommitFailedException\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.MAYBE,
        "another producer has taken this one's place: look for a second connector or cluster with the"
        " same name or group.id",
        r"\b(ProducerFenced|FencedInstanceId|InvalidProducerEpoch)Exception\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the position is gone from the topic, and no reset policy says where to go on: set one, or"
        " alter the offsets",
        r"\b(NoOffsetForPartition|OffsetOutOfRange|LogTruncation)Exception\b",
        r"no reset policy",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the brokers do not allow this: check topic names, replication factor, partitions and the"
        " versions of both sides",
        r"\bInvalid(Topic|ReplicationFactor|Partitions|Configuration|GroupId|SessionTimeout|"
        r"RequiredAcks|Timestamp|CommitOffsetSize|PrincipalType)Exception\b",
        r"\b(PolicyViolation|TopicExists|UnsupportedVersion|UnsupportedForMessageFormat|"
        r"InconsistentGroupProtocol|TopicDeletionDisabled|SecurityDisabled|GroupMaxSizeReached)"
        r"Exception\b",
        r"Replication factor: \d+ larger than available brokers",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.MAYBE,
        "the brokers or this producer run out of room or quota: look at their disks and buffers",
        r"\b(KafkaStorage|BufferExhausted|ThrottlingQuotaExceeded|QuotaViolation)Exception\b",
        r"Failed to allocate \d+ bytes within the configured max blocking time",
        r"Failed to allocate memory within",
    ),
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "the brokers did not answer in time, or a leader moved: check that they are up and can be"
        " reached from the workers",
        r"\bkafka\.common\.errors\.(Timeout|Disconnect|Network|Retriable|Interrupt)Exception\b",
        r"\b(NotLeader(OrFollower|ForPartition)|LeaderNotAvailable|(Group)?CoordinatorNotAvailable|"
        r"NotCoordinator|(Group)?CoordinatorLoadInProgress|BrokerNotAvailable|BootstrapConnection|"
        r"NotEnoughReplicas(AfterAppend)?|ReplicaNotAvailable|FencedLeaderEpoch|UnknownLeaderEpoch|"
        r"RebalanceInProgress|NotController|ListenerNotFound|PreferredLeaderNotAvailable|Disconnect)"
        r"Exception\b",
        r"Timed out waiting for a node assignment",
        r"Timeout expired (while|before)|Failed to (get offsets|update metadata)",
        r"Expiring \d+ record\(s\)",
        r"The (broker|server) disconnected",
        r"Bootstrap broker .{0,200} disconnected",
    ),
)

REGISTRY: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "the new schema is not compatible with the one in Schema Registry: change the data, or the"
        " compatibility of the subject",
        r"incompatible with an earlier schema",
        r"schema.{0,80} (is )?(incompatible|not compatible)",
        r"\b(Invalid|Incompatible)(Avro)?Schema\w{0,12}Exception\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "Schema Registry does not know the subject: check the naming strategy, the registry's address"
        " and auto.register.schemas",
        r"Subject .{0,300} not found",
        r"error code: 40401\b",
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "Schema Registry does not know the schema that a record names: the topic holds something else"
        " than the converter expects, or was written with another registry",
        r"Unknown magic byte",
        r"Schema not found; error code: 40403",
        r"Error retrieving .{0,20}schema for id",
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "Schema Registry refuses the schema: look at what it says of it",
        r"\bRestClientException\b.{0,2000}" + answered(409, 422),
        r"(Invalid|Input) schema .{0,400}error code: 422",
    ),
)

CONNECT: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "records are not in the format that the converter expects: check key.converter and"
        " value.converter against what the topic holds, and errors.tolerance for the odd bad record",
        r"JsonConverter with schemas\.enable",
        r"Converting byte\[\] to Kafka Connect data failed",
        r"Error (de)?serializing|Failed to (de)?serialize",
        r"\b(Record)?DeserializationException\b",
        r"\bkafka\.common\.errors\.SerializationException\b",
        r"\b(CorruptRecord|InvalidRecord)Exception\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the table or index lacks what the records need, and the connector may not change it: change"
        " it by hand, or let the connector",
        r"(evolution|evolve|creation|create) is disabled",
        r"\bTableAlterOrCreateException\b",
        r"Cannot (ALTER|CREATE)( TABLE)?\b",
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "a record has not the shape that the connector or a transform needs: look at the record, and"
        " at the transforms before it",
        r"\bconnect\.errors\.(Data|SchemaBuilder|SchemaProjector)Exception\b",
        r"\bDataException\b",
        r"requires? (a )?records? with",
        r"(record )?(key|value) (schema )?(is missing|must be (a )?(struct|map|non-null|of type|not null))",
        r"No fields found using key and value schemas",
        r"Only (Struct|Map) (objects|values)? ?supported for",
        r"Unsupported (schema|data|record|source|column) ?(type|format)",
        r"cannot be cast to (class )?(org\.apache\.kafka\.connect\.data\.|java\.util\.(Map|HashMap))",
        r"(?:cast|class) (class )?org\.apache\.kafka\.connect\.data\.\w+ cannot be cast",
        r"class java\.util\.HashMap cannot be cast",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "a setting is missing or wrong: correct it in the definition",
        r"\b\w*Config(uration)?Exception\b",
        r"Missing required configuration",
        r"Invalid value .{0,300} for configuration",
        r"Error configuring an instance of",
        r"(Could|can) ?not (read|find|resolve) (properties|key|path|secret|variable).{0,200}"
        r"(provider|\$\{)",
        r"Connector configuration is (not valid|invalid)",
        r"is not (a )?valid (value|configuration|option)|unknown (config|setting|option|property)\b",
        r"Cannot make incremental queries using",
    ),
)

PARSERS: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "a value cannot be read as the type it should have: look at the record, the converter and the"
        " types of the target",
        r"\bJson(Parse|Mapping|Syntax|Processing|Eof|Decoding)Exception\b",
        r"\bMalformed(Json|Input|Chunk|Row)Exception\b",
        r"\b(UnrecognizedProperty|MismatchedInput|InvalidFormat|ValueInstantiation)Exception\b",
        r"\bAvro(Type|Runtime|MissingField)Exception\b",
        r"\bSchemaParseException\b",
        r"\bUnresolvedUnionException\b",
        r"\bInvalidProtocolBufferException\b",
        r"\b(NumberFormat|DateTimeParse|DateTime|UnsupportedTemporalType|Arithmetic|InputMismatch|"
        r"CharacterCoding|UnmappableCharacter|UTFDataFormat|Parse|Parsing|CsvMalformedLine|Csv|SAXParse|"
        r"SAX|XMLStream|Unmarshal|Marshal|InvalidObject|OptionalData|StreamCorrupted|ZipData|Zip|"
        r"DataFormat|BsonSerialization|BsonInvalidOperation|Codec|CodecConfiguration|CodecNotFound|"
        r"Decoder|Decoding|Encoding|Encoder|Conversion|Convert|Converter|Validation|SchemaValidation)"
        r"Exception\b",
        r"Unexpected (character|end-of-input|token|EOF in)|Unrecognized token",
        r"not a valid (JSON|Avro|UTF-8|date|timestamp|number|decimal)",
        r"Not in GZIP format|invalid (stream|block) header|Not a (data|Avro|Parquet) file",
        r"is not a Parquet file",
        r"\bjava\.nio\.Buffer(Under|Over)flowException\b",
    ),
)
