"""What databases, their drivers and Debezium say when they refuse."""

from typing import Final

from reconcile.health.rule import Rule, rule
from reconcile.model.health import Chance, FailureClass


def _state(*classes: str) -> str:
    """Return a pattern for SQLSTATEs that begin so, as drivers print them."""
    return rf"SQL ?STATE\W{{1,4}}(?:{'|'.join(classes)})[0-9A-Z]{{0,3}}\b"


def _ora(*codes: int) -> str:
    return rf"\bORA-0*(?:{'|'.join(map(str, codes))})\b"


def _db2(*codes: int) -> str:
    return rf"\bSQLCODE\W{{1,3}}-(?:{'|'.join(map(str, codes))})\b"


DATABASES: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the database's log no longer holds the connector's position: take a new snapshot (see"
        " snapshot.mode), and keep the log for longer",
        r"is no longer available on the server",
        r"requested WAL segment .{0,80} has already been removed",
        r"master (has )?purged (required )?bin(ary )?log|purged required binary logs",
        r"Could not find first log file name in binary log index",
        r"replication from position > file size|error code: 1236\b",
        r"(db|schema|database) history topic .{0,80}(missing|partially|not found)",
        r"(resume (point|token)|ChangeStreamHistoryLost|CappedPositionLost)",
        r"Reconfigure the connector to use a snapshot",
        r"None of (the )?log files? contains? (the )?offset SCN",
        r"replication slot .{0,120} (is invalid|was invalidated|can no longer)",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.MAYBE,
        "somebody else reads from this replication slot or log with the same id: look for a second"
        " connector, and give each its own slot.name or server id",
        r"replication slot .{0,120} is active for PID",
        r"slave with the same server_(uuid|id)",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the database is not set up for change data capture: see the connector's guide",
        r"wal_level",
        r"(logical decoding|publication|replication slot) .{0,120}(requires|does not exist|not exist)",
        r"Couldn't obtain encoding for|binlog_format|binlog_row_image|gtid_mode",
        r"not configured to use a (ROW|FULL) bin",
        r"(CDC|Change Data Capture) is not enabled",
        r"No maximum LSN|supplemental log",
        r"\$changeStream stage is only supported on replica sets",
        r"plugin .{0,40}(pgoutput|decoderbufs|wal2json)|could not access file .(decoderbufs|wal2json)",
        r"is not in ARCHIVELOG mode",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.NO,
        "the database refuses user or password: check both, whether they have expired, and from where"
        " this user may log in",
        r"password authentication failed|\b(role|user) \W.{1,80} does not exist",
        r"no pg_hba\.conf entry|no password was provided|SCRAM(-based)? authentication|server requested"
        r" (password|SCRAM)",
        r"Access denied for user .{1,200}\(using password",
        r"Login failed for user|Login failed\b|incorrect (user ?name|username) or password",
        r"invalid (user ?name|username|user ?id|user).{0,12} (or|/|and) password",
        _ora(1005, 1017, 28000, 28001, 28002, 28040, 28030),
        _db2(1403, 30082),
        _state("28"),
        r"\bSQLInvalidAuthorizationSpecException\b",
        r"\bMongoSecurityException\b|Exception authenticating MongoCredential",
        r"\b(NOAUTH|WRONGPASS)\b",
        r"JWT token is invalid|\bneo4j\.\S{0,80}AuthenticationException\b",
        r"\bauth\w*\.AuthenticationException\b|\bcore\.auth\.AuthenticationException\b",
        r"Your password (has )?expired|account is locked|password .{0,20}expired",
        r"Authentication plugin .{1,60} cannot be loaded",
    ),
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        "the database user lacks a right: grant what the connector's guide asks for",
        r"permission denied (for|to)\b",
        r"must be (superuser|owner|a? ?replication role|member of)",
        r"(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLICATION \w+|EXECUTE|RELOAD|SHOW\w*)\W{0,3}"
        r"(command|permission|privilege).{0,20} (denied|was denied|required)",
        r"Access denied for user .{1,200} to database",
        r"Access denied; you need",
        r"insufficient (privilege|permission|access)",
        r"does not exist or not authorized|not authorized (on|to)\b",
        r"User does not have (the )?(permission|privilege|\w+ permission)",
        r"The user does not have permission",
        _ora(1031, 1039, 1045, 1950, 41900),
        _db2(551, 552, 1092),
        _state("42501"),
        r"\b(Unauthorized)Exception\b: (User|Unable to perform authorization)",
        r"error 13 \(Unauthorized\)|\bNOPERM\b",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.MAYBE,
        "the database has no room or connection left, or others hold what is needed: relieve it, or"
        " let fewer tasks work at once",
        r"too many (connections|clients)|connection slots are reserved|max_connections",
        r"could not extend file|transaction log for database .{1,80} is full|disk full",
        r"all replication slots are in use|max_replication_slots",
        r"deadlock (found|detected)|deadlock victim|Lock wait timeout|could not serialize access",
        _ora(18, 20, 54, 60, 257, 1555, 1652, 1653, 1654, 1688, 4030, 4031, 30036),
        _db2(289, 904, 911, 913, 954, 964, 968),
        _state("40", "53", "54"),
        r"\bSQLTransactionRollbackException\b",
        r"OOM command not allowed",
    ),
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "the database cannot be reached, or broke the connection off: check that it is up, its host and"
        " port, and what stands between",
        r"Communications link failure",
        r"\b(CommunicationsException|SQLNonTransientConnectionException|SQLRecoverableException|"
        r"SQLTransientConnectionException|MySQLNonTransientConnectionException)\b",
        r"The connection attempt failed|This connection has been closed|connection (is|has been) closed",
        r"An I/O error occurred while sending to the backend",
        r"database system is (starting up|shutting down|in recovery)",
        r"terminating connection due to|the server (has )?closed the connection|server has gone away",
        r"The TCP/IP connection to the host .{1,200} has failed",
        r"Database connection failed when (writing|reading)|Failed to read next byte from position",
        r"Unable to (connect|acquire JDBC)|Cannot (open|get a?) ?JDBC connection|Connection timed out",
        _ora(1033, 1034, 1089, 1092, 3113, 3114, 3135, 12170, 12516, 12518, 12519, 12520, 12528)
        + "|"
        + _ora(12537, 12541, 12543, 12547, 12560, 12570, 12571, 17002, 17008, 17410, 17800),
        _db2(1224, 1336, 4499, 30081),
        _state("08", "57P"),
        r"\bMongo(Timeout|Socket\w*|NodeIsRecovering|NotPrimary|ConnectionPool\w*|ServerUnavailable)"
        r"Exception\b",
        r"\b(NoHostAvailable|AllNodesFailed|NoNodeAvailable|ServiceUnavailable|SessionExpired|"
        r"(Read|Write)Timeout|DriverTimeout|RedisConnection|JedisConnection|RedisCommandTimeout|"
        r"UnambiguousTimeout|AmbiguousTimeout)Exception\b",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the database has no such table, column, schema or service: check names and their case",
        r"(relation|table|column|schema|view|database|keyspace|collection|object|sequence).{0,200}"
        r"(does not exist|doesn't exist|not found|is missing|was not found)",
        r"Unknown (database|table|column|collation)|Invalid (object|column|table) name",
        r"Cannot open database|ambiguous column",
        _ora(904, 942, 1435, 12154, 12505, 12514, 4043),
        _db2(104, 204, 206, 440),
        _state("42", "3D", "3F"),
        r"\bSQLSyntaxErrorException\b|syntax error at or near|error in your SQL syntax",
        r"Public Key Retrieval is not allowed|server time zone value|Time zone .{1,40} unrecognized",
        r"\b(InvalidQuery|UnconfiguredTable|InvalidKeyspace)Exception\b",
        r"has no primary key|no primary key",
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "the database refuses a record: too long, of another type, empty where it may not be, or there"
        " already; look at the record and the columns",
        r"Data truncation|Data too long|Out of range value|Incorrect \w+ value",
        r"value too long for type|(numeric field|value|integer) (overflow|out of range)",
        r"invalid input syntax|invalid byte sequence|cannot be converted|is of type .{1,40} but expression",
        r"violates .{0,40}constraint|constraint .{0,80}violat|Duplicate (entry|key)|duplicate key|\bE11000\b",
        r"doesn't have a default value|Cannot insert (the value )?NULL|cannot be null|(null|empty) value in column|NULL not allowed",
        r"would be truncated|Error converting data type|Conversion failed when|Arithmetic overflow",
        r"\bSQL(IntegrityConstraintViolation|Data)Exception\b|\bDataTruncation\b|\bBatchUpdateException\b",
        _ora(1, 932, 1400, 1407, 1438, 1461, 1722, 1830, 1843, 1861, 2291, 12899),
        _db2(180, 181, 302, 407, 433, 530, 803),
        _state("21", "22", "23"),
        r"Document failed validation|\bWRONGTYPE\b|could not be mapped to a destination column",
        r"Could not convert .{0,40}(BsonDocument|value|field|record)|\bcodec not found\b",
        r"Encountered change event .{0,200}(schema isn't known|whose schema)",
    ),
)
