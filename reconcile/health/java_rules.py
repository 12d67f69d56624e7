"""What the exceptions of Java itself, of plugin loading and of sockets mean."""

from typing import Final

from reconcile.health.rule import Rule, rule
from reconcile.model.health import Chance, FailureClass

PLUGINS: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.PLUGIN_MISSING,
        Chance.NO,
        "install the JDBC driver beside the connector on every worker, and check the URL's prefix",
        r"No suitable driver",
        r"Could not (find|load) (the )?(JDBC )?driver",
    ),
    rule(
        FailureClass.PLUGIN_MISSING,
        Chance.NO,
        "install the plugin in the plugin.path of every worker and restart the workers, or correct the"
        " class name",
        r"Failed to find any class that implements",
        r"for configuration .{1,120}: Class .{1,200} could not be found",
        r"More than one .{0,20}(connector|plugin|class).{0,20} matches",
        r"No FileSystem for scheme",
        r"(Plugin|Connector) class .{0,200} not found",
    ),
    rule(
        FailureClass.PLUGIN_MISSING,
        Chance.NO,
        "a library is missing on the workers: install the complete plugin, with all its jars, in a"
        " folder of its own in plugin.path",
        r"\bClassNotFoundException\b",
        r"\bNoClassDefFoundError\b",
        r"\bServiceConfigurationError\b",
        r"\bUnsatisfiedLinkError\b",
        r"\bTypeNotPresentException\b",
    ),
    rule(
        FailureClass.PLUGIN_MISSING,
        Chance.NO,
        "the plugin does not fit: to the worker's version of Connect or Java, or to another jar"
        " beside it; install a version that does",
        r"\b(NoSuchMethod|NoSuchField|AbstractMethod|IncompatibleClassChange|IllegalAccess)Error\b",
        r"\b(UnsupportedClassVersion|Verify|Linkage|ClassFormat|Instantiation|BootstrapMethod)Error\b",
        r"\bNoSuchMethodException\b",
        # The same class twice, from two loaders.
        r"class (?P<cast>[\w.$]+) cannot be cast to (class )?(?P=cast)\b",
        r"cannot be cast to (class )?org\.apache\.kafka\.(connect\.(storage|transforms|source|sink|"
        r"connector)|common\.(serialization|config))\b",
        r"\bnot a subtype\b",
        r"\bInaccessibleObjectException\b",
    ),
)

MACHINE: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.RESOURCES,
        Chance.MAYBE,
        "the worker's memory is too small for its tasks: give it more heap, or smaller batches and"
        " buffers",
        r"\bOutOfMemoryError\b",
        r"GC overhead limit",
        r"Java heap space",
        r"Cannot reserve \d+ bytes of direct buffer",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.NO,
        "a disk or a quota is full: make room",
        r"No space left on device",
        r"Disk ?quota exceeded",
        r"not enough (free )?(disk )?space",
        r"\bD?[SN]?SQuotaExceededException\b",
        r"\b(Disk|Name)?space quota\b.{0,40}exceeded",
        r"\bClusterStorageCapacityExceededException\b",
        r"There is not enough space on the disk",
    ),
    rule(
        FailureClass.RESOURCES,
        Chance.MAYBE,
        "the worker runs out of files, threads or connections: raise its limits, or run fewer tasks"
        " on it",
        r"Too many open files",
        r"unable to create (new )?native thread",
        r"\bRejectedExecutionException\b",
        r"\bConnectionPoolTimeoutException\b",
        r"Timeout waiting for connection from pool",
        r"Connection is not available, request timed out after",
        r"Cannot get a connection, pool",
        r"Cannot allocate memory",
        r"Resource temporarily unavailable",
    ),
    rule(
        FailureClass.UNKNOWN,
        Chance.NO,
        "the code recurses without end: mostly a bug, or records nested deeper than it can take; ask"
        " for a fix, or raise the stack size with -Xss",
        r"\bStackOverflowError\b",
    ),
)

TLS: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "one side speaks TLS and the other does not: check the port and the security protocol",
        r"Unrecognized SSL message, plaintext connection",
        r"Unsupported or unrecognized SSL message",
        r"not an SSL/TLS record",
        r"server does not support SSL",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the key store or trust store cannot be read: check its path, type and password on every"
        " worker",
        r"keystore (was tampered|password was incorrect)",
        r"(Failed to load|Modification time of|Couldn't load) (SSL )?(key|trust) ?store",
        r"\bUnrecoverableKeyException\b",
        r"trustAnchors parameter must be non-empty",
        r"(Invalid|Unrecognized) (key|trust) ?store format",
        r"Invalid PEM (key|trust) ?store",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.NO,
        "the TLS handshake failed: check the certificates (trusted, not expired, made for this host)"
        " and the protocols of both sides",
        r"\bSslAuthenticationException\b",
        r"\bSSLHandshakeException\b",
        r"\bSSLPeerUnverifiedException\b",
        r"\bCertPath(Builder|Validator)Exception\b",
        r"\bCertificate\w{0,20}Exception\b",
        r"PKIX path",
        r"unable to find valid certification path",
        r"Received fatal alert",
        r"No (subject alternative|name matching)",
        r"certificate (has )?expired|certificate verify failed|certificate_unknown",
    ),
    rule(
        FailureClass.AUTHENTICATION,
        Chance.MAYBE,
        "Kerberos refuses: check principal, keytab and clock on every worker, and that a ticket can be"
        " had",
        r"\bGSSException\b",
        r"\bKrb\w{0,12}Exception\b",
        r"\bKerberosAuthException\b",
        r"GSS initiate failed",
        r"Clock skew too great",
        r"Cannot (contact any|locate) KDC",
        r"Client cannot authenticate via",
        r"Login failure for .{0,200} from keytab",
    ),
)

SOCKETS: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "the host's name is not known on the workers: check its spelling and the DNS",
        r"\bUnknownHostException\b",
        r"Name or service not known",
        r"nodename nor servname",
        r"Temporary failure in name resolution",
        r"failed to resolve|Couldn't resolve|could not resolve",
        r"\bUnresolvedAddressException\b",
        r"no such host",
    ),
    rule(
        FailureClass.NETWORK,
        Chance.YES,
        "nothing answers there: check that the other side is up, its host and port, and what"
        " stands between",
        r"\bjava\.net\.(Connect|NoRouteToHost|PortUnreachable|SocketTimeout|Socket|Bind)Exception\b",
        r"\b\w*(ConnectTimeout|HttpHostConnect|SocketTimeout|ConnectionTimeout|ReadTimeout)Exception\b",
        r"\bNoHttpResponseException\b",
        r"\b(ClosedChannel|AsynchronousClose|ConnectionClosed|ChannelClosed)Exception\b",
        r"Connection (was )?(refused|reset|aborted|closed|timed out)",
        r"Connection to .{1,200} (refused|timed out|failed|was closed|lost)",
        r"Broken pipe",
        r"(No route to host|Network is (unreachable|down)|Host is (down|unreachable))",
        r"(connect|read|write|connection|connection attempt) timed out",
        r"(failed|unable|could not|cannot|couldn't) (to )?(establish|open) (a |the )?(TCP )?connection",
        r"(unexpected|premature) end of (file|stream) from server|Premature EOF",
        r"Remote host (terminated|closed) the (handshake|connection)",
        r"UnresolvedAddress|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT",
    ),
)

FILES: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.AUTHORISATION,
        Chance.NO,
        "the worker's user may not do this with the file: check its owner and permissions",
        r"\b(nio\.file\.)AccessDeniedException\b",
        r"\(Permission denied\)",
        r"Operation not permitted",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "the file or folder is not there, or cannot be written, on the worker that runs the task:"
        " check the path",
        r"\b(FileNotFound|NoSuchFile|NotDirectory|InvalidPath|FileSystemNotFound)Exception\b",
        r"Couldn't find or create file",
        r"No such file( or directory)?\b",
        r"\(?Is a directory\)?|Not a directory",
        r"Read-only file system",
    ),
    rule(
        FailureClass.CONFIGURATION,
        Chance.NO,
        "an address is not well formed: correct it",
        r"\b(URISyntax|MalformedURL|UnknownService|InvalidUrl)Exception\b",
        r"no protocol: ",
        r"Illegal character in (scheme|authority|path|query|opaque|user)",
    ),
)

BUGS: Final[tuple[Rule, ...]] = (
    rule(
        FailureClass.UNKNOWN,
        Chance.NO,
        "the code meets a type that it does not expect: mostly a bug of the plugin, or a setting or"
        " record of the wrong kind; read the frames of the trace for where",
        r"\bClassCastException\b",
    ),
    rule(
        FailureClass.UNKNOWN,
        Chance.MAYBE,
        "mostly a bug of the plugin, or a record or setting that it does not expect: read the frames"
        " of the trace for where, and look for a newer version",
        r"\bjava\.lang\.(NullPointer|(Array|String)?IndexOutOfBounds|NegativeArraySize|ArrayStore)"
        r"Exception\b",
        r"\bjava\.util\.(ConcurrentModification|NoSuchElement)Exception\b",
        r"\bAssertionError\b",
    ),
)
