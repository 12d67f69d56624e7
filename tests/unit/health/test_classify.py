"""A failure is classified by the deepest cause that says something."""

import pytest

from reconcile.health.classify import diagnose
from reconcile.model.health import Chance, FailureClass

WRAPPED = "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\tat a.B.c(B.java:1)\nCaused by: "

KNOWN = {
    FailureClass.NETWORK: """
java.net.ConnectException: Connection refused
java.net.UnknownHostException: es: Name or service not known
java.net.SocketTimeoutException: Read timed out
java.io.IOException: Broken pipe
org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics
org.apache.kafka.common.errors.TimeoutException: Expiring 12 record(s) for orders-0:120001 ms has passed since batch creation
org.apache.kafka.common.errors.DisconnectException
org.apache.kafka.common.errors.NotLeaderOrFollowerException: For requests intended only for the leader
org.apache.kafka.common.errors.NotEnoughReplicasException: Messages are rejected since there are fewer in-sync replicas than required.
com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure
org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct
org.postgresql.util.PSQLException: FATAL: terminating connection due to administrator command
org.postgresql.util.PSQLException: FATAL: the database system is starting up
java.sql.SQLRecoverableException: IO Error: The Network Adapter could not establish the connection
oracle.net.ns.NetException: ORA-12541: TNS:no listener
java.sql.SQLException: ORA-03113: end-of-file on communication channel
com.microsoft.sqlserver.jdbc.SQLServerException: The TCP/IP connection to the host db, port 1433 has failed.
com.ibm.db2.jcc.am.DisconnectNonTransientConnectionException: [jcc][t4] ERRORCODE=-4499, SQLSTATE=08001
com.mongodb.MongoTimeoutException: Timed out after 30000 ms while waiting to connect
io.grpc.StatusRuntimeException: UNAVAILABLE: io exception
org.elasticsearch.ElasticsearchStatusException: Service Unavailable, status=503
com.amazonaws.SdkClientException: Unable to execute HTTP request: Connect to s3.amazonaws.com:443 failed
org.apache.hadoop.ipc.RemoteException(org.apache.hadoop.ipc.StandbyException): Operation category READ is not supported in state standby
io.lettuce.core.RedisConnectionException: Unable to connect to redis:6379
com.datastax.oss.driver.api.core.AllNodesFailedException: Could not reach any contact point
java.util.concurrent.TimeoutException
java.io.EOFException
com.acme.QueueException: could not connect to host q1
org.apache.kafka.connect.errors.RetriableException: try it again
""",
    FailureClass.AUTHENTICATION: """
org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed: Invalid username or password
org.apache.kafka.common.errors.SslAuthenticationException: SSL handshake failed
sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target
javax.net.ssl.SSLHandshakeException: No subject alternative names matching IP address 10.0.0.1 found
javax.security.auth.login.LoginException: Unable to obtain password from user
org.postgresql.util.PSQLException: FATAL: password authentication failed for user "connect"
org.postgresql.util.PSQLException: FATAL: no pg_hba.conf entry for host "10.0.0.1", user "c", database "d"
java.sql.SQLException: Access denied for user 'connect'@'10.0.0.1' (using password: YES)
java.sql.SQLException: ORA-01017: invalid username/password; logon denied
com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'sa'.
com.ibm.db2.jcc.am.SqlInvalidAuthorizationSpecException: [jcc] Connection authorization failure. ERRORCODE=-4214, SQLSTATE=28000
com.mongodb.MongoSecurityException: Exception authenticating MongoCredential{mechanism=SCRAM-SHA-1}
com.amazonaws.services.s3.model.AmazonS3Exception: The AWS Access Key Id you provided does not exist in our records. (Status Code: 403; Error Code: InvalidAccessKeyId)
software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain
com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException: The security token included in the request is expired (Error Code: ExpiredToken)
com.google.auth.oauth2.GoogleAuthException: Error getting access token for service account: 400 Bad Request {"error":"invalid_grant"}
java.io.IOException: The Application Default Credentials are not available.
com.microsoft.aad.msal4j.MsalServiceException: AADSTS7000215: Invalid client secret provided.
io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Unauthorized; error code: 401
org.elasticsearch.ElasticsearchStatusException: [security_exception] missing authentication credentials for REST request
net.snowflake.client.jdbc.SnowflakeSQLException: Incorrect username or password was specified.
com.jcraft.jsch.JSchException: Auth fail
redis.clients.jedis.exceptions.JedisAccessControlException: WRONGPASS invalid username-password pair
com.rabbitmq.client.AuthenticationFailureException: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.
java.io.IOException: Unable to tunnel through proxy. Proxy returns "HTTP/1.1 407 Proxy Authentication Required"
com.acme.AcmeException: the token was not accepted
""",
    FailureClass.AUTHORISATION: """
org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders]
org.apache.kafka.common.errors.ClusterAuthorizationException: Cluster authorization failed.
org.apache.kafka.common.errors.TransactionalIdAuthorizationException: Transactional Id authorization failed.
org.postgresql.util.PSQLException: ERROR: permission denied for table orders
org.postgresql.util.PSQLException: ERROR: must be superuser or replication role to start walsender
java.sql.SQLException: Access denied; you need (at least one of) the RELOAD privilege(s) for this operation
java.sql.SQLSyntaxErrorException: SELECT command denied to user 'c'@'h' for table 'orders'
java.sql.SQLSyntaxErrorException: ORA-01031: insufficient privileges
com.microsoft.sqlserver.jdbc.SQLServerException: The SELECT permission was denied on the object 'orders'
com.ibm.db2.jcc.am.SqlException: DB2 SQL Error: SQLCODE=-551, SQLSTATE=42501
com.mongodb.MongoCommandException: Command failed with error 13 (Unauthorized): 'not authorized on shop to execute command'
com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)
com.amazonaws.services.kinesis.model.AmazonKinesisException: User: arn:aws:iam::1:user/c is not authorized to perform: kinesis:ListShards
io.grpc.StatusRuntimeException: PERMISSION_DENIED: User not authorized to perform this action.
com.google.cloud.bigquery.BigQueryException: Access Denied: Dataset p:d: User does not have bigquery.tables.create permission
org.elasticsearch.ElasticsearchStatusException: [security_exception] action [indices:data/write/bulk] is unauthorized for user [c]
org.apache.hadoop.security.AccessControlException: Permission denied: user=connect, access=WRITE, inode="/"
java.nio.file.AccessDeniedException: /data/out.txt
java.io.FileNotFoundException: /data/out.txt (Permission denied)
net.snowflake.client.jdbc.SnowflakeSQLException: SQL access control error: Insufficient privileges to operate on table 'T'
io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: User is denied operation Write on Subject: orders-value; error code: 40301
com.ibm.mq.MQException: JMSCMQ0001: IBM MQ call failed with compcode '2' ('MQCC_FAILED') reason '2035' ('MQRC_NOT_AUTHORIZED').
com.acme.AcmeException: you have no privilege for that
""",
    FailureClass.CONFIGURATION: """
org.apache.kafka.common.config.ConfigException: Invalid value foo for configuration tasks.max: Not a number of type INT
org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls given in bootstrap.servers
org.apache.kafka.common.errors.TimeoutException: Topic orders not present in metadata after 60000 ms.
org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
org.apache.kafka.common.errors.InvalidReplicationFactorException: Replication factor: 3 larger than available brokers: 1.
org.apache.kafka.common.errors.RecordTooLargeException: The message is 2000088 bytes when serialized
org.apache.kafka.clients.consumer.CommitFailedException: Offset commit cannot be completed since the consumer is not part of an active group
org.apache.kafka.clients.consumer.NoOffsetForPartitionException: Undefined offset with no reset policy for partitions: [orders-0]
org.apache.kafka.common.errors.ProducerFencedException: There is a newer producer with the same transactionalId
io.debezium.DebeziumException: The connector is trying to read binlog starting at x, but this is no longer available on the server.
io.debezium.DebeziumException: The db history topic or its content is fully or partially missing.
org.postgresql.util.PSQLException: ERROR: replication slot "debezium" is active for PID 42
org.postgresql.util.PSQLException: ERROR: logical decoding requires wal_level >= logical
org.postgresql.util.PSQLException: ERROR: relation "orders" does not exist
java.sql.SQLSyntaxErrorException: Unknown database 'shop'
java.sql.SQLSyntaxErrorException: ORA-00942: table or view does not exist
com.microsoft.sqlserver.jdbc.SQLServerException: Invalid object name 'dbo.orders'.
io.confluent.connect.jdbc.sink.TableAlterOrCreateException: Table "orders" is missing and auto-creation is disabled
com.amazonaws.services.s3.model.AmazonS3Exception: The specified bucket does not exist (Error Code: NoSuchBucket)
com.google.cloud.bigquery.BigQueryException: Not found: Dataset p:d
org.elasticsearch.ElasticsearchStatusException: [index_not_found_exception] no such index [orders]
io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Subject 'orders-value' not found.; error code: 40401
java.nio.file.NoSuchFileException: /nonexistent/x
java.net.MalformedURLException: no protocol: db:5432
javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?
com.mongodb.MongoCommandException: Command failed with error 40573: The $changeStream stage is only supported on replica sets
java.lang.IllegalArgumentException: password must be set
com.acme.AcmeException: unknown mode 'x'
""",
    FailureClass.DATA_FORMAT: """
org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to serialization error:
org.apache.kafka.connect.errors.DataException: Field 'id' does not exist
org.apache.kafka.common.errors.SerializationException: Unknown magic byte!
com.fasterxml.jackson.core.JsonParseException: Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
org.apache.avro.AvroTypeException: Found string, expecting long
io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Schema not found; error code: 40403
io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException: Schema being registered is incompatible with an earlier schema; error code: 409
com.google.protobuf.InvalidProtocolBufferException: Protocol message contained an invalid tag (zero).
java.lang.NumberFormatException: For input string: "abc"
java.time.format.DateTimeParseException: Text 'x' could not be parsed at index 0
org.postgresql.util.PSQLException: ERROR: null value in column "id" of relation "orders" violates not-null constraint
org.postgresql.util.PSQLException: ERROR: value too long for type character varying(10)
com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: Data truncation: Data too long for column 'name' at row 1
java.sql.SQLIntegrityConstraintViolationException: Duplicate entry '1' for key 'orders.PRIMARY'
java.sql.SQLException: ORA-12899: value too large for column "S"."ORDERS"."NAME" (actual: 12, maximum: 10)
com.microsoft.sqlserver.jdbc.SQLServerException: String or binary data would be truncated.
org.apache.kafka.connect.errors.ConnectException: Sink connector 's' is configured with 'delete.enabled=false' and 'pk.mode=none' and therefore requires records with a non-null Struct value
java.lang.ClassCastException: class java.util.HashMap cannot be cast to class org.apache.kafka.connect.data.Struct
com.mongodb.MongoWriteException: E11000 duplicate key error collection: shop.orders
org.elasticsearch.ElasticsearchException: Indexing failed: {"type":"strict_dynamic_mapping_exception"}
com.google.cloud.bigquery.BigQueryException: Provided Schema does not match Table p:d.t
org.apache.kafka.common.errors.CorruptRecordException: Record size is less than the minimum record overhead
com.acme.AcmeException: cannot parse line 3
""",
    FailureClass.RESOURCES: """
java.lang.OutOfMemoryError: GC overhead limit exceeded
java.lang.OutOfMemoryError: unable to create new native thread
java.io.IOException: No space left on device
java.net.SocketException: Too many open files
org.apache.kafka.common.errors.KafkaStorageException: Disk error when trying to access log file on the disk.
org.apache.kafka.clients.producer.BufferExhaustedException: Failed to allocate 16384 bytes within the configured max blocking time 60000 ms.
org.postgresql.util.PSQLException: FATAL: remaining connection slots are reserved for non-replication superuser connections
org.postgresql.util.PSQLException: ERROR: all replication slots are in use
com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException: Deadlock found when trying to get lock; try restarting transaction
java.sql.SQLException: ORA-01653: unable to extend table S.ORDERS by 128 in tablespace USERS
com.amazonaws.services.dynamodbv2.model.ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded
com.amazonaws.services.s3.model.AmazonS3Exception: Please reduce your request rate. (Status Code: 503; Error Code: SlowDown)
io.grpc.StatusRuntimeException: RESOURCE_EXHAUSTED: Quota exceeded
org.elasticsearch.ElasticsearchException: [circuit_breaking_exception] [parent] Data too large
org.elasticsearch.ElasticsearchException: [cluster_block_exception] index [o] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)]
org.apache.hadoop.hdfs.protocol.DSQuotaExceededException: The DiskSpace quota of /topics is exceeded
redis.clients.jedis.exceptions.JedisDataException: OOM command not allowed when used memory > 'maxmemory'.
java.lang.IllegalStateException: HTTP status 429 Too Many Requests
com.acme.AcmeException: the mailbox is full
""",
    FailureClass.PLUGIN_MISSING: """
org.apache.kafka.connect.errors.ConnectException: Failed to find any class that implements Connector and which name matches a.B
org.apache.kafka.common.config.ConfigException: Invalid value io.confluent.connect.avro.AvroConverter for configuration value.converter: Class io.confluent.connect.avro.AvroConverter could not be found.
java.lang.ClassNotFoundException: org.postgresql.Driver
java.lang.NoClassDefFoundError: Could not initialize class com.google.cloud.bigquery.BigQueryOptions
java.lang.NoSuchMethodError: 'void a.B.c()'
java.lang.UnsupportedClassVersionError: a/B has been compiled by a more recent version of the Java Runtime
java.sql.SQLException: No suitable driver found for jdbc:postgresql://db/shop
java.util.ServiceConfigurationError: java.sql.Driver: Provider a.B not found
org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme "s3a"
java.lang.ClassCastException: class a.B cannot be cast to class a.B (a.B is in unnamed module of loader x; a.B is in unnamed module of loader y)
java.lang.AbstractMethodError: Receiver class a.B does not define or inherit an implementation
""",
    FailureClass.UNKNOWN: """
java.lang.NullPointerException: Cannot invoke "String.length()" because "password" is null
java.lang.StackOverflowError
java.lang.RuntimeException
java.lang.IndexOutOfBoundsException: Index 5 out of bounds for length 3
java.lang.ClassCastException: class java.lang.String cannot be cast to class java.util.List
java.lang.IllegalStateException: oops
""",
}


@pytest.mark.parametrize(
    ("cause", "failure"),
    [(cause, failure) for failure, text in KNOWN.items() for cause in text.strip().splitlines()],
)
def test_a_cause_tells_what_a_failure_is_about(cause: str, failure: FailureClass) -> None:
    assert diagnose(WRAPPED + cause).failure is failure


@pytest.mark.parametrize(
    ("trace", "failure"),
    [
        pytest.param("", FailureClass.UNKNOWN, id="nothing"),
        pytest.param(WRAPPED, FailureClass.UNKNOWN, id="cut off before the cause"),
        pytest.param(
            f"{WRAPPED}org.apache.kafka.connect.errors.DataException: orders\n\t... 5 more\n"
            "Caused by: org.apache.kafka.common.errors.SerializationException: Error registering\n"
            "Caused by: java.net.ConnectException: Connection refused",
            FailureClass.NETWORK,
            id="the deepest of several",
        ),
        pytest.param(
            f"{WRAPPED}org.apache.kafka.connect.errors.DataException: orders\n"
            "Caused by: java.io.EOFException\n\t... 9 more",
            FailureClass.DATA_FORMAT,
            id="a rule further up before a word further down",
        ),
        pytest.param(
            "org.apache.kafka.connect.errors.ConnectException: Failed to start connector: "
            "schema-password-timeout\nCaused by: java.lang.IllegalStateException: oops",
            FailureClass.UNKNOWN,
            id="the name of a connector is no evidence",
        ),
        pytest.param(
            f"{WRAPPED}java.sql.SQLException: Exception chain:\n"
            "java.sql.SQLException: Batch entry 0 was aborted.\n"
            'org.postgresql.util.PSQLException: ERROR: permission denied for table "orders"\n',
            FailureClass.AUTHORISATION,
            id="a message of several lines",
        ),
        pytest.param(
            (WRAPPED + "java.net.UnknownHostException: es\n\t... 3 more\n").replace("\n", "\r\n"),
            FailureClass.NETWORK,
            id="line ends of Windows",
        ),
        pytest.param(
            f"{WRAPPED}a.b.CException: x\n\tSuppressed: java.net.ConnectException: y\n"
            "\tCaused by: java.net.SocketTimeoutException: z",
            FailureClass.UNKNOWN,
            id="what was suppressed is no evidence",
        ),
        pytest.param(
            "a.b.CException: x\n\tat a.B.c(B.java:1)\njava.net.ConnectException: y",
            FailureClass.UNKNOWN,
            id="what stands behind the frames is no message",
        ),
        pytest.param(
            "org.apache.kafka.connect.errors.DataException: it\nCaused by: java.net.Conn",
            FailureClass.DATA_FORMAT,
            id="cut off within a class",
        ),
    ],
)
def test_a_trace_is_classified_by_what_it_says(trace: str, failure: FailureClass) -> None:
    assert diagnose(trace).failure is failure


def test_what_is_known_comes_with_what_to_do_and_whether_a_restart_can_help() -> None:
    found = diagnose(f"{WRAPPED}java.net.UnknownHostException: es")

    assert found.cause == "UnknownHostException: es"
    assert found.restart is Chance.YES
    assert "DNS" in found.hint


def test_what_is_not_known_says_so() -> None:
    found = diagnose("a.b.CException: oops")

    assert (found.failure, found.restart) == (FailureClass.UNKNOWN, Chance.MAYBE)
    assert "worker's log" in found.hint


@pytest.mark.parametrize(
    "piece",
    [
        "\tat a.b.C.d(C.java:1)\n",
        "Caused by: a.b.CException: table column cluster unable to\n",
        "class ",
        "a.",
        "\x1b[31mCaused by: \n",
        "\tSuppressed: a.b.C\n",
        "\u2028",
    ],
)
def test_a_very_long_trace_is_read_to_its_end(piece: str) -> None:
    trace = piece * (65536 // len(piece)) + "\nCaused by: java.net.UnknownHostException: es"

    assert diagnose(trace).failure is FailureClass.NETWORK
