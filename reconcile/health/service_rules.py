"""What cloud services, search engines, queues, file servers and HTTP answer when they refuse."""

from typing import Final

from reconcile.health.rule import Rule, answered, rule
from reconcile.model.health import Chance, FailureClass

_NO_RIGHT: Final = (
    "the credentials are known and lack the right to do this: grant it, to the bucket, table or"
    " queue that is named"
)

SERVICES: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.RESOURCES,
        Chance.YES,
        "the service limits how much may be asked of it: send less or slower, or raise the limit",
        r"\b(Throttling|ThrottledException|SlowDown|TooManyRequests|RequestLimitExceeded|LimitExceeded|"
        r"ProvisionedThroughputExceeded|RequestThrottled|ServerBusy|RateLimit|rateLimitExceeded)",
        r"RESOURCE_EXHAUSTED|\bResourceExhausted|Too Many Requests|quota ?exceeded|exceeded .{0,40}quota",
        r"Rate (limit )?exceeded|reduce your request rate|REQUEST_LIMIT_EXCEEDED",
        answered(429),
        r"\bes_rejected_execution|circuit_breaking_exception|MQRC_Q_FULL|reason '?2053\b",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.NO,
        "the other side is out of room: make some there",
        r"index read-only|read_only_allow_delete|flood[- ]stage|Limit of total fields",
        r"maximum (normal )?shards open|this action would add .{0,40}shards",
        r"could only be (replicated|written) to 0|storage (is )?full|insufficient storage",
        answered(507),
    ),
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        _NO_RIGHT,
        r"is not authorized to perform|\bis unauthorized for user|unauthorized-access",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.NO,
        "the service does not accept the credentials: check that the workers have them, that they are"
        " right, and not expired",
        r"(unable|failed|could not) (to )?(load|find|get|obtain|retrieve|refresh|fetch)[\w\s]{0,30}"
        r"(credential|access token|oauth token|token)",
        r"\b(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClient|"
        r"ExpiredToken|InvalidToken|TokenRefreshRequired|AuthFailure|IncompleteSignature|"
        r"InvalidSignature|MissingAuthenticationToken|RequestTimeTooSkewed)",
        r"security token (included in the request )?is (invalid|expired)|token (is |has )?expired",
        r"(Application )?Default Credentials (are|were) not|invalid_(grant|client|token)|invalid ?credentials",
        r"\bUNAUTHENTICATED\b|\bAADSTS\d+|\bClientAuthenticationException\b|\bAuthenticationFailed\b",
        r"missing authentication credentials|unable to authenticate user|failed to authenticate",
        r"\bAuth (fail|cancel)|Too many authentication failures|invalid privatekey|UnknownHostKey",
        r"reject HostKey|HostKey has been changed|USERAUTH fail|No more authentication methods|530 .{0,20}log",
        r"\bACCESS_REFUSED\b|\bPossibleAuthenticationFailure|\bJMSSecurityException\b|\bAuthenticationFailure",
        r"\bINVALID_(LOGIN|SESSION_ID|AUTH\w*)\b|(api|access)[ _-]?key .{0,30}(invalid|not valid|incorrect)",
        r"invalid (api|access) ?key|Bad credentials|Bad username|Invalid username|authentication required",
        r"\bProxy Authentication Required|" + answered(401, 407),
        r"\b40[17] (Unauthorized|Proxy)|\bUnauthorized\b|\bNotAuthorized(Exception)?\b",
    ),
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        _NO_RIGHT,
        r"\bAccess ?Denied\b|\bPERMISSION_DENIED\b|\bPermissionDenied\b|\bAccessControlException\b",
        r"Authorization(Failure|PermissionMismatch|Exception)|\bInsufficientAccess\w*|INSUFFICIENT_ACCESS",
        r"does not have .{1,80} (permission|access|privilege)|lacks? .{0,40}(permission|privilege|grant)",
        r"Permission denied|not permitted|not allowed to (access|perform|write|read)",
        r"MQRC_NOT_AUTHORIZED|reason '?2035\b|\bforbidden\b|" + answered(403),
        r"\bAllAccessDisabled\b|explicit deny|security_exception",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the service knows nothing of that name there: check bucket, table, index, queue, function,"
        " region and address",
        r"\b(NoSuchBucket|NoSuchKey|NoSuchUpload|PermanentRedirect|AuthorizationHeaderMalformed|"
        r"InvalidBucketName|ContainerNotFound|BlobNotFound|ResourceNotFound|NotFoundException|"
        r"QueueDoesNotExist|NonExistentQueue|EntityNotFound|StreamNotFound|TableNotFound|NoSuchTable|"
        r"NoSuchNamespace|MessagingEntityNotFound)",
        r"unable to find (a )?region|region .{0,60}(is wrong|must be|not)|specified bucket",
        r"index_not_found_exception|no such index|(index|alias|pipeline|stream|queue|exchange|bucket|"
        r"container|function|dataset|project|cluster)\b.{0,120}(not found|does not exist|doesn't exist|missing)",
        r"\bNot found: (Table|Dataset|Project)|\bNOT_FOUND\b|no such cluster",
        r"MQRC_UNKNOWN_OBJECT|reason '?2085\b|\bInvalidDestinationException\b",
        r"\b404 Not Found|" + answered(404, 405, 410, 413, 415),
    ),
    rule(
        FailureClass.DATA_FORMAT,
        Chance.NO,
        "the service refuses a record: its fields or types are not those that the index or table has",
        r"(mapper|document)_parsing_exception|strict_dynamic_mapping|failed to parse( field| date)?\b",
        r"version_conflict_engine|mapper \[.{1,200}\] (cannot|of different type)|object mapping for",
        r"no such field|Provided Schema does not match|Invalid schema update|Invalid JSON payload",
        r"Error inserting row|\binvalid\b.{0,10}\brows?\b|JSON (parse|parsing) error",
        answered(422),
    ),
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "the service is not available, or did not answer in time: see whether it is up",
        r"\bUNAVAILABLE\b|\bDEADLINE_EXCEEDED\b|Service ?Unavailable|Bad Gateway|Gateway Time-?out",
        answered(408, 502, 503, 504),
        r"\bRequest ?Timeout\b|\bRequestTimedOut\b|Unable to execute HTTP request",
        r"MQRC_(CONNECTION_\w+|Q_MGR_\w+|HOST_NOT_AVAILABLE|CHANNEL_\w+)",
        r"reason '?(2009|2059|2161|2162|2202|2203|2537|2538|2539)\b|\bRC=(2009|2059|2538|2539)\b",
        r"AMQ9(20[2-9]|213|503|520)|session is (down|not available)|socket is not established",
        r"\b(StandbyException|SafeModeException|ConnectionLoss|SessionExpired|NoNodeAvailable|"
        r"ShutdownSignal|AlreadyClosed|ServerSelection|ServerClosed)\w*",
        r"node is in safe mode|no (living|available) (connections|nodes|servers|brokers)",
        r"(Connection|Channel|Socket|Session) (was )?(lost|dropped|shut ?down|disconnected|already closed)",
    ),
)
